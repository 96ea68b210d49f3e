//! Where on a picture a code may be: patches that have strong edges in all directions, measured on blocks of 16 pixels.
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

/// Pixels of the full picture in a block: eight of the halved one.
const BLOCK: usize = 16;

/// The structure tensor's eigenvalues of blocks of 16×16 pixels, relative to the square of their brightness.
pub struct Texture {
    pub columns: usize,
    pub rows: usize,
    /// Larger and smaller eigenvalue, and the direction of the larger: twice its angle as cosine and sine.
    pub blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Block {
    pub strong: f32,
    pub weak: f32,
    pub double_angle: (f32, f32),
}

/// Measures texture on the picture at half size.
pub fn texture(half: &Gray) -> Texture {
    const STEP: usize = BLOCK / 2;
    let (columns, rows) = (half.width / STEP, half.height / STEP);
    let mut sums = vec![[0i64; 4]; columns * rows];
    for by in 0..rows {
        for y in by * STEP..(by + 1) * STEP {
            if y == 0 || y + 1 >= half.height {
                continue;
            }
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
                let mut part = [0i32; 4];
                for ((((l, r), u), d), m) in left.iter().zip(right).zip(up).zip(down).zip(middle) {
                    let gx = i32::from(*r) - i32::from(*l);
                    let gy = i32::from(*d) - i32::from(*u);
                    part[0] += gx * gx;
                    part[1] += gy * gy;
                    part[2] += gx * gy;
                    part[3] += i32::from(*m);
                }
                if let Some(sum) = sums.get_mut(by * columns + bx) {
                    for (sum, part) in sum.iter_mut().zip(part) {
                        *sum += i64::from(part);
                    }
                }
            }
        }
    }
    let pixels = (STEP * STEP) as f32;
    let blocks = sums
        .into_iter()
        .map(|[xx, yy, xy, sum]| {
            let mean = (sum as f32 / pixels).max(16.0);
            let scale = 1.0 / (pixels * mean * mean);
            let (xx, yy, xy) = (xx as f32 * scale, yy as f32 * scale, xy as f32 * scale);
            let (half_trace, half_difference) = ((xx + yy) / 2.0, (xx - yy) / 2.0);
            let root = half_difference.hypot(xy);
            let unit = if root > 1e-9 { (half_difference / root, xy / root) } else { (1.0, 0.0) };
            Block { strong: half_trace + root, weak: (half_trace - root).max(0.0), double_angle: unit }
        })
        .collect();
    Texture { columns, rows, blocks }
}

/// Patches that may be QR codes, the most textured first, with room round them.
pub fn patches(texture: &Texture, width: usize, height: usize, most: usize) -> Vec<Region> {
    let Texture { columns, rows, blocks } = texture;
    let (columns, rows) = (*columns, *rows);
    if blocks.is_empty() {
        return Vec::new();
    }
    // A block inside a code and its neighbours together: the mean of three by three.
    let mut smooth = vec![0.0f32; blocks.len()];
    for y in 0..rows {
        for x in 0..columns {
            let (mut sum, mut count) = (0.0, 0.0);
            for j in y.saturating_sub(1)..(y + 2).min(rows) {
                for i in x.saturating_sub(1)..(x + 2).min(columns) {
                    sum += blocks.get(j * columns + i).map_or(0.0, |b| b.weak);
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
        let (left, top) = (x0 * BLOCK, y0 * BLOCK);
        let right = ((x1 + 1 + room) * BLOCK).min(width);
        let bottom = ((y1 + 1 + room) * BLOCK).min(height);
        patches.push(Region { left, top, width: right - left, height: bottom - top });
    }
    patches
}
