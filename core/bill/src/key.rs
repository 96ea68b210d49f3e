//! Which bill is meant: one key, whatever way the bill came in.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{BillerId, text};

/// The biller's number of a bill or of a customer, in canonical form: NFKC, upper case, 1 to 32 of `0-9 A-Z -`.
///
/// Always text: leading zeros count. Personal data, so `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BillNumber(String);

/// The biller's name for a billing period; which form it has is the biller's rule (see `docs/bill-codes.md`).
///
/// Empty where the number alone names the bill, as on parking slips.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("a number has 1 to 32 digits, capital letters or hyphens")]
    Number,
    #[error("a period has at most 16 digits or capital letters")]
    Period,
}

impl BillNumber {
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let canonical = text::normalise(text, 33).to_ascii_uppercase();
        let fits = (1..=32).contains(&canonical.len())
            && canonical.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-');
        if fits { Ok(Self(canonical)) } else { Err(KeyError::Number) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Period {
    /// Where the number alone names the bill.
    #[must_use]
    pub const fn single() -> Self {
        Self(String::new())
    }

    pub fn new(text: &str) -> Result<Self, KeyError> {
        let fits = text.len() <= 16 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if fits { Ok(Self(text.to_owned())) } else { Err(KeyError::Period) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Biller, canonical number and period: the same from a QR code, from barcodes and, once inquired, from the keypad.
///
/// Before the first inquiry a keyed number has no period; its key is then *provisional* and is merged into the bill's
/// own key when the platform has told which bill it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BillKey {
    pub biller: BillerId,
    pub number: BillNumber,
    pub period: Option<Period>,
}

impl BillKey {
    #[must_use]
    pub const fn is_provisional(&self) -> bool {
        self.period.is_none()
    }

    /// The text whose keyed hash names the bill in the store. `/` and `?` stand in no part, so no two keys share one.
    #[must_use]
    pub fn canonical(&self) -> String {
        let period = self.period.as_ref().map_or("?", Period::as_str);
        format!("{}/{}/{period}", self.biller.as_str(), self.number.as_str())
    }

    /// The provisional key of the same number.
    #[must_use]
    pub fn provisional(&self) -> Self {
        Self { biller: self.biller.clone(), number: self.number.clone(), period: None }
    }
}

impl fmt::Debug for BillNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillNumber({} characters)", self.0.len())
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Period({} characters)", self.0.len())
    }
}

impl fmt::Debug for BillKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillKey({}, provisional: {})", self.biller.as_str(), self.is_provisional())
    }
}

impl TryFrom<String> for BillNumber {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::new(&text)
    }
}

impl From<BillNumber> for String {
    fn from(number: BillNumber) -> Self {
        number.0
    }
}

impl TryFrom<String> for Period {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::new(&text)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_name_the_same_bill() {
        assert_eq!(BillNumber::new("１２３４５６７").unwrap(), BillNumber::new("1234567").unwrap());
        assert_eq!(BillNumber::new("ｑ１２").unwrap().as_str(), "Q12");
    }

    #[test]
    fn leading_zeros_count() {
        assert_ne!(BillNumber::new("0123456").unwrap(), BillNumber::new("123456").unwrap());
    }

    #[test]
    fn numbers_are_bounded_and_clean() {
        for bad in ["", " ", "12/34", "12?", "１２ ３４", "12\u{202E}34", "水", &"1".repeat(33)] {
            assert_eq!(BillNumber::new(bad), Err(KeyError::Number), "{bad:?}");
        }
    }

    #[test]
    fn debug_output_tells_no_number() {
        let key = BillKey {
            biller: BillerId::new("kinmen-water").unwrap(),
            number: BillNumber::new("7654321").unwrap(),
            period: Some(Period::new("11510").unwrap()),
        };
        let shown = format!("{key:?} {:?} {:?}", key.number, key.period);
        assert!(!shown.contains("7654321") && !shown.contains("11510"), "{shown}");
    }
}
