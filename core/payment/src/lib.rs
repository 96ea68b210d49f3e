//! The life of one payment, as data: `step(row, event, now, entropy) → (row, effects)`.
//!
//! Nothing here reads a clock, a network or a disk. The store commits the row that [`step`] returns together with the
//! call it wants, and only then is the call made; `docs/architecture.md` tells the whole life on one page.

pub mod agreement;
pub mod breaker;
pub mod consent;
pub mod deal;
pub mod event;
pub mod funding;
pub mod hand_off;
pub mod id;
pub mod payment;
pub mod provider;
pub mod reminder;
pub mod retry;
pub mod spending;
pub mod state;
pub mod step;

pub use agreement::{Agreement, AgreementState};
pub use breaker::Breaker;
pub use consent::{Consent, ConsentDraft, Terms};
pub use deal::{Cashback, Deal};
pub use event::{
    AskOutcome, BillStatus, Charged, ConfirmedBill, Event, InquiryOutcome, Recorded, Refund, RefundKind, Refusal,
    SubmitOutcome, Trouble,
};
pub use funding::Funding;
pub use hand_off::HandOffRefused;
pub use id::{PaymentId, Timestamp};
pub use payment::{Call, Closing, Payment, Pending};
pub use provider::Provider;
pub use state::{Reason, State};
pub use step::{Effect, NotNow, step};
