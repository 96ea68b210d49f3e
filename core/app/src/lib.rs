//! The phone's core behind one façade, [`PayTaipei`]: what shells call, and all that they may call.
//!
//! Store, network and key vault are at this edge; the rules are in `bill`, `payment` and `identity`.

pub mod drain;
pub mod drops;
pub mod error;
mod facade;
pub mod http;
mod intake;
pub mod platform;
pub mod ports;
mod signature;
pub mod store;
pub mod view;

pub use error::{Code, Error, Result};
pub use facade::{
    Checked, Config, Core, Failed, PayTaipei, PaymentStream, Phone, PreparedInquiry, PreparedVerification, Synced,
    TakenDrop, VerificationStep, VerificationSteps, billers, scan_picture,
};
pub use intake::no_code;
pub use paytaipei_bill::Lang;
pub use paytaipei_identity::Method;
pub use paytaipei_scan::Hint;
pub use view::money;
