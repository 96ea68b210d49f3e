//! National ID numbers (國民身分證統一編號) and those of residents from abroad: a letter and nine digits, the first 1 or 2 (8
//! or 9), the last a check digit: the letter's two digits and the nine others times 1,9,8,7,6,5,4,3,2,1,1 make a multiple
//! of ten. Source: Department of Household Registration; the rule as public validators have it.

use super::NumberError;

/// The letters in the order of their values, from 10.
const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVXYWZIO";
const WEIGHTS: [usize; 11] = [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1];

pub(super) fn check(number: &str) -> Result<String, NumberError> {
    let (letter, digits) = match number.chars().next() {
        None => return Err(NumberError::Empty),
        Some(letter) if letter.is_ascii_uppercase() => (letter, number.get(1..).unwrap_or_default()),
        Some(_) => return Err(NumberError::IdForm),
    };
    let sound = digits.bytes().all(|b| b.is_ascii_digit())
        && digits.bytes().next().is_none_or(|first| matches!(first, b'1' | b'2' | b'8' | b'9'));
    if !sound {
        return Err(NumberError::IdForm);
    }
    if digits.len() != 9 {
        let found = u8::try_from(number.len()).unwrap_or(u8::MAX);
        return Err(NumberError::Length { expected: 10, found });
    }
    let value = 10 + LETTERS.find(letter).unwrap_or_default();
    let all = [value / 10, value % 10].into_iter().chain(digits.bytes().map(|b| usize::from(b - b'0')));
    let sum: usize = all.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    if sum.is_multiple_of(10) { Ok(number.to_owned()) } else { Err(NumberError::CheckDigit) }
}
