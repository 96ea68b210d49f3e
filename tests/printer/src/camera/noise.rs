//! Random numbers and textures that a seed fixes to the bit.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded source of numbers. Draws are defined here rather than by a library of distributions, whose results may
/// change between versions.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// `stream` keeps uses of one seed apart.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    pub fn whole(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Uniform between both ends.
    pub fn within(&mut self, (low, high): (f32, f32)) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Uniform between both ends, with a random sign.
    pub fn either_side(&mut self, range: (f32, f32)) -> f32 {
        let size = self.within(range);
        if self.chance(0.5) { -size } else { size }
    }

    pub fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Uniform below `count`, which must not be 0.
    pub fn below(&mut self, count: u32) -> u32 {
        self.0.next_u32() % count.max(1)
    }

    /// Two nearly normal numbers, mean 0 and variance 1 (sums of four uniform bytes each).
    pub fn normal_pair(&mut self) -> [f32; 2] {
        // Variance of a uniform byte is (256² − 1) / 12; four of them have a standard deviation of 147.8.
        const SCALE: f32 = 1.0 / 147.801_2;
        let bytes = self.0.next_u64().to_le_bytes();
        let sum = |part: &[u8]| part.iter().map(|b| f32::from(*b)).sum::<f32>();
        let (a, b) = bytes.split_at(4);
        [(sum(a) - 510.0) * SCALE, (sum(b) - 510.0) * SCALE]
    }
}

/// Smooth noise over the plane, -1 to 1: random values at whole coordinates, blended between.
pub fn value_noise(x: f32, y: f32, seed: u32) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (ease(x - x0), ease(y - y0));
    let (ix, iy) = (x0 as i32, y0 as i32);
    let at = |dx: i32, dy: i32| lattice(ix.wrapping_add(dx), iy.wrapping_add(dy), seed);
    let top = at(0, 0) + (at(1, 0) - at(0, 0)) * fx;
    let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * fx;
    top + (bottom - top) * fy
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// An integer hash (finaliser of MurmurHash3) as a number from -1 to 1.
fn lattice(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = x.cast_unsigned().wrapping_mul(0x9e37_79b1) ^ y.cast_unsigned().wrapping_mul(0x85eb_ca77) ^ seed;
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^= h >> 16;
    (h >> 8) as f32 / 8_388_608.0 - 1.0
}

/// 0 below `from`, 1 above `to`, smooth between.
pub fn smooth_step(from: f32, to: f32, x: f32) -> f32 {
    ease(((x - from) / (to - from)).clamp(0.0, 1.0))
}
