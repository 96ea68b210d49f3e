//! Bytes to text: what the symbol declares, else UTF-8, else what the bytes themselves give evidence for.

use encoding_rs::{BIG5, GBK, SHIFT_JIS, UTF_16BE};

/// Character sets that occur on codes here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Gb2312,
    Utf8,
    Big5,
    ShiftJis,
    Latin1,
    Utf16Be,
}

impl Charset {
    /// The text; what is not of this character set becomes U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).into_owned(),
            Self::Big5 => BIG5.decode_without_bom_handling(bytes).0.into_owned(),
            Self::ShiftJis => SHIFT_JIS.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Gb2312 => GBK.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Utf16Be => UTF_16BE.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Latin1 => bytes.iter().map(|&b| char::from(b)).collect(),
        }
    }
}

/// The character set of an ECI assignment number (AIM ITS/04-023); `None` for those that are not known here.
pub fn from_eci(number: u32) -> Option<Charset> {
    match number {
        1 | 3 => Some(Charset::Latin1),
        20 => Some(Charset::ShiftJis),
        25 => Some(Charset::Utf16Be),
        26 | 27 | 170 => Some(Charset::Utf8),
        28 => Some(Charset::Big5),
        29 => Some(Charset::Gb2312),
        _ => None,
    }
}

/// The character set of bytes that declare none. The standard's default is Latin-1; what is printed is UTF-8 first.
pub fn guess(bytes: &[u8]) -> Charset {
    if std::str::from_utf8(bytes).is_ok() {
        return Charset::Utf8;
    }
    // Bytes 80–9F are control characters in Latin-1 and neither lead nor trail in Big5.
    let c1 = bytes.iter().any(|b| (0x80..=0x9F).contains(b));
    let shift_jis = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    if c1 {
        return if shift_jis { Charset::ShiftJis } else { Charset::Latin1 };
    }
    if shift_jis && voiced_katakana(bytes) {
        return Charset::ShiftJis;
    }
    let big5 = BIG5.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    if big5 && common_big5(bytes) {
        return Charset::Big5;
    }
    // Half-width katakana are A1–DF alone; in Latin-1 that range holds signs and capitals, seldom two in a row.
    let katakana = bytes.windows(2).filter(|w| w.iter().all(|b| (0xA6..=0xDF).contains(b))).count();
    if shift_jis && katakana * 2 >= bytes.iter().filter(|b| **b >= 0x80).count() {
        return Charset::ShiftJis;
    }
    Charset::Latin1
}

/// Whether all that is not ASCII is half-width katakana with voicing marks (DE, DF), each after a sound that can be
/// voiced: Big5 holds these bytes too, but two in a hundred and anywhere.
fn voiced_katakana(bytes: &[u8]) -> bool {
    let katakana = bytes.iter().all(|b| b.is_ascii() || (0xA6..=0xDF).contains(b));
    let mut marks = 0;
    for pair in bytes.windows(2) {
        if let &[sound, 0xDE | 0xDF] = pair {
            if !matches!(sound, 0xB3 | 0xB6..=0xC4 | 0xCA..=0xCE) {
                return false;
            }
            marks += 1;
        }
    }
    katakana && marks > 0
}

/// Whether the two-byte characters are of Big5's punctuation and frequent plane (A1–C6), at least nine of ten.
fn common_big5(bytes: &[u8]) -> bool {
    let (mut all, mut common, mut at) = (0, 0, 0);
    while let Some(&lead) = bytes.get(at) {
        if lead < 0x80 {
            at += 1;
            continue;
        }
        all += 1;
        common += usize::from((0xA1..=0xC6).contains(&lead));
        at += 2;
    }
    all > 0 && common * 10 >= all * 9
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::Encoding;

    fn read(encoding: &'static Encoding, text: &str) -> String {
        let bytes = encoding.encode(text).0;
        guess(&bytes).decode(&bytes)
    }

    #[test]
    fn undeclared_text_is_read_in_the_character_set_that_it_was_written_in() {
        assert_eq!(read(encoding_rs::UTF_8, "臺北自來水"), "臺北自來水");
        assert_eq!(read(BIG5, "臺北市停車費 NT$50"), "臺北市停車費 NT$50");
        assert_eq!(read(BIG5, "水費"), "水費");
        assert_eq!(read(SHIFT_JIS, "これはテストです"), "これはテストです");
        assert_eq!(read(SHIFT_JIS, "ｱｲｳｴｵ"), "ｱｲｳｴｵ");
        assert_eq!(read(SHIFT_JIS, "*ﾃﾞｻﾞｲﾝQR*"), "*ﾃﾞｻﾞｲﾝQR*");
        assert_eq!(read(encoding_rs::WINDOWS_1252, "Zürich à la carte, naïve café"), "Zürich à la carte, naïve café");
    }

    #[test]
    fn a_declared_character_set_is_not_guessed_at() {
        assert_eq!(from_eci(28), Some(Charset::Big5));
        assert_eq!(Charset::Latin1.decode(&[0xA4, 0xA4]), "¤¤");
        assert_eq!(from_eci(26).unwrap().decode(&[0xA4, 0xA4]), "\u{FFFD}\u{FFFD}");
    }
}
