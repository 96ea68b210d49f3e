//! A stripe's brightness along its length: bars are long, so each place is measured many times along them.

use super::stripes::Stripe;
use crate::gray::Gray;

/// Samples a pixel.
pub const DENSITY: f32 = 2.0;

/// Darkness along a stripe between offsets `low` and `high` (shares of its reach), `DENSITY` samples a pixel.
pub fn profile(gray: &Gray, stripe: &Stripe, low: f32, high: f32) -> Vec<f32> {
    let lines = (((high - low) * stripe.reach / 1.3) as usize).clamp(3, 24);
    let count = ((stripe.to - stripe.from) * DENSITY).clamp(0.0, 20_000.0) as usize;
    (0..count)
        .map(|i| {
            let s = stripe.from + i as f32 / DENSITY;
            let mut sum = 0.0;
            for k in 0..lines {
                let share = low + (high - low) * (k as f32 + 0.5) / lines as f32;
                let p = stripe.at(s, share * stripe.reach);
                sum += 255.0 - gray.sample(p.x, p.y);
            }
            sum / lines as f32
        })
        .collect()
}

/// Evens out a profile: the envelope of its dark and its light, over `window` samples each side, becomes +1 and −1.
/// Where there is hardly any contrast, it is all light.
pub fn even_out(profile: &[f32], window: usize) -> Vec<f32> {
    let extreme = |better: fn(f32, f32) -> f32, start: f32| -> Vec<f32> {
        let chunks: Vec<f32> = profile.chunks(CHUNK).map(|c| c.iter().copied().fold(start, better)).collect();
        let reach = window.div_ceil(CHUNK);
        let at = |i: usize| {
            let middle = i / CHUNK;
            chunks[middle.saturating_sub(reach)..(middle + reach + 1).min(chunks.len())]
                .iter()
                .copied()
                .fold(start, better)
        };
        (0..chunks.len()).flat_map(|c| std::iter::repeat_n(at(c * CHUNK), CHUNK)).take(profile.len()).collect()
    };
    let (low, high) = (extreme(f32::min, f32::INFINITY), extreme(f32::max, f32::NEG_INFINITY));
    let means = |values: &[f32]| -> Vec<f32> {
        let mut sums = vec![0.0f64];
        sums.extend(values.iter().scan(0.0, |sum, v| {
            *sum += f64::from(*v);
            Some(*sum)
        }));
        let mean = |i: usize| {
            let (from, to) = (i.saturating_sub(window), (i + window + 1).min(values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        };
        (0..values.len()).map(mean).collect()
    };
    let (lows, highs) = (means(&low), means(&high));
    let contrast = low.iter().zip(&high).map(|(l, h)| h - l).fold(0.0, f32::max);
    (0..profile.len())
        .map(|i| {
            let (l, h) = (lows[i], highs[i]);
            let range = (h - l) / 2.0;
            if range < contrast * 0.1 || range < 4.0 {
                return -1.0;
            }
            ((profile[i] - (l + h) / 2.0) / range).clamp(-1.3, 1.3)
        })
        .collect()
}

/// Samples whose extremes are taken together.
const CHUNK: usize = 8;

/// Edges of an evened profile in samples, dark beginning at even entries: where it crosses zero, between samples.
pub fn edges(values: &[f32]) -> Vec<f32> {
    let mut edges = Vec::new();
    let mut dark = false;
    for (i, pair) in values.windows(2).enumerate() {
        let &[a, b] = pair else { continue };
        if (b > 0.0) != dark {
            let at = if (b - a).abs() > 1e-6 { i as f32 + (a / (a - b)).clamp(0.0, 1.0) } else { i as f32 };
            edges.push(at);
            dark = !dark;
        }
    }
    if dark {
        edges.push(values.len() as f32);
    }
    edges
}

/// Undoes a blur of standard deviation `sigma` samples: repeatedly adds what the guess, blurred, still lacks, and never
/// leaves the range of ink and paper (Van Cittert's iteration with bounds). Averaged along the bars, a profile has little
/// noise that this could raise.
pub fn deblurred(values: &[f32], sigma: f32) -> Vec<f32> {
    let mut guess: Vec<f32> = values.iter().map(|v| v.clamp(-1.0, 1.0)).collect();
    for _ in 0..ROUNDS {
        let blurred = blur(&guess, sigma);
        for ((g, v), b) in guess.iter_mut().zip(values).zip(&blurred) {
            *g = (*g + STEP * (v - b)).clamp(-1.0, 1.0);
        }
    }
    guess
}

const ROUNDS: usize = 40;
const STEP: f32 = 1.3;

/// A Gaussian blur, as three running means.
fn blur(values: &[f32], sigma: f32) -> Vec<f32> {
    // Three means over n samples deviate by the root of (n² − 1) / 4.
    let radius = (((4.0 * sigma * sigma + 1.0).sqrt() - 1.0) / 2.0).max(0.0);
    let (whole, part) = (radius as usize, radius.fract());
    let mut out = values.to_vec();
    for _ in 0..3 {
        let mut sums = Vec::with_capacity(out.len() + 1);
        let mut sum = 0.0f64;
        sums.push(0.0);
        for v in &out {
            sum += f64::from(*v);
            sums.push(sum);
        }
        let last = out.len().saturating_sub(1);
        let mut next = Vec::with_capacity(out.len());
        for i in 0..out.len() {
            let (from, to) = (i.saturating_sub(whole), (i + whole).min(last));
            let inner = (sums[to + 1] - sums[from]) as f32;
            // The samples just outside count by the radius's fraction.
            let outer = out[i.saturating_sub(whole + 1)] + out[(i + whole + 1).min(last)];
            next.push((inner + part * outer) / ((to - from + 1) as f32 + 2.0 * part));
        }
        out = next;
    }
    out
}
