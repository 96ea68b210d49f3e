//! Kinmen County Waterworks: water bill.

use ab_glyph::FontVec;

use super::parts::{
    Charge, Emblem, MARGIN, PayingPart, Theme, charges, fields, masthead, paying_part, remarks, tear_line,
};
use super::wording::{in_words, masked};
use crate::PrintError;
use crate::bill::{CheckedBill, roc_long};
use crate::codes::Codes;
use crate::paper::Page;
use crate::paper::canvas::{BLACK, Canvas, GREY, Style};

const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 214.0;
const THEME: Theme = Theme { main: [26, 92, 140], tint: [227, 238, 246] };

pub fn print(checked: &CheckedBill<'_>, codes: &Codes, font: &FontVec) -> Result<Page, PrintError> {
    let bill = checked.bill;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, font);
    masthead(
        &mut canvas,
        WIDTH,
        THEME,
        &Emblem::Drop,
        ["金門縣自來水廠", "Kinmen County Waterworks"],
        ["水費繳費通知單", "WATER BILL"],
    );
    let month = format!("{}年{}月", bill.period.get(..3).unwrap_or_default(), bill.period.get(3..).unwrap_or_default());
    let name = masked(&bill.owner);

    canvas.text_within(MARGIN + 4.0, 43.0, 82.0, Style::new(11.0, BLACK), &bill.address);
    canvas.text_within(MARGIN + 4.0, 52.0, 70.0, Style::new(15.0, BLACK), &format!("{name}　君　啟"));
    canvas.text(MARGIN + 4.0, 60.0, Style::new(8.0, GREY), "國內郵資已付　金門郵局許可證　無法投遞請退回");

    fields(
        &mut canvas,
        THEME,
        [104.0, 32.0, WIDTH - MARGIN - 104.0],
        27.0,
        &[
            ("水　　號", bill.number.clone()),
            ("收費年月", month.clone()),
            ("用戶名稱", name.clone()),
            ("繳費期限", format!("民國{}", roc_long(checked.due))),
        ],
    );
    let below =
        fields(&mut canvas, THEME, [MARGIN, 65.0, WIDTH - 2.0 * MARGIN], 27.0, &[("用水地址", bill.address.clone())]);
    let below = charges(&mut canvas, THEME, [MARGIN, below + 4.0, WIDTH - 2.0 * MARGIN], &breakdown(bill.amount));
    let words = format!("新臺幣　{}", in_words(bill.amount));
    canvas.text_within(MARGIN, below + 6.6, WIDTH - 2.0 * MARGIN, Style::new(12.0, BLACK), &words);
    remarks(
        &mut canvas,
        THEME,
        [MARGIN, below + 9.6, WIDTH - 2.0 * MARGIN],
        &[
            "請於繳費期限前持本單至本廠、金融機構、便利商店，或以行動支付掃描條碼繳納；逾期依自來水法規定辦理。",
            "本單未經收款機構蓋章或未附繳費證明者，不作繳費憑證。",
            "用水度數如有疑義，請於繳費期限前洽本廠營業課。",
        ],
    );
    tear_line(&mut canvas, 147.0, WIDTH, THEME);
    let part = PayingPart {
        title: "金門縣自來水廠　水費　代收機構收執聯",
        caption: "水費行動支付",
        facts: vec![("水號", bill.number.clone()), ("收費年月", month)],
    };
    paying_part(canvas, THEME, 150.0, &part, checked, codes)
}

/// Charges that add up to the amount; small bills are the basic charge alone.
fn breakdown(amount: i64) -> Vec<Charge> {
    let basic = amount.min(51);
    let conservation = (amount - basic) / 21;
    let water = amount - basic - conservation;
    vec![
        Charge { item: "基本費", basis: "口徑 20 公厘".to_owned(), amount: basic },
        Charge { item: "用水費", basis: format!("實用水量 {} 度", water / 11), amount: water },
        Charge { item: "代徵水源保育與回饋費", basis: "用水費 5%".to_owned(), amount: conservation },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charges_add_up_to_the_bill() {
        for amount in [1, 51, 52, 428, 20_000, 999_999_999] {
            assert_eq!(breakdown(amount).iter().map(|c| c.amount).sum::<i64>(), amount);
            assert!(breakdown(amount).iter().all(|c| c.amount >= 0));
        }
    }
}
