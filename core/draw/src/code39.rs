//! Code 39 (ISO/IEC 16388): nine elements a character, three of them wide.

use crate::DrawError;

/// A wide element is three narrow ones: the widest ratio of the standard, the easiest to tell apart.
const WIDE: usize = 3;

/// Element widths of each character, bars and spaces in turn, the first a bar: `w` wide, `n` narrow. Table 1 of the standard.
const PATTERNS: [(char, &[u8; 9]); 44] = [
    ('0', b"nnnwwnwnn"),
    ('1', b"wnnwnnnnw"),
    ('2', b"nnwwnnnnw"),
    ('3', b"wnwwnnnnn"),
    ('4', b"nnnwwnnnw"),
    ('5', b"wnnwwnnnn"),
    ('6', b"nnwwwnnnn"),
    ('7', b"nnnwnnwnw"),
    ('8', b"wnnwnnwnn"),
    ('9', b"nnwwnnwnn"),
    ('A', b"wnnnnwnnw"),
    ('B', b"nnwnnwnnw"),
    ('C', b"wnwnnwnnn"),
    ('D', b"nnnnwwnnw"),
    ('E', b"wnnnwwnnn"),
    ('F', b"nnwnwwnnn"),
    ('G', b"nnnnnwwnw"),
    ('H', b"wnnnnwwnn"),
    ('I', b"nnwnnwwnn"),
    ('J', b"nnnnwwwnn"),
    ('K', b"wnnnnnnww"),
    ('L', b"nnwnnnnww"),
    ('M', b"wnwnnnnwn"),
    ('N', b"nnnnwnnww"),
    ('O', b"wnnnwnnwn"),
    ('P', b"nnwnwnnwn"),
    ('Q', b"nnnnnnwww"),
    ('R', b"wnnnnnwwn"),
    ('S', b"nnwnnnwwn"),
    ('T', b"nnnnwnwwn"),
    ('U', b"wwnnnnnnw"),
    ('V', b"nwwnnnnnw"),
    ('W', b"wwwnnnnnn"),
    ('X', b"nwnnwnnnw"),
    ('Y', b"wwnnwnnnn"),
    ('Z', b"nwwnwnnnn"),
    ('-', b"nwnnnnwnw"),
    ('.', b"wwnnnnwnn"),
    (' ', b"nwwnnnwnn"),
    ('*', b"nwnnwnwnn"),
    ('$', b"nwnwnwnnn"),
    ('/', b"nwnwnnnwn"),
    ('+', b"nwnnnwnwn"),
    ('%', b"nnnwnwnwn"),
];

/// Bars and spaces in turn, in narrow elements, the first a bar, start and stop character included.
pub fn elements(text: &str) -> Result<Vec<usize>, DrawError> {
    let mut elements = Vec::with_capacity((text.len() + 2) * 10);
    for (at, c) in std::iter::once('*').chain(text.chars()).chain(std::iter::once('*')).enumerate() {
        if c == '*' && at > 0 && at <= text.chars().count() {
            return Err(DrawError::Character);
        }
        let (_, pattern) = PATTERNS.iter().find(|(of, _)| *of == c).ok_or(DrawError::Character)?;
        if at > 0 {
            // The gap between two characters.
            elements.push(1);
        }
        elements.extend(pattern.iter().map(|width| if *width == b'w' { WIDE } else { 1 }));
    }
    Ok(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_has_nine_elements_three_of_them_wide_and_no_two_are_alike() {
        for (at, (c, pattern)) in PATTERNS.iter().enumerate() {
            assert_eq!(pattern.iter().filter(|width| **width == b'w').count(), 3, "{c}");
            assert!(PATTERNS.iter().skip(at + 1).all(|(_, other)| other != pattern), "{c}");
        }
    }

    #[test]
    fn what_code_39_cannot_say_is_refused() {
        for text in ["a", "水", "A*B", "１"] {
            assert_eq!(elements(text), Err(DrawError::Character), "{text}");
        }
    }
}
