//! The life of one payment, as data: `step(row, event, now, entropy) → (row, effects)`.
//!
//! Nothing here reads a clock, a network or a disk. The store commits the row that [`step`] returns together with the
//! call it wants, and only then is the call made; `docs/architecture.md` tells the whole life on one page.

pub mod breaker;
pub mod consent;
pub mod event;
pub mod id;
pub mod payment;
pub mod provider;
pub mod retry;
pub mod state;
pub mod step;

pub use breaker::Breaker;
pub use consent::{Consent, ConsentDraft, Terms};
pub use event::{
    AskOutcome, BillStatus, ConfirmedBill, Event, InquiryOutcome, Recorded, Refusal, SubmitOutcome, Trouble,
};
pub use id::{PaymentId, Timestamp};
pub use payment::{Call, Closing, Payment, Pending};
pub use provider::Provider;
pub use state::{Reason, State};
pub use step::{Effect, NotNow, step};
