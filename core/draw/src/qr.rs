//! QR codes (ISO/IEC 18004).

use qrcodegen::{QrCode, QrCodeEcc};

use crate::png::{DrawError, Paper, Picture};

/// Pixels of a module.
const MODULE: usize = 6;
/// The quiet zone of the standard, in modules.
const QUIET: usize = 4;

/// Draws a text as a QR code that stands up to 15 % of damage (level M).
pub fn qr_code(text: &str) -> Result<Picture, DrawError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| DrawError::TooLong)?;
    let size = code.size();
    let side = usize::try_from(size).map_err(|_| DrawError::TooLong)?;
    let mut paper = Paper::white((side + 2 * QUIET) * MODULE, (side + 2 * QUIET) * MODULE);
    for y in 0..size {
        for x in 0..size {
            let at = |module: i32| (usize::try_from(module).unwrap_or_default() + QUIET) * MODULE;
            if code.get_module(x, y) {
                paper.black(at(x), at(y), MODULE, MODULE);
            }
        }
    }
    paper.picture()
}
