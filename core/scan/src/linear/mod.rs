//! Barcodes: rows of black and white, read many times and believed only when rows agree.

mod code128;
mod code39;
mod matched;
mod profile;
mod stripes;

use crate::binarise::Bits;
use crate::geometry::Point;
use crate::gray::Gray;
use crate::regions::Texture;
use crate::symbol::{Format, Symbol};
pub use stripes::Stripe;

/// One reading of one row.
#[derive(Clone, Debug)]
pub struct Reading {
    pub format: Format,
    pub text: String,
    /// Where the symbol begins and ends, in the direction of reading.
    pub from: (f32, f32),
    pub to: (f32, f32),
}

impl Reading {
    fn middle(&self) -> (f32, f32) {
        ((self.from.0 + self.to.0) / 2.0, (self.from.1 + self.to.1) / 2.0)
    }
}

/// Reads rows `step` pixels apart.
pub fn rows(bits: &Bits, step: usize) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut edges = Vec::new();
    let mut y = step / 2;
    while y < bits.height {
        bits.edges(y, &mut edges);
        let row = y as f32 + 0.5;
        read_row(&edges, |format, text, from, to| {
            readings.push(Reading { format, text, from: (from, row), to: (to, row) });
        });
        y += step;
    }
    readings
}

/// Most stripes that are looked at.
const MAX_STRIPES: usize = 12;

/// Where barcodes may lie, the likeliest first. Those that are to be read quickly show the edges of a symbol as they are.
pub fn candidates(gray: &Gray, texture: &Texture, depth: Depth) -> Vec<Stripe> {
    let mut stripes = stripes::stripes(texture, MAX_STRIPES);
    if depth == Depth::Quick {
        stripes.retain(|stripe| profile::edges(&even_strip(gray, stripe, NARROW)).len() >= FEWEST_EDGES);
    }
    stripes
}

/// How far to go with a stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// A few readings of its edges.
    Quick,
    /// All readings, then by waveform.
    Full,
}

/// Reads stripes of bars at any angle and on curved paper: several strips of each, as seen and deblurred.
/// `elsewhere` says of a point that it lies on a symbol that was read already.
pub fn stripes(
    gray: &Gray,
    stripes: &[Stripe],
    depth: Depth,
    elsewhere: &dyn Fn(Point) -> bool,
    late: &dyn Fn() -> bool,
) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for stripe in stripes {
        if late() {
            break;
        }
        if elsewhere(stripe.at((stripe.from + stripe.to) / 2.0, 0.0)) {
            continue;
        }
        symbols.extend(read_stripe(gray, stripe, depth, late));
    }
    symbols
}

/// The strips of a stripe, as shares of its reach.
const STRIPS: [(f32, f32); 4] = [(-0.7, 0.7), (-0.25, 0.25), (-0.75, -0.2), (0.2, 0.75)];

/// The strip that shows most cheaply how many edges there are.
const NARROW: (f32, f32) = (-0.1, 0.1);

fn even_strip(gray: &Gray, stripe: &Stripe, (low, high): (f32, f32)) -> Vec<f32> {
    profile::even_out(&profile::profile(gray, stripe, low, high), WINDOW)
}

/// A text that was read from a stripe.
struct Vote {
    format: Format,
    text: String,
    /// Where it begins and ends, in samples.
    from: f32,
    to: f32,
    count: usize,
}

fn vote(votes: &mut Vec<Vote>, format: Format, text: String, from: f32, to: f32) {
    match votes.iter_mut().find(|v| v.format == format && v.text == text) {
        Some(vote) => vote.count += 1,
        None => votes.push(Vote { format, text, from, to, count: 1 }),
    }
}

fn read_stripe(gray: &Gray, stripe: &Stripe, depth: Depth, late: &dyn Fn() -> bool) -> Option<Symbol> {
    let (strips, sigmas) = match depth {
        Depth::Quick => (&STRIPS[..2], &SIGMAS[..3]),
        Depth::Full => (&STRIPS[..], &SIGMAS[..]),
    };
    let strips: Vec<Vec<f32>> = strips.iter().map(|strip| even_strip(gray, stripe, *strip)).collect();
    let mut votes: Vec<Vote> = Vec::new();
    for &sigma in sigmas {
        for even in &strips {
            let sharp = if sigma > 0.0 { profile::deblurred(even, sigma) } else { even.clone() };
            read_edges(&profile::edges(&sharp), |format, text, from, to| vote(&mut votes, format, text, from, to));
        }
        // Nothing to gain from the rest where all strips agree.
        if late() || (votes.len() == 1 && votes.iter().all(|v| v.count >= strips.len())) {
            break;
        }
    }
    if votes.is_empty() && depth == Depth::Full {
        let room = (stripe.room() + 8.0) * profile::DENSITY;
        for even in &strips {
            if late() {
                break;
            }
            let length = even.len() as f32;
            let backward: Vec<f32> = even.iter().rev().copied().collect();
            for (values, reversed) in [(even, false), (&backward, true)] {
                let Some(found) = matched::read(values, room, length - room, 24.0) else { continue };
                if found.believed() {
                    let place = |x: f32| if reversed { length - x } else { x };
                    vote(&mut votes, Format::Code39, found.text, place(found.from), place(found.to));
                }
            }
        }
    }
    votes.sort_by_key(|v| std::cmp::Reverse(v.count));
    let other = votes.get(1).map_or(0, |second| second.count);
    let all: usize = votes.iter().map(|v| v.count).sum();
    let Vote { format, text, from, to, count } = votes.into_iter().next()?;
    // Two readings agree and no other is had half as often.
    if count < 2 || other * 2 > count {
        return None;
    }
    let s = |sample: f32| stripe.from + sample / profile::DENSITY;
    let corner = |sample: f32, t: f32| {
        let p: Point = stripe.at(s(sample), t * stripe.reach);
        (p.x, p.y)
    };
    // Read against the stripe's direction, the symbol stands on its head.
    let up = if from < to { -1.0 } else { 1.0 };
    Some(Symbol {
        format,
        raw: text.clone().into_bytes(),
        text,
        corners: [corner(from, up), corner(to, up), corner(to, -up), corner(from, -up)],
        quality: count as f32 / all as f32,
    })
}

/// Samples each side over which dark and light are sought.
const WINDOW: usize = 100;

/// Deviations of blur that are tried, in samples.
const SIGMAS: [f32; 7] = [0.0, 2.0, 3.2, 1.4, 4.5, 6.0, 8.0];

/// Edges of the shortest symbol: Code 39 with one character.
const FEWEST_EDGES: usize = 30;

/// Reads all symbols of one row in both directions, given where black begins and ends.
fn read_row(edges: &[u32], report: impl FnMut(Format, String, f32, f32)) {
    if edges.len() < FEWEST_EDGES {
        return;
    }
    let forward: Vec<f32> = edges.iter().map(|&x| x as f32).collect();
    read_edges(&forward, report);
}

fn read_edges(forward: &[f32], mut report: impl FnMut(Format, String, f32, f32)) {
    read_forward(forward, &mut report);
    let last = forward.last().copied().unwrap_or(0.0);
    let backward: Vec<f32> = forward.iter().rev().map(|x| last - x).collect();
    read_forward(&backward, |format, text, from, to| report(format, text, last - from, last - to));
}

fn read_forward(edges: &[f32], mut report: impl FnMut(Format, String, f32, f32)) {
    let mut at = 0;
    while at + FEWEST_EDGES <= edges.len() {
        let read = code39::symbol(edges, at)
            .map(|(text, end)| (Format::Code39, text, end))
            .or_else(|| code128::symbol(edges, at).map(|(text, end)| (Format::Code128, text, end)));
        match read {
            Some((format, text, end)) => {
                let place = |i: usize| edges.get(i).copied().unwrap_or(0.0);
                report(format, text, place(at), place(end));
                at = end + 1;
            }
            None => at += 2,
        }
    }
}

/// Gathers readings of the same symbol. A text needs two rows that say it and none near by that says otherwise as often.
pub fn agree(readings: Vec<Reading>) -> Vec<Symbol> {
    struct Group {
        first: Reading,
        last: Reading,
        count: usize,
    }
    let mut groups: Vec<Group> = Vec::new();
    for reading in readings {
        let same = groups
            .iter_mut()
            .find(|g| g.first.format == reading.format && g.first.text == reading.text && near(&g.last, &reading));
        match same {
            Some(group) => {
                group.count += 1;
                group.last = reading;
            }
            None => groups.push(Group { first: reading.clone(), last: reading, count: 1 }),
        }
    }
    let contested = |g: &Group| {
        groups.iter().any(|o| {
            o.first.text != g.first.text
                && o.count >= 2
                && o.count * 2 > g.count
                && (near(&o.last, &g.last) || near(&o.first, &g.first))
        })
    };
    let near_by = |g: &Group| -> usize { groups.iter().filter(|o| near(&o.last, &g.last)).map(|o| o.count).sum() };
    groups
        .iter()
        .filter(|g| g.count >= 2 && !contested(g))
        .map(|g| Symbol {
            format: g.first.format,
            raw: g.first.text.clone().into_bytes(),
            text: g.first.text.clone(),
            corners: [g.first.from, g.first.to, g.last.to, g.last.from],
            quality: g.count as f32 / near_by(g).max(1) as f32,
        })
        .collect()
}

/// Whether two readings lie on the same symbol: their middles are closer than a third of their length along the row and
/// than a few rows across it.
fn near(a: &Reading, b: &Reading) -> bool {
    let (p, q) = (a.middle(), b.middle());
    let (dx, dy) = (a.to.0 - a.from.0, a.to.1 - a.from.1);
    let length = dx.hypot(dy).max(1.0);
    let along = ((q.0 - p.0) * dx + (q.1 - p.1) * dy) / length;
    let across = ((q.0 - p.0) * dy - (q.1 - p.1) * dx) / length;
    along.abs() < length / 3.0 && across.abs() < ACROSS
}

/// Farthest that two rows of one symbol may lie apart, in pixels: a few bad rows between good ones.
const ACROSS: f32 = 24.0;
