//! One symbol read with all that is known of symbols: version by its timing, corners by its alignment pattern, curl by a
//! mesh, blur by an equaliser; decoding is tried after every step.

use super::finder::Triple;
use super::mesh::{self, Field, Mesh};
use super::sampling::{self, Lattice, Rectified};
use super::tables::Version;
use super::{Decoded, Grid, Learned, Persistence};
use crate::geometry::{Perspective, Point};
use crate::gray::Gray;

/// A symbol that was found, perhaps not read.
#[derive(Clone)]
pub struct Sighting {
    pub version: Version,
    /// Where its modules lie in pixels of the picture given.
    mesh: Mesh,
    /// Its modules as an equaliser saw them: above zero dark, below zero light.
    pub modules: Vec<f32>,
    /// Mean square by which modules whose colour is known differ from it: 0 is a clean symbol, 1 says nothing.
    pub error: f32,
    pub decoded: Option<Decoded>,
}

impl Sighting {
    /// Its corners in pixels of the picture given, as the symbol is read.
    pub fn corners(&self) -> [Point; 4] {
        self.mesh.corners()
    }

    /// The same in a picture of which the one given is the part at `origin`.
    pub fn moved(self, origin: (usize, usize)) -> Option<Self> {
        let origin = Point::new(origin.0 as f32, origin.1 as f32);
        self.mapped(|p| p + origin)
    }

    fn mapped(self, map: impl Fn(Point) -> Point) -> Option<Self> {
        Some(Self { mesh: self.mesh.mapped(map)?, ..self })
    }
}

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// As it lies.
    Quick,
    /// With mesh and equaliser, as far as one frame of many is worth.
    Frame,
    /// As far as is worth while for what looks like a symbol.
    Full,
}

impl Depth {
    fn rounds(self) -> usize {
        match self {
            Self::Quick => 0,
            Self::Frame => 3,
            Self::Full => 6,
        }
    }

    fn persistence(self) -> Persistence {
        if self >= Self::Full { Persistence::Thorough } else { Persistence::Brief }
    }
}

/// Least agreement of the fixed modules for a symbol to be believed at all.
const LEAST_SCORE: f32 = 0.25;

/// Least agreement of the fixed modules, before any fitting, for fitting to be worth while.
const WORTH_FITTING: f32 = 0.15;

/// A part of a picture, evened out, and how its coordinates lie in that picture.
struct Part {
    field: Field,
    scale: f32,
    origin: Point,
}

impl Part {
    /// The part that holds `points`, with `room` pixels round them. Half the size as long as modules stay wide enough:
    /// less noise, less work.
    fn new(gray: &Gray, points: &[Point; 4], room: f32, module: f32) -> Option<Self> {
        if module > 6.0 && gray.width > 64 && gray.height > 64 {
            // Only what is needed is halved.
            let (left, top, right, bottom) = bounds(gray, points, room + 2.0)?;
            let half = gray.crop(left, top, right - left, bottom - top).halved();
            let origin = Point::new(left as f32, top as f32);
            let part = Self::new(&half, &points.map(|p| (p - origin) * 0.5), room / 2.0, module / 2.0)?;
            return Some(Self { scale: part.scale * 2.0, origin: part.origin * 2.0 + origin, field: part.field });
        }
        let (left, top, right, bottom) = bounds(gray, points, room)?;
        let field = sampling::field(gray, left, top, right - left, bottom - top, module);
        Some(Self { field, scale: 1.0, origin: Point::new(left as f32, top as f32) })
    }

    fn inside(&self, p: Point) -> Point {
        (p - self.origin) * (1.0 / self.scale)
    }

    fn outside(&self, p: Point) -> Point {
        p * self.scale + self.origin
    }
}

fn bounds(gray: &Gray, points: &[Point; 4], room: f32) -> Option<(usize, usize, usize, usize)> {
    let span = |values: [f32; 4], end: usize| {
        let low = values.iter().copied().fold(f32::INFINITY, f32::min) - room;
        let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max) + room;
        (low.max(0.0) as usize, (high.max(0.0) as usize).min(end))
    };
    let (left, right) = span(points.map(|p| p.x), gray.width);
    let (top, bottom) = span(points.map(|p| p.y), gray.height);
    (right >= left + 20 && bottom >= top + 20).then_some((left, top, right, bottom))
}

/// Reads the symbol that three finder patterns suggest; `late` is asked between steps. What could not be read may still
/// be a sighting.
pub fn read(gray: &Gray, triple: &Triple, depth: Depth, late: &dyn Fn() -> bool) -> Option<Sighting> {
    let patterns = [triple.top_left, triple.top_right, triple.bottom_left];
    let module = patterns.iter().map(|f| (f.module.0 * f.module.1).sqrt()).sum::<f32>() / 3.0;
    let [tl, tr, bl] = patterns.map(|f| f.centre);
    // All that may belong to the symbol: the parallelogram with room for perspective and quiet zone.
    let room = module * 9.0 + ((tr - bl).length() * 0.15);
    let part = Part::new(gray, &[tl, tr, tr + bl - tl, bl], room, module)?;
    let centres = [tl, tr, bl].map(|p| part.inside(p));
    let mut best: Option<Sighting> = None;
    for version in versions(&part.field, centres, triple.dimension).into_iter().take(3) {
        if late() {
            break;
        }
        let sighting = read_as(&part.field, centres, version, depth, late);
        let Some(sighting) = sighting.and_then(|s| s.mapped(|p| part.outside(p))) else { continue };
        let read = sighting.decoded.is_some();
        if best.as_ref().is_none_or(|b| read || sighting.error < b.error) {
            best = Some(sighting);
        }
        if read {
            break;
        }
    }
    best
}

/// Looks for a symbol that was seen in the frame before: near where it was, by all of its modules that are known.
pub fn follow(gray: &Gray, before: &Sighting, known: &[i8], late: &dyn Fn() -> bool) -> Option<Sighting> {
    let (corners, version) = (before.corners(), before.version);
    let module = before.mesh.module();
    let part = Part::new(gray, &corners, module * (4.0 + REACH), module)?;
    let mesh = before.mesh.mapped(|p| part.inside(p))?;
    let known = mesh::known(version, known);
    // A hand moves by a few modules from frame to frame.
    let step = mesh.module() * 0.5;
    let steps = (REACH * 2.0) as i32;
    let mut best = (f32::NEG_INFINITY, Point::default());
    for j in -steps..=steps {
        for i in -steps..=steps {
            let shift = Point::new(i as f32, j as f32) * step;
            let score = mesh.score_known(&part.field, &known, shift) - 0.0005 * (i * i + j * j) as f32;
            if score > best.0 {
                best = (score, shift);
            }
        }
        if late() {
            return None;
        }
    }
    let mesh = mesh.mapped(|p| p + best.1)?.fit_corners(&part.field, &known, &[0.7, 0.35, 0.15], late);
    if mesh.score_known(&part.field, &known, Point::default()) < LEAST_SCORE {
        return None;
    }
    refine(&part.field, mesh, &known, Depth::Frame, late)?.mapped(|p| part.outside(p))
}

/// Modules by which a symbol may move from one frame to the next.
const REACH: f32 = 5.0;

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
) -> Option<Sighting> {
    let mut meshes: Vec<(f32, Mesh)> = corners(field, centres, version)
        .into_iter()
        .filter_map(|corners| Mesh::new(version, corners))
        .map(|mesh| (mesh.score(field), mesh))
        .collect();
    meshes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (score, mesh) = meshes.first()?;
    if *score > LEAST_SCORE
        && let Some(sighting) = as_it_lies(field, mesh)
    {
        return Some(sighting);
    }
    if depth == Depth::Quick || *score < WORTH_FITTING {
        return None;
    }
    let known = mesh::knowledge(version);
    let mut fitted: Vec<(f32, Mesh)> = Vec::new();
    for (_, mesh) in meshes.iter().take(3) {
        if late() {
            return None;
        }
        let mesh = mesh.fit_corners(field, &known, &[0.7, 0.35, 0.15], late);
        fitted.push((mesh.score(field), mesh));
    }
    fitted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best: Option<Sighting> = None;
    for (score, mesh) in fitted.into_iter().take(2) {
        if score < LEAST_SCORE || late() {
            break;
        }
        if let Some(sighting) = as_it_lies(field, &mesh) {
            return Some(sighting);
        }
        let Some(sighting) = refine(field, mesh, &known, depth, late) else { continue };
        if sighting.decoded.is_some() {
            return Some(sighting);
        }
        if best.as_ref().is_none_or(|b| sighting.error < b.error) {
            best = Some(sighting);
        }
    }
    best
}

/// Modules at their centres, without more ado; only where that is enough to read the symbol.
fn as_it_lies(field: &Field, mesh: &Mesh) -> Option<Sighting> {
    let modules = sampling::centres(field, mesh);
    let decoded = Grid::new(mesh.version().dimension(), modules.clone())?.decode()?;
    Some(Sighting { version: mesh.version(), mesh: mesh.clone(), modules, error: 0.0, decoded: Some(decoded) })
}

/// Fits mesh and equaliser in turns, decoding after each. `given` are the modules whose colour is known.
fn refine(field: &Field, outer: Mesh, given: &[i8], depth: Depth, late: &dyn Fn() -> bool) -> Option<Sighting> {
    let version = outer.version();
    let size = version.dimension();
    let rectified = Rectified::new(field, outer);
    let mut mesh = rectified.mesh()?;
    let mut learned = Learned { blocks: 0, modules: given.to_vec() };
    let mut best: Option<Sighting> = None;
    for round in 0..depth.rounds() {
        let lattice = Lattice::new(&rectified.field, &mesh);
        let mut weights = lattice.train(None, &learned.modules)?;
        let mut modules = lattice.apply(&weights);
        for _ in 0..if round > 0 { 2 } else { 0 } {
            if late() {
                return best;
            }
            weights = lattice.train(Some(&modules), &learned.modules)?;
            modules = lattice.apply(&weights);
        }
        let outside = mesh.mapped(|p| rectified.outside(p))?;
        // What a block taught may be enough for the next.
        for _ in 0..4 {
            if late() {
                return best;
            }
            match Grid::new(size, modules.clone())?.attempt(depth.persistence()) {
                Ok(decoded) => {
                    let error = lattice.error(&modules, given);
                    return Some(Sighting { version, mesh: outside, modules, error, decoded: Some(decoded) });
                }
                Err(part) if part.blocks > learned.blocks => {
                    learned.blocks = part.blocks;
                    learned.modules = mesh::together(&part.modules, given);
                }
                Err(_) => break,
            }
            if late() {
                return best;
            }
            weights = lattice.train(Some(&modules), &learned.modules)?;
            modules = lattice.apply(&weights);
        }
        let error = lattice.error(&modules, given);
        if best.as_ref().is_none_or(|b| error < b.error) {
            best = Some(Sighting { version, mesh: outside, modules, error, decoded: None });
        }
        if late() || round + 1 == depth.rounds() {
            break;
        }
        let sharp = rectified.sharpened(&weights);
        let known = &learned.modules;
        if round < 2 {
            mesh = mesh.search_last_corner(&sharp, known, if round == 0 { 3.0 } else { 1.5 }, late);
            mesh = mesh.fit_corners(&sharp, known, &[0.35, 0.15, 0.07], late);
        }
        if round == 2 {
            mesh = mesh.refined();
        }
        mesh.fit_nodes(&sharp, known, &[0.3, 0.15, 0.07], late);
    }
    best
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
    let steps = reach as i32;
    let likeness = |p: Point| {
        let mut sum = 0.0;
        for y in -2..=2i32 {
            for x in -2..=2i32 {
                let dark = x.abs().max(y.abs()) != 1;
                let value = field.sample(p + right * x as f32 + down * y as f32).clamp(-1.0, 1.0);
                sum += if dark { value } else { -value };
            }
        }
        sum / 25.0
    };
    let judged = |i: f32, j: f32| {
        let p = at(size - 6.5 + i, size - 6.5 + j);
        (likeness(p) - 0.15 * i.hypot(j) / reach, p)
    };
    // Modules first, then halves round the best of them.
    let mut coarse: Vec<(f32, i32, i32)> = Vec::new();
    for j in -steps..=steps {
        for i in -steps..=steps {
            coarse.push((judged(i as f32, j as f32).0, i, j));
        }
    }
    coarse.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut best: Vec<(f32, Point)> = Vec::new();
    for (_, i, j) in coarse.into_iter().take(16) {
        let (i, j) = (i as f32, j as f32);
        for (di, dj) in [(0.0, 0.0), (0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5), (0.5, 0.5), (-0.5, -0.5)] {
            best.push(judged(i + di, j + dj));
        }
    }
    best.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
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

/// The modules that all codes of a version share: +1 dark, −1 light, 0 for the others.
pub fn fixed(version: Version) -> Vec<i8> {
    mesh::knowledge(version)
}

/// A symbol that was found, rectified by its corners, and the same after the equaliser and the mesh have had their turns.
pub fn stages(gray: &Gray, seen: &Sighting) -> Vec<(&'static str, Field)> {
    let stages = || -> Option<[(&'static str, Field); 2]> {
        let (corners, module) = (seen.corners(), seen.mesh.module());
        let part = Part::new(gray, &corners, module * 6.0, module)?;
        let outer = Mesh::new(seen.version, corners.map(|p| part.inside(p)))?;
        let rectified = Rectified::new(&part.field, outer);
        let mut mesh = rectified.mesh()?;
        let known = mesh::knowledge(seen.version);
        let mut sharp = Field { width: 1, height: 1, values: vec![0.0] };
        for _ in 0..2 {
            let lattice = Lattice::new(&rectified.field, &mesh);
            let decided = lattice.apply(&lattice.train(None, &known)?);
            sharp = rectified.sharpened(&lattice.train(Some(&decided), &known)?);
            mesh.fit_nodes(&sharp, &known, &[0.3, 0.15, 0.07], &|| false);
        }
        let straight = Rectified::new(&sharp, mesh);
        Some([("rectified", rectified.field), ("equalised", straight.field)])
    };
    stages().into_iter().flatten().collect()
}
