//! Readers by others, each called for what it does best, contained and bounded.

pub mod rqrr_reader;
pub mod rxing_reader;

use crate::qr::Decoded;

/// A QR code that was read, with its corners in pixels of the picture that was given, as the symbol is read.
#[derive(Clone)]
pub struct Found {
    pub decoded: Decoded,
    pub corners: [(f32, f32); 4],
}
