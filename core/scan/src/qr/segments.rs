//! The data bit stream (ISO/IEC 18004 §7.4): segments in, bytes with what is known of their character sets out.

use super::tables::Version;

/// A run of bytes of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Numeric or alphanumeric: ASCII.
    Ascii(Vec<u8>),
    /// Byte mode, with the ECI assignment that is in force, where one is.
    Bytes(Vec<u8>, Option<u32>),
    /// Kanji mode, as Shift-JIS.
    Kanji(Vec<u8>),
    /// Hanzi mode (GB/T 18284), as GB 2312.
    Hanzi(Vec<u8>),
}

impl Segment {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Ascii(bytes) | Self::Bytes(bytes, _) | Self::Kanji(bytes) | Self::Hanzi(bytes) => bytes,
        }
    }
}

/// The segments of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub segments: Vec<Segment>,
    /// Whether what follows the terminator is the padding that the standard prescribes.
    pub padded: bool,
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        self.bytes.len() * 8 - self.at
    }

    fn take(&mut self, count: usize) -> Option<u32> {
        if count > self.left() {
            return None;
        }
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | u32::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }
}

const ALPHANUMERIC: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Reads data codewords; `None` where they break the rules.
pub fn read(data: &[u8], version: Version) -> Option<Content> {
    let mut bits = Bits { bytes: data, at: 0 };
    let mut segments = Vec::new();
    let mut eci = None;
    let width = |small: usize, medium: usize, large: usize| match version.number() {
        1..=9 => small,
        10..=26 => medium,
        _ => large,
    };
    loop {
        // A full symbol may end without, or with a shortened, terminator.
        if bits.left() < 4 {
            return Some(Content { segments, padded: true });
        }
        match bits.take(4)? {
            0 => break,
            1 => {
                let count = bits.take(width(10, 12, 14))? as usize;
                segments.push(Segment::Ascii(numeric(&mut bits, count)?));
            }
            2 => {
                let count = bits.take(width(9, 11, 13))? as usize;
                segments.push(Segment::Ascii(alphanumeric(&mut bits, count)?));
            }
            3 => {
                // Structured append: its parts are reported one by one.
                bits.take(16)?;
            }
            4 => {
                let count = bits.take(width(8, 16, 16))? as usize;
                if count * 8 > bits.left() {
                    return None;
                }
                let bytes: Option<Vec<u8>> = (0..count).map(|_| bits.take(8).map(|b| b as u8)).collect();
                segments.push(Segment::Bytes(bytes?, eci));
            }
            5 => {}
            7 => eci = Some(designator(&mut bits)?),
            8 => {
                let count = bits.take(width(8, 10, 12))? as usize;
                segments.push(Segment::Kanji(kanji(&mut bits, count)?));
            }
            9 => {
                bits.take(8)?;
            }
            // China's national standard adds this one, with a subset that is always 1.
            13 => {
                if bits.take(4)? != 1 {
                    return None;
                }
                let count = bits.take(width(8, 10, 12))? as usize;
                segments.push(Segment::Hanzi(hanzi(&mut bits, count)?));
            }
            _ => return None,
        }
    }
    let to_boundary = bits.left() % 8;
    let mut padded = bits.take(to_boundary)? == 0;
    let mut expected = 0xEC;
    while let Some(byte) = bits.take(8) {
        padded &= byte == expected;
        expected ^= 0xEC ^ 0x11;
    }
    Some(Content { segments, padded })
}

fn numeric(bits: &mut Bits<'_>, mut count: usize) -> Option<Vec<u8>> {
    if count / 3 * 10 > bits.left() {
        return None;
    }
    let mut digits = Vec::with_capacity(count);
    while count > 0 {
        let group = count.min(3);
        let value = bits.take([0, 4, 7, 10][group])?;
        if value >= [1, 10, 100, 1000][group] {
            return None;
        }
        for place in (0..group).rev() {
            digits.push(b'0' + (value / [1, 10, 100][place] % 10) as u8);
        }
        count -= group;
    }
    Some(digits)
}

fn alphanumeric(bits: &mut Bits<'_>, mut count: usize) -> Option<Vec<u8>> {
    if count / 2 * 11 > bits.left() {
        return None;
    }
    let mut text = Vec::with_capacity(count);
    let character = |value: u32| ALPHANUMERIC.get(value as usize).copied();
    while count >= 2 {
        let pair = bits.take(11)?;
        text.push(character(pair / 45)?);
        text.push(character(pair % 45)?);
        count -= 2;
    }
    if count == 1 {
        text.push(character(bits.take(6)?)?);
    }
    Some(text)
}

fn hanzi(bits: &mut Bits<'_>, count: usize) -> Option<Vec<u8>> {
    if count * 13 > bits.left() {
        return None;
    }
    let mut bytes = Vec::with_capacity(count * 2);
    for _ in 0..count {
        let value = bits.take(13)?;
        let packed = ((value / 0x60) << 8) | (value % 0x60);
        let code = packed + if packed < 0x0A00 { 0xA1A1 } else { 0xA6A1 };
        bytes.extend([(code >> 8) as u8, code as u8]);
    }
    Some(bytes)
}

fn kanji(bits: &mut Bits<'_>, count: usize) -> Option<Vec<u8>> {
    if count * 13 > bits.left() {
        return None;
    }
    let mut bytes = Vec::with_capacity(count * 2);
    for _ in 0..count {
        let value = bits.take(13)?;
        let packed = ((value / 0xC0) << 8) | (value % 0xC0);
        let code = packed + if packed < 0x1F00 { 0x8140 } else { 0xC140 };
        bytes.extend([(code >> 8) as u8, code as u8]);
    }
    Some(bytes)
}

fn designator(bits: &mut Bits<'_>) -> Option<u32> {
    let first = bits.take(8)?;
    match (first as u8).leading_ones() {
        0 => Some(first & 0x7F),
        1 => Some((first & 0x3F) << 8 | bits.take(8)?),
        2 => Some((first & 0x1F) << 16 | bits.take(16)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn annex_i_reads_as_its_digits() {
        let data = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11];
        let content = read(&data, Version::new(1).unwrap()).unwrap();
        assert_eq!(content, Content { segments: vec![Segment::Ascii(b"01234567".to_vec())], padded: true });
    }

    #[test]
    fn kanji_reads_as_the_shift_jis_of_the_standard_example() {
        // §7.4.6: 点 is 935F, 茗 is E4AA.
        let (point, tea) = (0b0_1101_1001_1111u32, 0b1_1010_1010_1010u32);
        let stream = 0b1000u64 << 60 | 2u64 << 52 | u64::from(point) << 39 | u64::from(tea) << 26;
        let content = read(&stream.to_be_bytes(), Version::new(1).unwrap()).unwrap();
        assert_eq!(content.segments, [Segment::Kanji(vec![0x93, 0x5F, 0xE4, 0xAA])]);
    }

    proptest! {
        #[test]
        fn any_codewords_are_read_or_refused_and_never_grow(data in proptest::collection::vec(any::<u8>(), 0..400), n in 1..=40usize) {
            if let Some(content) = read(&data, Version::new(n).unwrap()) {
                let bytes: usize = content.segments.iter().map(|s| s.bytes().len()).sum();
                prop_assert!(bytes <= data.len() * 3);
            }
        }
    }
}
