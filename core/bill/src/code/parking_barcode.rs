//! Barcodes of a Taipei parking slip, by the convenience-store rule: segment 1 = due date (ROC `YYMMDD`) + `2PK` ·
//! segment 2 = slip number 15 + `0` · segment 3 = due `MMDD` + 2 check digits + amount 9.
//!
//! The item `2PK` and the layout are the project's own, since the real ones are not public. They add to the slip's QR
//! code what it does not say: amount and due date.

use crate::code::cvs_barcode::{Segments, amount_and_due};
use crate::code::{Barcodes, Layout};
use crate::{BillClaim, BillerId, CivilDate, CodeFormat, Period, Suspicion, keyed};

const ITEM: &str = "2PK";

pub(crate) const LAYOUT: Layout = Layout {
    biller: "taipei-parking",
    twqrp: None,
    barcodes: Some(Barcodes { item: ITEM, read: from_barcodes, number_in }),
};

fn from_barcodes(segments: &Segments<'_>, today: CivilDate) -> Result<BillClaim, Suspicion> {
    let (amount, due) = amount_and_due(segments, today)?;
    let slip = segments.second.strip_suffix('0').ok_or(Suspicion::MalformedField)?;
    Ok(BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        number: keyed::parking_slip(slip).ok_or(Suspicion::BillNumberMalformed)?,
        period: Some(Period::single()),
        amount: Some(amount),
        due: Some(due),
        format: CodeFormat::ParkingBarcodes,
        warnings: Vec::new(),
    })
}

/// The number that segment 2 names, whatever the check digits say.
fn number_in(second: &str) -> Option<&str> {
    second.get(..15)
}
