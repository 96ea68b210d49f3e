//! Finder patterns in black and white, and the sets of three that may be one symbol.
//!
//! A line through a finder pattern's centre crosses dark, light, dark, light, dark as 1 : 1 : 3 : 1 : 1 at any angle and
//! under any perspective that keeps it small (ISO/IEC 18004 §6.3.3): rows are searched for that, columns confirm it.

use super::rings::Ring;
use crate::binarise::Bits;
use crate::geometry::Point;

/// One finder pattern.
#[derive(Clone, Copy, Debug)]
pub struct Finder {
    pub centre: Point,
    /// Width of a module along x and along y, through the centre.
    pub module: (f32, f32),
    /// Rows that saw it.
    pub votes: u32,
}

/// Three finder patterns that may be one symbol.
#[derive(Clone, Copy, Debug)]
pub struct Triple {
    pub top_left: Finder,
    pub top_right: Finder,
    pub bottom_left: Finder,
    /// Modules a side, as the distances say.
    pub dimension: f32,
    /// How unlikely it is: 0 is perfect.
    pub cost: f32,
}

impl Triple {
    /// Where the symbol's corners would lie if it were seen straight on, and the width of a module there.
    pub fn parallelogram(&self) -> ([Point; 4], f32) {
        let span = (self.dimension - 7.0).max(1.0);
        let (tl, tr, bl) = (self.top_left.centre, self.top_right.centre, self.bottom_left.centre);
        let (right, down) = ((tr - tl) * (1.0 / span), (bl - tl) * (1.0 / span));
        let size = self.dimension;
        let at = |u: f32, v: f32| tl + right * (u - 3.5) + down * (v - 3.5);
        ([at(0.0, 0.0), at(size, 0.0), at(size, size), at(0.0, size)], right.cross(down).abs().sqrt())
    }
}

/// Patterns that are kept at most, those seen by most rows.
const MAX_FINDERS: usize = 40;
const MAX_TRIPLES: usize = 12;

/// Whether five runs are as 1 : 1 : 3 : 1 : 1, allowing for blur that eats or widens what is narrow.
fn proportions(runs: &[f32; 5]) -> Option<f32> {
    let total: f32 = runs.iter().sum();
    let module = total / 7.0;
    if module < 0.9 {
        return None;
    }
    let slack = module * 0.55 + 0.6;
    let narrow = [runs[0], runs[1], runs[3], runs[4]].iter().all(|r| (r - module).abs() <= slack);
    let balanced = (runs[0] - runs[4]).abs() <= slack && (runs[1] - runs[3]).abs() <= slack;
    (narrow && balanced && (runs[2] - 3.0 * module).abs() <= 2.0 * slack).then_some(module)
}

/// The five runs through a point along one axis, with where they begin; `None` where they don't look like a pattern.
fn cross(bits: &Bits, x: usize, y: usize, vertical: bool, limit: usize) -> Option<([f32; 5], f32)> {
    let (at, size) = if vertical { (y, bits.height) } else { (x, bits.width) };
    let dark = |i: usize| if vertical { bits.get(x, i) } else { bits.get(i, y) };
    if !dark(at) {
        return None;
    }
    let mut runs = [0.0f32; 5];
    let mut i = at;
    // Towards the start: rest of the core, light, dark.
    for (slot, colour) in [(2, true), (1, false), (0, true)] {
        let mut length = 0;
        while dark(i) == colour && length <= limit {
            length += 1;
            if i == 0 {
                // The pattern may touch the picture's edge only with its outer dark.
                if slot != 0 {
                    return None;
                }
                runs[slot] += 1.0;
                length -= 1;
                break;
            }
            i -= 1;
        }
        runs[slot] += length as f32;
    }
    let start = at as f32 + 1.0 - runs[0] - runs[1] - runs[2];
    let mut i = at + 1;
    for (slot, colour) in [(2, true), (3, false), (4, true)] {
        let mut length = 0;
        while i < size && dark(i) == colour && length <= limit {
            length += 1;
            i += 1;
        }
        if i >= size && slot != 4 {
            return None;
        }
        runs[slot] += length as f32;
    }
    Some((runs, start))
}

/// All finder patterns, those seen by most rows first.
pub fn finders(bits: &Bits) -> Vec<Finder> {
    let mut found: Vec<Finder> = Vec::new();
    let mut rows = Rows::default();
    let mut edges = Vec::new();
    // The core is three modules high: of such as can be read, at least two rows cross it.
    for y in (0..bits.height).step_by(3) {
        bits.edges(y, &mut edges);
        // Edges come in pairs, dark begins at even ones.
        let mut at = 0;
        while at + 6 <= edges.len() {
            let mut runs = [0.0f32; 5];
            for (run, pair) in runs.iter_mut().zip(edges.get(at..at + 6).unwrap_or(&[]).windows(2)) {
                *run = pair.get(1).copied().unwrap_or(0).saturating_sub(pair.first().copied().unwrap_or(0)) as f32;
            }
            if let Some(module) = proportions(&runs) {
                let start = edges.get(at).map_or(0.0, |e| *e as f32);
                let x = start + runs[0] + runs[1] + runs[2] / 2.0;
                confirm(bits, x, y, module, &mut found, &mut rows);
            }
            at += 2;
        }
    }
    found.sort_by_key(|f| std::cmp::Reverse(f.votes));
    found.truncate(MAX_FINDERS);
    found
}

/// The rows in which patterns were first seen, and how far from there they may be seen again: noise shows thousands.
#[derive(Default)]
struct Rows {
    first: Vec<usize>,
    reach: usize,
}

fn confirm(bits: &Bits, x: f32, y: usize, module: f32, found: &mut Vec<Finder>, rows: &mut Rows) {
    let here = Point::new(x, y as f32 + 0.5);
    let near = rows.first.partition_point(|first| first + rows.reach < y);
    if let Some(known) = found.iter_mut().skip(near).find(|f| {
        let d = here - f.centre;
        d.x.abs() < f.module.0 * 2.5 && d.y.abs() < f.module.1 * 2.5
    }) {
        known.votes += 1;
        return;
    }
    let limit = (module * 16.0) as usize + 4;
    let Some((runs, start)) = cross(bits, x as usize, y, true, limit) else { return };
    let Some(down) = proportions(&runs) else { return };
    if down > module * 4.0 || module > down * 4.0 {
        return;
    }
    let centre_y = start + runs[0] + runs[1] + runs[2] / 2.0;
    let Some((runs, start)) = cross(bits, x as usize, centre_y as usize, false, limit) else { return };
    let Some(across) = proportions(&runs) else { return };
    let centre_x = start + runs[0] + runs[1] + runs[2] / 2.0;
    let finder = Finder { centre: Point::new(centre_x, centre_y), module: (across, down), votes: 1 };
    if round(bits, &finder) {
        found.push(finder);
        rows.first.push(y);
        // Rows up to five modules below cross it.
        rows.reach = rows.reach.max((down * 5.0) as usize + 1);
    }
}

/// Whether lines through the centre show the pattern in most directions, not only along rows and columns.
fn round(bits: &Bits, finder: &Finder) -> bool {
    let good = (0..DIRECTIONS).filter(|i| {
        let angle = std::f32::consts::TAU * (*i as f32 + 0.5) / DIRECTIONS as f32;
        reach(bits, finder, finder.centre + Point::new(angle.cos(), angle.sin())).is_some()
    });
    good.count() >= DIRECTIONS * 3 / 4
}

const DIRECTIONS: usize = 16;

/// How far it is from the centre of a pattern to its outer edge in the direction of `towards`, in pixels: 3.5 modules.
fn reach(bits: &Bits, finder: &Finder, towards: Point) -> Option<f32> {
    let direction = (towards - finder.centre).unit()?;
    let longest = finder.module.0.max(finder.module.1) * 8.0 + 4.0;
    // Core (dark), ring (light), outer ring (dark), then light: 1.5, 1 and 1 modules.
    let mut ends = [0.0f32; 3];
    let mut stage = 0;
    let mut step = 0.0;
    while step < longest {
        let p = finder.centre + direction * step;
        if p.x < 0.0 || p.y < 0.0 {
            return None;
        }
        if bits.get(p.x as usize, p.y as usize) != (stage != 1) {
            *ends.get_mut(stage)? = step;
            stage += 1;
            if stage == 3 {
                break;
            }
        }
        step += 0.5;
    }
    let [core, ring, end] = ends;
    let module = end / 3.5;
    let slack = module * 0.6 + 0.8;
    let like = |length: f32, modules: f32| (length - modules * module).abs() <= slack;
    (stage == 3 && like(core, 1.5) && like(ring - core, 1.0) && like(end - ring, 1.0)).then_some(end)
}

/// Sets of three patterns fitted in grey, in order of likelihood.
pub fn triples_of_rings(rings: &[Ring]) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (i, a) in rings.iter().enumerate() {
        for (j, b) in rings.iter().enumerate().skip(i + 1) {
            for c in rings.iter().skip(j + 1) {
                for (corner, one, other) in [(a, b, c), (b, a, c), (c, a, b)] {
                    triples.extend(triple_of_rings(corner, one, other));
                }
            }
        }
    }
    likeliest(triples, MAX_TRIPLES)
}

/// The likeliest of some sets, in order.
pub fn likeliest(mut triples: Vec<Triple>, most: usize) -> Vec<Triple> {
    triples.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    triples.truncate(most);
    triples
}

/// Three patterns fitted in grey as one symbol, if they can be.
pub fn triple_of_rings(corner: &Ring, one: &Ring, other: &Ring) -> Option<Triple> {
    let (mut one, mut other) = (one, other);
    if (one.centre - corner.centre).cross(other.centre - corner.centre) < 0.0 {
        std::mem::swap(&mut one, &mut other);
    }
    let size = |r: &Ring| r.across.cross(r.down).abs().sqrt();
    let (s0, s1, s2) = (size(corner), size(one), size(other));
    let (smallest, largest) = (s0.min(s1).min(s2), s0.max(s1).max(s2));
    if largest > smallest * 1.7 {
        return None;
    }
    // The vector between two centres, in modules of either: it must run along an axis of both.
    let modules = |from: &Ring, to: &Ring| -> Option<(f32, f32)> {
        let d = to.centre - from.centre;
        let (mut length, mut skew) = (0.0, 0.0);
        for ring in [from, to] {
            let area = ring.across.cross(ring.down);
            let (u, v) = (d.cross(ring.down) / area, ring.across.cross(d) / area);
            length += u.abs().max(v.abs()) / 2.0;
            skew += u.abs().min(v.abs()) / u.abs().max(v.abs()).max(1e-3) / 2.0;
        }
        (skew < 0.35).then_some((length, skew))
    };
    let ((across, skew), (down, other_skew)) = (modules(corner, one)?, modules(corner, other)?);
    let ratio = across.max(down) / across.min(down).max(1e-3);
    let dimension = (across + down) / 2.0 + 7.0;
    if ratio > 1.45 || !(17.0..=190.0).contains(&dimension) {
        return None;
    }
    let (u, v) = (one.centre - corner.centre, other.centre - corner.centre);
    let cosine = u.dot(v) / (u.length() * v.length()).max(1e-6);
    if cosine.abs() > 0.85 {
        return None;
    }
    let likeness = corner.likeness + one.likeness + other.likeness;
    let cost = (ratio - 1.0) + (largest / smallest - 1.0) + skew + other_skew + cosine.abs() * 0.3 - 2.0 * likeness;
    let finder = |r: &Ring| Finder { centre: r.centre, module: (size(r), size(r)), votes: 1 };
    Some(Triple { top_left: finder(corner), top_right: finder(one), bottom_left: finder(other), dimension, cost })
}

/// Sets of three patterns in order of likelihood.
pub fn triples(bits: &Bits, finders: &[Finder], late: &dyn Fn() -> bool) -> Vec<Triple> {
    let mut triples = Vec::new();
    for (i, a) in finders.iter().enumerate().take_while(|_| !late()) {
        for (j, b) in finders.iter().enumerate().skip(i + 1) {
            for c in finders.iter().skip(j + 1) {
                for (corner, one, other) in [(a, b, c), (b, a, c), (c, a, b)] {
                    triples.extend(triple(bits, corner, one, other));
                }
            }
        }
    }
    likeliest(triples, MAX_TRIPLES)
}

fn triple(bits: &Bits, corner: &Finder, one: &Finder, other: &Finder) -> Option<Triple> {
    // Cheap refusals first: sizes alike, the angle at the corner not too far from a right one.
    let size = |f: &Finder| (f.module.0 * f.module.1).sqrt();
    let (s0, s1, s2) = (size(corner), size(one), size(other));
    let (smallest, largest) = (s0.min(s1).min(s2), s0.max(s1).max(s2));
    if largest > smallest * 1.9 {
        return None;
    }
    let (mut one, mut other) = (one, other);
    if (one.centre - corner.centre).cross(other.centre - corner.centre) < 0.0 {
        std::mem::swap(&mut one, &mut other);
    }
    let (u, v) = (one.centre - corner.centre, other.centre - corner.centre);
    let cosine = u.dot(v) / (u.length() * v.length()).max(1e-6);
    if cosine.abs() > 0.82 {
        return None;
    }
    if u.length() < 9.0 * smallest || v.length() < 9.0 * smallest || u.length() > 260.0 * largest {
        return None;
    }
    let modules = |from: &Finder, to: &Finder| -> Option<f32> {
        let near = reach(bits, from, to.centre);
        let far = reach(bits, to, from.centre);
        let reach = match (near, far) {
            (Some(a), Some(b)) => (a + b) / 2.0,
            (Some(a), None) | (None, Some(a)) => a,
            (None, None) => return None,
        };
        Some((to.centre - from.centre).length() / (reach / 3.5) + 7.0)
    };
    let (across, down) = (modules(corner, one)?, modules(corner, other)?);
    let ratio = across.max(down) / across.min(down);
    if ratio > 1.5 || !(17.0..=190.0).contains(&((across + down) / 2.0)) {
        return None;
    }
    let cost = (ratio - 1.0) * 2.0 + (largest / smallest - 1.0) + cosine.abs() * 0.5
        - 0.02 * (corner.votes + one.votes + other.votes).min(30) as f32 / size(corner).max(1.0);
    Some(Triple { top_left: *corner, top_right: *one, bottom_left: *other, dimension: (across + down) / 2.0, cost })
}
