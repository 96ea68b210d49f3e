//! Mobile numbers, `^(\+?886\-?|0)?9\d{8}$` (validator.js, zh-TW), written 09 and eight digits.

use super::{NumberError, counted};

pub(super) fn check(number: &str) -> Result<String, NumberError> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let national = match digits.strip_prefix("886") {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => digits.to_owned(),
    };
    if !"09".starts_with(&national) && !national.starts_with("09") && national.bytes().all(|b| b.is_ascii_digit()) {
        // What begins like the country's code may still become it.
        let begun = "886".starts_with(digits);
        return Err(if begun { NumberError::Length { expected: 10, found: 1 } } else { NumberError::PhoneWithout09 });
    }
    counted(&national, 10, 10, true)
}
