//! What a bill is: money, dates, billers, bill keys, and every code that is printed on paper.
//!
//! Everything here is pure: no I/O, no clock, no network. Today's date is an argument where a rule needs it.
//!
//! Codes come in through [`read_paper`] (all symbols of one picture), [`read_text`] (one QR code, or pasted text) and
//! [`read_barcodes`] (the three segments); numbers that people key in through [`check_number`]. `docs/bill-codes.md`
//! describes every format.

pub mod barcodes;
pub mod biller;
pub mod claim;
mod code;
pub mod date;
pub mod key;
pub mod known;
pub mod lang;
mod link;
pub mod money;
pub mod number;
pub mod paper;
pub mod reading;
pub mod suspicion;
#[cfg(test)]
mod testing;
pub mod text;
mod words;

pub use barcodes::{BarcodesError, BarcodesReading, MissingSegments, read_barcodes};
pub use biller::{Biller, BillerId};
pub use claim::{BillClaim, CodeFormat, Warning};
pub use date::CivilDate;
pub use key::{BillKey, BillNumber, Period};
pub use known::KnownCode;
pub use lang::Lang;
pub use money::Twd;
pub use number::{NumberError, check_number};
pub use paper::{CodeKind, Explanation, PaperCode, PaperReading, read_paper};
pub use reading::{Reading, read_text};
pub use suspicion::Suspicion;
