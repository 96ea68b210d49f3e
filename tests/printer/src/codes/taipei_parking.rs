//! Taipei roadside parking: a pay.taipei link, and barcodes by the general rule.

use sha2::{Digest, Sha256};
use time::Date;

use super::convenience_store;
use crate::bill::{PaperBill, roc_yymmdd};

/// pay.taipei's number for roadside parking.
const ITEM: &str = "2";
/// pay.taipei's default bill type.
const TYPE: &str = "2";

/// The link states no amount; the barcodes do.
pub fn texts(bill: &PaperBill, due: Date) -> (String, [String; 3]) {
    let qr = link(ITEM, &bill.number);
    let first = format!("{}2PK", roc_yymmdd(due));
    let second = format!("{}0", bill.number);
    let date = format!("{:02}{:02}", u8::from(due.month()), due.day());
    let third = convenience_store::third_segment(&first, &second, &date, bill.amount);
    (qr, [first, second, third])
}

/// pay.taipei's link to a bill.
pub fn link(item: &str, number: &str) -> String {
    format!("https://pay.taipei/qr/{item}/{number}/{}/{TYPE}", link_check(item, number))
}

/// First four hexadecimal digits of SHA-256 over item, number and type.
fn link_check(item: &str, number: &str) -> String {
    let digest = Sha256::digest(format!("{item}{number}{TYPE}"));
    digest.iter().take(2).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_of_a_link_is_the_one_that_pay_taipei_writes() {
        assert_eq!(link_check(ITEM, "Q0000000A000001"), "d30a");
    }
}
