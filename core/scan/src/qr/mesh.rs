//! From module coordinates to pixels: a perspective with a mesh of small displacements over it, fitted to the picture.
//!
//! Paper curls and folds. Where the fixed modules lie is known; for all others it is known that their centres are dark
//! or light and not in between. The fit moves the corners, then the mesh's nodes, to make both as true as possible.

use super::tables::{Role, Version, roles};
use crate::geometry::{Perspective, Point};

/// A picture round a symbol, evened out: +1 is as dark as ink is there, −1 as light as paper is there.
pub struct Field {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Field {
    /// Value at a point, pixel centres lying at halves; outside it is paper.
    pub fn sample(&self, p: Point) -> f32 {
        let (x, y) = (p.x - 0.5, p.y - 0.5);
        if !(x >= 0.0 && y >= 0.0) || x >= self.width as f32 - 1.0 || y >= self.height as f32 - 1.0 {
            return -0.5;
        }
        let (left, top) = (x as usize, y as usize);
        let (u, v) = (x - left as f32, y - top as f32);
        let at = top * self.width + left;
        let (Some(&[a, b]), Some(&[c, d])) = (
            self.values.get(at..at + 2).and_then(|s| <&[f32; 2]>::try_from(s).ok()),
            self.values.get(at + self.width..at + self.width + 2).and_then(|s| <&[f32; 2]>::try_from(s).ok()),
        ) else {
            return -0.5;
        };
        let upper = a + (b - a) * u;
        let lower = c + (d - c) * u;
        upper + (lower - upper) * v
    }
}

/// Where every module of a symbol lies.
#[derive(Clone)]
pub struct Mesh {
    version: Version,
    cells: usize,
    nodes: Vec<Point>,
    /// The nodes of the perspective alone.
    flat: Vec<Point>,
}

/// What is known of a module for fitting: +1 dark, −1 light, 0 only that it is one or the other.
pub fn knowledge(version: Version) -> Vec<i8> {
    let roles = roles(version).into_iter();
    roles.map(|role| if let Role::Fixed(dark) = role { if dark { 1 } else { -1 } } else { 0 }).collect()
}

/// How much a module that is merely dark or light counts beside one that is known.
const UNKNOWN_WEIGHT: f32 = 0.5;

fn gain(value: f32, known: i8) -> f32 {
    let value = value.clamp(-1.0, 1.0);
    match known {
        0 => value.abs() * UNKNOWN_WEIGHT,
        sign => value * f32::from(sign),
    }
}

/// The fixed modules, and those learned (+1 dark, −1 light, 0 unknown).
pub fn known(version: Version, learned: &[i8]) -> Vec<i8> {
    together(&knowledge(version), learned)
}

/// The first, filled up where it knows nothing.
pub fn together(first: &[i8], second: &[i8]) -> Vec<i8> {
    let other = |i: usize| second.get(i).copied().unwrap_or(0);
    first.iter().enumerate().map(|(i, known)| if *known == 0 { other(i) } else { *known }).collect()
}

/// The nodes of a perspective, given the corners.
fn grid(version: Version, cells: usize, corners: [Point; 4]) -> Option<Vec<Point>> {
    let size = version.dimension() as f32;
    let square = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size)].map(|(x, y)| Point::new(x, y));
    let map = Perspective::between(square, corners)?;
    let (columns, step) = (cells + 1, size / cells as f32);
    let at = |i: usize| map.apply(Point::new((i % columns) as f32 * step, (i / columns) as f32 * step));
    Some((0..columns * columns).map(at).collect())
}

impl Mesh {
    /// The mesh of a perspective, given where the corners of the symbol lie: top left, top right, bottom right, bottom
    /// left.
    pub fn new(version: Version, corners: [Point; 4]) -> Option<Self> {
        let cells = (version.dimension() / 7).clamp(3, 12);
        let flat = grid(version, cells, corners)?;
        Some(Self { version, cells, nodes: flat.clone(), flat })
    }

    /// The same mesh seen otherwise: every node goes where `map` says, and bends are counted from its corners there.
    pub fn mapped(&self, map: impl Fn(Point) -> Point) -> Option<Self> {
        let nodes: Vec<Point> = self.nodes.iter().map(|p| map(*p)).collect();
        let moved = Self { nodes, ..self.clone() };
        Some(Self { flat: grid(self.version, self.cells, moved.corners())?, ..moved })
    }

    /// The same bends between other corners.
    fn between(&self, corners: [Point; 4]) -> Option<Self> {
        let flat = grid(self.version, self.cells, corners)?;
        let nodes = flat.iter().zip(self.nodes.iter().zip(&self.flat)).map(|(new, (node, old))| *new + *node - *old);
        Some(Self { version: self.version, cells: self.cells, nodes: nodes.collect(), flat })
    }

    pub fn version(&self) -> Version {
        self.version
    }

    fn node(&self, i: usize, j: usize) -> Point {
        self.nodes.get(j * (self.cells + 1) + i).copied().unwrap_or_default()
    }

    /// Where a point given in modules lies, also a little outside the symbol.
    pub fn place(&self, u: f32, v: f32) -> Point {
        let step = self.version.dimension() as f32 / self.cells as f32;
        let (u, v) = (u / step, v / step);
        let last = (self.cells - 1) as f32;
        let (i, j) = (u.clamp(0.0, last) as usize, v.clamp(0.0, last) as usize);
        let (u, v) = (u - i as f32, v - j as f32);
        let upper = self.node(i, j) * (1.0 - u) + self.node(i + 1, j) * u;
        let lower = self.node(i, j + 1) * (1.0 - u) + self.node(i + 1, j + 1) * u;
        upper * (1.0 - v) + lower * v
    }

    pub fn corners(&self) -> [Point; 4] {
        let n = self.cells;
        [self.node(0, 0), self.node(n, 0), self.node(n, n), self.node(0, n)]
    }

    /// Width of a module in pixels, on the whole.
    pub fn module(&self) -> f32 {
        let [a, b, c, d] = self.corners();
        let area = ((c - a).cross(d - b) / 2.0).abs();
        area.sqrt() / self.version.dimension() as f32
    }

    /// How well the modules of columns `us` and rows `vs` fit, every `stride`-th of those that are not fixed.
    fn fit(&self, field: &Field, known: &[i8], us: (usize, usize), vs: (usize, usize), stride: usize) -> f32 {
        let size = self.version.dimension();
        let mut sum = 0.0;
        for y in vs.0..vs.1.min(size) {
            for x in us.0..us.1.min(size) {
                let known = known.get(y * size + x).copied().unwrap_or(0);
                if known == 0 && (x + y) % stride != 0 {
                    continue;
                }
                let value = field.sample(self.place(x as f32 + 0.5, y as f32 + 0.5));
                let gain = gain(value, known);
                sum += if known == 0 { gain * stride as f32 } else { gain };
            }
        }
        sum
    }

    /// Share of the best possible fit of the fixed modules, −1 to 1.
    pub fn score(&self, field: &Field) -> f32 {
        self.score_known(field, &knowledge(self.version), Point::default())
    }

    /// The same of all modules that are known, the mesh moved by `shift` pixels.
    pub fn score_known(&self, field: &Field, known: &[i8], shift: Point) -> f32 {
        let size = self.version.dimension();
        let (mut sum, mut all) = (0.0, 0.0);
        for (i, known) in known.iter().enumerate() {
            if *known != 0 {
                let p = self.place((i % size) as f32 + 0.5, (i / size) as f32 + 0.5);
                sum += gain(field.sample(p + shift), *known);
                all += 1.0;
            }
        }
        sum / f32::max(all, 1.0)
    }

    /// The same mesh with twice as many cells each way.
    pub fn refined(&self) -> Self {
        let cells = self.cells * 2;
        let step = self.version.dimension() as f32 / cells as f32;
        let at = |i: usize| ((i % (cells + 1)) as f32 * step, (i / (cells + 1)) as f32 * step);
        let coarse = Self { nodes: self.flat.clone(), ..self.clone() };
        let count = (cells + 1) * (cells + 1);
        let nodes = (0..count).map(|i| self.place(at(i).0, at(i).1)).collect();
        let flat = (0..count).map(|i| coarse.place(at(i).0, at(i).1)).collect();
        Self { version: self.version, cells, nodes, flat }
    }

    /// Looks for the last corner, which no finder pattern holds, within `reach` modules each way; keeps the best place.
    pub fn search_last_corner(&self, field: &Field, known: &[i8], reach: f32, late: &dyn Fn() -> bool) -> Self {
        let size = self.version.dimension();
        let fit = |mesh: &Self| mesh.fit(field, known, (0, size), (0, size), 2);
        let corners = self.corners();
        let module = self.module();
        let mut best = (fit(self), self.clone());
        let steps = (reach * 2.0) as i32;
        for j in -steps..=steps {
            if late() {
                break;
            }
            for i in -steps..=steps {
                let mut moved = corners;
                moved[2] = moved[2] + Point::new(i as f32, j as f32) * (module / 2.0);
                let Some(mesh) = Self::new(self.version, moved) else { continue };
                let now = fit(&mesh);
                if now > best.0 {
                    best = (now, mesh);
                }
            }
        }
        best.1
    }

    /// Moves the corners one by one, by ever smaller steps given in modules, while that improves the fit.
    pub fn fit_corners(&self, field: &Field, known: &[i8], steps: &[f32], late: &dyn Fn() -> bool) -> Self {
        let size = self.version.dimension();
        let stride = if size > 45 { 5 } else { 3 };
        let Some(mut best) = self.mapped(|p| p) else { return self.clone() };
        let mut corners = self.corners();
        let fit = |mesh: &Self| mesh.fit(field, known, (0, size), (0, size), stride);
        let mut score = fit(&best);
        for step in steps {
            let step = step * best.module();
            for _ in 0..6 {
                let before = score;
                for corner in [2, 1, 3, 0] {
                    if late() {
                        return best;
                    }
                    for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                        let mut moved = corners;
                        moved[corner] = moved[corner] + Point::new(dx * step, dy * step);
                        let Some(mesh) = best.between(moved) else { continue };
                        let now = fit(&mesh);
                        if now > score {
                            (score, best, corners) = (now, mesh, moved);
                        }
                    }
                }
                if score <= before + 1e-3 {
                    break;
                }
            }
        }
        best
    }

    /// Moves the nodes one by one, by ever smaller steps given in modules, while that improves the fit and keeps the
    /// mesh smooth. `known` says which modules are dark (+1), light (−1) or merely one or the other (0).
    pub fn fit_nodes(&mut self, field: &Field, known: &[i8], steps: &[f32], late: &dyn Fn() -> bool) {
        let size = self.version.dimension();
        let module = self.module().max(0.1);
        let step_modules = size as f32 / self.cells as f32;
        let n = self.cells;
        let range = |i: usize| {
            let first = (i.saturating_sub(1)) as f32 * step_modules;
            let last = ((i + 1).min(n)) as f32 * step_modules;
            (first as usize, last.ceil() as usize)
        };
        // Bending costs as much as losing this many modules, by the square of the bend in modules.
        let stiffness = step_modules * 1.5;
        for step in steps {
            for _ in 0..3 {
                let mut moved = false;
                for j in 0..=n {
                    if late() {
                        return;
                    }
                    for i in 0..=n {
                        let (us, vs) = (range(i), range(j));
                        let slot = j * (n + 1) + i;
                        let judge = |mesh: &Self| {
                            mesh.fit(field, known, us, vs, 1) - stiffness * mesh.bend(i, j) / (module * module)
                        };
                        let mut score = judge(self);
                        for (dx, dy) in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)] {
                            let old = self.node(i, j);
                            let new = old + Point::new(dx, dy) * (step * module);
                            if let Some(node) = self.nodes.get_mut(slot) {
                                *node = new;
                            }
                            let now = judge(self);
                            if now > score + 1e-3 {
                                score = now;
                                moved = true;
                            } else if let Some(node) = self.nodes.get_mut(slot) {
                                *node = old;
                            }
                        }
                    }
                }
                if !moved {
                    break;
                }
            }
        }
    }

    /// Sum of squared second differences round a node, in square pixels.
    fn bend(&self, i: usize, j: usize) -> f32 {
        let n = self.cells;
        let mut sum = 0.0;
        let mut second = |a: (usize, usize), b: (usize, usize), c: (usize, usize)| {
            let moved =
                |(i, j): (usize, usize)| self.node(i, j) - self.flat.get(j * (n + 1) + i).copied().unwrap_or_default();
            let d = moved(a) + moved(c) - moved(b) * 2.0;
            sum += d.dot(d);
        };
        for k in i.saturating_sub(1)..=(i + 1).min(n) {
            if k > 0 && k < n {
                second((k - 1, j), (k, j), (k + 1, j));
            }
        }
        for k in j.saturating_sub(1)..=(j + 1).min(n) {
            if k > 0 && k < n {
                second((i, k - 1), (i, k), (i, k + 1));
            }
        }
        sum
    }
}
