//! What stands in the codes of each bill. `docs/bill-codes.md` describes the same formats for the reader; nothing
//! here is shared with it.

mod convenience_store;
mod kinmen_water;
mod slip;
mod taipei_parking;
mod taipei_water;
mod twqrp;

use std::fmt;

use crate::PrintError;
use crate::bill::{BillerLayout, CheckedBill, Paper, PaperBill};

pub use slip::{SLIPS, Slip, SlipCode};
pub(crate) use taipei_water::meter_read_day;

/// Highest amount that convenience stores collect, in NT dollars: above it a bill carries no barcodes.
pub const CONVENIENCE_STORE_CAP: i64 = 20_000;

/// The texts of a bill's codes.
#[derive(Clone, PartialEq, Eq)]
pub struct Codes {
    /// Text of the QR code, encoded as UTF-8.
    pub qr: String,
    /// Texts of the three Code 39 barcodes from top to bottom, without start and stop characters. `None` above
    /// [`CONVENIENCE_STORE_CAP`], and on slips, which have a QR code only.
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
    let (qr, barcodes) = match checked.paper {
        Paper::Slip(slip) => return Codes { qr: slip.text(checked.bill, checked.due), barcodes: None },
        Paper::Form(BillerLayout::KinmenWater) => kinmen_water::texts(checked.bill, checked.due),
        Paper::Form(BillerLayout::TaipeiWater) => taipei_water::texts(checked.bill, checked.due),
        Paper::Form(BillerLayout::TaipeiParking) => taipei_parking::texts(checked.bill, checked.due),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(biller: &str, number: &str, period: &str, amount: i64) -> PaperBill {
        PaperBill {
            biller: biller.into(),
            number: number.into(),
            period: period.into(),
            amount,
            due: "2026-12-20".into(),
            owner: "王小明".into(),
            address: "民生路".into(),
        }
    }

    #[test]
    fn bills_carry_the_barcodes_that_the_description_of_the_formats_shows() {
        for (bill, segments) in [
            (bill("kinmen-water", "1234567", "11510", 428), ["1512206KM", "1234567115100000", "122039000000428"]),
            (bill("taipei-parking", "Q0000000A000001", "", 48), ["1512202PK", "Q0000000A0000010", "122079000000048"]),
        ] {
            assert!(codes(&bill).unwrap().barcodes.unwrap() == segments, "{}", bill.biller);
        }
        let water = codes(&bill("taipei-water", "2081234560", "20261220", 428)).unwrap().barcodes.unwrap();
        assert!(water[0] == "151220168" && water[1].ends_with("2081234560") && water[2].ends_with("000000428"));
    }

    #[test]
    fn qr_codes_name_bill_amount_and_deadline_where_the_format_does() {
        let qr = codes(&bill("kinmen-water", "1234567", "11510", 428)).unwrap().qr;
        assert!(qr.starts_with("TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3="));
        assert!(qr.contains("&D4=20261220&D7=123456711510&D11=00,"));
        assert!(qr.rsplit(',').next().is_some_and(|acquirer| acquirer.len() == 34));
        let link = codes(&bill("taipei-parking", "Q0000000A000001", "", 48)).unwrap().qr;
        assert!(link == "https://pay.taipei/qr/2/Q0000000A000001/d30a/2");
    }

    #[test]
    fn convenience_stores_get_no_barcodes_above_their_cap() {
        let barcodes = |amount| codes(&bill("kinmen-water", "1234567", "11510", amount)).unwrap().barcodes;
        assert!(barcodes(20_000).is_some() && barcodes(20_001).is_none());
    }
}
