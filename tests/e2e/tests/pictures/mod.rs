//! Pictures of codes that no bill printer would print.
#![allow(dead_code, clippy::unwrap_used)]

use barcoders::sym::code39::Code39;
use image::{Rgb, RgbImage};
use paytaipei_printer::to_png;
use qrcode::{Color, QrCode};

const WHITE: Rgb<u8> = Rgb([255; 3]);
const BLACK: Rgb<u8> = Rgb([0; 3]);
/// Pixels of a QR module, and of a narrow bar.
const MODULE: u32 = 6;
const BAR: u32 = 3;

pub fn blank(width: u32, height: u32) -> RgbImage {
    RgbImage::from_pixel(width, height, WHITE)
}

fn fill(picture: &mut RgbImage, x: u32, y: u32, width: u32, height: u32) {
    for row in y..y + height {
        for column in x..x + width {
            picture.put_pixel(column, row, BLACK);
        }
    }
}

/// QR codes side by side, as a PNG file.
pub fn qr_codes(texts: &[&str]) -> Vec<u8> {
    let codes: Vec<QrCode> = texts.iter().map(|text| QrCode::new(text).unwrap()).collect();
    let side = |code: &QrCode| (u32::try_from(code.width()).unwrap() + 8) * MODULE;
    let mut picture = blank(codes.iter().map(side).sum(), codes.iter().map(side).max().unwrap());
    let mut left = 4 * MODULE;
    for code in &codes {
        for (at, color) in code.to_colors().into_iter().enumerate() {
            let (column, row) = (at % code.width(), at / code.width());
            if color == Color::Dark {
                let place = |at: usize| u32::try_from(at).unwrap() * MODULE;
                fill(&mut picture, left + place(column), 4 * MODULE + place(row), MODULE, MODULE);
            }
        }
        left += side(code);
    }
    to_png(&picture).unwrap()
}

/// Code 39 symbols below each other, as a PNG file.
pub fn barcodes(texts: &[&str]) -> Vec<u8> {
    let symbols: Vec<Vec<u8>> = texts.iter().map(|text| Code39::new(*text).unwrap().encode()).collect();
    let widest = symbols.iter().map(Vec::len).max().unwrap();
    let mut picture = blank((u32::try_from(widest).unwrap() + 40) * BAR, 160 * u32::try_from(symbols.len()).unwrap());
    for (row, symbol) in (0..).zip(&symbols) {
        for (column, module) in (0..).zip(symbol) {
            if *module == 1 {
                fill(&mut picture, (20 + column) * BAR, 160 * row + 40, BAR, 80);
            }
        }
    }
    to_png(&picture).unwrap()
}

/// A PNG file whose header claims another size.
pub fn claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = to_png(&blank(3, 3)).unwrap();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}
