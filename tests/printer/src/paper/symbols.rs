//! The machine-readable part of a page: QR code and Code 39 bars, on whole page pixels.

use barcoders::sym::code39::Code39;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use super::PageArea;
use super::canvas::{BLACK, Canvas, WHITE};
use crate::PrintError;

/// Narrow bar and space, in page pixels (0.34 mm).
pub const NARROW: u32 = 4;
/// Wide bar and space: two and a half times the narrow one, within ISO/IEC 16388's range of 2 to 3.
pub const WIDE: u32 = 10;
/// Quiet zone of a QR code, in modules (ISO/IEC 18004).
pub const QR_QUIET: u32 = 4;
/// Quiet zone of a Code 39 symbol, in narrow bars (ISO/IEC 16388).
pub const BARS_QUIET: u32 = 10;

/// A QR code of error correction level M, ready to be placed.
pub struct Qr {
    code: QrCode,
    /// Width of a module, in page pixels.
    pub module: u32,
}

impl Qr {
    /// The largest whole module width with which the code, without its quiet zone, stays within `room` page pixels.
    pub fn new(text: &str, room: u32) -> Result<Self, PrintError> {
        let segments = [QrSegment::make_bytes(text.as_bytes())];
        let code = QrCode::encode_segments_advanced(
            &segments,
            QrCodeEcc::Medium,
            qrcodegen::Version::MIN,
            qrcodegen::Version::MAX,
            None,
            false,
        )
        .map_err(|e| PrintError::Symbol { reason: e.to_string() })?;
        let module = (room / modules(&code)).max(1);
        Ok(Self { code, module })
    }

    /// Width without quiet zone, in page pixels.
    pub fn width(&self) -> u32 {
        modules(&self.code) * self.module
    }

    /// Draws the code with its quiet zone cleared; (x, y) is the top left module's corner, in page pixels.
    pub fn draw(&self, canvas: &mut Canvas<'_>, x: u32, y: u32) -> PageArea {
        let (width, quiet) = (self.width(), QR_QUIET * self.module);
        canvas.fill_pixels(
            x.saturating_sub(quiet),
            y.saturating_sub(quiet),
            width + 2 * quiet,
            width + 2 * quiet,
            WHITE,
        );
        for (row, py) in (0..self.code.size()).zip((y..).step_by(self.module as usize)) {
            for (column, px) in (0..self.code.size()).zip((x..).step_by(self.module as usize)) {
                if self.code.get_module(column, row) {
                    canvas.fill_pixels(px, py, self.module, self.module, BLACK);
                }
            }
        }
        PageArea { x, y, width, height: width }
    }
}

fn modules(code: &QrCode) -> u32 {
    code.size().unsigned_abs()
}

/// Widths of bars and spaces of a Code 39 symbol, start and stop included, bar first, in page pixels.
pub fn code39(text: &str) -> Result<Vec<u32>, PrintError> {
    let modules = Code39::new(text).map_err(|e| PrintError::Symbol { reason: format!("Code 39: {e}") })?.encode();
    let runs = modules.chunk_by(|a, b| a == b);
    Ok(runs.map(|run| if run.len() > 1 { WIDE } else { NARROW }).collect())
}

/// Draws bars; (x, y) is the first bar's top left corner.
pub fn draw_bars(canvas: &mut Canvas<'_>, x: u32, y: u32, height: u32, runs: &[u32]) -> PageArea {
    let mut at = x;
    for (index, run) in runs.iter().enumerate() {
        if index % 2 == 0 {
            canvas.fill_pixels(at, y, *run, height, BLACK);
        }
        at += run;
    }
    PageArea { x, y, width: at - x, height }
}
