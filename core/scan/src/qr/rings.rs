//! Finder patterns in grey, where blur or noise leaves no clean black and white: by correlation with the pattern itself.
//!
//! Squares of sample points, turned and scaled, are compared with the picture; the best places are then fitted freely,
//! which also says how long and in which direction a module is there.

use crate::geometry::Point;
use crate::gray::Gray;

/// A finder pattern fitted in grey.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    pub centre: Point,
    /// One module to the right and one down, in pixels, up to quarter turns.
    pub across: Point,
    pub down: Point,
    /// Correlation with the pattern, −1 to 1.
    pub likeness: f32,
}

/// Sample points of the pattern in modules from its centre and what stands there: the three rings and the light round
/// them.
fn template() -> Vec<(f32, f32, f32)> {
    let mut points = Vec::new();
    for y in -4..=4i32 {
        for x in -4..=4i32 {
            let ring = x.abs().max(y.abs());
            let dark = ring != 2 && ring != 4;
            points.push((x as f32, y as f32, if dark { 1.0 } else { -1.0 }));
        }
    }
    points
}

/// Pearson correlation of the picture's darkness with the template laid at a place.
fn likeness(gray: &Gray, template: &[(f32, f32, f32)], centre: Point, across: Point, down: Point) -> f32 {
    let (mut n, mut sv, mut svv, mut st, mut stt, mut svt) = (0.0f32, 0.0f32, 0.0f32, 0.0f32, 0.0f32, 0.0f32);
    for &(x, y, t) in template {
        let p = centre + across * x + down * y;
        let v = 255.0 - gray.sample(p.x, p.y);
        n += 1.0;
        sv += v;
        svv += v * v;
        st += t;
        stt += t * t;
        svt += v * t;
    }
    let covariance = n * svt - sv * st;
    let spread = (n * svv - sv * sv).max(1.0) * (n * stt - st * st).max(1e-3);
    // Where nothing varies nothing is like anything: 3 grey levels count as noise.
    if n * svv - sv * sv < n * n * 9.0 {
        return 0.0;
    }
    covariance / spread.sqrt()
}

/// Likeness that a place needs to be fitted, and to be kept.
const WORTH_FITTING: f32 = 0.45;
const KEPT: f32 = 0.55;

/// Finder patterns on a small picture, the likeliest first. Modules between about 1.5 and 12 pixels.
pub fn rings(gray: &Gray, late: &dyn Fn() -> bool) -> Vec<Ring> {
    let template = template();
    let mut found: Vec<Ring> = Vec::new();
    let mut level = gray.clone();
    let mut scale = 1.0;
    while level.width.min(level.height) >= 24 && scale <= 4.0 {
        if late() {
            break;
        }
        search(&level, &template, &mut found, scale, late);
        level = level.halved();
        scale *= 2.0;
    }
    found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    let mut kept: Vec<Ring> = Vec::new();
    for ring in found {
        if kept.len() == 12 {
            break;
        }
        let module = ring.across.length().max(ring.down.length());
        let near = |k: &Ring| (k.centre - ring.centre).length() < 3.0 * module.max(k.across.length());
        if !kept.iter().any(near) {
            kept.push(ring);
        }
    }
    kept
}

/// One level of the pyramid: modules of 1.6 to 3.1 pixels.
fn search(gray: &Gray, template: &[(f32, f32, f32)], found: &mut Vec<Ring>, scale: f32, late: &dyn Fn() -> bool) {
    let mut places: Vec<(f32, Point, f32, f32)> = Vec::new();
    for module in [1.7f32, 2.2, 2.8] {
        let reach = (module * 4.0) as usize + 1;
        if gray.width <= 2 * reach || gray.height <= 2 * reach {
            continue;
        }
        let offset = |angle: f32, radius: f32| {
            let (dx, dy) = ((angle.cos() * radius * module).round(), (angle.sin() * radius * module).round());
            dy as isize * gray.width as isize + dx as isize
        };
        let circle = |radius: f32, count: usize| -> Vec<isize> {
            (0..count).map(|i| offset(std::f32::consts::TAU * i as f32 / count as f32, radius)).collect()
        };
        // Turned any way, these lie inside the core and inside the light ring: a cheap first look.
        let (core, light, dark) = (circle(0.9, 6), circle(2.1, 12), circle(3.3, 16));
        for y in reach..gray.height - reach {
            if late() {
                return;
            }
            for x in reach..gray.width - reach {
                let at = y * gray.width + x;
                let mean = |offsets: &[isize]| {
                    let sum: u32 = offsets
                        .iter()
                        .map(|o| u32::from(gray.pixels.get(at.wrapping_add_signed(*o)).copied().unwrap_or(0)))
                        .sum();
                    sum as f32 / offsets.len() as f32
                };
                let (inner, ring) = (mean(&core), mean(&light));
                if ring < inner * 1.08 + 6.0 {
                    continue;
                }
                let outer = mean(&dark);
                if ring < outer * 1.02 + 2.0 {
                    continue;
                }
                let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5);
                let mut best = (0.0, 0.0f32);
                for turn in 0..4 {
                    let angle = std::f32::consts::FRAC_PI_8 * turn as f32;
                    let across = Point::new(angle.cos(), angle.sin()) * module;
                    let down = Point::new(-across.y, across.x);
                    let like = likeness(gray, template, centre, across, down);
                    if like > best.0 {
                        best = (like, angle);
                    }
                }
                if best.0 > WORTH_FITTING {
                    places.push((best.0, centre, module, best.1));
                }
            }
        }
    }
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut fitted: Vec<(Point, f32)> = Vec::new();
    for (_, centre, module, angle) in places {
        if fitted.len() == 24 || late() {
            break;
        }
        if fitted.iter().any(|(c, m)| (*c - centre).length() < 2.0 * m.max(module)) {
            continue;
        }
        fitted.push((centre, module));
        let across = Point::new(angle.cos(), angle.sin()) * module;
        let ring = fit(gray, template, centre, across, Point::new(-across.y, across.x));
        if ring.likeness > KEPT {
            found.push(Ring {
                centre: ring.centre * scale,
                across: ring.across * scale,
                down: ring.down * scale,
                likeness: ring.likeness,
            });
        }
    }
}

/// Moves centre and module vectors, by ever smaller steps, while likeness grows.
fn fit(gray: &Gray, template: &[(f32, f32, f32)], centre: Point, across: Point, down: Point) -> Ring {
    let mut state = [centre, across, down];
    let module = across.length();
    let mut best = likeness(gray, template, centre, across, down);
    for step in [0.3f32, 0.12, 0.05] {
        for _ in 0..8 {
            let before = best;
            for slot in 0..3 {
                // A module vector's end is four modules out.
                let step = step * module * if slot == 0 { 1.0 } else { 0.4 };
                for (dx, dy) in [(step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)] {
                    let mut moved = state;
                    moved[slot] = moved[slot] + Point::new(dx, dy);
                    let area = moved[1].cross(moved[2]);
                    if area < 0.3 * module * module || moved[1].length().max(moved[2].length()) > 2.5 * module {
                        continue;
                    }
                    let like = likeness(gray, template, moved[0], moved[1], moved[2]);
                    if like > best {
                        best = like;
                        state = moved;
                    }
                }
            }
            if best <= before + 1e-4 {
                break;
            }
        }
    }
    Ring { centre: state[0], across: state[1], down: state[2], likeness: best }
}
