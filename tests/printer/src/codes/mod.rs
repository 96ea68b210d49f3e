//! What stands in the codes of each bill. `docs/bill-codes.md` describes the same formats for the reader; nothing
//! here is shared with it.

mod convenience_store;
mod kinmen_water;
mod taipei_parking;
mod taipei_water;
mod twqrp;

use std::fmt;

use crate::PrintError;
use crate::bill::{BillerLayout, CheckedBill, PaperBill};

pub(crate) use taipei_water::meter_read_day;

/// Highest amount that convenience stores collect, in NT dollars: above it a bill carries no barcodes.
pub const CONVENIENCE_STORE_CAP: i64 = 20_000;

/// The texts of a bill's codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Codes {
    /// Text of the QR code, encoded as UTF-8.
    pub qr: String,
    /// Texts of the three Code 39 barcodes from top to bottom, without start and stop characters. `None` above
    /// [`CONVENIENCE_STORE_CAP`].
    pub barcodes: Option<[String; 3]>,
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codes")
            .field("qr_bytes", &self.qr.len())
            .field("has_barcodes", &self.barcodes.is_some())
            .finish_non_exhaustive()
    }
}

/// The texts of a bill's codes.
///
/// # Errors
/// [`PrintError::UnknownBiller`] and [`PrintError::BadField`].
pub fn codes(bill: &PaperBill) -> Result<Codes, PrintError> {
    Ok(of_checked(&CheckedBill::new(bill)?))
}

pub(crate) fn of_checked(checked: &CheckedBill<'_>) -> Codes {
    let (qr, barcodes) = match checked.layout {
        BillerLayout::KinmenWater => kinmen_water::texts(checked.bill, checked.due),
        BillerLayout::TaipeiWater => taipei_water::texts(checked.bill, checked.due),
        BillerLayout::TaipeiParking => taipei_parking::texts(checked.bill, checked.due),
    };
    Codes { qr, barcodes: (checked.bill.amount <= CONVENIENCE_STORE_CAP).then_some(barcodes) }
}

/// Value of a barcode character in the check sums of both barcode rules: digits count as themselves, A–I and J–R as
/// 1–9, S–Z as 2–9.
fn letter_value(c: u8) -> u32 {
    match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        b'A'..=b'I' => u32::from(c - b'A') + 1,
        b'J'..=b'R' => u32::from(c - b'J') + 1,
        b'S'..=b'Z' => u32::from(c - b'S') + 2,
        _ => 0,
    }
}
