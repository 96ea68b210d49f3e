//! Pixels to modules: a picture evened out, and an equaliser that undoes blur.
//!
//! Defocus and motion smear every module over its neighbours, alike all over a symbol. A symbol carries hundreds of
//! modules whose colour is known, so the weights that best recover a module from the samples round it are found by least
//! squares on these, as a modem trains on a preamble, and again on what was decided with them. No blur is assumed.

use super::mesh::{Field, Mesh};
use super::tables::{Role, roles};
use crate::geometry::{Point, solve};
use crate::gray::Gray;

/// Evens out a rectangle of the picture: in its neighbourhood, some modules wide, ink becomes +1 and paper −1.
///
/// `module` is the width of a module in pixels. Only neighbourhoods where both occur vote on how dark ink and how light
/// paper is, so that a quiet zone or a shadow's edge does not bend the scale.
pub fn field(gray: &Gray, left: usize, top: usize, width: usize, height: usize, module: f32) -> Field {
    let block = ((module * 2.5) as usize).clamp(3, 64);
    let (columns, rows) = (width.div_ceil(block), height.div_ceil(block));
    let row = |y: usize| gray.row(top + y).get(left..(left + width).min(gray.width)).unwrap_or(&[]);
    let mut low = vec![255.0f32; columns * rows];
    let mut high = vec![0.0f32; columns * rows];
    for y in 0..height {
        let line = row(y);
        for (bx, pixels) in line.chunks(block).enumerate() {
            let at = y / block * columns + bx;
            if let (Some(low), Some(high)) = (low.get_mut(at), high.get_mut(at)) {
                for pair in pixels.windows(2) {
                    // Two pixels together: noise makes single ones extreme.
                    let mean = pair.iter().map(|p| f32::from(*p)).sum::<f32>() / 2.0;
                    *low = low.min(mean);
                    *high = high.max(mean);
                }
            }
        }
    }
    // Weighted middle and half range of the blocks round each block.
    let mut middle = vec![(128.0f32, 32.0f32); columns * rows];
    for by in 0..rows {
        for bx in 0..columns {
            let (mut weight, mut centre, mut range) = (1e-3, 0.0, 0.0);
            for y in by.saturating_sub(2)..(by + 3).min(rows) {
                for x in bx.saturating_sub(2)..(bx + 3).min(columns) {
                    let at = y * columns + x;
                    let (Some(&l), Some(&h)) = (low.get(at), high.get(at)) else { continue };
                    let contrast = (h - l).max(0.0);
                    let w = contrast * contrast / (1.0 + (x.abs_diff(bx) + y.abs_diff(by)) as f32);
                    weight += w;
                    centre += w * (l + h) / 2.0;
                    range += w * contrast / 2.0;
                }
            }
            if let Some(slot) = middle.get_mut(by * columns + bx) {
                *slot = (centre / weight, (range / weight).max(4.0));
            }
        }
    }
    let mut values = Vec::with_capacity(width * height);
    for y in 0..height {
        let line = row(y);
        // Between block centres the scale changes linearly.
        let v = ((y as f32 + 0.5) / block as f32 - 0.5).clamp(0.0, (rows - 1) as f32);
        let (j, v) = (v as usize, v.fract());
        let next = (j + 1).min(rows - 1);
        for x in 0..width {
            let u = ((x as f32 + 0.5) / block as f32 - 0.5).clamp(0.0, (columns - 1) as f32);
            let (i, u) = (u as usize, u.fract());
            let right = (i + 1).min(columns - 1);
            let at = |i: usize, j: usize| middle.get(j * columns + i).copied().unwrap_or((128.0, 32.0));
            let mix = |a: f32, b: f32, c: f32, d: f32| {
                let upper = a + (b - a) * u;
                let lower = c + (d - c) * u;
                upper + (lower - upper) * v
            };
            let (a, b, c, d) = (at(i, j), at(right, j), at(i, next), at(right, next));
            let centre = mix(a.0, b.0, c.0, d.0);
            let range = mix(a.1, b.1, c.1, d.1);
            let pixel = line.get(x).map_or(centre, |p| f32::from(*p));
            values.push(((centre - pixel) / range).clamp(-2.0, 2.0));
        }
    }
    Field { width, height, values }
}

/// Modules at their centres, as they lie.
pub fn centres(field: &Field, mesh: &Mesh) -> Vec<f32> {
    let size = mesh.version().dimension();
    (0..size * size).map(|i| field.sample(mesh.place((i % size) as f32 + 0.5, (i / size) as f32 + 0.5))).collect()
}

/// Where an equaliser looks, in half modules from the centre.
fn taps() -> Vec<(i32, i32)> {
    let mut taps: Vec<(i32, i32)> = (-2..=2).flat_map(|y| (-2..=2).map(move |x| (x, y))).collect();
    for far in [3, 4] {
        taps.extend([(far, 0), (-far, 0), (0, far), (0, -far)]);
    }
    taps.extend([(3, 3), (3, -3), (-3, 3), (-3, -3)]);
    taps
}

/// Modules of margin round the symbol that are sampled too.
const MARGIN: i32 = 3;

/// Samples of a symbol and its surroundings, two a module each way.
pub struct Lattice {
    size: usize,
    side: usize,
    values: Vec<f32>,
    taps: Vec<(i32, i32)>,
    /// +1 and −1 for modules whose colour is known, with the quiet zone's first ring; by module, margin included.
    known: Vec<(usize, usize, f32)>,
}

impl Lattice {
    pub fn new(field: &Field, mesh: &Mesh) -> Self {
        let size = mesh.version().dimension();
        // Sample (i, j) lies at half modules from the margin's corner.
        let side = 2 * (size + 2 * MARGIN as usize) + 1;
        let mut values = Vec::with_capacity(side * side);
        for j in 0..side {
            for i in 0..side {
                let place = |k: usize| k as f32 / 2.0 - MARGIN as f32;
                let p: Point = mesh.place(place(i), place(j));
                values.push(field.sample(p).clamp(-1.5, 1.5));
            }
        }
        let mut known = Vec::new();
        for (i, role) in roles(mesh.version()).into_iter().enumerate() {
            if let Role::Fixed(dark) = role {
                known.push((i % size, i / size, if dark { 1.0 } else { -1.0 }));
            }
        }
        Self { size, side, values, taps: taps(), known }
    }

    fn features(&self, x: usize, y: usize, out: &mut Vec<f32>) {
        out.clear();
        let centre = |k: usize| 2 * (k as i32 + MARGIN) + 1;
        let (cx, cy) = (centre(x), centre(y));
        for (dx, dy) in &self.taps {
            let (i, j) = ((cx + dx) as usize, (cy + dy) as usize);
            out.push(self.values.get(j * self.side + i).copied().unwrap_or(0.0));
        }
        out.push(1.0);
    }

    /// Trains on the known modules, on those learned, and on `decided` ones, these the less the nearer they are to zero.
    pub fn train(&self, decided: Option<&[f32]>, learned: &[i8]) -> Option<Vec<f32>> {
        let n = self.taps.len() + 1;
        let mut normal = vec![0.0f32; n * n];
        let mut right = vec![0.0f32; n];
        let mut features = Vec::with_capacity(n);
        let mut learn = |x: usize, y: usize, target: f32, weight: f32| {
            self.features(x, y, &mut features);
            for (i, a) in features.iter().enumerate() {
                let a = a * weight;
                if let Some(row) = normal.get_mut(i * n..(i + 1) * n) {
                    for (slot, b) in row.iter_mut().zip(&features) {
                        *slot += a * b;
                    }
                }
                if let Some(slot) = right.get_mut(i) {
                    *slot += a * target;
                }
            }
        };
        let mut total = 0.0;
        for &(x, y, target) in &self.known {
            learn(x, y, target, 1.0);
            total += 1.0;
        }
        let version = super::tables::Version::from_dimension(self.size)?;
        for (i, role) in roles(version).into_iter().enumerate() {
            if role != Role::Data {
                continue;
            }
            let (x, y) = (i % self.size, i / self.size);
            match (learned.get(i).copied().unwrap_or(0), decided.and_then(|d| d.get(i))) {
                (0, None) => {}
                (0, Some(value)) => {
                    let weight = value.abs().min(1.0).powi(2) * 0.7;
                    learn(x, y, value.signum(), weight);
                    total += weight;
                }
                (known, _) => {
                    learn(x, y, f32::from(known), 1.0);
                    total += 1.0;
                }
            }
        }
        for i in 0..n {
            if let Some(slot) = normal.get_mut(i * n + i) {
                *slot += total * RIDGE;
            }
        }
        let weights =
            solve(normal.iter().map(|v| f64::from(*v)).collect(), right.iter().map(|v| f64::from(*v)).collect())?;
        Some(weights.iter().map(|w| *w as f32).collect())
    }

    /// How far modules lie from what is known of them, on average and by the square; more where little was known to train
    /// on.
    pub fn error(&self, modules: &[f32], learned: &[i8]) -> f32 {
        let (mut sum, mut all) = (0.0, 0.0);
        let mut add = |at: usize, target: f32| {
            let value = modules.get(at).copied().unwrap_or(0.0);
            sum += (value - target).powi(2);
            all += 1.0;
        };
        for &(x, y, target) in &self.known {
            add(y * self.size + x, target);
        }
        for (at, known) in learned.iter().enumerate().filter(|(_, known)| **known != 0) {
            add(at, f32::from(*known));
        }
        let free = f32::max(all - self.taps.len() as f32, 1.0);
        sum / free
    }

    /// All modules as trained weights see them.
    pub fn apply(&self, weights: &[f32]) -> Vec<f32> {
        let mut features = Vec::with_capacity(weights.len());
        let mut out = Vec::with_capacity(self.size * self.size);
        for y in 0..self.size {
            for x in 0..self.size {
                self.features(x, y, &mut features);
                out.push(features.iter().zip(weights).map(|(f, w)| f * w).sum());
            }
        }
        out
    }
}

/// Samples of a module's side in a rectified field.
const DENSITY: usize = 4;
/// Modules round the symbol in a rectified field.
const ROOM: usize = 6;

/// A field seen through a mesh: the symbol upright and square, as far as that mesh fits, `DENSITY` samples a module.
pub struct Rectified {
    pub field: Field,
    outer: Mesh,
}

impl Rectified {
    pub fn new(field: &Field, outer: Mesh) -> Self {
        let side = (outer.version().dimension() + 2 * ROOM) * DENSITY;
        let mut values = Vec::with_capacity(side * side);
        let module = |k: usize| (k as f32 + 0.5) / DENSITY as f32 - ROOM as f32;
        for j in 0..side {
            for i in 0..side {
                values.push(field.sample(outer.place(module(i), module(j))));
            }
        }
        Self { field: Field { width: side, height: side, values }, outer }
    }

    /// The mesh that fits where the outer one does.
    pub fn mesh(&self) -> Option<Mesh> {
        let (low, high) = ((ROOM * DENSITY) as f32, ((self.outer.version().dimension() + ROOM) * DENSITY) as f32);
        let corners = [(low, low), (high, low), (high, high), (low, high)].map(|(x, y)| Point::new(x, y));
        Mesh::new(self.outer.version(), corners)
    }

    /// Where a point of the rectified field lies in the field that it was made of.
    pub fn outside(&self, p: Point) -> Point {
        let module = |x: f32| x / DENSITY as f32 - ROOM as f32;
        self.outer.place(module(p.x), module(p.y))
    }

    /// The field as trained weights see it: what blur took from edges is put back, so that a mesh can be fitted to it
    /// where it did not fit yet. The weights' half modules are whole samples here.
    pub fn sharpened(&self, weights: &[f32]) -> Field {
        let side = self.field.width;
        const HALF: i32 = DENSITY as i32 / 2;
        let bias = weights.last().copied().unwrap_or(0.0);
        let clamped: Vec<f32> = self.field.values.iter().map(|v| v.clamp(-1.5, 1.5)).collect();
        let mut values = vec![bias; side * side];
        for ((dx, dy), weight) in taps().into_iter().zip(weights) {
            let (dx, dy) = (dx * HALF, dy * HALF);
            for (y, row) in values.chunks_exact_mut(side).enumerate() {
                let Some(source) =
                    usize::try_from(y as i32 + dy).ok().and_then(|y| clamped.get(y * side..(y + 1) * side))
                else {
                    continue;
                };
                let (to, from) = if dx >= 0 { (0, dx as usize) } else { ((-dx) as usize, 0) };
                let count = side.saturating_sub(to + from);
                let (Some(row), Some(source)) = (row.get_mut(to..to + count), source.get(from..from + count)) else {
                    continue;
                };
                for (slot, value) in row.iter_mut().zip(source) {
                    *slot += value * weight;
                }
            }
        }
        for value in &mut values {
            *value = value.clamp(-2.0, 2.0);
        }
        Field { width: side, height: side, values }
    }
}

/// Ridge of the least squares, as a share of the modules trained on: weights stay small where noise is large.
const RIDGE: f32 = 0.005;
