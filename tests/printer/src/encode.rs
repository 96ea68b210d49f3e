//! Pictures as files.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::PrintError;

/// A JPEG file; quality from 1 to 100.
///
/// # Errors
/// [`PrintError::Encode`].
pub fn to_jpeg(image: &RgbImage, quality: u8) -> Result<Vec<u8>, PrintError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100))
        .write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|e| PrintError::Encode { reason: e.to_string() })?;
    Ok(bytes)
}

/// A PNG file.
///
/// # Errors
/// [`PrintError::Encode`].
pub fn to_png(image: &RgbImage) -> Result<Vec<u8>, PrintError> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|e| PrintError::Encode { reason: e.to_string() })?;
    Ok(bytes)
}

/// Brightness alone, one byte a pixel, rows without padding: a binary PGM file (Netpbm, `P5`).
#[must_use]
pub fn to_pgm(image: &RgbImage) -> Vec<u8> {
    let mut bytes = format!("P5\n{} {}\n255\n", image.width(), image.height()).into_bytes();
    // ITU-R BT.601, as cameras weigh it.
    bytes.extend(image.pixels().map(|pixel| {
        let [red, green, blue] = pixel.0.map(u32::from);
        ((299 * red + 587 * green + 114 * blue) / 1000) as u8
    }));
    bytes
}
