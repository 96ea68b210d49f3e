//! One symbol read with all that is known of symbols: version by its timing, corners by its alignment pattern, curl by a
//! mesh, blur by an equaliser; decoding is tried after every step.

use super::finder::Triple;
use super::mesh::{self, Field, Mesh};
use super::sampling::{self, Lattice};
use super::tables::Version;
use super::{Decoded, Grid, Learned, Persistence};
use crate::geometry::{Perspective, Point};
use crate::gray::Gray;

/// A symbol that was read, and where its corners lie in pixels of the picture given.
pub struct Read {
    pub decoded: Decoded,
    pub corners: [Point; 4],
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// As it lies.
    Quick,
    /// With mesh and equaliser.
    Full,
}

/// Least agreement of the fixed modules for a symbol to be believed at all.
const LEAST_SCORE: f32 = 0.25;

/// Least agreement of the fixed modules, before any fitting, for fitting to be worth while.
const WORTH_FITTING: f32 = 0.15;

/// Reads the symbol that three finder patterns suggest. `late` is asked between steps.
pub fn read(gray: &Gray, triple: &Triple, depth: Depth, late: &dyn Fn() -> bool) -> Option<Read> {
    let patterns = [triple.top_left, triple.top_right, triple.bottom_left];
    let module = patterns.iter().map(|f| (f.module.0 * f.module.1).sqrt()).sum::<f32>() / 3.0;
    // Half the size as long as modules stay wide enough: less noise, less work.
    if module > 6.0 && gray.width > 64 && gray.height > 64 {
        let mut smaller = *triple;
        for finder in [&mut smaller.top_left, &mut smaller.top_right, &mut smaller.bottom_left] {
            finder.centre = finder.centre * 0.5;
            finder.module = (finder.module.0 / 2.0, finder.module.1 / 2.0);
        }
        let mut read = self::read(&gray.halved(), &smaller, depth, late)?;
        read.corners = read.corners.map(|p| p * 2.0);
        return Some(read);
    }
    let [tl, tr, bl] = patterns.map(|f| f.centre);
    let far = tr + bl - tl;
    // All that may belong to the symbol: the parallelogram with room for perspective and quiet zone.
    let room = module * 9.0 + ((tr - bl).length() * 0.15);
    let xs = [tl.x, tr.x, bl.x, far.x];
    let ys = [tl.y, tr.y, bl.y, far.y];
    let low = |v: &[f32; 4]| (v.iter().copied().fold(f32::INFINITY, f32::min) - room).max(0.0) as usize;
    let high = |v: &[f32; 4], end: usize| {
        ((v.iter().copied().fold(f32::NEG_INFINITY, f32::max) + room).max(0.0) as usize).min(end)
    };
    let (left, top) = (low(&xs), low(&ys));
    let (right, bottom) = (high(&xs, gray.width), high(&ys, gray.height));
    if right < left + 20 || bottom < top + 20 {
        return None;
    }
    let field = sampling::field(gray, left, top, right - left, bottom - top, module);
    let origin = Point::new(left as f32, top as f32);
    let centres = [tl - origin, tr - origin, bl - origin];
    for version in versions(&field, centres, triple.dimension).into_iter().take(3) {
        if late() {
            return None;
        }
        if let Some((decoded, mesh)) = read_as(&field, centres, version, depth, late) {
            return Some(Read { decoded, corners: mesh.corners().map(|p| p + origin) });
        }
    }
    None
}

/// Versions in order of how well their timing patterns fit between the finder patterns.
fn versions(field: &Field, [tl, tr, bl]: [Point; 3], dimension: f32) -> Vec<Version> {
    let nearest = ((dimension - 17.0) / 4.0).round() as i32;
    let reach = if dimension > 60.0 { 3 } else { 2 };
    let mut fits: Vec<(f32, Version)> = Vec::new();
    for number in nearest - reach..=nearest + reach {
        let Some(version) = usize::try_from(number).ok().and_then(Version::new) else { continue };
        let size = version.dimension();
        let span = (size - 7) as f32;
        let (right, down) = ((tr - tl) * (1.0 / span), (bl - tl) * (1.0 / span));
        let line = |along: Point, across: Point| -> f32 {
            // Timing runs 3 modules beside the line through the centres. Perspective shifts its middle.
            [-0.12f32, -0.06, 0.0, 0.06, 0.12]
                .into_iter()
                .map(|bulge| {
                    let mut sum = 0.0;
                    for k in 8..size - 8 {
                        let t = (k as f32 + 0.5 - 3.5) / span;
                        let t = t + bulge * t * (1.0 - t);
                        let p = tl + along * (t * span) + across * 3.0;
                        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
                        sum += sign * field.sample(p).clamp(-1.0, 1.0);
                    }
                    sum / (size - 16) as f32
                })
                .fold(f32::NEG_INFINITY, f32::max)
        };
        let fit = line(right, down) + line(down, right) - 0.03 * (dimension - size as f32).abs() / 4.0;
        fits.push((fit, version));
    }
    fits.sort_by(|a, b| b.0.total_cmp(&a.0));
    fits.into_iter().map(|f| f.1).collect()
}

fn read_as(
    field: &Field,
    centres: [Point; 3],
    version: Version,
    depth: Depth,
    late: &dyn Fn() -> bool,
) -> Option<(Decoded, Mesh)> {
    let mut meshes: Vec<(f32, Mesh)> = corners(field, centres, version)
        .into_iter()
        .filter_map(|corners| Mesh::new(version, corners))
        .map(|mesh| (mesh.score(field), mesh))
        .collect();
    meshes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let size = version.dimension();
    let decode = |modules: Vec<f32>| Grid::new(size, modules)?.decode();
    let (score, mesh) = meshes.first()?;
    if *score > LEAST_SCORE
        && let Some(decoded) = decode(sampling::centres(field, mesh))
    {
        return Some((decoded, mesh.clone()));
    }
    if depth == Depth::Quick {
        return None;
    }
    if *score < WORTH_FITTING {
        return None;
    }
    let mut fitted: Vec<(f32, Mesh)> = Vec::new();
    for (_, mesh) in meshes.iter().take(3) {
        if late() {
            return None;
        }
        let mesh = mesh.fit_corners(field, &[0.7, 0.35, 0.15], late);
        fitted.push((mesh.score(field), mesh));
    }
    fitted.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (score, mesh) in fitted.into_iter().take(2) {
        if score < LEAST_SCORE || late() {
            return None;
        }
        if let Some(decoded) = decode(sampling::centres(field, &mesh)) {
            return Some((decoded, mesh));
        }
        let mut mesh = mesh;
        let mut learned = Learned::default();
        for round in 0..5 {
            let lattice = Lattice::new(field, &mesh);
            let mut weights = lattice.train(None, &learned.modules)?;
            let mut modules = lattice.apply(&weights);
            if round > 0 {
                for _ in 0..2 {
                    weights = lattice.train(Some(&modules), &learned.modules)?;
                    modules = lattice.apply(&weights);
                }
            }
            // What a block taught may be enough for the next.
            for _ in 0..4 {
                if late() {
                    return None;
                }
                match Grid::new(size, modules.clone())?.attempt(Persistence::Thorough) {
                    Ok(decoded) => return Some((decoded, mesh)),
                    Err(part) if part.blocks > learned.blocks => learned = part,
                    Err(_) => break,
                }
                weights = lattice.train(Some(&modules), &learned.modules)?;
                modules = lattice.apply(&weights);
            }
            if late() {
                return None;
            }
            let sharp = sampling::sharpened(field, &mesh, &weights);
            if round < 2 {
                mesh = mesh.search_last_corner(&sharp, if round == 0 { 3.0 } else { 1.5 }, late);
                mesh = mesh.fit_corners(&sharp, &[0.35, 0.15, 0.07], late);
            }
            if round == 2 {
                mesh = mesh.refined();
            }
            mesh.fit_nodes(&sharp, &mesh::known(version, &learned.modules), &[0.3, 0.15, 0.07], late);
        }
    }
    None
}

/// Where the four corners may lie, given three finder centres: by the alignment pattern where one is found, else as if
/// the symbol were seen straight on.
fn corners(field: &Field, [tl, tr, bl]: [Point; 3], version: Version) -> Vec<[Point; 4]> {
    let size = version.dimension() as f32;
    let span = size - 7.0;
    let (right, down) = ((tr - tl) * (1.0 / span), (bl - tl) * (1.0 / span));
    let at = |u: f32, v: f32| tl + right * (u - 3.5) + down * (v - 3.5);
    let mut found = vec![[at(0.0, 0.0), at(size, 0.0), at(size, size), at(0.0, size)]];
    if version.number() < 2 {
        return found;
    }
    // Search round where the last alignment pattern would lie straight on.
    let reach = (size * 0.22).max(5.0);
    let steps = (reach * 2.0) as i32;
    let mut best: Vec<(f32, Point)> = Vec::new();
    for j in -steps..=steps {
        for i in -steps..=steps {
            let p = at(size - 6.5 + i as f32 / 2.0, size - 6.5 + j as f32 / 2.0);
            let mut sum = 0.0;
            for y in -2..=2i32 {
                for x in -2..=2i32 {
                    let dark = x.abs().max(y.abs()) != 1;
                    let value = field.sample(p + right * x as f32 + down * y as f32).clamp(-1.0, 1.0);
                    sum += if dark { value } else { -value };
                }
            }
            let away = ((i * i + j * j) as f32).sqrt() / 2.0 / reach;
            best.push((sum / 25.0 - 0.15 * away, p));
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    let module = right.length().max(down.length());
    let mut places: Vec<Point> = Vec::new();
    for (score, p) in best {
        if score < 0.3 || places.len() == 4 {
            break;
        }
        if places.iter().all(|q| (*q - p).length() > 1.5 * module) {
            places.push(p);
        }
    }
    let from = [(3.5, 3.5), (size - 3.5, 3.5), (size - 6.5, size - 6.5), (3.5, size - 3.5)];
    for place in places {
        if let Some(map) = Perspective::between(from.map(|(x, y)| Point::new(x, y)), [tl, tr, place, bl]) {
            let corner = |x: f32, y: f32| map.apply(Point::new(x, y));
            found.push([corner(0.0, 0.0), corner(size, 0.0), corner(size, size), corner(0.0, size)]);
        }
    }
    found
}
