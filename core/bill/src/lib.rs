//! What a bill is: money, dates, billers, bill keys, and every code that is printed on paper.
//!
//! Everything here is pure: no I/O, no clock, no network. Today's date is an argument where a rule needs it.
//!
//! Codes come in through a [`Reader`]: [`Reader::paper`] (all symbols of one picture), [`Reader::text`] (one QR code, or
//! pasted text) and [`Reader::barcodes`] (the three segments); [`read_paper`], [`read_text`] and [`read_barcodes`] are the
//! same by the bundled catalogue. What people key in comes through [`keyed`]. `docs/bill-codes.md` describes every format,
//! `docs/billers.md` every biller.

pub mod barcodes;
pub mod catalogue;
pub mod claim;
mod code;
pub mod date;
pub mod key;
pub mod keyed;
pub mod known;
pub mod lang;
mod link;
pub mod money;
pub mod paper;
pub mod reading;
pub mod suspicion;
#[cfg(test)]
mod testing;
pub mod text;
pub mod ways;
mod words;

pub use barcodes::{BarcodesError, BarcodesReading, MissingSegments, read_barcodes};
pub use catalogue::{Biller, BillerId, Catalogue};
pub use claim::{BillClaim, CodeFormat, Warning};
pub use date::CivilDate;
pub use key::{BillKey, BillNumber, Period};
pub use keyed::{NumberError, check_number};
pub use known::KnownCode;
pub use lang::Lang;
pub use money::Twd;
pub use paper::{CodeKind, Explanation, PaperCode, PaperReading, read_paper};
pub use reading::{Reader, Reading, read_text};
pub use suspicion::Suspicion;
