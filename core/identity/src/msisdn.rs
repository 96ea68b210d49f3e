//! Mobile numbers of Taiwan.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A Taiwanese mobile number in E.164: `+886` and nine digits, the first a 9 (ITU-T E.164; NCC numbering plan, 09xx-xxxxxx).
///
/// Personal data: `Debug` shows nothing of it, [`Self::masked`] its last three digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Msisdn(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a Taiwanese mobile number is 09 and eight digits, or +886 9 and eight digits")]
pub struct MsisdnError;

impl Msisdn {
    /// As people type it: full-width digits, spaces, hyphens, with `0`, `886` or `+886` before the 9, or nothing.
    pub fn parse(typed: &str) -> Result<Self, MsisdnError> {
        let plain: String = paytaipei_bill::text::normalise(typed, 32)
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{2010}'..='\u{2015}'))
            .collect();
        let national = plain
            .strip_prefix("+886")
            .or_else(|| plain.strip_prefix("886"))
            .map(|rest| rest.strip_prefix('0').unwrap_or(rest))
            .or_else(|| plain.strip_prefix('0'))
            .unwrap_or(&plain);
        let fits = national.len() == 9 && national.starts_with('9') && national.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(format!("+886{national}"))) } else { Err(MsisdnError) }
    }

    /// E.164 with the plus sign.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// What a screen may show: `09•• ••• 678`.
    #[must_use]
    pub fn masked(&self) -> String {
        format!("09•• ••• {}", self.0.get(10..).unwrap_or(""))
    }
}

impl fmt::Debug for Msisdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Msisdn(..)")
    }
}

impl TryFrom<String> for Msisdn {
    type Error = MsisdnError;
    fn try_from(text: String) -> Result<Self, MsisdnError> {
        Self::parse(&text)
    }
}

impl From<Msisdn> for String {
    fn from(msisdn: Msisdn) -> Self {
        msisdn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_people_write_it_is_one_number() {
        for typed in [
            "0912345678",
            "+886912345678",
            "886-912-345-678",
            "+886 0912 345 678",
            "912345678",
            "０９１２－３４５－６７８",
            " 0912 345 678 ",
        ] {
            assert_eq!(Msisdn::parse(typed).unwrap().e164(), "+886912345678", "{typed}");
        }
    }

    #[test]
    fn what_is_no_mobile_number_of_taiwan_is_refused() {
        for typed in [
            "",
            "0812345678",
            "09123456789",
            "091234567",
            "+819012345678",
            "0912 34S 678",
            "082321234",
            "+886+912345678",
        ] {
            assert_eq!(Msisdn::parse(typed), Err(MsisdnError), "{typed}");
        }
    }

    #[test]
    fn only_three_digits_are_ever_shown() {
        let msisdn = Msisdn::parse("0912345678").unwrap();
        assert_eq!(msisdn.masked(), "09•• ••• 678");
        assert_eq!(format!("{msisdn:?}"), "Msisdn(..)");
    }
}
