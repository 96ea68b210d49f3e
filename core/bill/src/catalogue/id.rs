//! A biller's name among machines.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A biller's name among machines: 1 to 32 of `a-z 0-9 -`, such as `kinmen-water`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BillerId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a biller's id has 1 to 32 small letters, digits or hyphens")]
pub struct BillerIdError;

impl BillerId {
    pub fn new(text: &str) -> Result<Self, BillerIdError> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(BillerIdError) }
    }

    /// One that stands in a parser's own file.
    pub(crate) fn of_parser(id: &'static str) -> Self {
        Self(id.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BillerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BillerId {
    type Error = BillerIdError;
    fn try_from(text: String) -> Result<Self, BillerIdError> {
        Self::new(&text)
    }
}

impl From<BillerId> for String {
    fn from(id: BillerId) -> Self {
        id.0
    }
}
