//! QR code model 2, from sampled modules on (ISO/IEC 18004).
//!
//! No maintained decoder takes doubt: here every module comes with how sure its sampling was, and what is least sure
//! goes to Reed–Solomon as erasures.

pub mod deep;
pub mod finder;
pub mod mesh;
pub mod pairs;
mod reed_solomon;
pub mod rings;
mod sampling;
mod segments;
pub mod tables;

use segments::{Content, Segment};
use tables::{Level, Role, Version, roles};

use crate::text;

/// Sampled modules, row after row: above zero dark, below zero light, how far says how sure.
#[derive(Clone)]
pub struct Grid {
    version: Version,
    modules: Vec<f32>,
}

/// A symbol's content.
#[derive(Clone, PartialEq)]
pub struct Decoded {
    pub raw: Vec<u8>,
    pub text: String,
    /// Whether the symbol was seen in a mirror.
    pub mirrored: bool,
    /// The codewords after correction, as a grid shows them.
    pub modules: Vec<bool>,
    /// Unused error correction of the worst block, 0 to 1 (ISO/IEC 15415 §7.8.8).
    pub quality: f32,
}

/// A decoding is believed when chance would produce none of its blocks more often than once in 10^`BELIEVED`…
const BELIEVED: f64 = 6.0;
/// …and whatever its padding when it would less often than once in 10^`SETTLED`.
const SETTLED: f64 = 9.0;

impl Grid {
    /// Takes `dimension` squared modules; `None` where no version has that dimension or the count is another.
    pub fn new(dimension: usize, modules: Vec<f32>) -> Option<Self> {
        let version = Version::from_dimension(dimension)?;
        (modules.len() == dimension * dimension).then_some(Self { version, modules })
    }

    #[cfg(test)]
    pub fn version(&self) -> Version {
        self.version
    }

    pub fn dimension(&self) -> usize {
        self.version.dimension()
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        self.modules.get(y * self.dimension() + x).copied().unwrap_or(0.0)
    }

    #[cfg(test)]
    /// Share of the fixed modules that are as the standard wants them: 0.5 for noise, 1 for a clean symbol.
    pub fn agreement(&self) -> f32 {
        let (mut right, mut all) = (0u32, 0u32);
        for (value, role) in self.modules.iter().zip(roles(self.version)) {
            if let Role::Fixed(dark) = role {
                all += 1;
                right += u32::from((*value > 0.0) == dark);
            }
        }
        right as f32 / all.max(1) as f32
    }

    /// The same with doubt where a reflection or a stamp lies: masks leave hardly any square of four by four modules of one
    /// colour (of 2^16 by chance one), so where one stands it says nothing, nor does its rim.
    fn without_blotches(&self) -> Self {
        const SIDE: usize = 4;
        let size = self.dimension();
        let mut doubtful = vec![false; size * size];
        let roles = roles(self.version);
        let data = |x: usize, y: usize| roles.get(y * size + x) == Some(&Role::Data);
        for y in 0..=size - SIDE {
            for x in 0..=size - SIDE {
                let dark = self.at(x, y) > 0.0;
                let places = || (0..SIDE * SIDE).map(|i| (x + i % SIDE, y + i / SIDE));
                if places().all(|(x, y)| data(x, y) && (self.at(x, y) > 0.0) == dark) {
                    for j in y.saturating_sub(1)..(y + SIDE + 1).min(size) {
                        for i in x.saturating_sub(1)..(x + SIDE + 1).min(size) {
                            doubtful[j * size + i] = true;
                        }
                    }
                }
            }
        }
        let modules = self.modules.iter().zip(doubtful).map(|(m, doubtful)| if doubtful { m * 0.02 } else { *m });
        Self { version: self.version, modules: modules.collect() }
    }

    fn mirrored(&self) -> Self {
        let size = self.dimension();
        let modules = (0..size * size).map(|i| self.at(i / size, i % size)).collect();
        Self { version: self.version, modules }
    }

    /// Decodes the symbol, also seen in a mirror; `None` where nothing that it could say is beyond doubt.
    pub fn decode(&self) -> Option<Decoded> {
        self.attempt(Persistence::Brief).ok()
    }

    /// Decodes the symbol or, where that fails, says which modules are beyond doubt all the same: those of blocks that
    /// could be corrected.
    pub fn attempt(&self, persistence: Persistence) -> Result<Decoded, Learned> {
        let doubted = self.without_blotches();
        let straight = self.formats();
        let mirrored = doubted.mirrored();
        let turned = mirrored.formats();
        let first = |list: &[Information]| list.first().map_or(f32::MIN, |i| i.score);
        let mut tries: Vec<(bool, Information)> = Vec::new();
        tries.extend(straight.into_iter().map(|i| (false, i)));
        // Format information of a mirrored symbol is read nearly as well the wrong way round when all is noise.
        if first(&turned) > tries.first().map_or(f32::MIN, |(_, i)| i.score) * 0.8 {
            tries.extend(turned.into_iter().map(|i| (true, i)));
        }
        tries.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
        tries.truncate(4);
        let size = self.dimension();
        let mut learned = Learned::default();
        for (mirror, information) in tries {
            let grid = if mirror { &mirrored } else { &doubted };
            let back = |i: usize| if mirror { i % size * size + i / size } else { i };
            match grid.decode_as(information, persistence) {
                Ok(mut decoded) => {
                    decoded.modules =
                        (0..size * size).map(|i| decoded.modules.get(back(i)).copied().unwrap_or(false)).collect();
                    decoded.mirrored = mirror;
                    return Ok(decoded);
                }
                Err(part) if part.blocks > learned.blocks => {
                    learned.blocks = part.blocks;
                    learned.modules =
                        (0..size * size).map(|i| part.modules.get(back(i)).copied().unwrap_or(0)).collect();
                }
                Err(_) => {}
            }
        }
        Err(learned)
    }

    /// The format information's two copies, weighed together against all 32 words (§7.9), best first.
    fn formats(&self) -> Vec<Information> {
        let size = self.dimension();
        let mut places = Vec::with_capacity(30);
        for i in 0..15usize {
            let near = match i {
                0..=5 => (8, i),
                6 => (8, 7),
                7 => (8, 8),
                8 => (7, 8),
                _ => (14 - i, 8),
            };
            let far = if i < 8 { (size - 1 - i, 8) } else { (8, size - 15 + i) };
            places.push((i, near));
            places.push((i, far));
        }
        let mut found: Vec<Information> = (0..32u32)
            .filter_map(|data| {
                let word = format_word(data);
                let (mut score, mut agree) = (0.0, 0);
                for &(bit, (x, y)) in &places {
                    let value = self.at(x, y);
                    let dark = word >> bit & 1 == 1;
                    score += if dark { value } else { -value };
                    agree += u32::from((value > 0.0) == dark);
                }
                (agree >= 21).then_some(Information { level: Level::from_bits(data >> 3), mask: data & 7, score })
            })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        let best = found.first().map_or(0.0, |i| i.score);
        found.retain(|i| i.score > best * 0.7);
        found.truncate(3);
        found
    }

    fn decode_as(&self, information: Information, persistence: Persistence) -> Result<Decoded, Learned> {
        let size = self.dimension();
        let order = data_order(self.version);
        let mut words = Vec::with_capacity(self.version.codewords());
        for places in order.chunks_exact(8) {
            let mut word = Codeword { value: 0, sure: f32::INFINITY, weakest: 0 };
            for (bit, &(x, y)) in places.iter().enumerate() {
                let module = self.at(x, y);
                word.value = word.value << 1 | u8::from((module > 0.0) != masked(information.mask, x, y));
                if module.abs() < word.sure {
                    word.sure = module.abs();
                    word.weakest = 0x80 >> bit;
                }
            }
            words.push(word);
        }

        let layout = self.version.blocks(information.level);
        let blocks = interleaving(layout);
        let mut data = Vec::new();
        let mut chance = f64::NEG_INFINITY;
        let mut quality = 1.0f32;
        let mut corrected: Vec<Option<u8>> = vec![None; words.len()];
        let (mut blocks_read, mut blocks_failed) = (0, 0);
        for block in &blocks {
            let word: Vec<Codeword> = block.iter().filter_map(|&at| words.get(at).copied()).collect();
            // A symbol of which nothing can be corrected is noise: don't persist with every block of it.
            let persistence = if blocks_failed > blocks_read { Persistence::Brief } else { persistence };
            let Some((fixed, odds)) = correct_block(&word, layout.check, persistence) else {
                blocks_failed += 1;
                continue;
            };
            if odds < -BELIEVED {
                blocks_read += 1;
            }
            chance = f64::max(chance, odds);
            let wrong = word.iter().zip(&fixed).filter(|(read, right)| read.value != **right).count();
            quality = quality.min(1.0 - 2.0 * wrong as f32 / layout.check as f32);
            for (&at, &value) in block.iter().zip(&fixed) {
                if let Some(slot) = corrected.get_mut(at) {
                    *slot = (odds < -BELIEVED).then_some(value);
                }
            }
            data.extend_from_slice(fixed.get(..fixed.len().saturating_sub(layout.check)).unwrap_or(&[]));
        }
        let mut modules = vec![0i8; size * size];
        for (slot, role) in modules.iter_mut().zip(roles(self.version)) {
            if let Role::Fixed(dark) = role {
                *slot = if dark { 1 } else { -1 };
            }
        }
        for (places, value) in order.chunks_exact(8).zip(&corrected) {
            let Some(value) = value else { continue };
            for (bit, &(x, y)) in places.iter().enumerate() {
                if let Some(slot) = modules.get_mut(y * size + x) {
                    let dark = (value >> (7 - bit) & 1 == 1) != masked(information.mask, x, y);
                    *slot = if dark { 1 } else { -1 };
                }
            }
        }
        if blocks_read < blocks.len() {
            return Err(Learned { blocks: blocks_read, modules });
        }
        let nothing = || Learned::default();
        let Content { segments, padded } = segments::read(&data, self.version).ok_or_else(nothing)?;
        // Hardly any encoder pads otherwise than prescribed: where the blocks alone don't settle it, that must hold too.
        if chance > -SETTLED && !padded {
            return Err(nothing());
        }
        let raw: Vec<u8> = segments.iter().flat_map(|s| s.bytes().iter().copied()).collect();
        if raw.is_empty() {
            return Err(nothing());
        }
        // Format and version information, remainder bits: as they were seen.
        let modules = modules.iter().zip(&self.modules).map(|(m, seen)| if *m == 0 { *seen > 0.0 } else { *m > 0 });
        Ok(Decoded {
            text: text_of(&segments),
            raw,
            mirrored: false,
            modules: modules.collect(),
            quality: quality.max(0.0),
        })
    }
}

/// How much work decoding may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    Brief,
    /// Also with the least sure bits the other way round.
    Thorough,
}

/// What a failed decoding still taught.
#[derive(Clone, Default)]
pub struct Learned {
    /// Blocks that were corrected.
    pub blocks: usize,
    /// +1 dark, −1 light, 0 unknown; empty where nothing was learned.
    pub modules: Vec<i8>,
}

/// A codeword as read, how sure its least sure bit is, and which that is.
#[derive(Clone, Copy)]
struct Codeword {
    value: u8,
    sure: f32,
    weakest: u8,
}

/// The codewords of each block, in its order (§7.6).
fn interleaving(layout: tables::Blocks) -> Vec<Vec<usize>> {
    let mut blocks: Vec<Vec<usize>> = vec![Vec::new(); layout.count];
    let mut next = 0;
    for i in 0..=layout.short_data {
        for (j, block) in blocks.iter_mut().enumerate() {
            if i < layout.short_data || j >= layout.short {
                block.push(next);
                next += 1;
            }
        }
    }
    for _ in 0..layout.check {
        for block in &mut blocks {
            block.push(next);
            next += 1;
        }
    }
    blocks
}

#[derive(Clone, Copy)]
struct Information {
    level: Level,
    mask: u32,
    score: f32,
}

/// Format information with its BCH check bits and mask (annex C).
fn format_word(data: u32) -> u32 {
    let mut rest = data;
    for _ in 0..10 {
        rest = (rest << 1) ^ ((rest >> 9) * 0x537);
    }
    (data << 10 | rest) ^ 0x5412
}

/// Whether the mask inverts this module (table 10).
fn masked(mask: u32, x: usize, y: usize) -> bool {
    let rest = match mask {
        0 => (x + y) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (x + y) % 3,
        4 => (x / 3 + y / 2) % 2,
        5 => x * y % 2 + x * y % 3,
        6 => (x * y % 2 + x * y % 3) % 2,
        _ => ((x + y) % 2 + x * y % 3) % 2,
    };
    rest == 0
}

/// The modules that carry codewords, in the order of the bits (§7.7.3).
fn data_order(version: Version) -> Vec<(usize, usize)> {
    let size = version.dimension();
    let roles = roles(version);
    let mut order = Vec::with_capacity(version.codewords() * 8 + 7);
    let mut right = size - 1;
    loop {
        if right == 6 {
            right = 5;
        }
        let upwards = (right + 1) & 2 == 0;
        for step in 0..size {
            let y = if upwards { size - 1 - step } else { step };
            for x in [right, right - 1] {
                if roles.get(y * size + x) == Some(&Role::Data) {
                    order.push((x, y));
                }
            }
        }
        if right < 3 {
            break;
        }
        right -= 2;
    }
    order.truncate(version.codewords() * 8);
    order
}

/// Corrects one block: as it stands, then with more and more of its least sure codewords given up (generalised minimum
/// distance decoding, Forney 1966), then with the weakest bits of the least sure ones the other way round as well
/// (Chase 1972). Answers the block and the logarithm of how often chance would yield a word this near.
fn correct_block(word: &[Codeword], check: usize, persistence: Persistence) -> Option<(Vec<u8>, f64)> {
    let mut doubtful: Vec<usize> = (0..word.len()).collect();
    doubtful.sort_by(|&a, &b| word[a].sure.total_cmp(&word[b].sure));
    let values: Vec<u8> = word.iter().map(|w| w.value).collect();
    let mut fixed = values.clone();
    let odds = |erased: usize, errors: usize| {
        log_binomial(word.len() - erased, errors) - (check - erased - errors) as f64 * 255f64.log10()
    };
    let step = if check > 16 { 3 } else { 2 };
    for erased in (0..=check).step_by(step) {
        if let Some(errors) = reed_solomon::correct(&mut fixed, check, doubtful.get(..erased)?) {
            return Some((fixed, odds(erased, errors)));
        }
    }
    if persistence == Persistence::Brief {
        return None;
    }
    let flipped = FLIPPED.min(word.len());
    // Few changes first.
    let mut patterns: Vec<u32> = (1..1 << flipped).collect();
    patterns.sort_by_key(|p| p.count_ones());
    for pattern in patterns {
        fixed.copy_from_slice(&values);
        for (i, &at) in doubtful.iter().take(flipped).enumerate() {
            if pattern >> i & 1 == 1 {
                fixed[at] ^= word[at].weakest;
            }
        }
        for erased in [0, check / 4, check / 2] {
            let given_up = doubtful.get(flipped..(flipped + erased).min(doubtful.len()))?;
            if let Some(errors) = reed_solomon::correct(&mut fixed, check, given_up) {
                let odds = odds(given_up.len(), errors) + f64::from(3u32 << flipped).log10();
                if odds < -BELIEVED {
                    return Some((fixed, odds));
                }
                break;
            }
        }
    }
    None
}

/// Codewords whose weakest bit is tried the other way round: two to this power words are tried.
const FLIPPED: usize = 7;

/// Decimal logarithm of the binomial coefficient.
fn log_binomial(n: usize, k: usize) -> f64 {
    (0..k).map(|i| ((n - i) as f64 / (i + 1) as f64).log10()).sum()
}

fn text_of(segments: &[Segment]) -> String {
    let undeclared: Vec<u8> = segments
        .iter()
        .filter_map(|s| if let Segment::Bytes(bytes, None) = s { Some(bytes.as_slice()) } else { None })
        .flatten()
        .copied()
        .collect();
    let guess = text::guess(&undeclared);
    // Who writes kanji mode writes Japanese.
    let japanese = guess == text::Charset::Big5 && segments.iter().any(|s| matches!(s, Segment::Kanji(_)));
    let guess = if japanese { text::Charset::ShiftJis } else { guess };
    // Some encoders put pairs of UTF-8 bytes that look like Shift-JIS into kanji mode; joined, they are UTF-8 again.
    let any = |test: fn(&Segment) -> bool| segments.iter().any(test);
    if any(|s| matches!(s, Segment::Kanji(_))) && !any(|s| matches!(s, Segment::Bytes(_, Some(_)))) {
        let joined: Vec<u8> = segments.iter().flat_map(|s| s.bytes().iter().copied()).collect();
        if let Ok(text) = String::from_utf8(joined) {
            return text;
        }
    }
    let mut out = String::new();
    for segment in segments {
        match segment {
            Segment::Ascii(bytes) => out.extend(bytes.iter().map(|&b| char::from(b))),
            Segment::Kanji(bytes) => out.push_str(&text::Charset::ShiftJis.decode(bytes)),
            Segment::Hanzi(bytes) => out.push_str(&text::Charset::Gb2312.decode(bytes)),
            Segment::Bytes(bytes, eci) => {
                let charset = eci.map_or(guess, |eci| text::from_eci(eci).unwrap_or(guess));
                out.push_str(&charset.decode(bytes));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use qrcode::{Color, EcLevel, QrCode};

    /// Another project's encoder is the oracle.
    fn encoded(text: &str, level: usize) -> Grid {
        let level = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H][level % 4];
        let code = QrCode::with_error_correction_level(text, level).unwrap();
        let modules = code.to_colors().iter().map(|c| if *c == Color::Dark { 1.0 } else { -1.0 }).collect();
        Grid::new(code.width(), modules).unwrap()
    }

    #[test]
    fn symbols_of_every_version_and_level_are_read_as_another_encoder_wrote_them() {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..4 {
            let mut length = 1;
            while length <= 1273 {
                let text: String = (0..length).map(|i| char::from(b'a' + (i * 7 % 26) as u8)).collect();
                let grid = encoded(&text, n);
                seen.insert(grid.version().number());
                assert_eq!(grid.agreement(), 1.0);
                assert_eq!(grid.decode().unwrap().text, text);
                length += 1 + length / 32;
            }
        }
        assert!((1..=40).all(|version| seen.contains(&version)), "{seen:?}");
    }

    #[test]
    fn a_symbol_in_a_mirror_is_read_and_said_to_be_one() {
        let decoded = encoded("https://pay.taipei/qr/2/Q0000000A000001/d30a/2", 1).mirrored().decode().unwrap();
        assert!(decoded.mirrored);
        assert_eq!(decoded.text, "https://pay.taipei/qr/2/Q0000000A000001/d30a/2");
    }

    #[test]
    fn what_a_symbol_shows_after_correction_is_the_symbol_as_printed() {
        let clean = encoded("TWQRP://測試台北自來水費/158/03/V1?D1=10000", 2);
        let mut damaged = clean.clone();
        for value in damaged.modules.iter_mut().skip(20 * clean.dimension() + 9).take(24) {
            *value = -*value;
        }
        let printed: Vec<bool> = clean.modules.iter().map(|m| *m > 0.0).collect();
        assert!(damaged.decode().unwrap().modules == printed);
    }

    #[test]
    fn what_a_reflection_took_is_given_up_and_so_restored() {
        // Version 3-M corrects 13 of 70 codewords that are wrong, and up to 26 that are known to be lost.
        let clean = encoded("https://pay.taipei/qr/18/TEST0000000001/b211", 1);
        let (mut shone, size) = (clean.clone(), clean.dimension());
        for y in 8..17 {
            for x in 9..18 {
                shone.modules[y * size + x] = -1.0;
            }
        }
        let differs = |places: &[(usize, usize)]| places.iter().any(|&(x, y)| clean.at(x, y) != shone.at(x, y));
        let wrong = data_order(clean.version()).chunks_exact(8).filter(|places| differs(places)).count();
        assert!((14..=26).contains(&wrong), "{wrong}");
        assert_eq!(shone.decode().unwrap().text, clean.decode().unwrap().text);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn doubt_about_the_right_modules_lets_more_damage_be_repaired(seed in any::<u64>()) {
            // Version 3-M corrects 13 of 70 codewords unaided. Twenty in doubt, told so, are repaired as well.
            let mut grid = encoded("https://pay.taipei/qr/18/TEST0000000001/b211", 1);
            let text = grid.decode().unwrap().text;
            prop_assert_eq!(grid.version().number(), 3);
            let order = data_order(grid.version());
            let size = grid.dimension();
            let mut state = seed | 1;
            let mut random = move || { state ^= state << 13; state ^= state >> 7; state ^= state << 17; state };
            let mut hit = std::collections::BTreeSet::new();
            while hit.len() < 20 {
                hit.insert((random() % 70) as usize);
            }
            for word in hit {
                for &(x, y) in &order[word * 8..word * 8 + 8] {
                    let wrong = random() % 2 == 0;
                    let value = &mut grid.modules[y * size + x];
                    *value *= if wrong { -0.01 } else { 0.01 };
                }
            }
            prop_assert_eq!(grid.decode().unwrap().text, text);
        }

        #[test]
        fn noise_says_nothing(values in proptest::collection::vec(-1.0f32..1.0, 25 * 25)) {
            prop_assert!(Grid::new(25, values).unwrap().decode().is_none());
        }

        #[test]
        fn texts_of_all_scripts_come_back(text in "[ -~臺北市水費繳款單あアé]{1,40}", n in 0..4usize) {
            prop_assert_eq!(encoded(&text, n).decode().unwrap().text, text);
        }
    }
}
