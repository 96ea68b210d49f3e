//! One QR code that is followed from frame to frame and not read yet: what all frames together say of its modules.

use crate::geometry::Point;
use crate::gray::Gray;
use crate::qr::deep::{self, Sighting};
use crate::qr::{Decoded, Grid, Learned, Persistence};

/// What was read, and its corners in pixels of the frame.
pub type Reading = (Decoded, [Point; 4]);

/// A code that was found, not read yet.
pub struct Track {
    seen: Sighting,
    /// Of every module the sum of what frames said, each divided by its mean square error: log-likelihoods, up to a factor.
    votes: Vec<f32>,
    /// Sum of the inverse errors.
    weight: f32,
    /// The last frame that showed it.
    pub last: u64,
    /// Modules that frames, or blocks corrected, leave no doubt of.
    known: Vec<i8>,
    /// Frames that were added without its becoming readable.
    added: u32,
}

/// A frame that errs by more says too little of the modules.
const WORST_ERROR: f32 = 0.95;
/// A vote beyond this many root weights is beyond doubt: of noise alone, one in five hundred would be.
const SURE: f32 = 2.6;
/// Frames after which a track is doubted.
const PATIENCE: u32 = 5;
/// Least correlation of a frame with the frames before for both to show one code.
const SAME: f32 = 0.15;

impl Track {
    /// Begins with a frame that shows enough.
    pub fn new(seen: Sighting, frame: u64) -> Option<Self> {
        if seen.error >= WORST_ERROR {
            return None;
        }
        let mut track =
            Self { votes: vec![0.0; seen.modules.len()], weight: 0.0, last: frame, known: Vec::new(), added: 0, seen };
        track.vote();
        Some(track)
    }

    /// How much the frames so far say.
    pub fn weight(&self) -> f32 {
        self.weight
    }

    /// Whether it has been followed for so long that its version or geometry may well be wrong.
    pub fn is_stale(&self) -> bool {
        self.added >= PATIENCE
    }

    /// Begins anew with what was found without it.
    pub fn restart(&mut self, seen: Sighting, frame: u64) {
        if let Some(track) = Self::new(seen, frame) {
            *self = track;
        }
    }

    pub fn seen(&self) -> &Sighting {
        &self.seen
    }

    pub fn centre(&self) -> Point {
        let [a, b, c, d] = self.seen.corners();
        (a + b + c + d) * 0.25
    }

    /// Whether a sighting is of this code: the same version in the same place.
    pub fn is(&self, seen: &Sighting) -> bool {
        let [a, b, c, d] = seen.corners();
        let size = (c - a).length().max((d - b).length());
        seen.version == self.seen.version && ((a + b + c + d) * 0.25 - self.centre()).length() < size * 0.4
    }

    /// Looks for the code on the next frame; answers when it can be read.
    pub fn follow(&mut self, gray: &Gray, frame: u64, late: &dyn Fn() -> bool) -> Option<Reading> {
        let seen = deep::follow(gray, &self.seen, &self.known, late)?;
        self.add(seen, frame)
    }

    /// Adds what a frame says; answers when all frames together can be read.
    pub fn add(&mut self, seen: Sighting, frame: u64) -> Option<Reading> {
        let agrees = self.correlation(&seen.modules) > SAME;
        self.last = frame;
        self.added += 1;
        if let Some(decoded) = seen.decoded.clone() {
            return Some((decoded, seen.corners()));
        }
        if !agrees {
            // Another code, or the geometry slipped: the better of both goes on.
            if 1.0 / seen.error.max(0.05) > self.weight {
                *self = Self::new(seen, frame)?;
            }
            return None;
        }
        self.seen = seen;
        if self.seen.error < WORST_ERROR {
            self.vote();
        }
        let size = self.seen.version.dimension();
        let scale = 1.0 / self.weight.max(1e-3);
        let together: Vec<f32> = self.votes.iter().map(|v| v * scale).collect();
        match Grid::new(size, together)?.attempt(Persistence::Thorough) {
            Ok(decoded) => Some((decoded, self.seen.corners())),
            Err(part) => {
                self.learn(part);
                None
            }
        }
    }

    fn vote(&mut self) {
        let weight = 1.0 / self.seen.error.max(0.05);
        for (vote, module) in self.votes.iter_mut().zip(&self.seen.modules) {
            *vote += module.clamp(-1.5, 1.5) * weight;
        }
        self.weight += weight;
        let least = SURE * self.weight.sqrt();
        self.known =
            self.votes.iter().map(|v| if v.abs() < least { 0 } else { if *v > 0.0 { 1 } else { -1 } }).collect();
    }

    fn learn(&mut self, part: Learned) {
        if part.blocks > 0 {
            for (known, learned) in self.known.iter_mut().zip(&part.modules) {
                if *learned != 0 {
                    *known = *learned;
                }
            }
        }
    }

    /// Pearson correlation of a frame's modules with the votes so far, without the modules that all codes share.
    fn correlation(&self, modules: &[f32]) -> f32 {
        let fixed = deep::fixed(self.seen.version);
        let (mut both, mut own, mut new) = (0.0f32, 1e-6f32, 1e-6f32);
        for ((vote, module), fixed) in self.votes.iter().zip(modules).zip(fixed) {
            if fixed == 0 {
                both += vote * module;
                own += vote * vote;
                new += module * module;
            }
        }
        both / (own * new).sqrt()
    }
}
