//! A video: the hand that holds the camera sways, its lens hunts for focus, and some frames are shaken more than others.
//!
//! Sheet, table and lamp are those of the photo of the same seed; its recipe says how badly each frame is taken.

use std::f32::consts::TAU;

use super::geometry::Eye;
use super::noise::Dice;
use super::recipe::Recipe;
use super::scene::Scene;
use super::{Camera, Framing};
use crate::paper::{Page, PageArea};

/// Frames a second of the camera.
const RATE: f32 = 30.0;

/// A slow movement: two sines whose periods are not in proportion, -1 to 1.
#[derive(Clone, Copy)]
struct Sway {
    frequencies: [f32; 2],
    phases: [f32; 2],
}

impl Sway {
    fn draw(dice: &mut Dice) -> Self {
        Self {
            frequencies: [dice.within((0.3, 0.8)), dice.within((1.0, 2.2))],
            phases: [dice.within((0.0, TAU)), dice.within((0.0, TAU))],
        }
    }

    fn at(self, seconds: f32) -> f32 {
        let wave = |i: usize| (TAU * self.frequencies[i] * seconds + self.phases[i]).sin();
        0.7 * wave(0) + 0.3 * wave(1)
    }
}

/// Moves the camera of a scene to where it is at a frame, and draws what that frame alone has: shake.
pub fn move_to(scene: &mut Scene, camera: &Camera, recipe: &Recipe, page: &Page, area: PageArea, frame: u32) {
    // The hand's movements belong to the video, shake to the frame.
    let mut hand = Dice::new(camera.seed, 3);
    let mut sway = || Sway::draw(&mut hand);
    let seconds = frame as f32 / RATE;
    let mut at = || sway().at(seconds);
    let (right, down, roll, pitch, yaw, near, focus, shine) = (at(), at(), at(), at(), at(), at(), at(), at());
    let mut own = Dice::new(camera.seed, 100 + u64::from(frame));

    let turn = Eye::rotation(roll * 0.04, pitch * 0.035, yaw * 0.035);
    scene.eye.rotation = multiplied(turn, scene.eye.rotation);
    scene.eye.distance *= 1.0 + 0.06 * near;
    let size = camera.width.min(camera.height) as f32;
    let tremor = [own.either_side((0.0, 1.5)), own.either_side((0.0, 1.5))];
    scene.eye.centre[0] += 0.05 * size * right + tremor[0];
    scene.eye.centre[1] += 0.05 * size * down + tremor[1];
    scene.keep_inside(camera, area);

    // From nearly sharp to a quarter worse than the photo.
    scene.lens.defocus = (scene.lens.defocus * (0.9 + 0.35 * focus)).max(recipe.defocus.0 * 0.8);
    let shaken = own.chance(recipe.motion.0);
    let motion = own.within(recipe.motion.1);
    scene.lens.motion = if shaken { motion } else { 0.0 };
    scene.lens.motion_angle = own.within((0.0, TAU));
    if let Some(glare) = &mut scene.light.glare {
        // A reflection wanders with the eye.
        let reach = 0.06 * page.image.width() as f32 / crate::PIXELS_PER_MM;
        glare.centre = [glare.centre[0] + reach * shine, glare.centre[1] + reach * right];
    }
}

/// The camera's seed of noise at a frame.
pub fn noise_seed(camera: &Camera, frame: u32) -> u64 {
    Dice::new(camera.seed, 100_000 + u64::from(frame)).whole()
}

fn multiplied(a: [[f32; 3]; 3], b: [[f32; 3]; 3]) -> [[f32; 3]; 3] {
    a.map(|row| std::array::from_fn(|j| (0..3).map(|k| row[k] * b[k][j]).sum()))
}

/// The part of the page that a framing is about.
pub fn framed(page: &Page, framing: Framing) -> PageArea {
    match framing {
        Framing::WholePage => PageArea { x: 0, y: 0, width: page.image.width(), height: page.image.height() },
        Framing::Codes => page.code_area(),
        Framing::Qr => page.qr,
        Framing::Bars => page.barcode_area(),
    }
}
