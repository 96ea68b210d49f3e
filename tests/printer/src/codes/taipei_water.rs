//! Taipei Water: TWQRP, and barcodes of its own layout that ends its first segment in `168`.

use time::{Date, Duration};

use super::letter_value;
use super::twqrp::BillCode;
use crate::bill::{PaperBill, roc_year, roc_yymmdd};

const ACQUIRER: &str = "4614611000051300010001000100513965";
const WEIGHTS_1: [u32; 6] = [7, 6, 5, 4, 3, 2];
const WEIGHTS_2: [u32; 8] = [2, 0, 3, 0, 5, 0, 7, 0];

/// Segment 2 is category 2, split serial 1, serial 1, day of the meter reading 2, water number 10; segment 3 is month of
/// the reading `YYMM`, check 2, amount 9.
pub fn texts(bill: &PaperBill, due: Date) -> (String, [String; 3]) {
    let qr = BillCode {
        name: "台北自來水費",
        amount: bill.amount,
        deadline: due,
        booking_number: &bill.number,
        acquirer: ACQUIRER,
    }
    .text();
    let read = meter_read_day(due);
    let category = "01";
    let booking = format!("01{:02}{}", read.day(), bill.number);
    let month = format!("{:02}{:02}", roc_year(read).rem_euclid(100), u8::from(read.month()));
    let amount = format!("{:09}", bill.amount);
    let [check1, check2] = check_characters(&amount, &booking, &month);
    let barcodes =
        [format!("{}168", roc_yymmdd(due)), format!("{category}{booking}"), format!("{month}{check1}{check2}{amount}")];
    (qr, barcodes)
}

/// The meter is read 25 days before the deadline on the bills of this printer.
pub fn meter_read_day(due: Date) -> Date {
    due.saturating_sub(Duration::days(25))
}

/// Check characters over amount 9, split serial, serial, day, water number and month (27 characters).
fn check_characters(amount: &str, booking: &str, month: &str) -> [char; 2] {
    let text = format!("{amount}{booking}{month}");
    let check = |weights: &[u32]| {
        let sum: u32 = text.bytes().zip(weights.iter().cycle()).map(|(c, w)| letter_value(c) * w).sum();
        match sum % 11 {
            0 => 'A',
            1 => '0',
            r => char::from_digit(11 - r, 10).unwrap_or('A'),
        }
    };
    [check(&WEIGHTS_1), check(&WEIGHTS_2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_rule_gives_a6_and_28_on_its_examples() {
        assert_eq!(check_characters("000000428", "01152081234560", "1407"), ['A', '6']);
        assert_eq!(check_characters("000001250", "01152081234560", "1501"), ['2', '8']);
    }
}
