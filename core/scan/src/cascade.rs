//! The order in which readers are tried: cheap and likely first, each on what those before left unread.

use std::sync::Arc;
use std::time::Duration;

use crate::binarise::{self, Bits, Contrast};
use crate::budget::{Budget, Clock};
use crate::contained::{Lane, Ran};
use crate::geometry::Point;
use crate::gray::Gray;
use crate::linear::{self, Stripe};
use crate::others::{Found, rqrr_reader, rxing_reader};
use crate::picture::Luma;
use crate::qr::Decoded;
use crate::qr::deep::{self, Depth, Sighting};
use crate::qr::finder::{self, Finder, Triple};
use crate::qr::pairs;
use crate::qr::rings::{self, Ring};
use crate::regions::{self, Region};
use crate::symbol::{Effort, Format, Scan, Symbol};
use crate::why::{Evidence, Why};

static RXING: Lane = Lane::new("scan-rxing");
static RQRR: Lane = Lane::new("scan-rqrr");

/// Pixels of the largest picture that rqrr is given: it takes seconds on large noisy ones.
const RQRR_PIXELS: usize = 1_000_000;
/// Pixels of the largest picture that is read at once; larger ones are halved first.
pub const WORK_PIXELS: usize = 4_000_000;

/// One scan under way.
pub struct Run {
    budget: Budget,
    pub symbols: Vec<Symbol>,
    panics: u32,
    /// The best sighting of a code that could not be read, in the picture that is worked on.
    seen: Option<Sighting>,
    finders: Vec<Finder>,
    /// The same fitted in grey, where that has been done.
    rings: Option<Vec<Ring>>,
    triple: Option<Triple>,
}

/// Reads all symbols of a picture within the effort's budget. A picture whose layout is wrong has no code.
pub fn scan(luma: &Luma<'_>, effort: Effort) -> Scan {
    scan_by(luma, effort, Clock::Wall)
}

/// The same by a clock of one's own.
pub fn scan_by(luma: &Luma<'_>, effort: Effort, clock: Clock) -> Scan {
    let mut run = Run::new(Budget::new(clock, effort.budget()));
    let why = if luma.check().is_ok() { run.read(luma, effort) } else { Why::default() };
    let (symbols, elapsed, caught_panics) = run.finish();
    let none = symbols.is_empty();
    Scan { reason: none.then_some(why.reason), hint: why.hint.filter(|_| none), symbols, elapsed, caught_panics }
}

fn centre(symbol: &Symbol) -> (f32, f32) {
    let sum = symbol.corners.iter().fold((0.0, 0.0), |s, c| (s.0 + c.0, s.1 + c.1));
    (sum.0 / 4.0, sum.1 / 4.0)
}

impl Run {
    pub fn new(budget: Budget) -> Self {
        Self { budget, symbols: Vec::new(), panics: 0, seen: None, finders: Vec::new(), rings: None, triple: None }
    }

    /// The symbols from top to bottom, the time spent and the panics caught.
    pub fn finish(self) -> (Vec<Symbol>, Duration, u32) {
        let Self { budget, mut symbols, panics, .. } = self;
        symbols.sort_by(|a, b| centre(a).1.total_cmp(&centre(b).1));
        (symbols, budget.spent(), panics)
    }

    pub fn late(&self) -> bool {
        self.budget.is_late()
    }

    fn has_qr(&self) -> bool {
        self.symbols.iter().any(|s| s.format == Format::QrCode)
    }

    fn read(&mut self, luma: &Luma<'_>, effort: Effort) -> Why {
        let (gray, scale) = Gray::to_work_on(luma, WORK_PIXELS);
        let gray = Arc::new(gray);
        let bits = Arc::new(binarise::of(&gray));
        self.read_gray(&gray, &bits, scale, effort);
        if !self.symbols.is_empty() {
            return Why::default();
        }
        let (finders, seen) = (&self.finders[..], self.seen.as_ref());
        let (triple, thorough) = (self.triple.as_ref(), effort == Effort::Still);
        Why::of_picture(&Evidence { gray: &gray, bits: &bits, finders, triple, seen, thorough })
    }

    fn read_gray(&mut self, gray: &Arc<Gray>, bits: &Arc<Bits>, scale: f32, effort: Effort) {
        let thorough = effort == Effort::Still;
        self.qr_by_rxing(bits, scale, thorough);
        // A frame that holds a QR code says enough.
        if !thorough && self.has_qr() {
            return;
        }
        let half = gray.halved();
        let texture = regions::texture(&half);
        // Where a QR code says it all, barcodes that need effort can wait.
        let depth = if thorough && !self.has_qr() { linear::Depth::Full } else { linear::Depth::Quick };
        let stripes = linear::candidates(gray, &texture, depth);
        let (busy, drowned) = (texture.is_busy(), !thorough && binarise::drowns(gray));
        // Stripes show bars at any angle, rows only nearly upright ones; bars all over the picture are no stripe.
        if thorough || (busy && !drowned) {
            self.barcodes_in_rows(gray, bits, scale);
        }
        self.barcodes_in_stripes(gray, &stripes, depth, scale);
        if !thorough && !self.symbols.is_empty() {
            return;
        }
        let patches = regions::patches(&texture, regions::among(thorough), gray.width, gray.height, PATCHES);
        // Large modules are clear in black and white already: where no ink is like a symbol's, there is none.
        if !thorough && !busy && patches.is_empty() {
            return;
        }
        if thorough || busy || patches.iter().any(Region::is_large) {
            self.qr_smaller(half, scale);
        }
        if drowned {
            return;
        }
        if thorough && !self.has_qr() && !self.late() {
            let bits = Arc::new(binarise::local(&gray.inverted(), Contrast::above_noise(gray)));
            self.qr_by_rxing(&bits, scale, true);
        }
        if thorough && !self.has_qr() && !self.late() {
            self.qr_by_rxing(&Arc::new(binarise::below_paper(gray)), scale, true);
        }
        if !self.has_qr() {
            self.qr_deep(gray, bits, thorough, scale);
        }
        if !self.has_qr() && !self.late() {
            self.qr_in_patches(gray, &patches, scale);
        }
        if thorough && !self.has_qr() && !self.late() {
            self.qr_by_rqrr(gray, scale);
        }
    }

    /// The picture at half its size, and ever smaller.
    fn qr_smaller(&mut self, half: Gray, scale: f32) {
        let (mut smaller, mut scale) = (half, scale * 2.0);
        while !self.has_qr() && !self.late() && smaller.width.min(smaller.height) >= SMALLEST {
            self.qr_by_rxing(&Arc::new(binarise::of(&smaller)), scale, true);
            smaller = smaller.halved();
            scale *= 2.0;
        }
    }

    /// Looks for finder patterns in grey on patches of texture.
    fn qr_in_patches(&mut self, gray: &Gray, patches: &[Region], scale: f32) {
        let mut searched = Vec::new();
        for region in patches {
            let patch = gray.crop(region.left, region.top, region.width, region.height);
            let rings = rings::rings(&patch, &|| self.budget.is_late());
            let triples = finder::triples_of_rings(&rings);
            if self.try_triples(&patch, &triples, (region.left, region.top), scale) {
                return;
            }
            searched.push(rings.iter().map(|r| r.moved(region.left, region.top)).collect::<Vec<Ring>>());
        }
        searched.push(
            self.rings.take().unwrap_or_else(|| rings::of_finders(gray, &self.finders, &|| self.budget.is_late())),
        );
        for rings in searched {
            let triples = pairs::triples(gray, &rings, &|| self.budget.is_late());
            if self.late() || self.try_triples(gray, &triples, (0, 0), scale) {
                return;
            }
        }
    }

    fn qr_deep(&mut self, gray: &Gray, bits: &Bits, thorough: bool, scale: f32) {
        self.finders = finder::finders(bits);
        let triples = if thorough {
            finder::triples(bits, &self.finders, &|| self.budget.is_late())
        } else {
            // Print shows many patterns in black and white; few of them are any in grey.
            let rings = rings::of_finders(gray, &self.finders, &|| self.budget.is_late());
            finder::triples_of_rings(self.rings.insert(rings))
        };
        self.triple = triples.first().copied();
        self.try_triples(gray, &triples, (0, 0), scale);
    }

    fn try_triples(&mut self, gray: &Gray, triples: &[Triple], origin: (usize, usize), scale: f32) -> bool {
        for triple in triples {
            if self.late() {
                break;
            }
            let seen = deep::read(gray, triple, Depth::Full, &|| self.budget.is_late());
            let Some(mut seen) = seen.and_then(|seen| seen.moved(origin)) else { continue };
            if let Some(decoded) = seen.decoded.take() {
                self.add_qr(decoded, seen.corners(), scale);
                return true;
            }
            if self.seen.as_ref().is_none_or(|best| seen.error < best.error) {
                self.seen = Some(seen);
            }
        }
        false
    }

    pub fn qr_by_rxing(&mut self, bits: &Arc<Bits>, scale: f32, thorough: bool) {
        let given = Arc::clone(bits);
        let ran = RXING.run(&self.budget, move || rxing_reader::qr_codes(&given, thorough));
        self.take(ran, scale);
    }

    fn qr_by_rqrr(&mut self, gray: &Arc<Gray>, mut scale: f32) {
        let mut given = Arc::clone(gray);
        while given.pixels.len() > RQRR_PIXELS {
            given = Arc::new(given.halved());
            scale *= 2.0;
        }
        let ran = RQRR.run(&self.budget, move || rqrr_reader::qr_codes(&given));
        self.take(ran, scale);
    }

    fn take(&mut self, ran: Ran<Vec<Found>>, scale: f32) {
        match ran {
            Ran::Answered(found) => {
                for Found { decoded, corners } in found {
                    self.add_qr(decoded, corners.map(|(x, y)| Point::new(x, y)), scale);
                }
            }
            Ran::Panicked => self.panics += 1,
            Ran::Late | Ran::NotStarted => {}
        }
    }

    /// Adds a QR code, given its corners in a picture that is `scale` times as small.
    pub fn add_qr(&mut self, decoded: Decoded, corners: [Point; 4], scale: f32) {
        self.add(Symbol {
            format: Format::QrCode,
            raw: decoded.raw,
            text: decoded.text,
            corners: corners.map(|p| (p.x * scale, p.y * scale)),
            quality: decoded.quality,
        });
    }

    /// Whether a point of the picture lies on one of the symbols that were read.
    pub fn covers(&self, p: Point, scale: f32) -> bool {
        self.symbols.iter().any(|s| extent(&s.corners).holds((p.x * scale, p.y * scale), 0.0))
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
    pub fn barcodes_in_rows(&mut self, gray: &Gray, bits: &Bits, scale: f32) {
        let mut readings = linear::rows(bits, 4);
        if readings.is_empty() && !self.late() {
            let turned = gray.transposed();
            readings = linear::rows(&binarise::of(&turned), 4);
            for reading in &mut readings {
                reading.from = (reading.from.1, reading.from.0);
                reading.to = (reading.to.1, reading.to.0);
            }
        }
        self.add_barcodes(linear::agree(readings), scale);
    }

    pub fn barcodes_in_stripes(&mut self, gray: &Gray, stripes: &[Stripe], depth: linear::Depth, scale: f32) {
        // QR codes are still to come: barcodes leave them half of the time.
        let late = self.budget.share(0.5);
        let boxes: Vec<_> = self.symbols.iter().map(|s| extent(&s.corners)).collect();
        let elsewhere = |p: Point| boxes.iter().any(|b| b.holds((p.x * scale, p.y * scale), 0.0));
        let symbols = linear::stripes(gray, stripes, depth, &elsewhere, &late);
        drop(late);
        self.add_barcodes(symbols, scale);
    }

    fn add_barcodes(&mut self, symbols: Vec<Symbol>, scale: f32) {
        for mut symbol in symbols {
            symbol.corners = symbol.corners.map(|(x, y)| (x * scale, y * scale));
            self.add(symbol);
        }
    }
}

/// Smaller side of the smallest picture that is searched.
const SMALLEST: usize = 80;
/// Patches that are searched in grey at most.
const PATCHES: usize = 5;

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
