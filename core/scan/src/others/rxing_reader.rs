//! rxing's QR detector, on our black and white and with our decoding: its own is bound to character sets, ours keeps the
//! bytes and says how likely chance is.

use rxing::common::{BitArray, BitMatrix, DetectorRXingResult};
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};

use super::Found;
use crate::binarise::Bits;
use crate::qr::Grid;

/// Sets of three finder patterns that are sampled at most: noise makes thousands.
const MAX_SETS: usize = 60;

fn matrix(bits: &Bits) -> Option<BitMatrix> {
    let mut matrix = BitMatrix::new(u32::try_from(bits.width).ok()?, u32::try_from(bits.height).ok()?).ok()?;
    for y in 0..bits.height {
        matrix.setRow(u32::try_from(y).ok()?, &array(bits.row(y), bits.width));
    }
    Some(matrix)
}

/// rxing keeps its bits in machine words.
fn array(words: &[u64], size: usize) -> BitArray {
    let mut array = BitArray::with_size(size);
    for (i, &word) in words.iter().enumerate() {
        for part in (0..64).step_by(usize::BITS as usize) {
            if i * 64 + part < size {
                array.setBulk(i * 64 + part, (word >> part) as usize);
            }
        }
    }
    array
}

/// All QR codes of a black and white picture. May panic and may take long: call it contained.
pub fn qr_codes(bits: &Bits, thorough: bool) -> Vec<Found> {
    let Some(matrix) = matrix(bits) else { return Vec::new() };
    let mut patterns = FindFinderPatterns(&matrix, thorough, 0);
    patterns.truncate(200);
    let mut used = Vec::new();
    let mut found = Vec::new();
    for set in GenerateFinderPatternSets(&mut patterns).into_iter().take(MAX_SETS) {
        if [set.bl, set.tl, set.tr].iter().any(|p| used.contains(p)) {
            continue;
        }
        let Ok(sampled) = SampleQR(&matrix, &set) else { continue };
        let modules = sampled.getBits();
        let size = modules.width();
        if modules.height() != size {
            continue;
        }
        let values = (0..size * size).map(|i| if modules.get(i % size, i / size) { 1.0 } else { -1.0 }).collect();
        let Some(grid) = Grid::new(size as usize, values) else { continue };
        let Some(decoded) = grid.decode() else { continue };
        let points = sampled.getPoints();
        let corner = |i: usize| points.get(i).map_or((0.0, 0.0), |p| (p.x, p.y));
        used.extend([set.bl, set.tl, set.tr]);
        found.push(Found { decoded, corners: [corner(0), corner(1), corner(3), corner(2)] });
    }
    found
}
