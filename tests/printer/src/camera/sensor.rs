//! From light to numbers: exposure, noise, tone.

use image::RgbImage;

use super::lens::Planes;
use super::noise::Dice;
use super::pyramid::to_code;

#[derive(Debug, Clone, Copy)]
pub struct Sensor {
    /// Where the picture's bright parts are put, in linear light; above 1 they burn out.
    pub exposure: f32,
    /// Shot noise: variance at full light.
    pub shot: f32,
    /// Read noise: standard deviation in the dark.
    pub read: f32,
}

/// Part of the pixels that is brighter than what exposure aims at.
const BRIGHT: f32 = 0.08;

pub fn expose(planes: Planes, sensor: &Sensor, seed: u64) -> RgbImage {
    let gain = sensor.exposure / bright(&planes);
    let mut dice = Dice::new(seed, 2);
    let table: Vec<u8> = (0..=4096u16).map(|i| (to_code(f32::from(i) / 4096.0) * 255.0).round() as u8).collect();
    let [red, green, blue] = &planes.bands;
    let mut bytes = Vec::with_capacity(red.len() * 3);
    for ((r, g), b) in red.iter().zip(green).zip(blue) {
        let [n0, n1] = dice.normal_pair();
        let [n2, _] = dice.normal_pair();
        // A colour filter mosaic makes neighbouring bands share noise; what they share is what a reader sees.
        for (light, own) in [(r, n1), (g, n2), (b, -n1)] {
            let light = light * gain;
            let deviation = (sensor.shot * light.max(0.0) + sensor.read * sensor.read).sqrt();
            let seen = light + deviation * (0.8 * n0 + 0.6 * own);
            let step = (seen.clamp(0.0, 1.0) * 4096.0).round() as usize;
            bytes.push(table[step.min(4096)]);
        }
    }
    RgbImage::from_raw(planes.width as u32, planes.height as u32, bytes).unwrap_or_default()
}

/// The light that a small part of the picture exceeds.
fn bright(planes: &Planes) -> f32 {
    let mut sample: Vec<f32> = planes.bands[1].iter().step_by(37).copied().collect();
    sample.sort_by(f32::total_cmp);
    let index = (sample.len() as f32 * (1.0 - BRIGHT)) as usize;
    sample.get(index).copied().unwrap_or(1.0).max(0.02)
}
