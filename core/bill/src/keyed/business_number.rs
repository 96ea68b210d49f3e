//! Business numbers (統一編號): eight digits, times 1,2,1,2,1,2,4,1, the digits of the products added up to a multiple of five;
//! where the seventh is 7, one more may be added. Source: Ministry of Finance, rule of April 2023, which holds for the
//! numbers given before too.

use super::{NumberError, counted};

const WEIGHTS: [u32; 8] = [1, 2, 1, 2, 1, 2, 4, 1];

pub(super) fn check(number: &str) -> Result<String, NumberError> {
    let number = counted(number, 8, 8, true)?;
    let digits = number.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).map(|n| n / 10 + n % 10).sum();
    let seven = number.as_bytes().get(6) == Some(&b'7');
    if sum.is_multiple_of(5) || (seven && (sum + 1).is_multiple_of(5)) {
        Ok(number)
    } else {
        Err(NumberError::CheckDigit)
    }
}
