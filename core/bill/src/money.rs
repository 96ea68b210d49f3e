//! Money: whole New Taiwan dollars.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An amount in whole New Taiwan dollars (ISO 4217 TWD), 0 to 9,999,999,999.
///
/// The upper bound is the ten digits of the widest amount field on a bill (the tax link's); it keeps sums of any number
/// of bills that fits in memory inside an `i64`, and every value exact in JSON readers that count in doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Twd(i64);

/// Why a number is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("an amount is never negative")]
    Negative,
    #[error("an amount has at most ten digits")]
    TooLarge,
    #[error("an amount is written in digits only")]
    NotDigits,
    #[error("an amount is whole New Taiwan dollars: the last two digits, its cents, must be 00")]
    Cents,
}

impl Twd {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(9_999_999_999);

    /// From whole dollars.
    pub const fn new(dollars: i64) -> Result<Self, MoneyError> {
        if dollars < 0 {
            Err(MoneyError::Negative)
        } else if dollars > Self::MAX.0 {
            Err(MoneyError::TooLarge)
        } else {
            Ok(Self(dollars))
        }
    }

    /// From ASCII digits that count whole dollars, leading zeros allowed.
    pub fn from_digits(digits: &str) -> Result<Self, MoneyError> {
        let significant = ascii_digits(digits)?;
        if significant.len() > 10 {
            return Err(MoneyError::TooLarge);
        }
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        significant.parse().map_err(|_| MoneyError::TooLarge).and_then(Self::new)
    }

    /// From ASCII digits of which the last two count cents, which must be zero (TWQRP D1, D15).
    pub fn from_cent_digits(digits: &str) -> Result<Self, MoneyError> {
        let significant = ascii_digits(digits)?;
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        match significant.strip_suffix("00") {
            Some(dollars) => Self::from_digits(if dollars.is_empty() { "0" } else { dollars }),
            None => Err(MoneyError::Cents),
        }
    }

    /// Whole dollars.
    #[must_use]
    pub const fn dollars(self) -> i64 {
        self.0
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).ok_or(MoneyError::TooLarge).and_then(Self::new)
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).ok_or(MoneyError::Negative).and_then(Self::new)
    }

    /// How many dollars more (or, below zero, fewer) this is than `before`.
    #[must_use]
    pub const fn change_from(self, before: Self) -> i64 {
        self.0.saturating_sub(before.0)
    }
}

fn ascii_digits(digits: &str) -> Result<&str, MoneyError> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MoneyError::NotDigits);
    }
    Ok(digits.trim_start_matches('0'))
}

impl TryFrom<i64> for Twd {
    type Error = MoneyError;
    fn try_from(dollars: i64) -> Result<Self, MoneyError> {
        Self::new(dollars)
    }
}

impl From<Twd> for i64 {
    fn from(amount: Twd) -> Self {
        amount.0
    }
}

/// `NT$1,280`, as printed on bills.
impl fmt::Display for Twd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let mut text = String::with_capacity(16);
        for (index, digit) in digits.chars().enumerate() {
            let left = digits.len().saturating_sub(index);
            if index > 0 && left.is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        write!(f, "NT${text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_other_than_zero_are_refused_by_name() {
        assert_eq!(Twd::from_cent_digits("10000"), Twd::new(100));
        assert_eq!(Twd::from_cent_digits("10050"), Err(MoneyError::Cents));
        assert_eq!(Twd::from_cent_digits("5"), Err(MoneyError::Cents));
        assert_eq!(Twd::from_cent_digits("000000"), Ok(Twd::ZERO));
    }

    #[test]
    fn amounts_beyond_ten_digits_signs_and_letters_are_refused() {
        assert_eq!(Twd::from_digits("9999999999"), Ok(Twd::MAX));
        assert_eq!(Twd::from_digits("10000000000"), Err(MoneyError::TooLarge));
        assert_eq!(Twd::from_digits("99999999999999999999999999"), Err(MoneyError::TooLarge));
        assert_eq!(Twd::from_digits("-1"), Err(MoneyError::NotDigits));
        assert_eq!(Twd::from_digits("１００"), Err(MoneyError::NotDigits));
        assert_eq!(Twd::from_digits(""), Err(MoneyError::NotDigits));
        assert_eq!(Twd::new(-1), Err(MoneyError::Negative));
    }

    #[test]
    fn thousands_are_grouped_as_on_the_bill() {
        let shown: Vec<String> =
            [0, 7, 48, 428, 1_280, 20_000, 1_234_567].iter().map(|d| Twd::new(*d).unwrap().to_string()).collect();
        assert_eq!(shown, ["NT$0", "NT$7", "NT$48", "NT$428", "NT$1,280", "NT$20,000", "NT$1,234,567"]);
    }

    #[test]
    fn sums_never_leave_the_range() {
        assert_eq!(Twd::MAX.checked_add(Twd::new(1).unwrap()), Err(MoneyError::TooLarge));
        assert_eq!(Twd::ZERO.checked_sub(Twd::new(1).unwrap()), Err(MoneyError::Negative));
    }
}
