//! Why nothing was read, as far as it can be measured, and what the person could do.

use crate::binarise::Bits;
use crate::geometry::Point;
use crate::gray::Gray;
use crate::qr::deep::Sighting;
use crate::qr::finder::{Finder, Triple};
use crate::qr::rings::{self, Ring};
use crate::regions::{self, Among, Region};
use crate::symbol::{Hint, NoCode};

/// Pixels a module below which a code is too small: the finest that is read reliably in sharp photos.
const SMALL_MODULE: f32 = 1.9;
/// A sighting that errs by more than this is none: what noise and print that is no code reach stays above.
const SIGHTING_ERROR: f32 = 0.75;
/// Brightness of paper that has burnt out.
const BURNT: u8 = 245;
/// Share of a code that may be burnt out: error correction restores as much.
const BURNT_SHARE: f32 = 0.06;
/// Brightest part of a picture below which it is dark.
const DARK: u8 = 70;

/// The reason and what would help.
#[derive(Clone, Copy, Debug)]
pub struct Why {
    pub reason: NoCode,
    pub hint: Option<Hint>,
}

impl Default for Why {
    fn default() -> Self {
        Self { reason: NoCode::NoCode, hint: None }
    }
}

/// What a scan knows of a picture that it could not read.
pub struct Evidence<'a> {
    pub gray: &'a Gray,
    pub bits: &'a Bits,
    pub finders: &'a [Finder],
    /// The likeliest set of three finder patterns.
    pub triple: Option<&'a Triple>,
    /// The best sighting of a code.
    pub seen: Option<&'a Sighting>,
    /// Whether there is time to look closely.
    pub thorough: bool,
}

impl Why {
    /// Why a picture shows no symbol that could be read.
    pub fn of_picture(evidence: &Evidence<'_>) -> Self {
        let reason = reason(evidence);
        Self { reason, hint: hint(evidence.gray, reason) }
    }

    /// Why a code that was found could not be read.
    pub fn of_sighting(gray: &Gray, seen: &Sighting) -> Self {
        let reason = of_sighting(gray, seen);
        Self { reason, hint: hint(gray, reason) }
    }
}

fn reason(evidence: &Evidence<'_>) -> NoCode {
    let Evidence { gray, bits, finders, .. } = *evidence;
    if let Some(seen) = evidence.seen.filter(|s| s.error < SIGHTING_ERROR) {
        return of_sighting(gray, seen);
    }
    if let Some(triple) = evidence.triple {
        let (corners, module) = triple.parallelogram();
        return of_quadrilateral(gray, &corners, module);
    }
    let sure: Vec<&Finder> = finders.iter().filter(|f| f.votes >= 3).collect();
    if sure.len() <= 3 && sure.iter().any(|f| cut_beside(bits, f)) {
        return NoCode::CutOff;
    }
    if evidence.thorough && tiny(gray, &sure) {
        return NoCode::TooSmall;
    }
    if blurred(gray) { NoCode::Blurred } else { NoCode::NoCode }
}

/// Why a code that was found could not be read.
fn of_sighting(gray: &Gray, seen: &Sighting) -> NoCode {
    let [a, b, c, d] = seen.corners();
    let module = ((c - a).cross(d - b) / 2.0).abs().sqrt() / seen.version.dimension() as f32;
    of_quadrilateral(gray, &seen.corners(), module)
}

fn of_quadrilateral(gray: &Gray, corners: &[Point; 4], module: f32) -> NoCode {
    let inside = |p: &Point| {
        (-module..gray.width as f32 + module).contains(&p.x) && (-module..gray.height as f32 + module).contains(&p.y)
    };
    if !corners.iter().all(inside) {
        NoCode::CutOff
    } else if module < SMALL_MODULE {
        NoCode::TooSmall
    } else if burnt(gray, corners) > BURNT_SHARE {
        NoCode::Glare
    } else {
        NoCode::Blurred
    }
}

/// What would help.
fn hint(gray: &Gray, reason: NoCode) -> Option<Hint> {
    match reason {
        _ if brightest(gray) < DARK => Some(Hint::Torch),
        NoCode::TooSmall => Some(Hint::Closer),
        NoCode::Blurred => Some(Hint::HoldStill),
        NoCode::CutOff => Some(Hint::ShowAll),
        NoCode::Glare => Some(Hint::Tilt),
        NoCode::NoCode => None,
    }
}

/// Share of a code that has burnt out: of squares that hold several modules, those without a dark one.
fn burnt(gray: &Gray, corners: &[Point; 4]) -> f32 {
    const SQUARES: usize = 10;
    const SAMPLES: usize = 8;
    let [a, b, c, d] = *corners;
    let place = |k: usize| (k as f32 + 0.5) / (SQUARES * SAMPLES) as f32;
    let lost = |column: usize, row: usize| {
        (0..SAMPLES * SAMPLES).all(|i| {
            let (u, v) = (place(column * SAMPLES + i % SAMPLES), place(row * SAMPLES + i / SAMPLES));
            let p = (a * (1.0 - u) + b * u) * (1.0 - v) + (d * (1.0 - u) + c * u) * v;
            gray.sample(p.x, p.y) >= f32::from(BURNT)
        })
    };
    let count = (0..SQUARES * SQUARES).filter(|i| lost(i % SQUARES, i / SQUARES)).count();
    count as f32 / (SQUARES * SQUARES) as f32
}

/// Whether a symbol of which a finder pattern is seen crosses the picture's edge: along that edge, not far from the pattern,
/// black and white change as modules of its size do.
fn cut_beside(bits: &Bits, finder: &Finder) -> bool {
    let module = (finder.module.0 * finder.module.1).sqrt();
    let (width, height) = (bits.width, bits.height);
    let inset = (module / 2.0) as usize;
    let runs_like_modules = |length: usize, middle: f32, dark: &dyn Fn(usize) -> bool| {
        let reach = module * 45.0;
        let from = (middle - reach).max(0.0) as usize;
        let to = ((middle + reach).max(0.0) as usize).min(length);
        let (mut run, mut like, mut most) = (0usize, 0, 0);
        for i in from + 1..to {
            run += 1;
            if dark(i) != dark(i - 1) {
                let modules = run as f32 / module;
                like = if (0.5..6.5).contains(&modules) { like + 1 } else { 0 };
                most = most.max(like);
                run = 0;
            }
        }
        most >= RUNS_OF_A_CODE
    };
    let c = finder.centre;
    [inset, height.saturating_sub(1 + inset)].into_iter().any(|y| runs_like_modules(width, c.x, &|x| bits.get(x, y)))
        || [inset, width.saturating_sub(1 + inset)]
            .into_iter()
            .any(|x| runs_like_modules(height, c.y, &|y| bits.get(x, y)))
}

/// Runs of black and white that a symbol shows along a line, at least: print that is no code hardly does.
const RUNS_OF_A_CODE: usize = 13;

/// Whether finder patterns are seen, all of them with modules that are too small, at the picture's own size or enlarged.
fn tiny(gray: &Gray, sure: &[&Finder]) -> bool {
    let small = |f: &Finder, scale: f32| (f.module.0 * f.module.1).sqrt() * scale < SMALL_MODULE;
    if sure.len() >= 2 {
        return sure.iter().all(|f| small(f, 1.0));
    }
    let texture = regions::texture(&gray.halved());
    const LARGEST: usize = 400;
    let mut patches = regions::patches(&texture, Among::Texture, gray.width, gray.height, 2);
    if patches.is_empty() {
        // Texture everywhere, or nowhere: the middle.
        let (left, top) = (gray.width.saturating_sub(LARGEST) / 2, gray.height.saturating_sub(LARGEST) / 2);
        patches.push(Region { left, top, width: LARGEST, height: LARGEST });
    }
    patches.into_iter().any(|r| {
        let large = gray.crop(r.left, r.top, r.width.min(LARGEST), r.height.min(LARGEST)).enlarged(ENLARGED);
        let module = |r: &Ring| r.across.cross(r.down).abs().sqrt() / ENLARGED as f32;
        let rings = rings::rings(&large, &|| false);
        rings.iter().filter(|r| r.likeness > CLEAR && module(r) < SMALL_MODULE).count() >= 2
    })
}

/// Likeness to a finder pattern that print which is none hardly reaches.
const CLEAR: f32 = 0.62;
/// How many times a picture is enlarged to look for what is too small.
const ENLARGED: usize = 3;

/// Whether a picture has contrast, but no sharp edge anywhere: differences over two pixels stay small beside those over
/// sixteen.
fn blurred(gray: &Gray) -> bool {
    const NEAR: usize = 1;
    const FAR: usize = 8;
    let mut near = [0u32; 256];
    let mut far = [0u32; 256];
    let mut all = 0u32;
    for y in (FAR..gray.height.saturating_sub(FAR)).step_by(7) {
        for x in (FAR..gray.width.saturating_sub(FAR)).step_by(3) {
            let at = |x: usize, y: usize| gray.pixels.get(y * gray.width + x).copied().unwrap_or(0);
            let span = |d: usize| at(x + d, y).abs_diff(at(x - d, y)).max(at(x, y + d).abs_diff(at(x, y - d)));
            near[usize::from(span(NEAR))] += 1;
            far[usize::from(span(FAR))] += 1;
            all += 1;
        }
    }
    // The value that one in two hundred exceeds.
    let high = |counts: &[u32; 256]| {
        let mut seen = 0;
        counts.iter().rposition(|c| {
            seen += c;
            seen * 200 > all
        })
    };
    let (near, far) = (high(&near).unwrap_or(0), high(&far).unwrap_or(0));
    far >= 40 && near * 4 < far
}

/// Brightness that one pixel in fifty exceeds.
fn brightest(gray: &Gray) -> u8 {
    let mut counts = [0usize; 256];
    let mut all = 0;
    for pixel in gray.pixels.iter().step_by(61) {
        counts[usize::from(*pixel)] += 1;
        all += 1;
    }
    let mut seen = 0;
    let place = counts.iter().rposition(|c| {
        seen += c;
        seen * 50 > all
    });
    place.map_or(0, |p| p as u8)
}
