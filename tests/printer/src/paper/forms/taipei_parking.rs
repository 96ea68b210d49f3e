//! Taipei City Parking Management Office: slip for roadside parking.

use ab_glyph::FontVec;

use super::parts::{
    Charge, Emblem, MARGIN, PayingPart, Theme, charges, fields, masthead, paying_part, remarks, tear_line,
};
use super::wording::{in_words, is_plate, masked};
use crate::PrintError;
use crate::bill::{CheckedBill, roc_long};
use crate::codes::Codes;
use crate::paper::Page;
use crate::paper::canvas::{BLACK, Canvas, Style};

const WIDTH: f32 = 156.0;
const HEIGHT: f32 = 189.0;
const THEME: Theme = Theme { main: [176, 62, 20], tint: [251, 235, 226] };

pub fn print(checked: &CheckedBill<'_>, codes: &Codes, font: &FontVec) -> Result<Page, PrintError> {
    let bill = checked.bill;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, font);
    masthead(
        &mut canvas,
        WIDTH,
        THEME,
        &Emblem::Parking,
        ["臺北市停車管理工程處", "Taipei City Parking Management Office"],
        ["停車繳費通知單", "PARKING SLIP"],
    );
    let payer = if is_plate(&bill.owner) {
        ("車　　號", bill.owner.clone())
    } else {
        ("車　　主", masked(&bill.owner))
    };
    let below = fields(
        &mut canvas,
        THEME,
        [MARGIN, 31.0, WIDTH - 2.0 * MARGIN],
        27.0,
        &[
            payer,
            ("單　　號", bill.number.clone()),
            ("停車地點", bill.address.clone()),
            ("繳費期限", format!("民國{}", roc_long(checked.due))),
        ],
    );
    let rows = [Charge {
        item: "路邊停車費", basis: "計時收費，每半小時計費一次".to_owned(), amount: bill.amount
    }];
    let below = charges(&mut canvas, THEME, [MARGIN, below + 4.0, WIDTH - 2.0 * MARGIN], &rows);
    let words = format!("新臺幣　{}", in_words(bill.amount));
    canvas.text_within(MARGIN, below + 6.6, WIDTH - 2.0 * MARGIN, Style::new(12.0, BLACK), &words);
    remarks(
        &mut canvas,
        THEME,
        [MARGIN, below + 9.6, WIDTH - 2.0 * MARGIN],
        &[
            "本單可於便利商店、pay.taipei 及合作之行動支付繳納，逾期者依規定催繳。",
            "停車資料約於隔日上傳，每日 05:15 至 06:15 暫停查詢。",
            "請妥善保存本單及繳費證明，以備查對。",
        ],
    );
    tear_line(&mut canvas, 120.0, WIDTH, THEME);
    let part = PayingPart {
        title: "臺北市路邊停車費　代收機構收執聯", caption: "停車費行動支付", facts: Vec::new()
    };
    paying_part(canvas, THEME, 123.0, &part, checked, codes)
}
