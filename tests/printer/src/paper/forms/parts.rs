//! Parts that every form is put together from.

use crate::PrintError;
use crate::bill::{CheckedBill, roc_long};
use crate::codes::Codes;
use crate::paper::canvas::{Align, BLACK, Canvas, GREY, Ink, Style, WHITE, pixels};
use crate::paper::symbols::{BARS_QUIET, NARROW, QR_QUIET, Qr, code39, draw_bars};
use crate::paper::{Page, PageArea};

use super::wording::{spaced, thousands};

/// The two colours that a form is pre-printed in; what the biller's computer adds is black.
#[derive(Clone, Copy)]
pub struct Theme {
    pub main: Ink,
    pub tint: Ink,
}

/// Left and right margin of every form, in millimetres.
pub const MARGIN: f32 = 12.0;
const HAIRLINE: f32 = 0.18;
const RULE: f32 = 0.35;

/// A drop of water or a character in a ring, or a `P` on a plate: invented emblems, no biller's real mark.
pub enum Emblem {
    Drop,
    Parking,
    Character(&'static str),
}

/// The form's head: emblem, biller in Chinese and English, and the form's title at the right.
pub fn masthead(
    canvas: &mut Canvas<'_>,
    width: f32,
    theme: Theme,
    emblem: &Emblem,
    names: [&str; 2],
    title: [&str; 2],
) {
    let (cx, cy, r) = (MARGIN + 7.0, 16.5, 7.0);
    let bounds = [cx - r - 1.0, cy - r - 1.0, 2.0 * r + 2.0, 2.0 * r + 2.0];
    match emblem {
        Emblem::Drop => {
            canvas.shape(bounds, theme.main, |x, y| ((x - cx).hypot(y - cy) - r).max(r - 0.9 - (x - cx).hypot(y - cy)));
            canvas.shape(bounds, theme.main, |x, y| drop_distance(x - cx, y - cy - 1.1));
            canvas.shape(bounds, WHITE, |x, y| {
                let wave = 2.2 + 0.45 * ((x - cx) * 1.9).sin();
                ((y - cy - wave).abs() - 0.28).max((x - cx).abs() - 2.1)
            });
        }
        Emblem::Character(character) => {
            canvas.shape(bounds, theme.main, |x, y| ((x - cx).hypot(y - cy) - r).max(r - 0.9 - (x - cx).hypot(y - cy)));
            canvas.text(cx, cy + 3.4, Style::new(24.0, theme.main).bold().centred(), character);
        }
        Emblem::Parking => {
            canvas.shape(bounds, theme.main, |x, y| {
                let (dx, dy) = (((x - cx).abs() - r + 1.6).max(0.0), ((y - cy).abs() - r + 1.6).max(0.0));
                dx.hypot(dy) - 1.6
            });
            canvas.text(cx, cy + 4.4, Style::new(34.0, WHITE).bold().centred(), "P");
        }
    }
    let left = MARGIN + 17.5;
    let right = width - MARGIN;
    let title_style = Style::new(17.0, theme.main).bold().right();
    let title_width = canvas.width(title_style, title[0]);
    let room = right - left - title_width - 4.0;
    canvas.text_within(left, 16.6, room, Style::new(20.0, theme.main).bold(), names[0]);
    canvas.text_within(left, 22.2, room, Style::new(8.2, theme.main), names[1]);
    canvas.text(right, 16.2, title_style, title[0]);
    canvas.text(right, 22.2, Style::new(8.2, theme.main).right(), title[1]);
    canvas.horizontal(MARGIN, 26.4, right - MARGIN, 0.9, theme.main);
    canvas.horizontal(MARGIN, 27.4, right - MARGIN, HAIRLINE, theme.main);
}

/// A drop, point up: a circle below, and tangents that meet above it.
fn drop_distance(x: f32, y: f32) -> f32 {
    const RADIUS: f32 = 3.0;
    const TIP: f32 = 6.4;
    let circle = x.hypot(y) - RADIUS;
    let half_width = RADIUS * (TIP + y) / TIP * 0.885;
    let cone = (x.abs() - half_width).max(y + 1.2).max(-TIP - y);
    circle.min(cone)
}

/// A table of labelled fields, label tinted.
pub fn fields(canvas: &mut Canvas<'_>, theme: Theme, area: [f32; 3], label_width: f32, rows: &[(&str, String)]) -> f32 {
    let [x, top, width] = area;
    const ROW: f32 = 7.4;
    let height = ROW * rows.len() as f32;
    canvas.fill(x, top, label_width, height, theme.tint);
    let mut y = top;
    for (label, value) in rows {
        canvas.text_within(x + 2.0, y + 5.1, label_width - 4.0, Style::new(10.0, theme.main), label);
        canvas.text_within(x + label_width + 2.4, y + 5.2, width - label_width - 4.8, Style::new(11.0, BLACK), value);
        canvas.horizontal(x, y, width, HAIRLINE, theme.main);
        y += ROW;
    }
    canvas.vertical(x + label_width, top, height, HAIRLINE, theme.main);
    canvas.frame(x, top, width, height, RULE, theme.main);
    top + height
}

/// One line of a table of charges.
pub struct Charge {
    pub item: &'static str,
    pub basis: String,
    pub amount: i64,
}

/// A table of charges with a head and the sum below.
pub fn charges(canvas: &mut Canvas<'_>, theme: Theme, area: [f32; 3], rows: &[Charge]) -> f32 {
    let [x, top, width] = area;
    const ROW: f32 = 6.8;
    let columns = [x, x + width * 0.36, x + width * 0.72];
    let right = x + width;
    canvas.fill(x, top, width, ROW, theme.main);
    for (at, head) in columns.iter().zip(["費用項目", "計費說明", "金額（元）"]) {
        canvas.text(at + 2.4, top + 4.8, Style::new(9.6, WHITE).bold(), head);
    }
    let mut y = top + ROW;
    for (index, row) in rows.iter().enumerate() {
        if index % 2 == 1 {
            canvas.fill(x, y, width, ROW, theme.tint);
        }
        canvas.text(columns[0] + 2.4, y + 4.8, Style::new(10.0, BLACK), row.item);
        let room = columns[2] - columns[1] - 4.8;
        canvas.text_within(columns[1] + 2.4, y + 4.8, room, Style::new(9.0, GREY), &row.basis);
        canvas.text(right - 3.0, y + 4.8, Style::new(10.5, BLACK).right(), &thousands(row.amount));
        canvas.horizontal(x, y + ROW, width, HAIRLINE, theme.main);
        y += ROW;
    }
    let sum: i64 = rows.iter().map(|row| row.amount).sum();
    canvas.fill(x, y, width, ROW + 1.0, theme.tint);
    canvas.text(columns[0] + 2.4, y + 5.4, Style::new(11.5, theme.main).bold(), "應繳總金額");
    canvas.text(right - 3.0, y + 5.6, Style::new(13.0, BLACK).bold().right(), &thousands(sum));
    y += ROW + 1.0;
    for at in &columns[1..] {
        canvas.vertical(*at, top + ROW, y - top - ROW, HAIRLINE, theme.main);
    }
    canvas.frame(x, top, width, y - top, RULE, theme.main);
    y
}

/// Numbered remarks in small print.
pub fn remarks(canvas: &mut Canvas<'_>, theme: Theme, area: [f32; 3], lines: &[&str]) -> f32 {
    let [x, top, width] = area;
    canvas.text(x, top + 3.6, Style::new(9.0, theme.main).bold(), "注意事項");
    let mut y = top + 3.6;
    for (index, line) in lines.iter().enumerate() {
        y += 4.5;
        canvas.text_within(x, y, width, Style::new(8.0, GREY), &format!("{}. {line}", index + 1));
    }
    y + 1.0
}

/// The line along which the paying part is torn off.
pub fn tear_line(canvas: &mut Canvas<'_>, y: f32, width: f32, theme: Theme) {
    let hint = "請沿虛線撕下，交由代收機構收執";
    let style = Style::new(7.5, theme.main).centred();
    let gap = canvas.width(style, hint) / 2.0 + 2.0;
    canvas.dashes(4.0, y, width / 2.0 - gap - 4.0, theme.main);
    canvas.dashes(width / 2.0 + gap, y, width / 2.0 - gap - 4.0, theme.main);
    canvas.text(width / 2.0, y + 1.0, style, hint);
}

/// What the paying part shows beside its codes.
pub struct PayingPart<'a> {
    /// Title of the part, with the biller's name.
    pub title: &'a str,
    /// Caption below the QR code.
    pub caption: &'a str,
    /// Labelled fields at the right of the codes or above them.
    pub facts: Vec<(&'static str, String)>,
}

/// The codes: three barcodes one below the other, the QR code at their right.
pub fn paying_part(
    mut canvas: Canvas<'_>,
    theme: Theme,
    top: f32,
    part: &PayingPart<'_>,
    checked: &CheckedBill<'_>,
    codes: &Codes,
) -> Result<Page, PrintError> {
    const BAR_HEIGHT: f32 = 10.0;
    const PITCH: f32 = 16.6;
    const QR_ROOM: u32 = 350;
    let width = canvas.image.width() as f32 / crate::PIXELS_PER_MM;
    canvas.text_within(MARGIN, top + 4.0, width - 2.0 * MARGIN, Style::new(10.5, theme.main).bold(), part.title);

    let y = top + 8.0;
    let bars_left = pixels(MARGIN + 1.0) + BARS_QUIET * NARROW;
    let mut bars_right = bars_left;
    let barcodes = match &codes.barcodes {
        Some(texts) => {
            let mut areas = [PageArea { x: 0, y: 0, width: 0, height: 0 }; 3];
            for (index, (area, text)) in areas.iter_mut().zip(texts).enumerate() {
                let at = y + PITCH * index as f32;
                *area = draw_bars(&mut canvas, bars_left, pixels(at), pixels(BAR_HEIGHT), &code39(text)?);
                let x = bars_left as f32 / crate::PIXELS_PER_MM;
                canvas.text(x, at + BAR_HEIGHT + 3.9, Style::new(9.5, BLACK), &spaced(text));
                bars_right = bars_right.max(area.x + area.width);
            }
            Some(areas)
        }
        None => {
            let note = if checked.bill.amount > crate::CONVENIENCE_STORE_CAP {
                "金額逾新臺幣2萬元，超商不代收，請至金融機構或以行動支付繳納。"
            } else {
                "請以行動支付掃描右側 QR Code，或至金融機構臨櫃繳納。"
            };
            bars_right += pixels(88.0);
            canvas.frame(MARGIN + 2.0, y, 90.0, 24.0, RULE, theme.main);
            canvas.text_within(MARGIN + 6.0, y + 13.5, 82.0, Style::new(11.0, BLACK), note);
            None
        }
    };

    let qr = Qr::new(&codes.qr, QR_ROOM)?;
    let qr_x = bars_right + BARS_QUIET * NARROW + (QR_QUIET + 1) * qr.module;
    let qr_area = qr.draw(&mut canvas, qr_x, pixels(y + 2.0));
    let qr_mm = |pixels: u32| pixels as f32 / crate::PIXELS_PER_MM;
    let (qr_left, qr_right) = (qr_mm(qr_area.x), qr_mm(qr_area.x + qr_area.width));
    let below = qr_mm(qr_area.y + qr_area.height + QR_QUIET * qr.module);
    canvas.text((qr_left + qr_right) / 2.0, below + 3.0, Style::new(9.0, theme.main).bold().centred(), part.caption);
    canvas.text((qr_left + qr_right) / 2.0, below + 7.0, Style::new(7.5, GREY).centred(), "請以行動支付掃描");

    let facts_left = qr_right + qr_mm(QR_QUIET * qr.module) + 4.0;
    if width - MARGIN - facts_left > 30.0 {
        facts(&mut canvas, theme, [facts_left, y, width - MARGIN - facts_left], part, checked);
    }
    Ok(Page { qr: qr_area, qr_module: qr.module, barcodes, narrow_bar: NARROW, image: canvas.image })
}

/// Labelled values one below the other, and the amount in a box.
fn facts(canvas: &mut Canvas<'_>, theme: Theme, area: [f32; 3], part: &PayingPart<'_>, checked: &CheckedBill<'_>) {
    let [x, top, width] = area;
    let mut y = top;
    let due = ("繳費期限", roc_long(checked.due));
    for (label, value) in part.facts.iter().chain([&due]) {
        canvas.text(x, y + 3.2, Style::new(8.0, theme.main), label);
        canvas.text_within(x, y + 8.0, width, Style::new(11.0, BLACK), value);
        y += 11.0;
    }
    canvas.fill(x, y, width, 14.0, theme.tint);
    canvas.frame(x, y, width, 14.0, RULE, theme.main);
    canvas.text(x + 2.0, y + 4.4, Style::new(8.0, theme.main), "應繳金額（新臺幣）");
    let style = Style { align: Align::Right, ..Style::new(15.0, BLACK).bold() };
    canvas.text_within(x + width - 2.0, y + 11.4, width - 4.0, style, &format!("{}元", thousands(checked.bill.amount)));
}
