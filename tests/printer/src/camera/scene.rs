//! One scene, drawn from a level's recipe by a seed.

use std::f32::consts::{FRAC_PI_2, TAU};

use image::RgbImage;

use super::geometry::{Eye, Fold, Sheet, unit};
use super::lens::Lens;
use super::light::{Glare, Light, Outline, Shadow};
use super::noise::Dice;
use super::recipe::Recipe;
use super::sensor::Sensor;
use super::view::Table;
use super::{Camera, Corners, Framing, Level, Photo, pan};
use crate::PIXELS_PER_MM;
use crate::paper::{Page, PageArea};

pub struct Scene {
    pub sheet: Sheet,
    /// Height by which the sheet is lifted so that its lowest point lies on the table, mm.
    pub lift: f32,
    pub eye: Eye,
    pub light: Light,
    pub table: Table,
    pub lens: Lens,
    pub sensor: Sensor,
    jpeg_quality: u8,
}

impl Scene {
    pub fn draw(page: &Page, camera: &Camera) -> Self {
        let recipe = camera.level.recipe();
        let mut dice = Dice::new(camera.seed, 1);
        let sheet = sheet(page, &recipe, &mut dice);
        let lift = lift(&sheet);
        let area = pan::framed(page, camera.framing);
        let mut scene = Self {
            eye: Eye {
                rotation: rotation(camera, &recipe, area, &mut dice),
                target: [0.0; 3],
                distance: 400.0,
                focal: camera.width.max(camera.height) as f32 * dice.within((0.85, 1.25)),
                centre: [camera.width as f32 / 2.0, camera.height as f32 / 2.0],
            },
            sheet,
            lift,
            light: Light {
                direction: [0.0, 0.0, 1.0],
                ambient: 1.0,
                slope: [0.0; 2],
                origin: [0.0; 2],
                colour: [1.0; 3],
                shadows: Vec::new(),
                glare: None,
            },
            table: Table::draw(&mut dice),
            lens: lens(&recipe, &mut dice),
            sensor: Sensor {
                exposure: dice.within(recipe.exposure),
                shot: dice.within(recipe.shot),
                read: dice.within(recipe.read),
            },
            jpeg_quality: dice.within(recipe.jpeg).round() as u8,
        };
        scene.aim(page, camera, &recipe, area, &mut dice);
        scene.light = light(&scene, camera, &recipe, area_size(area), &mut dice);
        scene
    }

    /// Where a page position in page pixels is in the picture, in pixels.
    fn seen(&self, x: f32, y: f32) -> [f32; 2] {
        let [px, py, _] = self.eye.project(self.place(x, y));
        [px, py]
    }

    /// Where a page position in page pixels is in space.
    fn place(&self, x: f32, y: f32) -> [f32; 3] {
        let [a, b, c] =
            self.sheet.point(x / PIXELS_PER_MM - self.sheet.width / 2.0, y / PIXELS_PER_MM - self.sheet.height / 2.0);
        [a, b, c + self.lift]
    }

    /// Puts the camera at its distance, and the framed part of the page inside the picture.
    fn aim(&mut self, page: &Page, camera: &Camera, recipe: &Recipe, area: PageArea, dice: &mut Dice) {
        let middle = |from: u32, length: u32| from as f32 + length as f32 / 2.0;
        self.eye.target = self.place(middle(area.x, area.width), middle(area.y, area.height));
        let (width, height) = (camera.width as f32, camera.height as f32);
        let fill = match camera.framing {
            Framing::Codes => dice.within((0.86, 0.92)),
            _ => 0.94,
        };
        let wanted = match camera.framing {
            Framing::Qr => dice.within(recipe.qr_module) / (page.qr_module as f32 / PIXELS_PER_MM),
            Framing::Bars => dice.within(recipe.narrow_bar) / (page.narrow_bar as f32 / PIXELS_PER_MM),
            Framing::WholePage | Framing::Codes => f32::INFINITY,
        };
        // Pixels per millimetre at the target: as wanted, but never so close that the framed part does not fit.
        self.eye.distance = self.eye.focal / wanted.min(1000.0);
        for _ in 0..12 {
            let [left, top, right, bottom] = self.bounds(area);
            let excess = ((right - left) / (width * fill)).max((bottom - top) / (height * fill));
            if wanted.is_infinite() || excess > 1.0 {
                self.eye.distance *= excess.clamp(0.2, 5.0);
            }
        }
        let [left, top, right, bottom] = self.bounds(area);
        let play = match camera.framing {
            Framing::Qr | Framing::Bars => 0.8,
            Framing::WholePage | Framing::Codes => 0.5,
        };
        let mut shift = |from: f32, to: f32, length: f32| {
            let slack = (length - (to - from)).max(0.0) / 2.0;
            length / 2.0 - (from + to) / 2.0 + dice.either_side((0.0, slack * play))
        };
        let (dx, dy) = (shift(left, right, width), shift(top, bottom, height));
        self.eye.centre = [self.eye.centre[0] + dx, self.eye.centre[1] + dy];
    }

    /// Shifts the picture so that a part of the page lies within it, as far as it fits.
    pub fn keep_inside(&mut self, camera: &Camera, area: PageArea) {
        let [left, top, right, bottom] = self.bounds(area);
        let shift = |from: f32, to: f32, length: f32| match (from < 0.0, to > length) {
            (true, false) => (-from).min(length - to),
            (false, true) => (length - to).max(-from),
            _ => 0.0,
        };
        self.eye.centre[0] += shift(left, right, camera.width as f32);
        self.eye.centre[1] += shift(top, bottom, camera.height as f32);
    }

    /// Left, top, right and bottom of a part of the page in the picture.
    fn bounds(&self, area: PageArea) -> [f32; 4] {
        const STEPS: u16 = 8;
        let mut bounds = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for i in 0..=STEPS {
            for j in 0..=STEPS {
                let along =
                    |from: u32, length: u32, k: u16| from as f32 + length as f32 * f32::from(k) / f32::from(STEPS);
                let [x, y] = self.seen(along(area.x, area.width, i), along(area.y, area.height, j));
                bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            }
        }
        bounds
    }

    fn corners(&self, area: PageArea) -> Corners {
        let (x, y) = (area.x as f32, area.y as f32);
        let (right, bottom) = (x + area.width as f32, y + area.height as f32);
        [self.seen(x, y), self.seen(right, y), self.seen(right, bottom), self.seen(x, bottom)]
    }

    /// The finished picture with its truth.
    pub fn develop(&self, page: &Page, image: RgbImage) -> Photo {
        let qr = self.corners(page.qr);
        let barcodes = page.barcodes.map(|areas| areas.map(|area| self.corners(area)));
        let qr_modules = page.qr.width as f32 / page.qr_module as f32;
        let sides = (0..4).map(|i| distance(qr[i], qr[(i + 1) % 4])).sum::<f32>() / 4.0;
        let narrow = page.barcodes.iter().flatten().zip(barcodes.iter().flatten()).map(|(area, c)| {
            let length = (distance(c[0], c[1]) + distance(c[3], c[2])) / 2.0;
            length / (area.width as f32 / page.narrow_bar as f32)
        });
        let narrow_bar = narrow.reduce(f32::min).unwrap_or(0.0);
        Photo { image, jpeg_quality: self.jpeg_quality, qr, barcodes, qr_module: sides / qr_modules, narrow_bar }
    }
}

fn direction(angle: f32) -> [f32; 2] {
    [angle.cos(), angle.sin()]
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Longer side of a part of the page, mm.
fn area_size(area: PageArea) -> f32 {
    area.width.max(area.height) as f32 / PIXELS_PER_MM
}

fn sheet(page: &Page, recipe: &Recipe, dice: &mut Dice) -> Sheet {
    let (width, height) = (page.image.width() as f32 / PIXELS_PER_MM, page.image.height() as f32 / PIXELS_PER_MM);
    let curled = dice.chance(recipe.curl.0);
    let turn = dice.within(recipe.curl.1).to_radians();
    let folded = dice.chance(recipe.fold.0);
    // Letters are folded across or, seldom, along their middle, and never exactly there.
    let across = dice.chance(0.75);
    let (angle, room) = if across { (FRAC_PI_2, height) } else { (0.0, width) };
    let fold = Fold {
        angle: angle + dice.either_side((0.0, 0.06)),
        offset: room * dice.either_side((0.0, 0.25)),
        bend: dice.within(recipe.fold.1).to_radians(),
    };
    Sheet {
        width,
        height,
        curl_radius: if curled { width.hypot(height) / 2.0 / turn } else { f32::INFINITY },
        curl_angle: dice.within((0.0, TAU)),
        curl_down: dice.chance(0.4),
        fold: folded.then_some(fold),
        waves: dice.within(recipe.waves),
        wave_seed: dice.below(u32::MAX),
    }
}

/// How far the sheet's lowest point lies below the table.
fn lift(sheet: &Sheet) -> f32 {
    let mut lowest = 0.0f32;
    for i in -8i16..=8 {
        for j in -8i16..=8 {
            let [_, _, z] = sheet.point(sheet.width * f32::from(i) / 16.0, sheet.height * f32::from(j) / 16.0);
            lowest = lowest.min(z);
        }
    }
    -lowest
}

fn rotation(camera: &Camera, recipe: &Recipe, area: PageArea, dice: &mut Dice) -> [[f32; 3]; 3] {
    let turned = dice.chance(recipe.turned);
    let quarters = 1 + dice.below(3);
    let fits_better_turned = (area.width > area.height) != (camera.width > camera.height);
    let base = match camera.framing {
        // Whoever frames a whole page turns the phone to its shape.
        Framing::WholePage if fits_better_turned => FRAC_PI_2,
        Framing::WholePage => 0.0,
        _ if turned => FRAC_PI_2 * quarters as f32,
        _ => 0.0,
    };
    let roll = base + dice.either_side(recipe.roll).to_radians();
    let pitch = dice.either_side(recipe.tilt).to_radians();
    let yaw = dice.either_side(recipe.tilt).to_radians();
    Eye::rotation(roll, pitch, yaw)
}

fn lens(recipe: &Recipe, dice: &mut Dice) -> Lens {
    let shaken = dice.chance(recipe.motion.0);
    let motion = dice.within(recipe.motion.1);
    Lens {
        defocus: dice.within(recipe.defocus),
        motion: if shaken { motion } else { 0.0 },
        motion_angle: dice.within((0.0, TAU)),
        softness: dice.within(recipe.softness),
    }
}

fn light(scene: &Scene, camera: &Camera, recipe: &Recipe, size: f32, dice: &mut Dice) -> Light {
    let [tx, ty, _] = scene.eye.target;
    // Half of what the picture shows, mm.
    let reach = camera.width as f32 / 2.0 * scene.eye.distance / scene.eye.focal;
    let towards = dice.within((0.0, TAU));
    let slope = dice.within(recipe.falloff).ln() / (2.0 * reach);
    let height = dice.within((0.5, 1.1));
    let colour = match dice.below(3) {
        0 => [1.05, 1.0, 0.88],
        1 => [0.97, 1.0, 1.04],
        _ => [1.0, 1.0, 0.97],
    };
    let mut shadows = Vec::new();
    if dice.chance(recipe.shadow.0) {
        let depth = dice.within(recipe.shadow.1);
        let softness = reach * dice.within(if camera.level == Level::Gentle { (0.2, 0.5) } else { (0.03, 0.3) });
        let angle = dice.within((0.0, TAU));
        let outline = if dice.chance(0.6) {
            let offset = tx * angle.cos() + ty * angle.sin() + dice.either_side((0.0, 0.6 * reach));
            Outline::Edge { normal: direction(angle), offset }
        } else {
            let away = reach * dice.within((0.3, 1.0));
            Outline::Phone {
                centre: [tx + away * angle.cos(), ty + away * angle.sin()],
                half: [reach * 0.45, reach * 0.9],
                axis: direction(dice.within((0.0, TAU))),
            }
        };
        shadows.push(Shadow { outline, depth, softness });
    }
    let glaring = dice.chance(recipe.glare.0);
    let away = size * dice.within((0.0, 0.9));
    let angle = dice.within((0.0, TAU));
    let glare = Glare {
        centre: [tx + away * angle.cos(), ty + away * angle.sin()],
        half: [size * dice.within((0.15, 0.5)), size * dice.within((0.1, 0.25))],
        axis: direction(dice.within((0.0, TAU))),
        strength: dice.within(recipe.glare.1),
    };
    Light {
        direction: unit([towards.cos() * height, towards.sin() * height, 1.0]),
        ambient: dice.within((0.35, 0.6)),
        slope: [slope * towards.cos(), slope * towards.sin()],
        origin: [tx, ty],
        colour,
        shadows,
        glare: glaring.then_some(glare),
    }
}
