//! Where on a picture a code may be: patches that have strong edges in all directions, measured on blocks of pixels.
//!
//! Edges of one direction only (rules, the paper's edge, barcodes) leave the smaller eigenvalue of the structure tensor
//! near zero; printed characters and QR codes do not. Noise does not either, but evenly everywhere.

use crate::gray::Gray;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Pixels of the full picture in a block.
pub const BLOCK: usize = 8;

/// The structure tensor of blocks of pixels, relative to the square of their brightness.
pub struct Texture {
    pub columns: usize,
    pub rows: usize,
    pub blocks: Vec<Block>,
    /// Of squares of three by three patches' blocks, the share of the range from light to dark that is dark on the whole.
    ink: Vec<f32>,
}

/// Sums of products of the gradient along x and y.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    pub xx: f32,
    pub yy: f32,
    pub xy: f32,
}

impl Texture {
    /// Whether edges are strong nearly everywhere: a symbol as large as the picture, or noise.
    pub fn is_busy(&self) -> bool {
        let mut strong: Vec<f32> = self.blocks.iter().map(|b| b.eigenvalues().0).collect();
        let middle = strong.len() / 2;
        !strong.is_empty() && *strong.select_nth_unstable_by(middle, f32::total_cmp).1 > BUSY
    }
}

impl Region {
    /// Whether a symbol in it would still have modules of two pixels at half the size.
    pub fn is_large(&self) -> bool {
        self.width.max(self.height) >= LARGE
    }
}

/// Edges of half of a picture that is texture nearly everywhere: paper on a table stays far below.
const BUSY: f32 = 0.06;
/// Pixels of a symbol of 33 modules of four pixels, and the room round it.
const LARGE: usize = 200;

impl Block {
    /// The larger and the smaller eigenvalue: how strong edges are along their main direction, and across it.
    pub fn eigenvalues(self) -> (f32, f32) {
        let (half_trace, half) = ((self.xx + self.yy) / 2.0, (self.xx - self.yy) / 2.0);
        let root = (half * half + self.xy * self.xy).sqrt();
        (half_trace + root, (half_trace - root).max(0.0))
    }

    /// Cosine and sine of twice the angle of the main direction, which is free of its sign.
    pub fn double_angle(self) -> (f32, f32) {
        let difference = (self.xx - self.yy) / 2.0;
        let root = (difference * difference + self.xy * self.xy).sqrt();
        if root > 1e-9 { (difference / root, self.xy / root) } else { (1.0, 0.0) }
    }
}

/// Measures texture on the picture at half size.
pub fn texture(half: &Gray) -> Texture {
    const STEP: usize = BLOCK / 2;
    let (columns, rows) = (half.width / STEP, half.height / STEP);
    let mut sums = vec![[0i32; 4]; columns * rows];
    for y in 1..(rows * STEP).min(half.height.saturating_sub(1)) {
        let (above, here, below) = (half.row(y - 1), half.row(y), half.row(y + 1));
        for bx in 0..columns {
            let from = (bx * STEP).max(1);
            let to = ((bx + 1) * STEP).min(half.width - 1);
            let (Some(left), Some(right), Some(up), Some(down), Some(middle)) = (
                here.get(from - 1..to - 1),
                here.get(from + 1..to + 1),
                above.get(from..to),
                below.get(from..to),
                here.get(from..to),
            ) else {
                continue;
            };
            let Some(sum) = sums.get_mut(y / STEP * columns + bx) else { continue };
            for ((((l, r), u), d), m) in left.iter().zip(right).zip(up).zip(down).zip(middle) {
                let gx = i32::from(*r) - i32::from(*l);
                let gy = i32::from(*d) - i32::from(*u);
                sum[0] += gx * gx;
                sum[1] += gy * gy;
                sum[2] += gx * gy;
                sum[3] += i32::from(*m);
            }
        }
    }
    let pixels = (STEP * STEP) as f32;
    let blocks = sums
        .into_iter()
        .map(|[xx, yy, xy, sum]| {
            let mean = (sum as f32 / pixels).max(16.0);
            let scale = 1.0 / (pixels * mean * mean);
            Block { xx: xx as f32 * scale, yy: yy as f32 * scale, xy: xy as f32 * scale }
        })
        .collect();
    Texture { columns, rows, blocks, ink: ink(half) }
}

/// How much darker than its lightest part the neighbourhood of each block of a patch is on the whole, as a share of the range
/// there: a half where as many modules are dark as light, little where ink is lines of text on paper.
fn ink(half: &Gray) -> Vec<f32> {
    const SIDE: usize = BLOCK * COARSE / 2;
    let (columns, rows) = (half.width / SIDE, half.height / SIDE);
    let mut blocks = Vec::with_capacity(columns * rows);
    for y in 0..rows {
        for x in 0..columns {
            let (mut low, mut high, mut sum) = (255u8, 0u8, 0u32);
            for j in y * SIDE..(y + 1) * SIDE {
                for &p in half.row(j).get(x * SIDE..(x + 1) * SIDE).unwrap_or(&[]) {
                    (low, high, sum) = (low.min(p), high.max(p), sum + u32::from(p));
                }
            }
            blocks.push((low, high, sum));
        }
    }
    let share = |at: usize| {
        let (x, y) = (at % columns, at / columns);
        let (mut low, mut high, mut sum, mut count) = (255u8, 0u8, 0u32, 0u32);
        for j in y.saturating_sub(1)..(y + 2).min(rows) {
            for block in
                blocks.get(j * columns + x.saturating_sub(1)..j * columns + (x + 2).min(columns)).unwrap_or(&[])
            {
                (low, high, sum, count) = (low.min(block.0), high.max(block.1), sum + block.2, count + 1);
            }
        }
        let mean = sum as f32 / (count.max(1) * (SIDE * SIDE) as u32) as f32;
        (f32::from(high) - mean) / f32::from((high - low).max(1))
    };
    (0..columns * rows).map(share).collect()
}

/// Shares of ink that a symbol has; print seldom does.
const INKED: std::ops::RangeInclusive<f32> = 0.35..=0.7;
/// Least weak edges, beside strong ones, in a symbol.
const ALL_WAYS: f32 = 0.3;

/// Fewest blocks with ink of a patch, and the part that they are of the rectangle round them: a symbol is one piece.
const FEWEST_INKED: usize = 8;
const INKED_OF_BOUNDS: usize = 3;

/// Where patches are sought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// All texture, the strongest first.
    Texture,
    /// Texture with as much ink as a symbol has, the largest first.
    Ink,
}

/// What is worth searching at an effort.
pub fn among(thorough: bool) -> Among {
    if thorough { Among::Texture } else { Among::Ink }
}

/// Blocks of a patch's map, each way: QR codes are looked for on a coarser map than barcodes.
const COARSE: usize = 2;

/// Patches that may be QR codes, with room round them.
pub fn patches(texture: &Texture, among: Among, width: usize, height: usize, most: usize) -> Vec<Region> {
    let (columns, rows) = (texture.columns / COARSE, texture.rows / COARSE);
    if columns == 0 || rows == 0 {
        return Vec::new();
    }
    let edges = |x: usize, y: usize| {
        let mut sum = Block::default();
        for j in y * COARSE..(y + 1) * COARSE {
            for i in x * COARSE..(x + 1) * COARSE {
                let block = texture.blocks.get(j * texture.columns + i).copied().unwrap_or_default();
                sum.xx += block.xx;
                sum.yy += block.yy;
                sum.xy += block.xy;
            }
        }
        let (strong, weak) = sum.eigenvalues();
        let share = 1.0 / (COARSE * COARSE) as f32;
        (weak * share, strong * share)
    };
    let blocks: Vec<(f32, f32)> = (0..columns * rows).map(|i| edges(i % columns, i / columns)).collect();
    // A block inside a code and its neighbours together: the mean of three by three.
    let mut smooth = vec![0.0f32; blocks.len()];
    let mut allowed = vec![among == Among::Texture; blocks.len()];
    for y in 0..rows {
        for x in 0..columns {
            let (mut sum, mut strong, mut count) = (0.0, 0.0, 0.0);
            for j in y.saturating_sub(1)..(y + 2).min(rows) {
                for i in x.saturating_sub(1)..(x + 2).min(columns) {
                    let block = blocks.get(j * columns + i).copied().unwrap_or_default();
                    sum += block.0;
                    strong += block.1;
                    count += 1.0;
                }
            }
            let at = y * columns + x;
            if let (Some(slot), Some(allowed)) = (smooth.get_mut(at), allowed.get_mut(at)) {
                *slot = sum / count;
                *allowed |= sum > strong * ALL_WAYS && texture.ink.get(at).is_some_and(|share| INKED.contains(share));
            }
        }
    }
    let mut order: Vec<usize> = (0..smooth.len()).collect();
    order.sort_by(|&a, &b| smooth[b].total_cmp(&smooth[a]));
    let noise = order.get(order.len() / 2).map_or(0.0, |&i| smooth[i]);
    let mut taken = vec![false; smooth.len()];
    let mut patches = Vec::new();
    for seed in order {
        let peak = smooth[seed];
        if taken[seed] || !allowed[seed] {
            continue;
        }
        if (among == Among::Texture && patches.len() == most) || peak < noise * 2.5 + 0.002 {
            break;
        }
        // The blocks round the seed that are at least a third as textured.
        let least = (peak * 0.33).max(noise * 1.8);
        let (mut x0, mut x1, mut y0, mut y1) = (columns, 0, rows, 0);
        let mut stack = vec![seed];
        let mut count = 0;
        while let Some(at) = stack.pop() {
            if taken[at] || !allowed[at] || smooth[at] < least {
                continue;
            }
            taken[at] = true;
            count += 1;
            let (x, y) = (at % columns, at / columns);
            (x0, x1, y0, y1) = (x0.min(x), x1.max(x), y0.min(y), y1.max(y));
            if x > 0 {
                stack.push(at - 1);
            }
            if x + 1 < columns {
                stack.push(at + 1);
            }
            if y > 0 {
                stack.push(at - columns);
            }
            if y + 1 < rows {
                stack.push(at + columns);
            }
        }
        let least = match among {
            Among::Texture => 2,
            Among::Ink => FEWEST_INKED.max((x1 + 1 - x0) * (y1 + 1 - y0) / INKED_OF_BOUNDS),
        };
        if count < least {
            continue;
        }
        let room = 1 + (x1 - x0).max(y1 - y0) / 5;
        let (x0, y0) = (x0.saturating_sub(room), y0.saturating_sub(room));
        let (left, top) = (x0 * BLOCK * COARSE, y0 * BLOCK * COARSE);
        let right = ((x1 + 1 + room) * BLOCK * COARSE).min(width);
        let bottom = ((y1 + 1 + room) * BLOCK * COARSE).min(height);
        patches.push((count, Region { left, top, width: right - left, height: bottom - top }));
    }
    if among == Among::Ink {
        patches.sort_by_key(|p| std::cmp::Reverse(p.0));
        patches.truncate(most);
    }
    patches.into_iter().map(|p| p.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 400;

    /// White paper on which squares of 4 pixels are dark with this chance, within 80 to 240 both ways.
    fn paper(dark_of_ten: u32) -> Gray {
        let dark = |x: usize, y: usize| {
            let cell = (x / 4 * 131 + y / 4 * 977) as u32;
            cell.wrapping_mul(2_654_435_761).rotate_left(15).wrapping_mul(0x85EB_CA6B) >> 8 & 1023 < dark_of_ten * 102
        };
        let pixel = |i: usize| {
            let (x, y) = (i % SIDE, i / SIDE);
            let inside = (80..240).contains(&x) && (80..240).contains(&y);
            if inside && dark(x, y) { 40 } else { 220 }
        };
        Gray::new(SIDE, SIDE, (0..SIDE * SIDE).map(pixel).collect())
    }

    fn found(gray: &Gray, among: Among) -> Vec<Region> {
        patches(&texture(&gray.halved()), among, SIDE, SIDE, 5)
    }

    #[test]
    fn half_dark_texture_may_be_a_symbol_and_print_with_little_ink_is_only_texture() {
        let inside = |r: &Region| r.left <= 80 && r.top <= 80 && r.left + r.width >= 240 && r.top + r.height >= 240;
        assert!(found(&paper(5), Among::Ink).iter().any(inside));
        assert!(!found(&paper(1), Among::Texture).is_empty());
        assert_eq!(found(&paper(1), Among::Ink), []);
    }
}
