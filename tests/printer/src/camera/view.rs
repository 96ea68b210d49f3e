//! What falls on the sensor: the table, and the sheet drawn over it as a mesh.

use super::Camera;
use super::lens::Planes;
use super::noise::{Dice, smooth_step, value_noise};
use super::pyramid::Pyramid;
use super::scene::Scene;
use crate::PIXELS_PER_MM;
use crate::paper::Page;

/// What the bill lies on.
#[derive(Debug, Clone)]
pub struct Table {
    kind: Surface,
    /// Reflectance of red, green and blue.
    colour: [f32; 3],
    seed: u32,
    angle: f32,
}

#[derive(Debug, Clone, Copy)]
enum Surface {
    Wood,
    Cloth,
    Stone,
}

impl Table {
    pub fn draw(dice: &mut Dice) -> Self {
        let (kind, colour) = match dice.below(4) {
            0 => (Surface::Wood, [0.25, 0.14, 0.07]),
            1 => (Surface::Wood, [0.40, 0.27, 0.15]),
            2 => (Surface::Cloth, [0.06, 0.08, 0.13]),
            _ => (Surface::Stone, [0.16, 0.16, 0.155]),
        };
        let shade = dice.within((0.7, 1.3));
        Self {
            kind,
            colour: colour.map(|c| c * shade),
            seed: dice.below(u32::MAX),
            angle: dice.either_side((0.0, 0.5)),
        }
    }

    /// Reflectance at a place of the table, mm.
    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (s, c) = self.angle.sin_cos();
        let (x, y) = (x * c + y * s, y * c - x * s);
        let noise = |fx: f32, fy: f32, n: u32| value_noise(x * fx, y * fy, self.seed.wrapping_add(n));
        let tone = match self.kind {
            Surface::Wood => {
                let bend = 9.0 * noise(0.006, 0.02, 0);
                let rings = ((y + bend) * 0.42 + 2.0 * noise(0.01, 0.06, 1)).sin();
                1.0 + 0.16 * rings + 0.12 * noise(0.05, 1.4, 2) + 0.08 * noise(0.3, 5.0, 3)
            }
            Surface::Cloth => {
                let weave = (x * 5.2).sin() * (y * 5.2).sin();
                1.0 + 0.22 * weave + 0.18 * noise(0.9, 0.9, 0) + 0.1 * noise(0.03, 0.03, 1)
            }
            Surface::Stone => 1.0 + 0.16 * noise(0.05, 0.05, 0) + 0.22 * noise(0.6, 0.6, 1) + 0.25 * noise(2.4, 2.4, 2),
        };
        self.colour.map(|band| (band * tone).max(0.004))
    }
}

/// Reflectance of blank paper; what is printed multiplies it.
const PAPER: [f32; 3] = [0.84, 0.835, 0.81];
/// The sheet's back, relative to that: blank, with a little of the print shining through.
const BACK: [f32; 3] = [0.93; 3];

/// Renders a scene in linear light.
pub fn render(page: &Page, camera: &Camera, scene: &Scene) -> Planes {
    let (width, height) = (camera.width as usize, camera.height as usize);
    let mut planes = Planes { width, height, bands: std::array::from_fn(|_| Vec::with_capacity(width * height)) };
    let fragments = rasterise(scene, width, height);
    let pyramid = Pyramid::new(&page.image);
    let light = &scene.light;
    let mut row = fragments.iter();
    for y in 0..height {
        for (x, fragment) in row.by_ref().take(width).enumerate() {
            let seen = if fragment.nearness > 0.0 {
                let (u, v) = (fragment.u, fragment.v);
                let print = if fragment.back {
                    BACK
                } else {
                    pyramid.sample(
                        (u + scene.sheet.width / 2.0) * PIXELS_PER_MM,
                        (v + scene.sheet.height / 2.0) * PIXELS_PER_MM,
                        fragment.footprint * PIXELS_PER_MM,
                    )
                };
                let fibre = 1.0 + 0.012 * value_noise(u * 1.7, v * 1.7, scene.sheet.wave_seed);
                let lit = light.at(u, v) * fragment.facing * fibre;
                let gloss = light.reflection(u, v);
                std::array::from_fn(|b| light.colour[b] * (print[b] * PAPER[b] * lit + gloss))
            } else {
                let [tx, ty] = scene.eye.on_table(x as f32 + 0.5, y as f32 + 0.5).unwrap_or([900.0, 900.0]);
                let lit = light.at(tx, ty) * contact_shadow(scene, tx, ty);
                let table = scene.table.at(tx, ty);
                std::array::from_fn::<f32, 3, _>(|b| light.colour[b] * table[b] * lit)
            };
            for (band, value) in planes.bands.iter_mut().zip(seen) {
                band.push(value);
            }
        }
    }
    planes
}

/// The sheet's own shadow on the table beside it.
fn contact_shadow(scene: &Scene, x: f32, y: f32) -> f32 {
    let rise = 1.5 + scene.lift.min(8.0);
    let [lx, ly, lz] = scene.light.direction;
    let (x, y) = (x + lx / lz * rise, y + ly / lz * rise);
    let dx = x.abs() - scene.sheet.width / 2.0;
    let dy = y.abs() - scene.sheet.height / 2.0;
    let outside = dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0);
    0.45 + 0.55 * smooth_step(-rise, 1.5 * rise, outside)
}

/// What of the sheet a pixel shows.
#[derive(Clone, Copy, Default)]
struct Fragment {
    /// Inverse of the depth; 0 where the sheet is not seen.
    nearness: f32,
    /// Place on the sheet, mm.
    u: f32,
    v: f32,
    /// Side of what the pixel covers of the sheet, mm.
    footprint: f32,
    /// How much light the sheet catches here by its slope, 1 = as much as the table.
    facing: f32,
    /// Whether its back is seen.
    back: bool,
}

struct Vertex {
    /// Picture position and depth.
    at: [f32; 3],
    u: f32,
    v: f32,
    facing: f32,
}

/// Draws the sheet as triangles of some two millimetres.
fn rasterise(scene: &Scene, width: usize, height: usize) -> Vec<Fragment> {
    const CELL: f32 = 2.0;
    let Scene { sheet, lift, eye, light, .. } = scene;
    let columns = (sheet.width / CELL).ceil() as usize;
    let rows = (sheet.height / CELL).ceil() as usize;
    let mut vertices = Vec::with_capacity((columns + 1) * (rows + 1));
    for j in 0..=rows {
        for i in 0..=columns {
            let u = sheet.width * (i as f32 / columns as f32 - 0.5);
            let v = sheet.height * (j as f32 / rows as f32 - 0.5);
            let [x, y, z] = sheet.point(u, v);
            let at = eye.project([x, y, z + lift]);
            vertices.push(Vertex { at, u, v, facing: light.facing(sheet.normal(u, v)) });
        }
    }
    let mut fragments = vec![Fragment::default(); width * height];
    for j in 0..rows {
        for i in 0..columns {
            let first = j * (columns + 1) + i;
            let corner = |right: usize, down: usize| &vertices[first + right + down * (columns + 1)];
            let (a, b, c, d) = (corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1));
            triangle(&mut fragments, width, height, [a, b, c]);
            triangle(&mut fragments, width, height, [b, d, c]);
        }
    }
    fragments
}

fn triangle(fragments: &mut [Fragment], width: usize, height: usize, [a, b, c]: [&Vertex; 3]) {
    let edge = |p: [f32; 3], q: [f32; 3], x: f32, y: f32| (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]);
    let area = edge(a.at, b.at, c.at[0], c.at[1]);
    if area.abs() < 1e-6 {
        return;
    }
    let on_sheet = ((b.u - a.u) * (c.v - a.v) - (b.v - a.v) * (c.u - a.u)).abs();
    let footprint = (on_sheet / area.abs()).sqrt();
    let span = |axis: usize, limit: usize| {
        let values = [a.at[axis], b.at[axis], c.at[axis]];
        let low = values.iter().copied().fold(f32::INFINITY, f32::min);
        let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        ((low - 0.5).floor().max(0.0) as usize, ((high + 0.5).ceil().max(0.0) as usize).min(limit))
    };
    let ((x0, x1), (y0, y1)) = (span(0, width), span(1, height));
    let inverse = [1.0 / a.at[2], 1.0 / b.at[2], 1.0 / c.at[2]];
    for y in y0..y1 {
        for x in x0..x1 {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let wa = edge(b.at, c.at, px, py) / area;
            let wb = edge(c.at, a.at, px, py) / area;
            let wc = 1.0 - wa - wb;
            // A little overlap, so that no crack opens between neighbours.
            if wa < -1e-4 || wb < -1e-4 || wc < -1e-4 {
                continue;
            }
            let [ia, ib, ic] = [wa * inverse[0], wb * inverse[1], wc * inverse[2]];
            let nearness = ia + ib + ic;
            if let Some(fragment) = fragments.get_mut(y * width + x).filter(|f| nearness > f.nearness) {
                let u = (ia * a.u + ib * b.u + ic * c.u) / nearness;
                let v = (ia * a.v + ib * b.v + ic * c.v) / nearness;
                let facing = wa * a.facing + wb * b.facing + wc * c.facing;
                *fragment = Fragment { nearness, u, v, footprint, facing, back: area < 0.0 };
            }
        }
    }
}
