//! The catalogue as the platform publishes it: the repository's, with what the control interface changed, signed.

use super::Platform;
use super::billers::{self, Biller};
use crate::control::types::CatalogueChange;
use crate::entropy;
use crate::problem::Problem;
use crate::store::lock;
use serde_json::Value;

/// What the phone bundles is a copy of this: data, not code.
const PUBLISHED: &str = include_str!("../../../../core/bill/src/catalogue/default.json");

/// `typ` of a signed catalogue.
pub const KIND: &str = "paytaipei-catalogue";

/// The catalogue under change. A restart forgets what was changed.
pub struct Catalogue {
    entries: Value,
    /// Billers that the control interface added: of each, that it exists is all that the platform knows.
    added: Vec<String>,
}

impl Catalogue {
    pub fn published() -> Result<Self, serde_json::Error> {
        Ok(Self { entries: serde_json::from_str(PUBLISHED)?, added: Vec::new() })
    }

    fn change(&mut self, change: &CatalogueChange) -> Result<(), Problem> {
        let billers = self.entries["billers"].as_array_mut();
        let billers = billers.ok_or_else(|| Problem::malformed("the catalogue has no billers"))?;
        for (id, state) in &change.states {
            let entry = billers.iter_mut().find(|entry| entry["id"] == id.as_str());
            entry.ok_or_else(|| Problem::new(404, "not_found", "no such biller"))?["state"] = state.as_str().into();
        }
        for entry in &change.add {
            let id = entry["id"].as_str().ok_or_else(|| Problem::malformed("an entry has an id"))?;
            self.added.push(id.to_owned());
            billers.push(entry.clone());
        }
        if let Some(release) = &change.min_app {
            self.entries["min_app"] = release.as_str().into();
        }
        let next = self.entries["version"].as_u64().unwrap_or_default().saturating_add(1);
        self.entries["version"] = change.version.unwrap_or(next).into();
        Ok(())
    }

    /// What a biller is called in Chinese; its id, where nobody says.
    fn name(&self, biller: &str) -> String {
        let entries = self.entries["billers"].as_array();
        let entry = entries.into_iter().flatten().find(|entry| entry["id"] == biller);
        entry.and_then(|entry| entry["zh"].as_str()).unwrap_or(biller).to_owned()
    }

    fn is_closed(&self, biller: &str) -> bool {
        let entries = self.entries["billers"].as_array();
        entries.into_iter().flatten().any(|entry| entry["id"] == biller && entry["state"] != "open")
    }
}

impl Platform {
    /// Changes what is published; the version goes up by one, or becomes what is asked for.
    pub fn change_catalogue(&self, change: &CatalogueChange) -> Result<(), Problem> {
        lock(&self.catalogue).change(change)
    }

    /// The biller of an id, the added ones among them.
    pub fn biller(&self, id: &str) -> Option<&'static Biller> {
        let added = || lock(&self.catalogue).added.iter().any(|added| added == id);
        billers::biller(id).or_else(|| added().then_some(&billers::ADDED))
    }

    /// What a biller is called in Chinese.
    pub fn biller_name(&self, id: &str) -> String {
        lock(&self.catalogue).name(id)
    }

    /// Switched off: it answers no inquiries.
    pub(super) fn biller_is_closed(&self, id: &str) -> bool {
        lock(&self.catalogue).is_closed(id)
    }

    /// The signed catalogue and its entity tag.
    pub fn signed_catalogue(&self) -> Result<(Value, String), Problem> {
        let mut entries = lock(&self.catalogue).entries.clone();
        let db = lock(&self.db);
        for provider in entries["providers"].as_array_mut().into_iter().flatten() {
            let id = provider["id"].as_str().unwrap_or_default().to_owned();
            provider["open"] = self.provider_is_open(&db, &id)?.into();
        }
        drop(db);
        let payload = entries.to_string();
        let tag = entropy::sha256_hex(payload.as_bytes());
        Ok((self.signer.sign(KIND, payload.as_bytes()), format!("\"{}\"", tag.get(..32).unwrap_or(&tag))))
    }
}
