//! Slips of billers whose paper is not known: one form, and a QR code that names the bill.

use time::Date;

use super::taipei_parking;
use crate::bill::{PaperBill, roc_yymmdd};

/// What one biller's slip says.
pub struct Slip {
    pub biller: &'static str,
    /// Heading in Chinese and English.
    pub names: [&'static str; 2],
    /// One character for the emblem.
    pub emblem: &'static str,
    /// What is paid for.
    pub charge: &'static str,
    pub code: SlipCode,
}

/// What stands in its QR code.
#[derive(Clone, Copy)]
pub enum SlipCode {
    /// pay.taipei's link of this item: numbers from 901 on are the project's own.
    Link(&'static str),
    /// paytax.nat.gov.tw's link of this category.
    Tax(&'static str),
}

const fn link(
    biller: &'static str,
    names: [&'static str; 2],
    emblem: &'static str,
    charge: &'static str,
    item: &'static str,
) -> Slip {
    Slip { biller, names, emblem, charge, code: SlipCode::Link(item) }
}

const fn tax(biller: &'static str, names: [&'static str; 2], charge: &'static str, category: &'static str) -> Slip {
    Slip { biller, names, emblem: "稅", charge, code: SlipCode::Tax(category) }
}

/// All of them.
pub const SLIPS: [Slip; 10] = [
    link("taipei-hospital", ["臺北市立聯合醫院", "Taipei City Hospital"], "醫", "醫療費用", "901"),
    link("taipei-study-fees", ["臺北市立學校", "Taipei Municipal Schools"], "學", "學雜費", "902"),
    link(
        "traffic-fine",
        ["臺北市交通事件裁決所", "Taipei City Traffic Adjudication Office"],
        "罰",
        "交通違規罰鍰",
        "903",
    ),
    link("assembly-deposit", ["臺北市政府警察局", "Taipei City Police Department"], "保", "集會遊行保證金", "904"),
    link("land-office", ["臺北市古亭地政事務所", "Taipei City Guting Land Office"], "地", "地政規費", "905"),
    link("company-registration", ["臺北市商業處", "Taipei City Office of Commerce"], "商", "登記規費", "906"),
    link("online-application", ["臺北市政府線上申辦", "Taipei City Online Services"], "申", "申辦規費", "907"),
    tax("house-tax", ["臺北市稅捐稽徵處　房屋稅", "Taipei City Revenue Service: House Tax"], "房屋稅", "11201"),
    tax(
        "land-value-tax",
        ["臺北市稅捐稽徵處　地價稅", "Taipei City Revenue Service: Land Value Tax"],
        "地價稅",
        "11331",
    ),
    tax(
        "vehicle-licence-tax",
        ["臺北市稅捐稽徵處　使用牌照稅", "Taipei City Revenue Service: Vehicle Licence Tax"],
        "使用牌照稅",
        "11221",
    ),
];

impl Slip {
    /// The QR code's text.
    pub(super) fn text(&self, bill: &PaperBill, due: Date) -> String {
        match self.code {
            SlipCode::Link(item) => taipei_parking::link(item, &bill.number),
            SlipCode::Tax(category) => {
                let (number, amount, period) = (&bill.number, bill.amount, &bill.period);
                format!(
                    "https://paytax.nat.gov.tw/QRCODE.aspx?par={category}{number}{amount:010}{}{period}000001",
                    roc_yymmdd(due)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published sample is land value tax, NT$502, due 2025-12-04.
    #[test]
    fn a_tax_bills_link_is_as_the_published_sample_but_for_its_identification() {
        let bill = PaperBill {
            biller: "land-value-tax".into(),
            number: "1234567890123456".into(),
            period: "14010".into(),
            amount: 502,
            due: "2025-12-04".into(),
            owner: "王小明".into(),
            address: "民生路".into(),
        };
        let text = crate::codes(&bill).unwrap().qr;
        let sample = "https://paytax.nat.gov.tw/QRCODE.aspx?par=113311234567890123456000000050214120414010671687";
        assert_eq!(text[..text.len() - 6], sample[..sample.len() - 6]);
    }
}
