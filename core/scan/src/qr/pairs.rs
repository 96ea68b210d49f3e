//! Two finder patterns where glare, a fold or blur has spoilt the third: where that must lie, the picture is compared with the
//! pattern once more, and less is asked of it.

use super::finder::{self, Triple};
use super::rings::{self, Ring};
use crate::geometry::Point;
use crate::gray::Gray;

/// How far from where it should be a third pattern is looked for, as a share of the distance of the two.
const REACH: f32 = 0.2;
/// The same in modules at most.
const FARTHEST: f32 = 10.0;
/// Step of the search, in modules.
const STEP: f32 = 0.6;
/// Likeness to the pattern that is asked of the third.
const LEAST: f32 = 0.3;
/// Pairs that are followed at most, those with the clearest patterns first.
const MAX_PAIRS: usize = 12;
const MAX_TRIPLES: usize = 8;

/// Sets of three of which two patterns are among `rings`, in order of likelihood.
pub fn triples(gray: &Gray, rings: &[Ring], late: &dyn Fn() -> bool) -> Vec<Triple> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (i, a) in rings.iter().enumerate() {
        pairs.extend(rings.iter().skip(i + 1).filter_map(|b| Pair::new(*a, *b)));
    }
    pairs.sort_by(|a, b| b.likeness().total_cmp(&a.likeness()));
    let mut triples = Vec::new();
    for pair in pairs.iter().take(MAX_PAIRS) {
        for place in pair.places() {
            if late() {
                return finder::likeliest(triples, MAX_TRIPLES);
            }
            let Some(third) = place.search(gray) else { continue };
            let found = match place.corner {
                Corner::First => finder::triple_of_rings(&pair.a, &pair.b, &third),
                Corner::Second => finder::triple_of_rings(&pair.b, &pair.a, &third),
                Corner::Third => finder::triple_of_rings(&third, &pair.a, &pair.b),
            };
            triples.extend(found);
        }
    }
    finder::likeliest(triples, MAX_TRIPLES)
}

/// Two patterns that may be of one symbol, their axes turned alike.
struct Pair {
    a: Ring,
    b: Ring,
    /// The way from one to the other in modules, along both axes.
    way: (f32, f32),
}

/// Which of three patterns stands where the symbol's sides with two patterns meet.
#[derive(Clone, Copy)]
enum Corner {
    First,
    Second,
    Third,
}

impl Pair {
    fn new(a: Ring, mut b: Ring) -> Option<Self> {
        let size = |r: &Ring| r.across.cross(r.down).abs().sqrt();
        if size(&a).max(size(&b)) > size(&a).min(size(&b)) * 1.7 {
            return None;
        }
        // A pattern looks the same after a quarter turn: of the four ways to name its axes the one nearest to the other's.
        let alike = |r: &Ring| r.across.dot(a.across) + r.down.dot(a.down);
        let mut turned = b;
        for _ in 0..3 {
            turned = Ring { across: turned.down, down: turned.across * -1.0, ..turned };
            if alike(&turned) > alike(&b) {
                b = turned;
            }
        }
        let d = b.centre - a.centre;
        let modules = |r: &Ring| {
            let area = r.across.cross(r.down);
            (d.cross(r.down) / area, r.across.cross(d) / area)
        };
        let (from, to) = (modules(&a), modules(&b));
        let way = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let longest = way.0.abs().max(way.1.abs());
        (10.0..=175.0).contains(&longest).then_some(Self { a, b, way })
    }

    fn likeness(&self) -> f32 {
        self.a.likeness + self.b.likeness
    }

    /// Where the third may lie: on either side of either where the two share a side, on either side between them where they
    /// face each other.
    fn places(&self) -> Vec<Place> {
        let Self { a, b, way: (u, v) } = self;
        let (longer, shorter) = (u.abs().max(v.abs()), u.abs().min(v.abs()));
        let mean = |p: Point, q: Point| (p + q) * 0.5;
        let mut places = Vec::new();
        let mut add = |corner, at, ring: &Ring, span: f32| {
            places.push(Place {
                corner,
                at,
                across: ring.across,
                down: ring.down,
                reach: (span * REACH).min(FARTHEST),
            });
        };
        if shorter < longer * 0.35 {
            for side in [1.0, -1.0] {
                let away = |r: &Ring| if u.abs() > v.abs() { r.down } else { r.across } * (side * longer);
                add(Corner::First, a.centre + away(a), a, longer);
                add(Corner::Second, b.centre + away(b), b, longer);
            }
        } else if shorter > longer * 0.6 {
            let both = Ring { across: mean(a.across, b.across), down: mean(a.down, b.down), ..*a };
            add(Corner::Third, mean(a.centre + a.across * *u, b.centre - b.down * *v), &both, longer);
            add(Corner::Third, mean(a.centre + a.down * *v, b.centre - b.across * *u), &both, longer);
        }
        places
    }
}

/// Where a third pattern may lie, and its axes there.
struct Place {
    corner: Corner,
    at: Point,
    across: Point,
    down: Point,
    /// How far off it may be, in modules.
    reach: f32,
}

impl Place {
    fn search(&self, gray: &Gray) -> Option<Ring> {
        let inside = |p: Point| p.x > 0.0 && p.y > 0.0 && p.x < gray.width as f32 && p.y < gray.height as f32;
        let steps = (self.reach / STEP).ceil() as i32;
        let mut best: Option<(f32, Point)> = None;
        for j in -steps..=steps {
            for i in -steps..=steps {
                let (x, y) = (i as f32 * STEP, j as f32 * STEP);
                let p = self.at + self.across * x + self.down * y;
                if !inside(p) {
                    continue;
                }
                let like = rings::likeness(gray, p, self.across, self.down) - 0.15 * x.hypot(y) / self.reach;
                if best.is_none_or(|b| like > b.0) {
                    best = Some((like, p));
                }
            }
        }
        let (_, centre) = best?;
        let ring = rings::fit(gray, centre, self.across, self.down);
        (ring.likeness > LEAST).then_some(ring)
    }
}
