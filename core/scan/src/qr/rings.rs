//! Finder patterns in grey, where blur or noise leaves no clean black and white: by correlation with the pattern itself.
//!
//! Squares of sample points, turned and scaled, are compared with the picture; the best places are then fitted freely,
//! which also says how long and in which direction a module is there.

use super::finder::Finder;
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

impl Ring {
    /// The same, of a patch, in the picture that the patch was cut from.
    pub fn moved(&self, left: usize, top: usize) -> Self {
        Self { centre: self.centre + Point::new(left as f32, top as f32), ..*self }
    }
}

/// Sample points of the pattern in modules from its centre and what stands there: the three rings and the light round
/// them.
static TEMPLATE: [[f32; SIDE]; SIDE] = {
    let mut points = [[0.0; SIDE]; SIDE];
    let mut y = 0;
    while y < SIDE {
        let mut x = 0;
        while x < SIDE {
            let (dx, dy) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            let ring = if dx > dy { dx } else { dy };
            points[y][x] = if ring == 2 || ring == 4 { -1.0 } else { 1.0 };
            x += 1;
        }
        y += 1;
    }
    points
};
const SIDE: usize = 9;
/// Sample points, and the sum of what stands there: 33 dark ones, 48 light ones.
const POINTS: f32 = 81.0;
const SUM: f32 = -15.0;

/// Pearson correlation of the picture's darkness with the template laid at a place.
pub fn likeness(gray: &Gray, centre: Point, across: Point, down: Point) -> f32 {
    let (mut sv, mut svv, mut svt) = (0.0f32, 0.0f32, 0.0f32);
    for (y, row) in TEMPLATE.iter().enumerate() {
        let start = centre - across * 4.0 + down * (y as f32 - 4.0);
        for (x, t) in row.iter().enumerate() {
            let p = start + across * x as f32;
            let v = 255.0 - gray.sample(p.x, p.y);
            sv += v;
            svv += v * v;
            svt += v * t;
        }
    }
    let variance = POINTS * svv - sv * sv;
    // Where nothing varies nothing is like anything: 3 grey levels count as noise.
    if variance < POINTS * POINTS * 9.0 {
        return 0.0;
    }
    (POINTS * svt - sv * SUM) / (variance * (POINTS * POINTS - SUM * SUM)).sqrt()
}

/// Patterns of black and white, fitted in grey.
pub fn of_finders(gray: &Gray, finders: &[Finder], late: &dyn Fn() -> bool) -> Vec<Ring> {
    let fitted = finders.iter().take_while(|_| !late()).filter_map(|finder| {
        let module = (finder.module.0 * finder.module.1).sqrt();
        // A row crosses a turned pattern at a slant: its modules are narrower than they look.
        let guesses = (0..4).flat_map(|turn| {
            let angle = std::f32::consts::FRAC_PI_8 * turn as f32;
            [1.0, 0.8].map(|share| Point::new(angle.cos(), angle.sin()) * (module * share))
        });
        let down = |across: Point| Point::new(-across.y, across.x);
        let like = |across: Point| (likeness(gray, finder.centre, across, down(across)), across);
        let (best, across) = guesses.map(like).max_by(|a, b| a.0.total_cmp(&b.0))?;
        (best > WORTH_FITTING_OF_FINDERS).then(|| fit(gray, finder.centre, across, down(across)))
    });
    fitted.filter(|ring| ring.likeness > KEPT_OF_FINDERS).collect()
}

/// Likeness that a place needs to be fitted, and to be kept.
const WORTH_FITTING: f32 = 0.45;
const HOPELESS: f32 = 0.1;
const KEPT: f32 = 0.55;
/// Less is asked where black and white show the pattern, too.
const WORTH_FITTING_OF_FINDERS: f32 = 0.25;
const KEPT_OF_FINDERS: f32 = 0.5;

/// Finder patterns on a small picture, the likeliest first. Modules between about 1.5 and 12 pixels.
pub fn rings(gray: &Gray, late: &dyn Fn() -> bool) -> Vec<Ring> {
    let mut found: Vec<Ring> = Vec::new();
    let mut level = gray.clone();
    let mut scale = 1.0;
    while level.width.min(level.height) >= 24 && scale <= 4.0 {
        if late() {
            break;
        }
        search(&level, &mut found, scale, late);
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

/// Places of one level and module size that are compared with the whole pattern, the likeliest by a cheap look.
const PLACES: usize = 500;

/// One level of the pyramid: modules of 1.6 to 3.1 pixels.
fn search(gray: &Gray, found: &mut Vec<Ring>, scale: f32, late: &dyn Fn() -> bool) {
    let smooth = gray.smoothed();
    let mut places: Vec<(f32, Point, f32, f32)> = Vec::new();
    for module in [1.7f32, 2.2, 2.8] {
        for (x, y) in candidates(&smooth, module, late) {
            let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5);
            let mut best = (0.0, 0.0f32);
            for turn in 0..4 {
                let angle = std::f32::consts::FRAC_PI_8 * turn as f32;
                let across = Point::new(angle.cos(), angle.sin()) * module;
                let down = Point::new(-across.y, across.x);
                let like = likeness(gray, centre, across, down);
                // Turned by an eighth, the pattern is still half like itself.
                if turn == 0 && like < HOPELESS {
                    break;
                }
                if like > best.0 {
                    best = (like, angle);
                }
            }
            if best.0 > WORTH_FITTING {
                places.push((best.0, centre, module, best.1));
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
        let ring = fit(gray, centre, across, Point::new(-across.y, across.x));
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

/// Where a dark core may lie in a light ring in a dark one: points on circles, so turned any way. One place each square of little more
/// than a module, the clearest first.
fn candidates(smooth: &Gray, module: f32, late: &dyn Fn() -> bool) -> Vec<(usize, usize)> {
    let (width, height) = (smooth.width, smooth.height);
    let reach = (module * 4.0) as usize + 1;
    if width <= 2 * reach || height <= 2 * reach {
        return Vec::new();
    }
    let circle = |radius: f32| -> [isize; 8] {
        // Right, down, left and up first: they alone refuse most places.
        [0, 2, 4, 6, 1, 3, 5, 7].map(|i| {
            let angle = std::f32::consts::FRAC_PI_4 * i as f32;
            let (dx, dy) = ((angle.cos() * radius * module).round(), (angle.sin() * radius * module).round());
            dy as isize * width as isize + dx as isize
        })
    };
    let (light, dark) = (circle(2.1), circle(3.3));
    let side = (module * 1.3) as usize;
    let columns = width.div_ceil(side);
    let mut best = vec![(0.0f32, 0usize, 0usize); columns * height.div_ceil(side)];
    for y in reach..height - reach {
        if late() {
            break;
        }
        for x in reach..width - reach {
            let at = y * width + x;
            let sum = |offsets: &[isize]| -> u32 {
                let pixel = |o: &isize| smooth.pixels.get(at.wrapping_add_signed(*o)).copied().unwrap_or(0);
                offsets.iter().map(|o| u32::from(pixel(o))).sum()
            };
            let inner = u32::from(smooth.pixels.get(at).copied().unwrap_or(0));
            let four = sum(&light[..4]);
            if four < inner * 4 + inner / 4 + 12 {
                continue;
            }
            let ring = (four + sum(&light[4..])) as f32 / 8.0;
            let inner = inner as f32;
            if ring < inner * 1.08 + 6.0 {
                continue;
            }
            let outer = sum(&dark) as f32 / 8.0;
            if ring < outer * 1.02 + 2.0 {
                continue;
            }
            let clear = (2.0 * ring - inner - outer) / ring;
            if let Some(slot) = best.get_mut(y / side * columns + x / side)
                && clear > slot.0
            {
                *slot = (clear, x, y);
            }
        }
    }
    best.retain(|b| b.0 > 0.0);
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    best.truncate(PLACES);
    best.into_iter().map(|b| (b.1, b.2)).collect()
}

/// Moves centre and module vectors, by ever smaller steps, while likeness grows.
pub fn fit(gray: &Gray, centre: Point, across: Point, down: Point) -> Ring {
    let mut state = [centre, across, down];
    let module = across.length();
    let mut best = likeness(gray, centre, across, down);
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
                    let like = likeness(gray, moved[0], moved[1], moved[2]);
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
