//! Whom a bill is owed to.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Lang;

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

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The bundled entry, if the biller is known.
    #[must_use]
    pub fn lookup(&self) -> Option<&'static Biller> {
        BILLERS.iter().find(|biller| biller.id == self.0)
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

/// What the app knows of a biller before it has asked the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Biller {
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub category: Category,
    pub county: County,
    /// Whether this release pays its bills.
    pub served: bool,
}

impl Biller {
    #[must_use]
    pub const fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Water,
    Parking,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum County {
    Taipei,
    Kinmen,
    Elsewhere,
}

/// The billers of this release.
pub const BILLERS: &[Biller] = &[
    Biller {
        id: "kinmen-water",
        zh: "金門縣自來水廠",
        en: "Kinmen County Waterworks",
        category: Category::Water,
        county: County::Kinmen,
        served: true,
    },
    Biller {
        id: "taipei-water",
        zh: "臺北自來水事業處",
        en: "Taipei Water Department",
        category: Category::Water,
        county: County::Taipei,
        served: true,
    },
    Biller {
        id: "taipei-parking",
        zh: "臺北市路邊停車費",
        en: "Taipei roadside parking",
        category: Category::Parking,
        county: County::Taipei,
        served: true,
    },
];
