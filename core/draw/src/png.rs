//! Grey pictures as PNG.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DrawError {
    #[error("Code 39 has no sign for one of these characters")]
    Character,
    #[error("this is too long to be drawn")]
    TooLong,
    #[error("the picture could not be written")]
    Picture,
}

/// A picture to be shown pixel by pixel: scaled by anything but a whole number, it is harder to scan.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub png: Vec<u8>,
}

/// White paper to draw on, one byte a pixel.
pub(crate) struct Paper {
    width: usize,
    height: usize,
    luma: Vec<u8>,
}

impl Paper {
    pub fn white(width: usize, height: usize) -> Self {
        Self { width, height, luma: vec![255; width.saturating_mul(height)] }
    }

    /// Blackens a rectangle; what lies outside of the paper is cut off.
    pub fn black(&mut self, x: usize, y: usize, width: usize, height: usize) {
        let (end, bottom) = ((x + width).min(self.width), (y + height).min(self.height));
        for row in y..bottom {
            if let Some(pixels) = self.luma.get_mut(row * self.width + x.min(end)..row * self.width + end) {
                pixels.fill(0);
            }
        }
    }

    pub fn picture(self) -> Result<Picture, DrawError> {
        let size = |length: usize| u32::try_from(length).map_err(|_| DrawError::TooLong);
        let (width, height) = (size(self.width)?, size(self.height)?);
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(&self.luma, width, height, ExtendedColorType::L8)
            .map_err(|_| DrawError::Picture)?;
        Ok(Picture { width, height, png })
    }
}
