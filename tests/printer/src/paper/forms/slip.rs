//! The one form of billers whose paper is not known.

use ab_glyph::FontVec;

use super::parts::{
    Charge, Emblem, MARGIN, PayingPart, Theme, charges, fields, masthead, paying_part, remarks, tear_line,
};
use super::wording::{in_words, is_plate, masked};
use crate::PrintError;
use crate::bill::{CheckedBill, roc_long};
use crate::codes::{Codes, Slip};
use crate::paper::Page;
use crate::paper::canvas::{BLACK, Canvas, Style};

const WIDTH: f32 = 190.0;
const HEIGHT: f32 = 186.0;
const THEME: Theme = Theme { main: [58, 84, 58], tint: [232, 240, 230] };

pub fn print(slip: &Slip, checked: &CheckedBill<'_>, codes: &Codes, font: &FontVec) -> Result<Page, PrintError> {
    let bill = checked.bill;
    let mut canvas = Canvas::new(WIDTH, HEIGHT, font);
    masthead(&mut canvas, WIDTH, THEME, &Emblem::Character(slip.emblem), slip.names, ["繳費通知單", "PAYMENT SLIP"]);
    let payer = if is_plate(&bill.owner) { bill.owner.clone() } else { masked(&bill.owner) };
    let mut rows = vec![
        ("繳 款 人", payer),
        ("銷帳編號", bill.number.clone()),
        ("地　　址", bill.address.clone()),
        ("繳費期限", format!("民國{}", roc_long(checked.due))),
    ];
    if !bill.period.is_empty() {
        rows.insert(2, ("期　　別", bill.period.clone()));
    }
    let below = fields(&mut canvas, THEME, [MARGIN, 31.0, WIDTH - 2.0 * MARGIN], 27.0, &rows);
    let charge = [Charge { item: slip.charge, basis: "依收費標準".to_owned(), amount: bill.amount }];
    let below = charges(&mut canvas, THEME, [MARGIN, below + 4.0, WIDTH - 2.0 * MARGIN], &charge);
    let words = format!("新臺幣　{}", in_words(bill.amount));
    canvas.text_within(MARGIN, below + 6.6, WIDTH - 2.0 * MARGIN, Style::new(12.0, BLACK), &words);
    remarks(
        &mut canvas,
        THEME,
        [MARGIN, below + 9.6, WIDTH - 2.0 * MARGIN],
        &["請於繳費期限前以行動支付掃描 QR Code 繳納，逾期者請洽本單位。", "請妥善保存本單及繳費證明，以備查對。"],
    );
    tear_line(&mut canvas, 122.0, WIDTH, THEME);
    let facts = vec![("銷帳編號", bill.number.clone())];
    let part = PayingPart { title: slip.names[0], caption: "行動支付", facts };
    paying_part(canvas, THEME, 125.0, &part, checked, codes)
}
