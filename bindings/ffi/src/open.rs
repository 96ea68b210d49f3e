//! Opening and closing.

use std::path::PathBuf;
use std::sync::Arc;

use paytaipei_app::Phone;
use paytaipei_app::ports::{SystemClock, SystemEntropy};

use crate::billers::Billers;
use crate::bills::Bills;
use crate::error::Result;
use crate::guard::guarded;
use crate::identity::Identity;
use crate::payments::Payments;
use crate::ports::{Connectivity, Hint, KeyVault, Vault};
use crate::records::{Export, Lang, all};
use crate::shared::Shared;

/// Where the phone keeps its data, and whom it talks to.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Config {
    /// A folder of the app's own, kept out of backups; made where it is missing.
    pub data_folder: String,
    /// `https://host[:port]`.
    pub platform: String,
    /// PEM of a further root, for test platforms. A phone's build refuses it.
    pub extra_root: Option<Vec<u8>>,
    /// The language of texts in records. Refusals carry both.
    pub lang: Lang,
}

/// The core, open. Dropping it ends its observers and its runtime; nothing that is stored depends on that.
#[derive(uniffi::Object)]
pub struct PayTaipei {
    pub(crate) shared: Arc<Shared>,
    identity: Arc<Identity>,
    billers: Arc<Billers>,
    bills: Arc<Bills>,
    payments: Arc<Payments>,
}

#[uniffi::export]
impl PayTaipei {
    /// Opens the store, making it where it is missing. One process may open a folder more than once; one at a time pays.
    #[uniffi::constructor]
    pub fn open(config: Config, vault: Arc<dyn KeyVault>, connectivity: Arc<dyn Connectivity>) -> Result<Arc<Self>> {
        let shared = Shared::new(guarded(|| {
            let phone = Phone {
                vault: Arc::new(Vault(vault)),
                connectivity: Arc::new(Hint(connectivity)),
                clock: Arc::new(SystemClock),
                entropy: Arc::new(SystemEntropy::default()),
            };
            let config = paytaipei_app::Config {
                data: PathBuf::from(config.data_folder),
                platform: config.platform,
                extra_root: config.extra_root,
                lang: config.lang.into(),
            };
            paytaipei_app::PayTaipei::open(&config, phone)
        })?);
        Ok(Arc::new(Self {
            identity: Arc::new(Identity::new(Arc::clone(&shared))),
            billers: Arc::new(Billers::new(Arc::clone(&shared))),
            bills: Arc::new(Bills::new(Arc::clone(&shared))),
            payments: Arc::new(Payments::new(Arc::clone(&shared))),
            shared,
        }))
    }

    #[must_use]
    pub fn identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity)
    }

    #[must_use]
    pub fn billers(&self) -> Arc<Billers> {
        Arc::clone(&self.billers)
    }

    #[must_use]
    pub fn bills(&self) -> Arc<Bills> {
        Arc::clone(&self.bills)
    }

    #[must_use]
    pub fn payments(&self) -> Arc<Payments> {
        Arc::clone(&self.payments)
    }

    /// Whether a bill or payment was met that does not open. Lists leave it out; the next drain fetches from the platform
    /// what it knows of it.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.shared.core.is_damaged()
    }

    /// Everything that this phone holds of the person.
    pub fn export(&self) -> Result<Export> {
        guarded(|| {
            let export = self.shared.core.export()?;
            Ok(Export {
                exported_at: export.exported_at,
                msisdn: export.msisdn,
                bills: all(export.bills)?,
                payments: all(export.payments)?,
            })
        })
    }
}

impl Drop for PayTaipei {
    fn drop(&mut self) {
        self.shared.close();
    }
}
