//! Where barcodes lie: stripes of blocks whose edges all run one way, with their curved middle line and the direction
//! of their bars.

use crate::geometry::{Point, solve};
use crate::regions::{BLOCK, Block, Texture};

/// A stripe of bars.
#[derive(Clone, Debug)]
pub struct Stripe {
    /// A point near its middle, and the direction in which it is read, a unit vector.
    origin: Point,
    along: Point,
    /// Where it begins and ends along that direction, in pixels from the origin, quiet zones included.
    pub from: f32,
    pub to: f32,
    /// Its middle line: how far off the axis at `s`, as a + b·s + c·s².
    middle: [f32; 3],
    /// Direction of the bars, as the slope against the axis's normal at `s`: a + b·s.
    lean: [f32; 2],
    /// Half the length of its bars, in pixels.
    pub reach: f32,
}

impl Stripe {
    /// Pixels beyond the first and last bars at each end.
    pub fn room(&self) -> f32 {
        room((self.to - self.from - 2.0 * ROOM) / (1.0 + 2.0 * ROOM_SHARE))
    }

    /// The point `s` pixels along the stripe and `t` pixels along the bars from the middle line.
    pub fn at(&self, s: f32, t: f32) -> Point {
        let [a, b, c] = self.middle;
        let normal = Point::new(-self.along.y, self.along.x);
        let lean = self.lean[0] + self.lean[1] * s;
        let bar = normal + self.along * lean;
        self.origin + self.along * s + normal * (a + b * s + c * s * s) + bar * t
    }
}

/// Least coherence of a block (0 for none, 1 for edges all one way) to be of bars.
const COHERENT: f32 = 0.55;
const FEWEST_BLOCKS: usize = 10;

/// All stripes that may be barcodes, the largest first.
pub fn stripes(texture: &Texture, most: usize) -> Vec<Stripe> {
    let (columns, rows) = (texture.columns, texture.rows);
    let mut strengths: Vec<f32> = texture.blocks.iter().map(|b| b.eigenvalues().0).collect();
    let middle = strengths.len() / 2;
    let noise = if strengths.is_empty() { 0.0 } else { *strengths.select_nth_unstable_by(middle, f32::total_cmp).1 };
    let least = (noise * 3.0).max(0.006);
    let barred = |block: &Block| {
        let (strong, weak) = block.eigenvalues();
        strong > least && strong - weak > COHERENT * (strong + weak)
    };
    let barred: Vec<bool> = texture.blocks.iter().map(barred).collect();
    let mut taken = vec![false; texture.blocks.len()];
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for seed in 0..texture.blocks.len() {
        if taken[seed] || !barred[seed] {
            continue;
        }
        let mut group = Vec::new();
        let mut stack = vec![seed];
        taken[seed] = true;
        while let Some(at) = stack.pop() {
            group.push(at);
            let (x, y) = (at % columns, at / columns);
            let (c, s) = texture.blocks[at].double_angle();
            for ny in y.saturating_sub(1)..(y + 2).min(rows) {
                for nx in x.saturating_sub(1)..(x + 2).min(columns) {
                    let next = ny * columns + nx;
                    if taken[next] || !barred[next] {
                        continue;
                    }
                    let (nc, ns) = texture.blocks[next].double_angle();
                    if c * nc + s * ns > 0.77 {
                        taken[next] = true;
                        stack.push(next);
                    }
                }
            }
        }
        if group.len() >= FEWEST_BLOCKS {
            groups.push(group);
        }
    }
    groups.sort_by_key(|g| std::cmp::Reverse(g.len()));
    groups.truncate(most * 2);
    let parts = groups.iter().flat_map(|group| split(texture, group)).collect();
    let mut stripes: Vec<(usize, Stripe)> =
        joined(texture, parts).iter().filter_map(|part| Some((part.len(), fit(texture, part)?))).collect();
    stripes.sort_by_key(|s| std::cmp::Reverse(s.0));
    stripes.truncate(most);
    stripes.into_iter().map(|s| s.1).collect()
}

/// Parts that continue each other (a stamp, glare or a fold lies between) become one.
fn joined(texture: &Texture, mut parts: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    struct Line {
        origin: Point,
        along: Point,
        length: f32,
        reach: f32,
    }
    let line = |part: &Vec<usize>| -> Option<Line> {
        let (origin, along) = axis(texture, part)?;
        let normal = Point::new(-along.y, along.x);
        let (mut from, mut to, mut spread) = (f32::INFINITY, f32::NEG_INFINITY, 0.0);
        for &at in part {
            let d = centre(texture, at) - origin;
            (from, to) = (from.min(d.dot(along)), to.max(d.dot(along)));
            spread += d.dot(normal).powi(2);
        }
        let reach = (spread / part.len() as f32 * 3.0).sqrt().max(3.0);
        Some(Line { origin, along, length: to - from, reach })
    };
    let continues = |a: &Line, b: &Line| {
        let d = b.origin - a.origin;
        let gap = d.length() - (a.length + b.length) / 2.0;
        let off = d.cross(a.along).abs().max(d.cross(b.along).abs());
        a.along.dot(b.along).abs() > 0.96
            && gap < 2.5 * a.reach.max(b.reach)
            && off < a.reach.min(b.reach) + 0.06 * d.length()
            && a.reach < 1.6 * b.reach
            && b.reach < 1.6 * a.reach
    };
    loop {
        let lines: Vec<Option<Line>> = parts.iter().map(line).collect();
        let pair = (0..parts.len()).find_map(|i| {
            (i + 1..parts.len())
                .find(|&j| matches!((&lines[i], &lines[j]), (Some(a), Some(b)) if continues(a, b)))
                .map(|j| (i, j))
        });
        let Some((i, j)) = pair else { return parts };
        let other = parts.swap_remove(j);
        parts[i].extend(other);
    }
}

fn centre(texture: &Texture, at: usize) -> Point {
    let half = BLOCK as f32 / 2.0;
    let x = (at % texture.columns * BLOCK) as f32 + half;
    let y = (at / texture.columns * BLOCK) as f32 + half;
    Point::new(x, y)
}

/// Mean position and direction of reading of some blocks, weighted by the strength of their edges.
fn axis(texture: &Texture, blocks: &[usize]) -> Option<(Point, Point)> {
    let mut sum = Block::default();
    let (mut place, mut weight) = (Point::default(), 0.0);
    for &at in blocks {
        let block = texture.blocks.get(at)?;
        sum.xx += block.xx;
        sum.yy += block.yy;
        sum.xy += block.xy;
        let w = block.eigenvalues().0;
        place = place + centre(texture, at) * w;
        weight += w;
    }
    let (c, s) = sum.double_angle();
    let angle = s.atan2(c) / 2.0;
    Some((place * (1.0 / weight), Point::new(angle.cos(), angle.sin())))
}

/// Barcodes that stand close above each other are one group of blocks: parted where a line between them is weak.
fn split(texture: &Texture, group: &[usize]) -> Vec<Vec<usize>> {
    let Some((origin, along)) = axis(texture, group) else { return Vec::new() };
    let normal = Point::new(-along.y, along.x);
    let across = |at: usize| (centre(texture, at) - origin).dot(normal);
    let lowest = group.iter().map(|a| across(*a)).fold(f32::INFINITY, f32::min);
    let bin = |at: usize| ((across(at) - lowest) / BLOCK as f32) as usize;
    let bins = group.iter().map(|a| bin(*a)).max().unwrap_or(0) + 1;
    let mut energy = vec![0.0f32; bins];
    for &at in group {
        energy[bin(at)] += texture.blocks[at].eigenvalues().0;
    }
    let smooth: Vec<f32> = (0..bins)
        .map(|i| {
            let range = &energy[i.saturating_sub(1)..(i + 2).min(bins)];
            range.iter().sum::<f32>() / range.len() as f32
        })
        .collect();
    let peak = smooth.iter().copied().fold(0.0, f32::max);
    // Runs of bins above two fifths of the peak; the rest goes to the nearest.
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, e) in smooth.iter().enumerate() {
        if *e > peak * 0.4 {
            match runs.last_mut() {
                Some((_, end)) if *end + 1 == i => *end = i,
                _ => runs.push((i, i)),
            }
        }
    }
    if runs.len() < 2 {
        return vec![group.to_vec()];
    }
    let mut parts = vec![Vec::new(); runs.len()];
    for &at in group {
        let b = bin(at);
        if let Some(run) = runs.iter().position(|(from, to)| (*from..=*to).contains(&b)) {
            parts[run].push(at);
        }
    }
    parts.retain(|p| p.len() >= FEWEST_BLOCKS);
    parts
}

fn fit(texture: &Texture, blocks: &[usize]) -> Option<Stripe> {
    let (origin, along) = axis(texture, blocks)?;
    let normal = Point::new(-along.y, along.x);
    let mut points = Vec::with_capacity(blocks.len());
    for &at in blocks {
        let d = centre(texture, at) - origin;
        let block = texture.blocks.get(at)?;
        let (c, s) = block.double_angle();
        // The block's own direction of reading against the axis: its bars lean by as much.
        let angle = s.atan2(c) / 2.0;
        let own = Point::new(angle.cos(), angle.sin());
        let own = if own.dot(along) < 0.0 { own * -1.0 } else { own };
        let lean = -(own.cross(along)) / own.dot(along).max(0.2);
        points.push((d.dot(along), d.dot(normal), -lean, block.eigenvalues().0.sqrt()));
    }
    let from = points.iter().map(|p| p.0).fold(f32::INFINITY, f32::min);
    let to = points.iter().map(|p| p.0).fold(f32::NEG_INFINITY, f32::max);
    let length = to - from + BLOCK as f32;
    if length < 48.0 {
        return None;
    }
    let middle = polynomial::<3>(points.iter().map(|p| (p.0, p.1, p.3)), length)?;
    let lean = polynomial::<2>(points.iter().map(|p| (p.0, p.2, p.3)), length)?;
    let (mut spread, mut weight) = (0.0, 0.0);
    for (s, t, _, w) in &points {
        let off = t - (middle[0] + middle[1] * s + middle[2] * s * s);
        spread += w * off * off;
        weight += w;
    }
    // An even spread over a length deviates by its twelfth part's root.
    let reach = (spread / weight * 3.0).sqrt().max(3.0);
    if length < reach * 1.6 {
        return None;
    }
    let room = room(length);
    Some(Stripe { origin, along, from: from - room, to: to + room, middle, lean, reach })
}

const ROOM: f32 = 24.0;
const ROOM_SHARE: f32 = 0.06;

/// What is looked at beyond each end of a stripe of this length, for the quiet zone.
fn room(length: f32) -> f32 {
    ROOM + length * ROOM_SHARE
}

/// Weighted least squares of y = Σ cᵢ xⁱ.
fn polynomial<const N: usize>(points: impl Iterator<Item = (f32, f32, f32)>, scale: f32) -> Option<[f32; N]> {
    let mut normal = vec![0.0f64; N * N];
    let mut right = vec![0.0f64; N];
    for (x, y, w) in points {
        let x = f64::from(x / scale);
        for i in 0..N {
            for j in 0..N {
                normal[i * N + j] += f64::from(w) * x.powi((i + j) as i32);
            }
            right[i] += f64::from(w) * x.powi(i as i32) * f64::from(y);
        }
    }
    let trace: f64 = normal[0];
    for i in 1..N {
        normal[i * N + i] += trace * 1e-4;
    }
    let solution = solve(normal, right)?;
    let mut out = [0.0; N];
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = (solution[i] / f64::from(scale).powi(i as i32)) as f32;
    }
    Some(out)
}
