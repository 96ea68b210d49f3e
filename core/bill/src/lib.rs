//! What a bill is: money, dates, billers, bill keys, and every code that is printed on paper.
//!
//! Everything here is pure: no I/O, no clock, no network. Today's date is an argument where a rule needs it.

pub mod biller;
pub mod date;
pub mod key;
pub mod lang;
pub mod money;
pub mod text;

pub use biller::{Biller, BillerId};
pub use date::CivilDate;
pub use key::{BillKey, BillNumber, Period};
pub use lang::Lang;
pub use money::Twd;
