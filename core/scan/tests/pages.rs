//! Drawn pages: everything on them is read, however they lie.

#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests fail as tests do

use paytaipei_scan::{Effort, Format, LumaImage, Symbol, scan};
use qrcode::{Color, EcLevel, QrCode};
use rxing::oned::{Code39Writer, Code128Writer};
use rxing::{BarcodeFormat, Writer};

struct Page {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Page {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![235; width * height] }
    }

    fn fill(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for row in y..y + height {
            self.pixels[row * self.width + x..row * self.width + x + width].fill(25);
        }
    }

    fn qr(&mut self, text: &str, x: usize, y: usize, module: usize) {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        for (i, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                let (column, row) = (i % code.width(), i / code.width());
                self.fill(x + column * module, y + row * module, module, module);
            }
        }
    }

    fn bars(&mut self, text: &str, format: BarcodeFormat, x: usize, y: usize) {
        let matrix = match format {
            BarcodeFormat::CODE_39 => Code39Writer.encode(text, &format, 0, 1),
            _ => Code128Writer.encode(text, &format, 0, 1),
        }
        .unwrap();
        for column in 0..matrix.width() {
            if matrix.get(column, 0) {
                self.fill(x + column as usize * 2, y, 2, 60);
            }
        }
    }

    fn turned(&self) -> Self {
        let mut page = Page::new(self.height, self.width);
        for y in 0..self.height {
            for x in 0..self.width {
                page.pixels[x * self.height + self.height - 1 - y] = self.pixels[y * self.width + x];
            }
        }
        page
    }

    fn scan(&self) -> Vec<Symbol> {
        let image = LumaImage::new(self.pixels.clone(), self.width as u32, self.height as u32).unwrap();
        scan(&image.as_luma(), Effort::Still).symbols
    }
}

fn bill() -> Page {
    let mut page = Page::new(1100, 900);
    page.qr("https://pay.taipei/qr/2/Q0000000A000001/d30a/2", 80, 60, 5);
    page.qr("TWQRP://測試台北自來水費/158/03/V1?D1=10000&D3=AVWYrjDqQES+", 700, 90, 4);
    page.bars("991231Y01", BarcodeFormat::CODE_39, 90, 400);
    page.bars("ABCDEFGHIKLMNPQR", BarcodeFormat::CODE_39, 90, 520);
    page.bars("12349Y000007890", BarcodeFormat::CODE_39, 90, 640);
    page.bars("Q0000000A000001", BarcodeFormat::CODE_128, 90, 760);
    page
}

const SAID: [(Format, &str); 6] = [
    (Format::QrCode, "https://pay.taipei/qr/2/Q0000000A000001/d30a/2"),
    (Format::QrCode, "TWQRP://測試台北自來水費/158/03/V1?D1=10000&D3=AVWYrjDqQES+"),
    (Format::Code39, "991231Y01"),
    (Format::Code39, "ABCDEFGHIKLMNPQR"),
    (Format::Code39, "12349Y000007890"),
    (Format::Code128, "Q0000000A000001"),
];

#[test]
fn everything_on_a_page_is_read_once_at_every_quarter_turn() {
    let mut page = bill();
    for quarter in 0..4 {
        let symbols = page.scan();
        for (format, text) in SAID {
            let count = symbols.iter().filter(|s| s.format == format && s.text == text).count();
            assert_eq!(count, 1, "{text} after {quarter} quarter turns");
        }
        assert_eq!(symbols.len(), SAID.len());
        page = page.turned();
    }
}

#[test]
fn a_code_is_read_although_one_of_its_finder_patterns_is_stained() {
    let text =
        "TWQRP://測試台北自來水費/158/03/V1?D1=10000&D3=AVWYrjDqQES+&D7=9112430446&D11=00,4614611000051300010001";
    let size = QrCode::with_error_correction_level(text, EcLevel::M).unwrap().width();
    for (column, row) in [(0, 0), (size - 7, 0), (0, size - 7)] {
        let mut page = Page::new(400, 400);
        page.qr(text, 60, 70, 5);
        // The pattern but for its last column.
        page.fill(60 + column * 5, 70 + row * 5, 6 * 5, 7 * 5);
        let read = page.scan();
        assert!(read.len() == 1 && read[0].text == text, "{column} {row}");
    }
}

#[test]
fn corners_go_round_the_symbol_as_it_is_read() {
    let symbols = bill().scan();
    let corners = |text: &str| symbols.iter().find(|s| s.text == text).unwrap().corners;
    // Version 4: 33 modules of 5 pixels from (80, 60).
    let expected = [(80.0, 60.0), (245.0, 60.0), (245.0, 225.0), (80.0, 225.0)];
    for (corner, expected) in corners(SAID[0].1).iter().zip(expected) {
        assert!((corner.0 - expected.0).abs() < 5.0 && (corner.1 - expected.1).abs() < 5.0, "{corner:?} {expected:?}");
    }
    let [a, b, c, d] = corners("991231Y01");
    assert!(a.0 < b.0 && d.0 < c.0 && a.1 < d.1 && b.1 < c.1);
    assert!((400.0..=460.0).contains(&a.1) && (400.0..=460.0).contains(&c.1));
}

#[test]
fn what_a_symbol_says_is_not_in_its_debug_output() {
    let shown = format!("{:?}", bill().scan());
    for (_, text) in SAID {
        assert!(!shown.contains(text));
    }
    assert!(!shown.contains("Q0000000"));
}
