//! The façade for Kotlin and Swift: `paytaipei_app::PayTaipei` in records, errors and objects of its own, so that neither
//! language follows the core's inner changes. Nothing is decided here.
//!
//! Synchronous functions read and write the phone's store, or decode a picture: shells call them off their main thread.
//! Asynchronous ones only watch work of the core's runtime; whoever stops waiting stops no payment. `docs/bindings.md`
//! tells how both languages use this.

uniffi::setup_scaffolding!();

mod after;
mod agreements;
mod billers;
mod bills;
mod deals;
mod error;
mod finding;
mod guard;
mod identity;
mod observer;
mod open;
mod payments;
mod ports;
mod records;
mod scanner;
mod shared;
mod verifying;

pub use after::{Barcodes, OtherWay, Picture, Receipt, verify_receipt};
pub use billers::{
    Biller, Billers, Choice, County, FailedNumber, Field, Household, Keyed, KnownNumber, Typing, Way, billers,
};
pub use bills::{BillDrop, Bills, TakenDrop, leave_drop, scan_picture};
pub use deals::{Deal, Funding, ProviderOffer};
pub use error::{PayTaipeiError, Refusal, Words, refusals};
pub use finding::{BillPage, BillQuery, Month, Reminder, Spent};
pub use identity::Identity;
pub use observer::{PaymentObserver, Subscription};
pub use open::{Config, PayTaipei};
pub use payments::{Payments, providers};
pub use ports::{Connectivity, ForeignError, KeyPurpose, KeyVault, VaultError};
pub use records::{
    Bill, BillStatus, Export, Given, Lang, Payment, PaymentState, Point, Provider, Symbol, SymbolFormat, Synced,
    Verification, money_text,
};
pub use scanner::{Frame, Rotation, Scanner};
pub use verifying::{VerificationMethod, VerificationObserver, VerificationStep};
