//! Grey to black and white.
//!
//! The threshold of a block of 8×8 pixels is half-way between dark and light where ink meets paper near it; only blocks
//! that hold an edge vote, so that neither the share of ink nor a shadow's slope moves it. Where no block near by holds
//! an edge, the threshold of the neighbour before it goes on: the inside of a large black square stays black.

use crate::gray::Gray;

/// A black and white picture, 64 pixels a word, the first pixel in the lowest bit; set is black.
#[derive(Clone)]
pub struct Bits {
    pub width: usize,
    pub height: usize,
    pub words_per_row: usize,
    pub words: Vec<u64>,
}

impl Bits {
    pub fn row(&self, y: usize) -> &[u64] {
        self.words.get(y * self.words_per_row..(y + 1) * self.words_per_row).unwrap_or(&[])
    }

    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && self.row(y).get(x / 64).is_some_and(|word| word >> (x % 64) & 1 == 1)
    }

    /// Where black and white meet along a row: the first entry is where black begins, the next where it ends, and so
    /// on; black that reaches the last pixel ends at the width.
    pub fn edges(&self, y: usize, out: &mut Vec<u32>) {
        out.clear();
        let mut carry = 0;
        for (i, &word) in self.row(y).iter().enumerate() {
            // A set bit where a pixel differs from the one before it.
            let mut changes = word ^ (word << 1 | carry);
            carry = word >> 63;
            while changes != 0 {
                out.push(i as u32 * 64 + changes.trailing_zeros());
                changes &= changes - 1;
            }
        }
        if out.len() % 2 == 1 && out.last().is_some_and(|&x| x < self.width as u32) {
            out.push(self.width as u32);
        }
    }
}

const BLOCK: usize = 8;

/// Least difference of light and dark, in grey levels, for a block to be taken as holding an edge.
#[derive(Clone, Copy)]
pub struct Contrast(pub u8);

/// Ink takes at least one part in this many of the light that paper sends back, blurred or not; noise hardly does.
const INK_SHARE: u8 = 4;

impl Contrast {
    /// Enough for the picture's own noise not to pass for ink: a block of 64 pixels of noise spans five deviations.
    pub fn above_noise(gray: &Gray) -> Self {
        let least = 6.5 * noise(gray);
        Self(least.clamp(20.0, 96.0) as u8)
    }
}

/// Whether noise hides modules of a few pixels; on a smaller picture, larger ones may still be clear.
pub fn drowns(gray: &Gray) -> bool {
    noise(gray) > DROWNING
}

/// Grey levels of noise that a camera never has, even in the dark.
const DROWNING: f32 = 32.0;

/// Standard deviation of the picture's noise in grey levels: by the median of second differences along some rows, which
/// neither edges nor slopes move.
fn noise(gray: &Gray) -> f32 {
    let mut counts = [0u32; 1021];
    let mut all = 0;
    for y in (0..gray.height).step_by(16) {
        for window in gray.row(y).windows(3).step_by(2) {
            if let &[a, b, c] = window {
                let second = (2 * i32::from(b) - i32::from(a) - i32::from(c)).unsigned_abs() as usize;
                if let Some(count) = counts.get_mut(second) {
                    *count += 1;
                }
                all += 1;
            }
        }
    }
    let mut seen = 0;
    let median = counts.iter().position(|count| {
        seen += count;
        seen * 2 >= all
    });
    // Second differences of independent noise deviate √6 times as much; the median of |x| is 0.6745 deviations.
    median.map_or(0.0, |m| m as f32 / (0.6745 * 6f32.sqrt()))
}

/// Black and white by the local threshold described above, with contrast above the picture's noise.
pub fn of(gray: &Gray) -> Bits {
    local(gray, Contrast::above_noise(gray))
}

/// Black and white by the local threshold described above.
pub fn local(gray: &Gray, contrast: Contrast) -> Bits {
    let columns = gray.width.div_ceil(BLOCK);
    let rows = gray.height.div_ceil(BLOCK);
    let extremes = extremes(gray, columns, rows);

    // Of the blocks with an edge: sums of their middles and their number, over rows then columns of five.
    let mut votes = vec![(0u16, 0u16); columns * rows];
    for (vote, &(low, high)) in votes.iter_mut().zip(&extremes) {
        if high - low >= contrast.0.max(high / INK_SHARE) {
            *vote = ((u16::from(low) + u16::from(high)) / 2, 1);
        }
    }
    let votes = sum_of_five(&sum_of_five(&votes, columns, rows, 1), columns, rows, columns);

    let mut thresholds = vec![0u8; columns * rows];
    for y in 0..rows {
        for x in 0..columns {
            let at = y * columns + x;
            let (sum, count) = votes.get(at).copied().unwrap_or((0, 0));
            let threshold = if let Some(mean) = sum.checked_div(count) {
                mean as u8
            } else {
                let before = |steps: usize, has: bool| if has { thresholds.get(at - steps).copied() } else { None };
                match (before(1, x > 0), before(columns, y > 0)) {
                    (Some(a), Some(b)) => ((u16::from(a) + u16::from(b)) / 2) as u8,
                    (Some(a), None) | (None, Some(a)) => a,
                    // Nothing seen yet: a dark corner is dark only where it is nearly black.
                    (None, None) => 20,
                }
            };
            if let Some(slot) = thresholds.get_mut(at) {
                *slot = threshold;
            }
        }
    }
    // A block without an edge and with none near is all black or all white: its noise is neither.
    for ((threshold, (_, count)), (_, high)) in thresholds.iter_mut().zip(&votes).zip(&extremes) {
        if *count == 0 {
            *threshold = if high < threshold { 255 } else { 0 };
        }
    }
    apply(gray, |x, y| thresholds.get(y / BLOCK * columns + x).copied().unwrap_or(0))
}

/// All that is clearly darker than the paper round it is black: print in grey or colours, pictures in a symbol's modules.
pub fn below_paper(gray: &Gray) -> Bits {
    let columns = gray.width.div_ceil(BLOCK);
    let rows = gray.height.div_ceil(BLOCK);
    let extremes = extremes(gray, columns, rows);
    let reach = 2;
    let paper: Vec<u8> = (0..columns * rows)
        .map(|at| {
            let (x, y) = (at % columns, at / columns);
            let near = (y.saturating_sub(reach)..(y + reach + 1).min(rows))
                .flat_map(|j| (x.saturating_sub(reach)..(x + reach + 1).min(columns)).map(move |i| j * columns + i));
            near.filter_map(|i| extremes.get(i)).map(|e| e.1).max().unwrap_or(0)
        })
        .collect();
    apply(gray, |x, y| {
        let light = paper.get(y / BLOCK * columns + x).copied().unwrap_or(0);
        light - light / PAPER_SHARE
    })
}

/// Of paper's light, less than one part in this many is lost to its own unevenness.
const PAPER_SHARE: u8 = 10;

/// Darkest and lightest pixel of each block.
fn extremes(gray: &Gray, columns: usize, rows: usize) -> Vec<(u8, u8)> {
    let mut extremes = Vec::with_capacity(columns * rows);
    let mut low = vec![255u8; gray.width];
    let mut high = vec![0u8; gray.width];
    for by in 0..rows {
        low.fill(255);
        high.fill(0);
        for y in by * BLOCK..((by + 1) * BLOCK).min(gray.height) {
            for ((low, high), &p) in low.iter_mut().zip(high.iter_mut()).zip(gray.row(y)) {
                *low = (*low).min(p);
                *high = (*high).max(p);
            }
        }
        for (low, high) in low.chunks(BLOCK).zip(high.chunks(BLOCK)) {
            extremes.push((low.iter().copied().min().unwrap_or(0), high.iter().copied().max().unwrap_or(0)));
        }
    }
    extremes
}

/// Sums over five entries `step` apart, centred, along rows (step 1) or columns (step = columns).
fn sum_of_five(votes: &[(u16, u16)], columns: usize, rows: usize, step: usize) -> Vec<(u16, u16)> {
    let mut out = vec![(0, 0); votes.len()];
    for y in 0..rows {
        for x in 0..columns {
            let (place, length) = if step == 1 { (x, columns) } else { (y, rows) };
            let first = place.saturating_sub(2);
            let last = (place + 2).min(length - 1);
            let start = y * columns + x - (place - first) * step;
            let mut sum = (0u16, 0u16);
            for i in 0..=last - first {
                if let Some(&(a, b)) = votes.get(start + i * step) {
                    sum.0 += a;
                    sum.1 += b;
                }
            }
            if let Some(slot) = out.get_mut(y * columns + x) {
                *slot = sum;
            }
        }
    }
    out
}

/// Compares every pixel with the threshold of its eight columns and its row: black is what lies below.
fn apply(gray: &Gray, threshold: impl Fn(usize, usize) -> u8) -> Bits {
    let words_per_row = gray.width.div_ceil(64);
    let mut words = Vec::with_capacity(words_per_row * gray.height);
    for y in 0..gray.height {
        for (i, pixels) in gray.row(y).chunks(64).enumerate() {
            let mut word = 0u64;
            for (j, eight) in pixels.chunks(BLOCK).enumerate() {
                let limit = threshold(i * 8 + j, y);
                let below = match eight.try_into() {
                    Ok(eight) => below(u64::from_le_bytes(eight), limit),
                    Err(_) => eight.iter().rev().fold(0, |bits, &p| bits << 1 | u64::from(p < limit)),
                };
                word |= below << (j * 8);
            }
            words.push(word);
        }
    }
    Bits { width: gray.width, height: gray.height, words_per_row, words }
}

/// Which of eight bytes lie below `limit`, as eight bits, the lowest byte first.
fn below(bytes: u64, limit: u8) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let limits = u64::from(limit) * ONES;
    // Byte-wise comparison within a word: Warren, Hacker's Delight, §2-18.
    let difference = (bytes | HIGH).wrapping_sub(limits & !HIGH);
    let less = ((!bytes & limits) | (!(bytes ^ limits) & !difference)) & HIGH;
    // One bit a byte, gathered into the top byte.
    (less >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_bytes_are_compared_as_one_by_one(bytes in any::<[u8; 8]>(), limit in any::<u8>()) {
            let bits = below(u64::from_le_bytes(bytes), limit);
            for (i, byte) in bytes.iter().enumerate() {
                prop_assert_eq!(bits >> i & 1 == 1, *byte < limit);
            }
        }

        #[test]
        fn edges_are_where_neighbours_differ(width in 1..200usize, seed in any::<u64>()) {
            let pixels: Vec<u8> = (0..width).map(|i| if seed.rotate_left(i as u32 * 7) & 1 == 1 { 0 } else { 255 }).collect();
            let bits = apply(&Gray::new(width, 1, pixels.clone()), |_, _| 128);
            let mut edges = Vec::new();
            bits.edges(0, &mut edges);
            let mut expected = Vec::new();
            let mut before = 255;
            for (x, &p) in pixels.iter().enumerate() {
                if p != before {
                    expected.push(x as u32);
                }
                before = p;
            }
            if before == 0 {
                expected.push(width as u32);
            }
            prop_assert_eq!(edges, expected);
        }
    }

    #[test]
    fn ink_in_a_shadow_and_in_the_light_is_black_and_the_paper_white() {
        // Stripes of 4 pixels; paper 230 on the left falls to 90 on the right, ink is a third of it.
        let (width, height) = (256, 64);
        let pixels = (0..width * height).map(|i| {
            let x = i % width;
            let paper = 230 - x * 140 / width;
            (if x / 4 % 2 == 0 { paper } else { paper / 3 }) as u8
        });
        let bits = local(&Gray::new(width, height, pixels.collect()), Contrast(24));
        for y in 0..height {
            for x in 0..width {
                assert_eq!(bits.get(x, y), x / 4 % 2 == 1, "{x},{y}");
            }
        }
    }
}
