//! Who can be paid, as data that the platform signs: categories, counties, billers, payment businesses.
//!
//! The copy in `default.json` is bundled, and counts until a newer one came. A new biller is one entry; where its code is
//! new, too, one file in [`crate::code`]. Whatever an entry holds that this release does not know (a code, a rule of a
//! field) is left out, with what is known of the biller kept.

mod biller;
mod id;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Deserializer};
use thiserror::Error;

pub use biller::{AcceptedCode, Biller, Deadline, Minute, Quiet, State, Way};
pub use id::{BillerId, BillerIdError};

use crate::{Lang, text};

/// The catalogue that this release comes with, as the platform would send it.
pub const BUNDLED: &str = include_str!("default.json");

/// No catalogue is longer, in bytes.
pub const LONGEST: usize = 192 * 1024;
const MOST_BILLERS: usize = 200;

/// Everything that can be paid, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Catalogue {
    /// Never falls.
    pub version: u64,
    /// The oldest release of the app that pays by it, `major.minor.patch`.
    pub min_app: Release,
    pub counties: Vec<County>,
    pub categories: Vec<Category>,
    pub providers: Vec<ProviderSwitch>,
    #[serde(deserialize_with = "shared")]
    pub billers: Vec<Arc<Biller>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct County {
    pub id: String,
    pub zh: String,
    pub en: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Category {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub icon: String,
}

/// Whether a payment business takes payments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProviderSwitch {
    pub id: String,
    pub open: bool,
}

/// A release of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Release([u32; 3]);

/// Why text is no catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CatalogueError {
    #[error("a catalogue is at most 192 KiB long")]
    TooLong,
    #[error("this is no catalogue of a form that is known")]
    Malformed,
    #[error("a text in it is too long, or holds characters that are not seen")]
    Text,
    #[error("an id stands for two, or names nothing")]
    Id,
}

impl Catalogue {
    /// The one that this release comes with.
    #[must_use]
    pub fn bundled() -> Arc<Self> {
        // A test holds the file to be read.
        static BUNDLE: LazyLock<Arc<Catalogue>> =
            LazyLock::new(|| Arc::new(Catalogue::read(BUNDLED.as_bytes()).unwrap_or_default()));
        Arc::clone(&BUNDLE)
    }

    /// Reads a catalogue's JSON. Whether the platform said so is checked before.
    pub fn read(json: &[u8]) -> Result<Self, CatalogueError> {
        if json.len() > LONGEST {
            return Err(CatalogueError::TooLong);
        }
        let read: Self = serde_json::from_slice(json).map_err(|_| CatalogueError::Malformed)?;
        read.check()?;
        Ok(read)
    }

    fn check(&self) -> Result<(), CatalogueError> {
        let fits = |text: &String, most: usize| text.chars().count() <= most && !text::has_hidden_characters(text);
        let names = self.counties.iter().map(|one| [&one.zh, &one.en]);
        let names = names.chain(self.categories.iter().map(|one| [&one.zh, &one.en]));
        let names = names.chain(self.billers.iter().map(|one| [&one.zh, &one.en])).flatten();
        let long =
            self.billers.iter().flat_map(|one| [&one.zh_hint, &one.en_hint, &one.zh_elsewhere, &one.en_elsewhere]);
        if !names.clone().all(|name| fits(name, 80) && !name.is_empty()) || !long.clone().all(|text| fits(text, 200)) {
            return Err(CatalogueError::Text);
        }
        if !self
            .billers
            .iter()
            .flat_map(|biller| &biller.keyed)
            .flat_map(|way| &way.fields)
            .all(|field| field.is_clean())
        {
            return Err(CatalogueError::Text);
        }
        let mut ids = BTreeSet::new();
        let unique = self.billers.iter().all(|biller| ids.insert(biller.id.as_str()));
        let placed = self.billers.iter().all(|biller| {
            self.counties.iter().any(|county| county.id == biller.county)
                && self.categories.iter().any(|category| category.id == biller.category)
        });
        let few = self.billers.len() <= MOST_BILLERS && self.counties.len() <= 32 && self.categories.len() <= 32;
        if unique && placed && few && self.version > 0 { Ok(()) } else { Err(CatalogueError::Id) }
    }

    #[must_use]
    pub fn biller(&self, id: &BillerId) -> Option<&Arc<Biller>> {
        self.billers.iter().find(|biller| biller.id == *id)
    }

    /// The biller whose bills carry a code that fits.
    pub(crate) fn with_code(&self, fits: impl Fn(&AcceptedCode) -> bool) -> Option<&Arc<Biller>> {
        self.billers.iter().find(|biller| biller.codes.iter().any(&fits))
    }

    /// All billers, those of this county first, then those of no county of its own, each in the catalogue's order.
    #[must_use]
    pub fn for_county(&self, county: Option<&str>) -> Vec<&Arc<Biller>> {
        let mut billers: Vec<&Arc<Biller>> = self.billers.iter().collect();
        billers.sort_by_key(|biller| county.is_some_and(|county| biller.county != county));
        billers
    }

    /// The biller's name for people, or its id where it is not listed.
    #[must_use]
    pub fn name(&self, id: &BillerId, lang: Lang) -> String {
        self.biller(id).map_or_else(|| id.as_str().to_owned(), |biller| biller.name(lang).to_owned())
    }

    /// Whether this payment business takes payments. One that is not listed is not switched off.
    #[must_use]
    pub fn provider_is_open(&self, provider: &str) -> bool {
        self.providers.iter().find(|one| one.id == provider).is_none_or(|one| one.open)
    }
}

impl Release {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(major)), Some(Some(minor)), Some(Some(patch)), None) => Some(Self([major, minor, patch])),
            _ => None,
        }
    }
}

impl TryFrom<String> for Release {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a release is major.minor.patch")
    }
}

fn shared<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<Biller>>, D::Error> {
    Ok(Vec::<Biller>::deserialize(from)?.into_iter().map(Arc::new).collect())
}

/// The members of a list that this release understands.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(from)?;
    Ok(all.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect())
}

#[cfg(test)]
mod tests;
