//! The part of the façade that needs no network.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use paytaipei_bill::{Catalogue, CivilDate, Lang};
use paytaipei_identity::Session;

use super::Phone;
use super::catalogue::newest;
use crate::drain::Desk;
use crate::error::{Code, Result};
use crate::ports::{Clock, KeyVault};
use crate::store::{Store, city_day};
use crate::view::Tongue;

/// Bills, intents, consents and what became of them, on this phone. Every method returns after its change is on disk.
pub struct Core {
    pub(crate) store: Arc<Store>,
    pub(crate) vault: Arc<dyn KeyVault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) lang: Lang,
    pub(super) catalogue: RwLock<Arc<Catalogue>>,
    /// The platform's host, where there is a network.
    pub(super) platform: OnceLock<String>,
}

impl Core {
    /// Opens the store in this file, making it where it is missing.
    pub fn open(file: &Path, phone: Phone, lang: Lang) -> Result<Self> {
        let store = Store::open(file, phone.vault.as_ref(), phone.entropy, Arc::clone(&phone.clock))?;
        let catalogue = store.read(newest)?;
        Ok(Self {
            store: Arc::new(store),
            vault: phone.vault,
            clock: phone.clock,
            lang,
            catalogue: RwLock::new(catalogue),
            platform: OnceLock::new(),
        })
    }

    /// The store of this data folder, without a network.
    pub fn open_in(data: &Path, phone: Phone, lang: Lang) -> Result<Self> {
        Self::open(&store_file(data), phone, lang)
    }

    /// Whether there is a store in this data folder.
    #[must_use]
    pub fn is_in(data: &Path) -> bool {
        store_file(data).exists()
    }

    /// Becomes the one drainer of this store.
    pub fn take_over(&self) -> Result<Desk> {
        Desk::take_over(Arc::clone(&self.store), Arc::clone(&self.clock))
    }

    /// Whether a bill or payment was met that does not open: the storage failed, or somebody altered it. Lists leave it out;
    /// the next drain fetches from the platform what it knows of it, and no second payment of its bill is let through.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.store.is_damaged()
    }

    /// The verified number's session. Nothing but billers, scanning and verifying works without it.
    pub(super) fn verified(&self) -> Result<Session> {
        let now = self.clock.now();
        let session = self.store.read(|work| work.session())?;
        session.filter(|session| session.is_current(now.0)).ok_or_else(|| Code::NumberNotVerified.into())
    }

    /// Who can be paid, as far as this phone knows.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn tongue(&self) -> Tongue {
        Tongue { lang: self.lang, catalogue: self.catalogue(), platform: self.platform.get().cloned() }
    }

    /// Minutes since the city's midnight.
    pub(super) fn city_minute(&self) -> u16 {
        let minutes = self.clock.now().0.div_euclid(60_000).saturating_add(8 * 60).rem_euclid(24 * 60);
        u16::try_from(minutes).unwrap_or_default()
    }

    /// The city's day.
    pub(super) fn today(&self) -> CivilDate {
        city_day(self.clock.now())
    }
}

/// The store of a data folder.
pub(super) fn store_file(data: &Path) -> PathBuf {
    data.join("paytaipei.sqlite")
}
