//! A camera's frames, one after the other: what one frame shows too badly to be read is remembered for the next.
//!
//! A QR code that was found but not read is followed from frame to frame. Blur, shake and noise differ between frames, the
//! code does not: what each says of every module is added up, weighed by how well it agrees with the modules whose colour is
//! known, and the sum is decoded. A barcode that was read is known for as long as its paper is looked at.

use std::sync::Arc;
use std::time::Duration;

use crate::binarise::{self, Bits};
use crate::budget::{Budget, Clock};
use crate::cascade::{Run, WORK_PIXELS};
use crate::gray::Gray;
use crate::linear;
use crate::picture::Luma;
use crate::qr::deep::{self, Depth};
use crate::qr::finder::{self, Finder};
use crate::qr::{pairs, rings};
use crate::regions::{self, Among, Texture};
use crate::symbol::{Effort, Hint, NoCode, Symbol};
use crate::track::Track;
use crate::why::{Evidence, Why};

/// Codes that are followed at once without having been read.
const TRACKS: usize = 3;
/// Frames after which what was not seen again is forgotten: about two seconds of a camera.
const REMEMBERED: u64 = 60;
/// Symbols that are remembered at most, the latest: a camera may see many papers.
const MOST_KNOWN: usize = 64;

/// One camera session.
pub struct Session {
    clock: Clock,
    length: Duration,
    frame: u64,
    tracks: Vec<Track>,
    known: Vec<Known>,
}

/// A symbol that was read, and the last frame that showed it.
struct Known {
    symbol: Symbol,
    last: u64,
}

/// What a frame showed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FrameScan {
    /// The symbols of this frame, from top to bottom; among them are all of `new`.
    pub symbols: Vec<Symbol>,
    /// Those that no frame before showed, since the session began or was reset: each symbol stands here once.
    pub new: Vec<Symbol>,
    /// Present exactly when `symbols` is empty.
    pub reason: Option<NoCode>,
    /// What would help, where nothing was read and that is known.
    pub hint: Option<Hint>,
    /// Time from call to answer.
    pub elapsed: Duration,
    /// Panics in third-party readers that were caught during this frame.
    pub caught_panics: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session that answers every frame within [`Effort::Frame`]'s budget.
    #[must_use]
    pub fn new() -> Self {
        Self::with_budget(Effort::Frame.budget(), Clock::Wall)
    }

    /// A session with another budget a frame, spent by a clock of one's own.
    #[must_use]
    pub fn with_budget(length: Duration, clock: Clock) -> Self {
        Self { clock, length, frame: 0, tracks: Vec::new(), known: Vec::new() }
    }

    /// Forgets all frames: another paper is looked at.
    pub fn reset(&mut self) {
        *self = Self::with_budget(self.length, self.clock);
    }

    /// The symbols that were read and seen lately, each once, the earliest first: the segments of a bill's barcodes are
    /// seldom all sharp on one frame.
    pub fn remembered(&self) -> impl Iterator<Item = &Symbol> {
        self.known.iter().filter(|k| k.last + REMEMBERED >= self.frame).map(|k| &k.symbol)
    }

    /// Looks at the next frame. A frame whose layout is wrong shows nothing.
    pub fn frame(&mut self, luma: &Luma<'_>) -> FrameScan {
        let mut run = Run::new(Budget::new(self.clock, self.length));
        self.frame += 1;
        let why = if luma.check().is_ok() { self.look(luma, &mut run) } else { Why::default() };
        let (symbols, elapsed, caught_panics) = run.finish();
        let mut new = Vec::new();
        for symbol in &symbols {
            match self.known.iter_mut().find(|k| k.symbol.format == symbol.format && k.symbol.raw == symbol.raw) {
                Some(known) => {
                    known.last = self.frame;
                    known.symbol.corners = symbol.corners;
                }
                None => {
                    new.push(symbol.clone());
                    self.known.push(Known { symbol: symbol.clone(), last: self.frame });
                }
            }
        }
        if self.known.len() > MOST_KNOWN {
            self.known.sort_by_key(|k| k.last);
            self.known.drain(..self.known.len() - MOST_KNOWN);
        }
        let none = symbols.is_empty();
        FrameScan {
            reason: none.then_some(why.reason),
            hint: why.hint.filter(|_| none),
            symbols,
            new,
            elapsed,
            caught_panics,
        }
    }

    fn look(&mut self, luma: &Luma<'_>, run: &mut Run) -> Why {
        let (gray, scale) = Gray::to_work_on(luma, WORK_PIXELS);
        self.tracks.retain(|t| t.last + TRACK_KEPT >= self.frame);
        // A code that is being followed is worth most, but other paper may have come into sight.
        let stale = self.tracks.iter().all(Track::is_stale);
        let alternate = self.frame.is_multiple_of(if stale { 3 } else { 4 });
        if !self.tracks.is_empty() && !alternate {
            self.follow(&gray, run, scale);
            if let Some(track) = self.tracks.iter().find(|t| t.last == self.frame) {
                return Why::of_sighting(&gray, track.seen());
            }
            if !run.symbols.is_empty() {
                return Why::default();
            }
        }
        let bits = Arc::new(binarise::of(&gray));
        run.qr_by_rxing(&bits, scale, false);
        if !run.symbols.is_empty() {
            self.drop_read(run, scale);
            return Why::default();
        }
        if alternate && !stale {
            self.follow(&gray, run, scale);
            if !run.symbols.is_empty() {
                return Why::default();
            }
        }
        // Finding costs more than a frame allows: barcodes and QR codes take turns at being looked for first.
        let texture = regions::texture(&gray.halved());
        let mut finders = Vec::new();
        for turn in 0..2 {
            if (self.frame + turn).is_multiple_of(2) {
                self.find_barcodes(&gray, &bits, &texture, run, scale);
            } else {
                finders = self.find_qr(&gray, &bits, &texture, run, scale);
            }
            if !run.symbols.is_empty() {
                return Why::default();
            }
        }
        let seen = self.tracks.iter().find(|t| t.last == self.frame).map(Track::seen);
        Why::of_picture(&Evidence { gray: &gray, bits: &bits, finders: &finders, triple: None, seen, thorough: false })
    }

    fn find_barcodes(&mut self, gray: &Gray, bits: &Bits, texture: &Texture, run: &mut Run, scale: f32) {
        if run.late() {
            return;
        }
        if texture.is_busy() && !binarise::drowns(gray) {
            run.barcodes_in_rows(gray, bits, scale);
        }
        let stripes = linear::candidates(gray, texture, linear::Depth::Quick);
        run.barcodes_in_stripes(gray, &stripes, linear::Depth::Quick, scale);
    }

    fn find_qr(&mut self, gray: &Gray, bits: &Bits, texture: &Texture, run: &mut Run, scale: f32) -> Vec<Finder> {
        let found = |session: &Self, run: &Run| {
            run.late() || !run.symbols.is_empty() || session.tracks.iter().any(|t| t.last == session.frame)
        };
        if found(self, run) || binarise::drowns(gray) {
            return Vec::new();
        }
        let finders = finder::finders(bits);
        // Print shows many patterns in black and white; few of them are any in grey, and only those say how they are turned.
        let fitted = rings::of_finders(gray, finders.get(..FINDERS_FITTED).unwrap_or(&finders), &|| run.late());
        self.acquire(gray, &finder::triples_of_rings(&fitted), (0, 0), run, scale);
        // In grey it takes long: every frame begins with another patch.
        let mut patches = regions::patches(texture, Among::Texture, gray.width, gray.height, PATCHES);
        if !patches.is_empty() {
            let first = (self.frame as usize / 2) % patches.len();
            patches.rotate_left(first);
        }
        for region in patches {
            if found(self, run) {
                return finders;
            }
            let patch = gray.crop(region.left, region.top, region.width, region.height);
            let rings = rings::rings(&patch, &|| run.late());
            let triples = finder::triples_of_rings(&rings);
            let origin = (region.left, region.top);
            self.acquire(&patch, &triples, origin, run, scale);
            if !found(self, run) {
                let triples = pairs::triples(&patch, &rings, &|| run.late());
                self.acquire(&patch, &triples, origin, run, scale);
            }
        }
        if !found(self, run) {
            let mut triples = pairs::triples(gray, &fitted, &|| run.late());
            triples.extend(finder::triples(bits, &finders, &|| run.late()));
            self.acquire(gray, &triples, (0, 0), run, scale);
        }
        finders
    }

    /// Looks for what is followed; what can be read now joins the symbols of the frame.
    fn follow(&mut self, gray: &Gray, run: &mut Run, scale: f32) {
        let frame = self.frame;
        self.tracks.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
        let mut read = None;
        for (at, track) in self.tracks.iter_mut().enumerate() {
            if run.late() {
                break;
            }
            if let Some(symbol) = track.follow(gray, frame, &|| run.late()) {
                read = Some((at, symbol));
                break;
            }
        }
        if let Some((at, (decoded, corners))) = read {
            self.tracks.remove(at);
            run.add_qr(decoded, corners, scale);
        }
    }

    /// Sets of finder patterns of this frame: read, or followed from now on.
    fn acquire(&mut self, gray: &Gray, triples: &[finder::Triple], origin: (usize, usize), run: &mut Run, scale: f32) {
        for triple in triples {
            if run.late() {
                break;
            }
            let seen = deep::read(gray, triple, Depth::Frame, &|| run.late());
            let Some(mut seen) = seen.and_then(|seen| seen.moved(origin)) else { continue };
            if let Some(decoded) = seen.decoded.take() {
                run.add_qr(decoded, seen.corners(), scale);
                return;
            }
            let known = self.tracks.iter_mut().find(|t| t.is(&seen));
            match known {
                Some(track) if track.is_stale() => track.restart(seen, self.frame),
                Some(track) => {
                    if let Some((decoded, corners)) = track.add(seen, self.frame) {
                        run.add_qr(decoded, corners, scale);
                        return;
                    }
                }
                None => self.tracks.extend(Track::new(seen, self.frame)),
            }
        }
        self.tracks.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
        self.tracks.truncate(TRACKS);
    }

    /// What was read needs no following any more.
    fn drop_read(&mut self, run: &Run, scale: f32) {
        self.tracks.retain(|t| !run.covers(t.centre(), scale));
    }
}

/// Patches of texture that are searched for finder patterns in grey.
const PATCHES: usize = 4;
/// Finder patterns of black and white that are fitted in grey at most.
const FINDERS_FITTED: usize = 24;
/// Frames for which a code is looked for where it was last.
const TRACK_KEPT: u64 = 8;
