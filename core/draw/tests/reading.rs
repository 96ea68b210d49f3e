//! What is drawn is read again.
#![allow(clippy::unwrap_used)]

use paytaipei_draw::{DrawError, barcodes, qr_code};
use paytaipei_scan::{Effort, Format, Scan, decode_image, scan};

fn read(png: &[u8]) -> Scan {
    scan(&decode_image(png).unwrap().as_luma(), Effort::Still)
}

#[test]
fn the_three_barcodes_of_a_bill_are_read_in_their_order() {
    let texts = ["1512206KM", "1234567115100000", "1220A4000000428"];
    let symbols = read(&barcodes(&texts).unwrap().png).symbols;
    let mut codes: Vec<(f32, &str)> =
        symbols.iter().map(|symbol| (symbol.corners[0].1, symbol.text.as_str())).collect();
    codes.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(symbols.iter().all(|symbol| symbol.format == Format::Code39));
    assert_eq!(codes.iter().map(|(_, text)| *text).collect::<Vec<_>>(), texts);
}

#[test]
fn every_character_of_code_39_is_drawn_as_it_is_read() {
    for text in ["0123456789ABCDEF", "GHIJKLMNOPQRSTUV", "WXYZ-. $/+%AB"] {
        let symbols = read(&barcodes(&[text]).unwrap().png).symbols;
        assert_eq!(symbols.iter().map(|symbol| symbol.text.as_str()).collect::<Vec<_>>(), [text]);
    }
}

#[test]
fn a_text_as_long_as_a_signed_receipt_is_read_from_its_qr_code() {
    let text: String = (0..620_u32).map(|at| char::from(b"AbC-_9.z"[at as usize * 5 % 8])).collect();
    let symbols = read(&qr_code(&text).unwrap().png).symbols;
    assert_eq!(symbols.iter().map(|symbol| symbol.text.as_str()).collect::<Vec<_>>(), [text]);
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(barcodes(&[]).err(), Some(DrawError::TooLong));
    assert_eq!(barcodes(&["A"; 9]).err(), Some(DrawError::TooLong));
    assert_eq!(barcodes(&[&"A".repeat(49)]).err(), Some(DrawError::TooLong));
    assert_eq!(barcodes(&["水"]).err(), Some(DrawError::Character));
    assert_eq!(qr_code(&"x".repeat(3_000)).err(), Some(DrawError::TooLong));
}
