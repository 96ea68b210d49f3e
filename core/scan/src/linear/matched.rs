//! Code 39 under heavy blur: characters recognised by their whole waveform, where their narrow elements have merged.
//!
//! Wide bars stay peaks and wide spaces stay dips long after narrow ones are gone, and their places alone tell the
//! characters apart. Every place where a character may begin is compared with all characters as blur would show them,
//! and the chain of characters from start to stop that fits best, with widths that change only slowly, is taken
//! (Viterbi).

use super::code39::{ALPHABET, PATTERNS, STAR};

/// Samples of a character's waveform.
const SAMPLES: usize = 48;
/// Wide elements in narrow ones.
const RATIOS: [f32; 3] = [2.0, 2.5, 3.0];
/// A blur: the deviation of a Gaussian (defocus) and half the length of an even smear (motion), in narrow elements.
#[derive(Clone, Copy)]
struct Blur {
    spread: f32,
    smear: f32,
}

const BLURS: [Blur; 9] = [
    Blur { spread: 0.4, smear: 0.0 },
    Blur { spread: 0.65, smear: 0.0 },
    Blur { spread: 0.95, smear: 0.0 },
    Blur { spread: 1.3, smear: 0.0 },
    Blur { spread: 0.3, smear: 0.8 },
    Blur { spread: 0.4, smear: 1.2 },
    Blur { spread: 0.4, smear: 1.6 },
    Blur { spread: 0.5, smear: 2.1 },
    Blur { spread: 0.9, smear: 1.5 },
];

impl Blur {
    /// What becomes of a step from 0 to 1, `u` narrow elements from it.
    fn step(self, u: f32) -> f32 {
        // The logistic curve is the normal distribution's, near enough, and its integral is in closed form.
        let slope = 1.702 / self.spread;
        if self.smear < 0.05 {
            return 1.0 / (1.0 + (-slope * u).exp());
        }
        let integral = |x: f32| {
            let z = slope * x;
            if z > 20.0 { x } else { z.exp().ln_1p() / slope }
        };
        (integral(u + self.smear) - integral(u - self.smear)) / (2.0 * self.smear)
    }
}
/// Characters between start and stop.
const COUNTS: std::ops::RangeInclusive<usize> = 4..=32;
/// Offsets tried each side of the place that even widths suggest, and their step in narrow elements.
const OFFSETS: i32 = 24;
const OFFSET_STEP: f32 = 0.33;
/// Most steps by which the offset changes from one character to the next.
const DRIFT: i32 = 2;

/// Narrow elements of paper beside a symbol: the standard wants ten, printers give fewer.
const QUIET: f32 = 6.0;

/// A chain of characters that fits.
pub struct Match {
    pub text: String,
    /// Where it begins and ends, in samples.
    pub from: f32,
    pub to: f32,
    /// Mean correlation of its characters.
    pub likeness: f32,
    /// How much better the least certain character fits than any other would.
    pub margin: f32,
}

/// Least mean correlation and least margin of a match that is believed. Set on development pictures: most true ones have
/// 0.97 and 0.1 or more, the likeliest false one between quiet zones had 0.959 and 0.035.
const BELIEVED: (f32, f32) = (0.962, 0.05);

impl Match {
    pub fn believed(&self) -> bool {
        self.likeness >= BELIEVED.0 && self.margin >= BELIEVED.1
    }
}

/// What stands beside a character.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Bar,
    Quiet,
}

/// The waveform of a character, mean 0 and length 1, from half a narrow element before its first bar to half a one after
/// its last.
fn waveform(character: usize, ratio: f32, blur: Blur, before: Beside, after: Beside) -> [f32; SAMPLES] {
    let width = 6.0 + 3.0 * ratio;
    let mut bars = Vec::with_capacity(7);
    if before == Beside::Bar {
        bars.push((-2.0, -1.0));
    }
    let mut x = 0.0;
    for element in 0..9 {
        let wide = PATTERNS[character] >> (8 - element) & 1 == 1;
        let length = if wide { ratio } else { 1.0 };
        if element % 2 == 0 {
            bars.push((x, x + length));
        }
        x += length;
    }
    if after == Beside::Bar {
        bars.push((width + 1.0, width + 2.0));
    }
    let mut wave = [0.0f32; SAMPLES];
    for (i, slot) in wave.iter_mut().enumerate() {
        let u = -0.5 + (width + 1.0) * (i as f32 + 0.5) / SAMPLES as f32;
        *slot = bars.iter().map(|(a, b)| blur.step(u - a) - blur.step(u - b)).sum();
    }
    unit(&mut wave);
    wave
}

fn unit(wave: &mut [f32; SAMPLES]) {
    let mean = wave.iter().sum::<f32>() / SAMPLES as f32;
    for v in wave.iter_mut() {
        *v -= mean;
    }
    let norm = wave.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-3);
    for v in wave.iter_mut() {
        *v /= norm;
    }
}

/// The profile where a character of `width` narrow elements of `narrow` samples would begin at `at`, mean 0, length 1.
fn window(profile: &[f32], at: f32, narrow: f32, width: f32) -> [f32; SAMPLES] {
    let mut wave = [0.0f32; SAMPLES];
    for (i, slot) in wave.iter_mut().enumerate() {
        let u = -0.5 + (width + 1.0) * (i as f32 + 0.5) / SAMPLES as f32;
        let x = at + u * narrow;
        let left = x.max(0.0) as usize;
        let part = x - left as f32;
        let a = profile.get(left).copied().unwrap_or(-1.0);
        let b = profile.get(left + 1).copied().unwrap_or(-1.0);
        *slot = a + (b - a) * part;
    }
    unit(&mut wave);
    wave
}

fn dot(a: &[f32; SAMPLES], b: &[f32; SAMPLES]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// How many narrow elements a symbol of `count` characters, start, stop and the gaps between is long.
fn length(count: usize, ratio: f32) -> f32 {
    (count + 2) as f32 * (7.0 + 3.0 * ratio) - 1.0
}

/// One way in which a symbol may lie: where it begins and ends, of how many characters, how wide and how blurred.
struct Hypothesis {
    likeness: f32,
    from: f32,
    to: f32,
    count: usize,
    ratio: f32,
    blur: Blur,
}

/// The chain that fits a profile best, read forwards. It begins and ends within `slack` samples of `from` and `to`.
pub fn read(profile: &[f32], from: f32, to: f32, slack: f32) -> Option<Match> {
    let mut hypotheses: Vec<Hypothesis> = Vec::new();
    for ratio in RATIOS {
        let width = 6.0 + 3.0 * ratio;
        for blur in BLURS {
            let start = waveform(STAR, ratio, blur, Beside::Quiet, Beside::Bar);
            let stop = waveform(STAR, ratio, blur, Beside::Bar, Beside::Quiet);
            for count in COUNTS {
                let narrow = (to - from) / length(count, ratio);
                if !(1.5..=40.0).contains(&narrow) {
                    continue;
                }
                let best = |wave: &[f32; SAMPLES], middle: f32| {
                    let mut best = (f32::NEG_INFINITY, 0.0);
                    let steps = (slack / (narrow * 0.5)) as i32;
                    for i in -steps..=steps {
                        let at = middle + i as f32 * narrow * 0.5;
                        let like = dot(wave, &window(profile, at, narrow, width));
                        if like > best.0 {
                            best = (like, at);
                        }
                    }
                    best
                };
                let (a, begins) = best(&start, from);
                if a < 0.75 {
                    continue;
                }
                let (b, ends) = best(&stop, to - width * narrow);
                if b < 0.75 {
                    continue;
                }
                let to = ends + width * narrow;
                hypotheses.push(Hypothesis { likeness: a + b, from: begins, to, count, ratio, blur });
            }
        }
    }
    hypotheses.sort_by(|a, b| b.likeness.total_cmp(&a.likeness));
    hypotheses.truncate(6);
    // A symbol that continues beyond its start or stop is a part of another.
    let quiet = |from: f32, to: f32| {
        let range = profile.get(from.max(0.0) as usize..(to.max(0.0) as usize).min(profile.len()));
        range.is_some_and(|r| r.len() > 4 && r.iter().sum::<f32>() < -0.6 * r.len() as f32)
    };
    hypotheses.retain(|h| {
        let narrow = (h.to - h.from) / length(h.count, h.ratio);
        quiet(h.from - QUIET * narrow, h.from - 1.5 * narrow) && quiet(h.to + 1.5 * narrow, h.to + QUIET * narrow)
    });
    let mut best: Option<Match> = None;
    for hypothesis in &hypotheses {
        if let Some(found) = chain(profile, hypothesis)
            && best.as_ref().is_none_or(|b| found.likeness > b.likeness)
        {
            best = Some(found);
        }
    }
    best
}

fn chain(profile: &[f32], hypothesis: &Hypothesis) -> Option<Match> {
    let Hypothesis { from, to, count, ratio, blur, .. } = *hypothesis;
    let width = 6.0 + 3.0 * ratio;
    let narrow = (to - from) / length(count, ratio);
    if narrow <= 0.0 {
        return None;
    }
    let waves: Vec<[f32; SAMPLES]> = (0..STAR).map(|c| waveform(c, ratio, blur, Beside::Bar, Beside::Bar)).collect();
    let states = (2 * OFFSETS + 1) as usize;
    // Best sum up to here, by offset; for each character what was best there, by how much, and where it came from.
    let mut sums: Vec<f32> = (0..states).map(|s| -0.02 * (s as f32 - OFFSETS as f32).abs()).collect();
    let mut history: Vec<Vec<(usize, f32, f32, usize)>> = Vec::with_capacity(count);
    for k in 0..count {
        let even = from + (k + 1) as f32 * (width + 1.0) * narrow;
        let mut next = vec![f32::NEG_INFINITY; states];
        let mut row = Vec::with_capacity(states);
        // Towards the ends the offset must return to none.
        let room = ((k + 1).min(count - k) as i32 * DRIFT).min(OFFSETS);
        for (s, slot) in next.iter_mut().enumerate() {
            let offset = s as i32 - OFFSETS;
            if offset.abs() > room {
                row.push((0, 0.0, 0.0, s));
                continue;
            }
            let seen = window(profile, even + offset as f32 * OFFSET_STEP * narrow, narrow, width);
            let (mut best, mut second, mut character) = (f32::NEG_INFINITY, f32::NEG_INFINITY, 0);
            for (c, wave) in waves.iter().enumerate() {
                let like = dot(wave, &seen);
                if like > best {
                    second = best;
                    best = like;
                    character = c;
                } else if like > second {
                    second = like;
                }
            }
            let (mut came, mut sum) = (s, f32::NEG_INFINITY);
            for drift in -DRIFT..=DRIFT {
                let Ok(before) = usize::try_from(s as i32 + drift) else { continue };
                if let Some(value) = sums.get(before) {
                    let value = value - 0.004 * (drift * drift) as f32;
                    if value > sum {
                        (came, sum) = (before, value);
                    }
                }
            }
            *slot = sum + best;
            row.push((character, best, best - second, came));
        }
        sums = next;
        history.push(row);
    }
    let mut state = (0..states).max_by(|&a, &b| sums[a].total_cmp(&sums[b]))?;
    let (mut text, mut likeness, mut margin) = (Vec::with_capacity(count), 0.0, f32::INFINITY);
    for row in history.iter().rev() {
        let &(character, like, by, came) = row.get(state)?;
        text.push(*ALPHABET.get(character)?);
        likeness += like / count as f32;
        margin = margin.min(by);
        state = came;
    }
    text.reverse();
    Some(Match { text: String::from_utf8(text).ok()?, from, to, likeness, margin })
}
