//! Number plates: two groups joined by a hyphen, of which one is digits only, five to seven characters together.
//!
//! AB-1234, 1234-AB, A8-1234, AAA-8888, AAA-888 and others are all in use (Road Traffic Security Rules, article 10 and
//! before), and without the hyphen some are two plates: it is asked for, as TownPass asks for it.

use super::{NumberError, is_separator};

pub(super) fn check(plain: &str) -> Result<String, NumberError> {
    if !plain.chars().all(|c| is_separator(c) || c.is_ascii_digit() || c.is_ascii_uppercase()) {
        return Err(NumberError::ForeignCharacters { digits_only: false });
    }
    let groups: Vec<&str> = plain.split(is_separator).collect();
    let found = u8::try_from(groups.iter().map(|group| group.len()).sum::<usize>()).unwrap_or(u8::MAX);
    if found > 7 {
        return Err(NumberError::Length { expected: 7, found });
    }
    match groups.as_slice() {
        [_] if found >= 5 => Err(NumberError::PlateWithoutHyphen),
        [_] => Err(NumberError::Length { expected: 5, found }),
        [first, second] => {
            let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
            let possible = (2..=4).contains(&first.len()) && second.len() <= 4 && (digits(first) || digits(second));
            match (possible, second.len() >= 2 && found >= 5) {
                (true, true) => Ok(format!("{first}-{second}")),
                (true, false) => Err(NumberError::Length { expected: 5, found }),
                (false, _) => Err(NumberError::PlateForm),
            }
        }
        _ => Err(NumberError::PlateForm),
    }
}
