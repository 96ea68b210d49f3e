//! Kinmen County Waterworks, `KMWater`: a layout of this project's own, since the real one is not public.

use time::Date;

use super::convenience_store;
use super::twqrp::BillCode;
use crate::bill::{PaperBill, roc_yymmdd};

const ACQUIRER: &str = "4614611000058930010001000100589301";

/// D7 is the seven-digit water number and the ROC month; the barcodes carry both in segment 2.
pub fn texts(bill: &PaperBill, due: Date) -> (String, [String; 3]) {
    let booking_number = format!("{}{}", bill.number, bill.period);
    let qr = BillCode {
        name: "金門縣自來水廠",
        amount: bill.amount,
        deadline: due,
        booking_number: &booking_number,
        acquirer: ACQUIRER,
    }
    .text();
    let first = format!("{}6KM", roc_yymmdd(due));
    let second = format!("{booking_number}0000");
    let date = format!("{:02}{:02}", u8::from(due.month()), due.day());
    let third = convenience_store::third_segment(&first, &second, &date, bill.amount);
    (qr, [first, second, third])
}
