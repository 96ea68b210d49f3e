//! Taipei Water Department: water bill with the sewage charge that it collects.

use ab_glyph::FontVec;

use super::parts::{
    Charge, Emblem, MARGIN, PayingPart, Theme, charges, fields, masthead, paying_part, remarks, tear_line,
};
use super::wording::{in_words, masked};
use crate::PrintError;
use crate::bill::{CheckedBill, roc_long};
use crate::codes::{Codes, meter_read_day};
use crate::paper::Page;
use crate::paper::canvas::{BLACK, Canvas, GREY, Style};

const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 226.0;
const THEME: Theme = Theme { main: [0, 116, 108], tint: [226, 242, 239] };

pub fn print(checked: &CheckedBill<'_>, codes: &Codes, font: &FontVec) -> Result<Page, PrintError> {
    let bill = checked.bill;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, font);
    masthead(
        &mut canvas,
        WIDTH,
        THEME,
        &Emblem::Drop,
        ["臺北自來水事業處", "Taipei Water Department"],
        ["水費繳費通知單", "WATER BILL"],
    );
    let name = masked(&bill.owner);
    let number = grouped(&bill.number);
    let read = meter_read_day(checked.due);

    canvas.text_within(MARGIN + 4.0, 43.0, 82.0, Style::new(11.0, BLACK), &bill.address);
    canvas.text_within(MARGIN + 4.0, 52.0, 70.0, Style::new(15.0, BLACK), &format!("{name}　先生／女士　收"));
    canvas.text(MARGIN + 4.0, 60.0, Style::new(8.0, GREY), "國內郵資已付　臺北郵局許可證　無法投遞請退回");

    fields(
        &mut canvas,
        THEME,
        [104.0, 32.0, WIDTH - MARGIN - 104.0],
        27.0,
        &[
            ("水　　號", number.clone()),
            ("用戶名稱", name),
            ("抄表日期", roc_long(read)),
            ("繳費期限", roc_long(checked.due)),
        ],
    );
    let used = bill.amount / 16;
    let below = fields(
        &mut canvas,
        THEME,
        [MARGIN, 65.0, WIDTH - 2.0 * MARGIN],
        27.0,
        &[
            ("用水地址", bill.address.clone()),
            ("本期用水", format!("{used} 度　　口徑 20 公厘　　用水種別 家用　　計費期數 1 期（二個月）")),
        ],
    );
    let below = charges(&mut canvas, THEME, [MARGIN, below + 4.0, WIDTH - 2.0 * MARGIN], &breakdown(bill.amount));
    let words = format!("新臺幣　{}", in_words(bill.amount));
    canvas.text_within(MARGIN, below + 6.6, WIDTH - 2.0 * MARGIN, Style::new(12.0, BLACK), &words);
    remarks(
        &mut canvas,
        THEME,
        [MARGIN, below + 9.6, WIDTH - 2.0 * MARGIN],
        &[
            "繳費期限前可至便利商店、金融機構、本處各營業分處，或以 pay.taipei 行動支付繳納；逾期條碼失效。",
            "已辦理金融機構代繳者，本單僅供核對，請勿重複繳納。",
            "逾期未繳依本處營業章程加收遲延繳付費用。",
        ],
    );
    tear_line(&mut canvas, 160.0, WIDTH, THEME);
    let part = PayingPart {
        title: "臺北自來水事業處　水費　代收機構收執聯",
        caption: "台北自來水費",
        facts: vec![("水號", number), ("抄表日期", roc_long(read))],
    };
    paying_part(canvas, THEME, 163.0, &part, checked, codes)
}

/// `2-08-123456-0`: area, sub-area, household, check digit.
fn grouped(number: &str) -> String {
    let part = |range: std::ops::Range<usize>| number.get(range).unwrap_or_default().to_owned();
    [part(0..1), part(1..3), part(3..9), part(9..10)].join("-")
}

/// Charges that add up to the amount.
fn breakdown(amount: i64) -> Vec<Charge> {
    let basic = amount.min(68);
    let rest = amount - basic;
    let (sewage, conservation) = (rest / 3, rest / 26);
    let water = rest - sewage - conservation;
    vec![
        Charge { item: "基本費", basis: "20 公厘水表，每期".to_owned(), amount: basic },
        Charge { item: "用水費", basis: "依累進水價計算".to_owned(), amount: water },
        Charge { item: "代徵污水下水道使用費", basis: "每度 5 元".to_owned(), amount: sewage },
        Charge {
            item: "代徵水源保育與回饋費", basis: "用水費及基本費 5%".to_owned(), amount: conservation
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charges_add_up_to_the_bill() {
        for amount in [1, 68, 70, 1_250, 20_000, 999_999_999] {
            assert_eq!(breakdown(amount).iter().map(|c| c.amount).sum::<i64>(), amount);
            assert!(breakdown(amount).iter().all(|c| c.amount >= 0));
        }
    }

    #[test]
    fn a_water_number_is_printed_in_its_four_parts() {
        assert_eq!(grouped("2081234560"), "2-08-123456-0");
    }
}
