//! The phone's core behind one façade, [`PayTaipei`]: what shells call, and all that they may call.
//!
//! Store, network and key vault are at this edge; the rules are in `bill`, `payment` and `identity`.

pub mod drain;
pub mod drops;
pub mod error;
pub mod export;
mod facade;
mod finding;
pub mod http;
mod intake;
pub mod platform;
pub mod ports;
mod signature;
pub mod store;
pub mod view;

pub use error::{Code, Error, Result};
pub use facade::{
    AgreementView, BarcodesView, BillPage, BillQuery, Checked, Config, Core, DealView, Failed, MonthView, OtherWayView,
    PayTaipei, PaymentStream, Phone, PreparedInquiry, PreparedVerification, ProviderView, ReceiptView, ReminderView,
    SpentView, Synced, TakenDrop, VerificationStep, VerificationSteps, billers, scan_picture, verify_receipt_file,
};
pub use intake::no_code;
pub use paytaipei_bill::Lang;
pub use paytaipei_draw::Picture;
pub use paytaipei_identity::Method;
pub use paytaipei_scan::Hint;
pub use view::money;
