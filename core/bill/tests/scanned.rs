//! Codes of every format, written, drawn, scanned and read: what comes out is what went in.
//!
//! Writing is the tests' own, drawing that of other projects' encoders.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic in a test is its report")]

mod writer;

use paytaipei_bill::{CivilDate, CodeKind, PaperCode, PaperReading, Reading, read_paper, read_text};
use paytaipei_scan::{Effort, Format, LumaImage, Symbol, scan};
use proptest::prelude::*;
use qrcode::{Color, EcLevel, QrCode};
use rxing::oned::Code39Writer;
use rxing::{BarcodeFormat, Writer};
use writer::Due;

fn today() -> CivilDate {
    "2026-11-24".parse().unwrap()
}

const INK: u8 = 30;
const PAPER: u8 = 230;

fn scanned(pixels: Vec<u8>, width: usize) -> Vec<Symbol> {
    let height = pixels.len() / width;
    let image = LumaImage::new(pixels, width as u32, height as u32).unwrap();
    scan(&image.as_luma(), Effort::Still).symbols
}

/// A QR code of four pixels a module in the middle of its quiet zone, as the reader sees it.
fn by_qr(bytes: &[u8]) -> Symbol {
    const MODULE: usize = 4;
    let code = QrCode::with_error_correction_level(bytes, EcLevel::M).unwrap();
    let (size, colours) = (code.width(), code.to_colors());
    let width = (size + 8) * MODULE;
    let dark = |x: usize, y: usize| {
        let inside = (4..4 + size).contains(&x) && (4..4 + size).contains(&y);
        inside && colours[(y - 4) * size + x - 4] == Color::Dark
    };
    let pixel = |i: usize| if dark(i % width / MODULE, i / width / MODULE) { INK } else { PAPER };
    let mut symbols = scanned((0..width * width).map(pixel).collect(), width);
    assert_eq!(symbols.len(), 1);
    symbols.remove(0)
}

/// Code 39 barcodes one below the other, two pixels a narrow bar, as the reader sees them.
fn by_bars(texts: &[&str]) -> Vec<Symbol> {
    const WIDTH: usize = 900;
    const HEIGHT: usize = 90;
    let mut pixels = vec![PAPER; WIDTH * (HEIGHT * texts.len() + 40)];
    for (line, text) in texts.iter().enumerate() {
        let bars = Code39Writer.encode(text, &BarcodeFormat::CODE_39, 0, 1).unwrap();
        for (x, _) in (0..bars.width()).enumerate().filter(|(_, column)| bars.get(*column, 0)) {
            for y in 20 + line * HEIGHT..line * HEIGHT + HEIGHT - 10 {
                pixels[y * WIDTH + 40 + x * 2..][..2].fill(INK);
            }
        }
    }
    scanned(pixels, WIDTH)
}

/// What a text is in one word: a bill's key, or the name of what it is else.
fn word(reading: &Reading) -> String {
    match reading {
        Reading::Bill(claim) => claim.key().canonical(),
        Reading::Known(known) => known.code().to_owned(),
        Reading::Suspicious(suspicion) => suspicion.code().to_owned(),
        Reading::Unknown => "unknown".to_owned(),
    }
}

fn word_of_paper(symbols: &[Symbol]) -> String {
    let kind = |format| match format {
        Format::QrCode => CodeKind::Qr,
        Format::Code128 => CodeKind::Code128,
        _ => CodeKind::Code39,
    };
    let codes: Vec<_> = symbols.iter().map(|s| PaperCode { kind: kind(s.format), text: &s.text }).collect();
    match read_paper(&codes, today()) {
        PaperReading::Bill(claim) => claim.key().canonical(),
        PaperReading::Nothing(explanation) => explanation.code().to_owned(),
        PaperReading::TwoBills(_) => "two bills".to_owned(),
    }
}

/// CRC-16/IBM-3740, bit by bit.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| if crc >> 15 == 1 { crc << 1 ^ 0x1021 } else { crc << 1 })
    })
}

fn merchant(name: &str) -> String {
    let body = format!("00020152045399530390158 02TW59{:02}{name}6304", name.chars().count()).replace(' ', "");
    format!("{body}{:04X}", crc(body.as_bytes()))
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn due() -> impl Strategy<Value = Due> {
    (2027i32..2040, 1u8..=12, 1u8..=28).prop_map(|(year, month, day)| Due { year, month, day })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_qr_code_is_read_as_it_was_written(
        kinmen in "[0-9]{7}", taipei in "2081[0-9]{6}", slip in "Q[0-9A-Z]{14}", amount in 1u64..1_000_000, due in due(),
        invoice in "[A-Z]{2}[0-9]{8}", shop in "[A-Z]{4,12}",
    ) {
        let water = writer::kinmen_qr(&kinmen, "11510", amount, due);
        let power = writer::twqrp("臺灣電力公司", "AB12", amount, due);
        let tax = format!("11201{:016}{amount:010}{}11510123456", amount * 7, due.roc());
        for (text, wanted) in [
            (writer::parking_qr(&slip), format!("taipei-parking/{slip}/")),
            (format!("https://parkingfee.pma.gov.taipei/qr?tno={slip}"), format!("taipei-parking/{slip}/")),
            (water.clone(), format!("kinmen-water/{kinmen}/11510")),
            (encode(&water), format!("kinmen-water/{kinmen}/11510")),
            (encode(&encode(&water)), format!("kinmen-water/{kinmen}/11510")),
            (water.replace('&', "\r\n&"), format!("kinmen-water/{kinmen}/11510")),
            (writer::taipei_qr(&taipei, amount, due), format!("taipei-water/{taipei}/{}", due.ad())),
            (
                format!("https://ebill.fisc.com.tw/payQR.aspx?{}", encode(&writer::taipei_qr(&taipei, amount, due))),
                format!("taipei-water/{taipei}/{}", due.ad()),
            ),
            (water.replace("D1=", "D1=1&D1="), "duplicate_key".to_owned()),
            (writer::parking_qr(&slip).replace("pay.taipei", "pay-taipei.example"), "look_alike_host".to_owned()),
            (power.clone(), "twqrp_bill".to_owned()),
            (power.replace("/03/", "/01/"), "twqrp_purchase".to_owned()),
            (power.replace("/03/", "/02/"), "twqrp_transfer".to_owned()),
            (merchant(&shop), "merchant_payment".to_owned()),
            (format!("https://paytax.nat.gov.tw/QRCODE.aspx?par={tax}"), format!("house-tax/{:016}/11510", amount * 7)),
            (
                format!("www.water.gov.tw/member_mobilesearch_act.aspx?{}", encode(&power)),
                "biller_not_served".to_owned(),
            ),
            (
                format!("{invoice}11511241234000001AC000001AC0000000012345678AAECAwQFBgcICQoLDA0ODw==:**"),
                "e_invoice".to_owned(),
            ),
            (format!("**:水費:1:{amount}"), "e_invoice_details".to_owned()),
        ] {
            let symbol = by_qr(text.as_bytes());
            prop_assert_eq!(&symbol.text, &text);
            prop_assert_eq!(word(&read_text(&symbol.text, today())), wanted, "{}", text);
        }
        // Not everybody's printer writes UTF-8.
        let (big5, _, lossy) = encoding_rs::BIG5.encode(&water);
        prop_assert!(!lossy);
        prop_assert_eq!(word(&read_text(&by_qr(&big5).text, today())), format!("kinmen-water/{kinmen}/11510"));
    }

    #[test]
    fn three_barcodes_are_read_as_the_bill_that_they_were_written_for(
        kinmen in "[0-9]{7}", taipei in "2081[0-9]{6}", slip in "Q[0-9A-Z]{14}", amount in 1u64..20_000, due in due(),
    ) {
        for (segments, wanted) in [
            (writer::kinmen_barcodes(&kinmen, "11510", amount, due), format!("kinmen-water/{kinmen}/11510")),
            (
                writer::taipei_barcodes(&taipei, "151008", amount, due),
                format!("taipei-water/{taipei}/{}", due.ad()),
            ),
            (writer::parking_barcodes(&slip, amount, due), format!("taipei-parking/{slip}/")),
            (writer::cvs(&format!("{}Y01", due.roc()), "ABCDEFGHIKLMNPQR", "1234", amount), "other_barcodes".to_owned()),
        ] {
            let symbols = by_bars(&segments.each_ref().map(String::as_str));
            prop_assert_eq!(symbols.len(), 3);
            prop_assert_eq!(word_of_paper(&symbols), wanted);
        }
        let lone = by_bars(&["/ABC+1.-"]);
        prop_assert_eq!(word_of_paper(&lone), "mobile_carrier");
    }
}

#[test]
fn a_tax_slip_is_read_as_the_slip_that_was_published() {
    let symbols = by_bars(&["1412046AM", "F301955114019403388", "0003W0000000502"]);
    assert_eq!(symbols.len(), 3);
    assert_eq!(word_of_paper(&symbols), "biller_not_served");
}
