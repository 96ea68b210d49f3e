//! Barcodes: rows of black and white, read many times and believed only when rows agree.

mod code128;
mod code39;

use crate::binarise::Bits;
use crate::symbol::{Format, Symbol};

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

/// Edges of the shortest symbol: Code 39 with one character.
const FEWEST_EDGES: usize = 30;

/// Reads all symbols of one row in both directions, given where black begins and ends.
fn read_row(edges: &[u32], mut report: impl FnMut(Format, String, f32, f32)) {
    if edges.len() < FEWEST_EDGES {
        return;
    }
    let forward: Vec<f32> = edges.iter().map(|&x| x as f32).collect();
    read_forward(&forward, &mut report);
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
    groups
        .iter()
        .filter(|g| g.count >= 2 && !contested(g))
        .map(|g| Symbol {
            format: g.first.format,
            raw: g.first.text.clone().into_bytes(),
            text: g.first.text.clone(),
            corners: [g.first.from, g.first.to, g.last.to, g.last.from],
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
