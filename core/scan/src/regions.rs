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
}

/// Sums of products of the gradient along x and y.
#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    pub xx: f32,
    pub yy: f32,
    pub xy: f32,
}

impl Block {
    /// The larger and the smaller eigenvalue: how strong edges are along their main direction, and across it.
    pub fn eigenvalues(self) -> (f32, f32) {
        let (half_trace, root) = ((self.xx + self.yy) / 2.0, ((self.xx - self.yy) / 2.0).hypot(self.xy));
        (half_trace + root, (half_trace - root).max(0.0))
    }

    /// Cosine and sine of twice the angle of the main direction, which is free of its sign.
    pub fn double_angle(self) -> (f32, f32) {
        let difference = (self.xx - self.yy) / 2.0;
        let root = difference.hypot(self.xy);
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
    Texture { columns, rows, blocks }
}

/// Blocks of a patch's map, each way: QR codes are looked for on a coarser map than barcodes.
const COARSE: usize = 2;

/// Patches that may be QR codes, the most textured first, with room round them.
pub fn patches(texture: &Texture, width: usize, height: usize, most: usize) -> Vec<Region> {
    let (columns, rows) = (texture.columns / COARSE, texture.rows / COARSE);
    if columns == 0 || rows == 0 {
        return Vec::new();
    }
    let weak = |x: usize, y: usize| {
        let mut sum = Block::default();
        for j in y * COARSE..(y + 1) * COARSE {
            for i in x * COARSE..(x + 1) * COARSE {
                let block = texture.blocks.get(j * texture.columns + i).copied().unwrap_or_default();
                sum.xx += block.xx;
                sum.yy += block.yy;
                sum.xy += block.xy;
            }
        }
        sum.eigenvalues().1 / (COARSE * COARSE) as f32
    };
    let blocks: Vec<f32> = (0..columns * rows).map(|i| weak(i % columns, i / columns)).collect();
    // A block inside a code and its neighbours together: the mean of three by three.
    let mut smooth = vec![0.0f32; blocks.len()];
    for y in 0..rows {
        for x in 0..columns {
            let (mut sum, mut count) = (0.0, 0.0);
            for j in y.saturating_sub(1)..(y + 2).min(rows) {
                for i in x.saturating_sub(1)..(x + 2).min(columns) {
                    sum += blocks.get(j * columns + i).copied().unwrap_or(0.0);
                    count += 1.0;
                }
            }
            if let Some(slot) = smooth.get_mut(y * columns + x) {
                *slot = sum / count;
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
        if taken[seed] {
            continue;
        }
        if patches.len() == most || peak < noise * 2.5 + 0.002 {
            break;
        }
        // The blocks round the seed that are at least a third as textured.
        let least = (peak * 0.33).max(noise * 1.8);
        let (mut x0, mut x1, mut y0, mut y1) = (columns, 0, rows, 0);
        let mut stack = vec![seed];
        let mut count = 0;
        while let Some(at) = stack.pop() {
            if taken[at] || smooth[at] < least {
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
        if count < 2 {
            continue;
        }
        let room = 1 + (x1 - x0).max(y1 - y0) / 5;
        let (x0, y0) = (x0.saturating_sub(room), y0.saturating_sub(room));
        let (left, top) = (x0 * BLOCK * COARSE, y0 * BLOCK * COARSE);
        let right = ((x1 + 1 + room) * BLOCK * COARSE).min(width);
        let bottom = ((y1 + 1 + room) * BLOCK * COARSE).min(height);
        patches.push(Region { left, top, width: right - left, height: bottom - top });
    }
    patches
}
