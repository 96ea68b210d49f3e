//! Days as people write them: 80/01/31, 080-1-31, 0800131 (ROC), 1991-01-31, 19910131 (AD). Sent as `YYYY-MM-DD`.

use super::{NumberError, is_separator};
use crate::CivilDate;

pub(super) fn check(plain: &str) -> Result<String, NumberError> {
    if !plain.chars().all(|c| is_separator(c) || c.is_ascii_digit() || matches!(c, '年' | '月' | '日')) {
        return Err(NumberError::ForeignCharacters { digits_only: true });
    }
    let between = |c: char| is_separator(c) || matches!(c, '年' | '月' | '日');
    let parts: Vec<&str> = plain.split(between).filter(|part| !part.is_empty()).collect();
    let digits: usize = parts.iter().map(|part| part.len()).sum();
    let found = u8::try_from(digits).unwrap_or(u8::MAX);
    match parts.as_slice() {
        [] => Err(NumberError::Empty),
        _ if found > 8 => Err(NumberError::Length { expected: 8, found }),
        [year, month, day] => day_of(year, month, day).ok_or(NumberError::NoSuchDay),
        // ROC years of two or three digits, AD years of four.
        [all] if (6..=8).contains(&all.len()) => {
            let (rest, day) = all.split_at(all.len() - 2);
            let (year, month) = rest.split_at(rest.len() - 2);
            let unfinished = NumberError::Length { expected: 8, found };
            day_of(year, month, day).ok_or(if found < 8 { unfinished } else { NumberError::NoSuchDay })
        }
        [_] | [_, _] => Err(NumberError::Length { expected: 6, found }),
        _ => Err(NumberError::NoSuchDay),
    }
}

fn day_of(year: &str, month: &str, day: &str) -> Option<String> {
    let written: i32 = year.parse().ok()?;
    let year = if year.len() == 4 { written } else { written + 1911 };
    // Nobody who is treated was born outside of it, and ROC years of three digits begin like AD years.
    if !(1880..=2060).contains(&year) {
        return None;
    }
    CivilDate::from_ymd(year, month.parse().ok()?, day.parse().ok()?).ok().map(|date| date.to_string())
}
