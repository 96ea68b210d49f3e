//! rqrr's QR detector with our decoding. It asserts on some photos and takes seconds on noise: call it contained.

use rqrr::{BitGrid, PreparedImage};

use super::Found;
use crate::gray::Gray;
use crate::qr::Grid;

/// All QR codes of a grey picture.
pub fn qr_codes(gray: &Gray) -> Vec<Found> {
    let at = |x: usize, y: usize| gray.pixels.get(y * gray.width + x).copied().unwrap_or(255);
    let mut image = PreparedImage::prepare_from_greyscale(gray.width, gray.height, at);
    let mut found = Vec::new();
    for grid in image.detect_grids() {
        let size = grid.grid.size();
        if size > 177 {
            continue;
        }
        let values = (0..size * size).map(|i| if grid.grid.bit(i / size, i % size) { 1.0 } else { -1.0 }).collect();
        let Some(sampled) = Grid::new(size, values) else { continue };
        let Some(decoded) = sampled.decode() else { continue };
        found.push(Found { decoded, corners: grid.bounds.map(|p| (p.x as f32, p.y as f32)) });
    }
    found
}
