//! The order in which readers are tried: cheap and likely first, each on what those before left unread.

use std::sync::Arc;
use std::time::Instant;

use crate::binarise::{self, Bits, Contrast};
use crate::contained::{Lane, Ran};
use crate::geometry::Point;
use crate::gray::Gray;
use crate::linear;
use crate::others::{Found, rqrr_reader, rxing_reader};
use crate::picture::Luma;
use crate::qr::deep::{self, Depth};
use crate::qr::finder::{self, Triple};
use crate::qr::rings;
use crate::regions::{self, Texture};
use crate::symbol::{Effort, Format, NoCode, Scan, Symbol};

static RXING: Lane = Lane::new("scan-rxing");
static RQRR: Lane = Lane::new("scan-rqrr");

/// Pixels of the largest picture that rqrr is given: it takes seconds on large noisy ones.
const RQRR_PIXELS: usize = 1_000_000;
/// Pixels of the largest picture that is read at once; larger ones are halved first.
const WORK_PIXELS: usize = 4_000_000;

/// One scan under way.
struct Run {
    deadline: Instant,
    symbols: Vec<Symbol>,
    panics: u32,
}

/// Reads all symbols of a picture within the effort's budget. A picture whose layout is wrong has no code.
pub fn scan(luma: &Luma<'_>, effort: Effort) -> Scan {
    let start = Instant::now();
    let mut run = Run { deadline: start + effort.budget(), symbols: Vec::new(), panics: 0 };
    if luma.check().is_ok() {
        run.read(luma, effort);
    }
    let Run { mut symbols, panics, .. } = run;
    symbols.sort_by(|a, b| centre(a).1.total_cmp(&centre(b).1));
    let reason = symbols.is_empty().then_some(NoCode::NoCode);
    Scan { symbols, reason, elapsed: start.elapsed(), caught_panics: panics }
}

fn centre(symbol: &Symbol) -> (f32, f32) {
    let sum = symbol.corners.iter().fold((0.0, 0.0), |s, c| (s.0 + c.0, s.1 + c.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}

impl Run {
    fn late(&self) -> bool {
        Instant::now() >= self.deadline
    }

    fn has_qr(&self) -> bool {
        self.symbols.iter().any(|s| s.format == Format::QrCode)
    }

    fn read(&mut self, luma: &Luma<'_>, effort: Effort) {
        let mut scale = 1.0;
        let mut gray = Arc::new(Gray::from_luma(luma));
        while gray.pixels.len() > WORK_PIXELS {
            gray = Arc::new(gray.halved());
            scale *= 2.0;
        }
        let thorough = effort == Effort::Still;
        let bits = Arc::new(binarise::local(&gray, Contrast::above_noise(&gray)));
        self.qr_by_rxing(&bits, scale, thorough);
        // A frame that holds a QR code says enough.
        if thorough || !self.has_qr() {
            self.barcodes_in_rows(&gray, &bits, scale);
        }
        if effort == Effort::Frame && !self.symbols.is_empty() {
            return;
        }
        let texture = regions::texture(&gray.halved());
        // Where a QR code says it all, barcodes that need effort can wait.
        let depth = if thorough && !self.has_qr() { linear::Depth::Full } else { linear::Depth::Quick };
        self.barcodes_in_stripes(&gray, &texture, depth, scale);
        if effort == Effort::Frame && !self.symbols.is_empty() {
            return;
        }
        let mut smaller = Arc::clone(&gray);
        let mut smaller_scale = scale;
        while !self.has_qr() && !self.late() && smaller.width.min(smaller.height) >= 160 {
            smaller = Arc::new(smaller.halved());
            smaller_scale *= 2.0;
            let bits = Arc::new(binarise::local(&smaller, Contrast::above_noise(&smaller)));
            self.qr_by_rxing(&bits, smaller_scale, true);
        }
        if effort == Effort::Still && !self.has_qr() && !self.late() {
            let bits = Arc::new(binarise::local(&gray.inverted(), Contrast::above_noise(&gray)));
            self.qr_by_rxing(&bits, scale, true);
        }
        if !self.has_qr() {
            self.qr_deep(&gray, &bits, scale);
        }
        if !self.has_qr() && !self.late() {
            self.qr_in_patches(&gray, &texture, scale);
        }
        if effort == Effort::Still && !self.has_qr() && !self.late() {
            self.qr_by_rqrr(&gray, scale);
        }
    }

    /// Looks for finder patterns in grey on the most textured patches.
    fn qr_in_patches(&mut self, gray: &Gray, texture: &Texture, scale: f32) {
        for region in regions::patches(texture, gray.width, gray.height, 5) {
            let deadline = self.deadline;
            let late = || Instant::now() >= deadline;
            let patch = gray.crop(region.left, region.top, region.width, region.height);
            let rings = rings::rings(&patch, &late);
            let triples = finder::triples_of_rings(&rings);
            if self.try_triples(&patch, &triples, (region.left, region.top), scale) {
                return;
            }
        }
    }

    fn qr_deep(&mut self, gray: &Gray, bits: &Bits, scale: f32) {
        let finders = finder::finders(bits);
        let triples = finder::triples(bits, &finders);
        self.try_triples(gray, &triples, (0, 0), scale);
    }

    fn try_triples(&mut self, gray: &Gray, triples: &[Triple], origin: (usize, usize), scale: f32) -> bool {
        for triple in triples {
            if self.late() {
                break;
            }
            let deadline = self.deadline;
            if let Some(read) = deep::read(gray, triple, Depth::Full, &|| Instant::now() >= deadline) {
                let (left, top) = (origin.0 as f32, origin.1 as f32);
                self.add(Symbol {
                    format: Format::QrCode,
                    raw: read.decoded.raw,
                    text: read.decoded.text,
                    corners: read.corners.map(|p| ((p.x + left) * scale, (p.y + top) * scale)),
                });
                return true;
            }
        }
        false
    }

    fn qr_by_rxing(&mut self, bits: &Arc<Bits>, scale: f32, thorough: bool) {
        let given = Arc::clone(bits);
        let ran = RXING.run(self.deadline, move || rxing_reader::qr_codes(&given, thorough));
        self.take(ran, scale);
    }

    fn qr_by_rqrr(&mut self, gray: &Arc<Gray>, mut scale: f32) {
        let mut given = Arc::clone(gray);
        while given.pixels.len() > RQRR_PIXELS {
            given = Arc::new(given.halved());
            scale *= 2.0;
        }
        let ran = RQRR.run(self.deadline, move || rqrr_reader::qr_codes(&given));
        self.take(ran, scale);
    }

    fn take(&mut self, ran: Ran<Vec<Found>>, scale: f32) {
        match ran {
            Ran::Answered(found) => {
                for Found { decoded, corners } in found {
                    self.add(Symbol {
                        format: Format::QrCode,
                        raw: decoded.raw,
                        text: decoded.text,
                        corners: corners.map(|(x, y)| (x * scale, y * scale)),
                    });
                }
            }
            Ran::Panicked => self.panics += 1,
            Ran::Late | Ran::NotStarted => {}
        }
    }

    /// Adds a symbol unless it is one that was read before.
    fn add(&mut self, symbol: Symbol) {
        let (x, y) = centre(&symbol);
        let known = self.symbols.iter().any(|s| {
            let extent = extent(&s.corners);
            s.format == symbol.format && s.raw == symbol.raw && extent.holds((x, y), extent.size() / 4.0)
        });
        if !known {
            self.symbols.push(symbol);
        }
    }

    /// Rows and, where these hold no barcode, columns.
    fn barcodes_in_rows(&mut self, gray: &Gray, bits: &Bits, scale: f32) {
        let mut readings = linear::rows(bits, 4);
        if readings.is_empty() && !self.late() {
            let turned = gray.transposed();
            readings = linear::rows(&binarise::local(&turned, Contrast::above_noise(&turned)), 4);
            for reading in &mut readings {
                reading.from = (reading.from.1, reading.from.0);
                reading.to = (reading.to.1, reading.to.0);
            }
        }
        self.add_barcodes(linear::agree(readings), scale);
    }

    fn barcodes_in_stripes(&mut self, gray: &Gray, texture: &Texture, depth: linear::Depth, scale: f32) {
        // QR codes are still to come: barcodes leave them half of the time.
        let now = Instant::now();
        let deadline = now + self.deadline.saturating_duration_since(now) / 2;
        let late = || Instant::now() >= deadline;
        let boxes: Vec<_> = self.symbols.iter().map(|s| extent(&s.corners)).collect();
        let elsewhere = |p: Point| boxes.iter().any(|b| b.holds((p.x * scale, p.y * scale), 0.0));
        let symbols = linear::stripes(gray, texture, depth, &elsewhere, &late);
        self.add_barcodes(symbols, scale);
    }

    fn add_barcodes(&mut self, symbols: Vec<Symbol>, scale: f32) {
        for mut symbol in symbols {
            symbol.corners = symbol.corners.map(|(x, y)| (x * scale, y * scale));
            self.add(symbol);
        }
    }
}

/// The upright rectangle round a symbol.
struct Extent {
    xs: (f32, f32),
    ys: (f32, f32),
}

fn extent(corners: &[(f32, f32); 4]) -> Extent {
    let bounds = |values: [f32; 4]| {
        values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
    };
    Extent { xs: bounds(corners.map(|c| c.0)), ys: bounds(corners.map(|c| c.1)) }
}

impl Extent {
    fn size(&self) -> f32 {
        (self.xs.1 - self.xs.0).max(self.ys.1 - self.ys.0)
    }

    fn holds(&self, (x, y): (f32, f32), margin: f32) -> bool {
        x > self.xs.0 - margin && x < self.xs.1 + margin && y > self.ys.0 - margin && y < self.ys.1 + margin
    }
}
