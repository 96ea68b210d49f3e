//! One object for a shell. Its asynchronous functions never own a payment: the core's own runtime does the work, and a
//! caller that goes away only stops watching.

mod bills;
mod identity;
mod paying;
mod watching;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use paytaipei_bill::{CivilDate, Lang};
use paytaipei_identity::Session;
use time::OffsetDateTime;
use tokio::runtime::Runtime;

pub use bills::{billers, scan_picture};
pub use paying::Synced;
pub use watching::PaymentStream;

use crate::drain::Drainer;
use crate::error::{Code, Error, Result};
use crate::http::HttpsClient;
use crate::platform::Platform;
use crate::ports::{Clock, Connectivity, Entropy, Http, KeyVault};
use crate::store::Store;

/// Where the phone keeps its data, and whom it talks to.
#[derive(Clone, Debug)]
pub struct Config {
    /// A folder of the app's own, kept out of backups.
    pub data: PathBuf,
    /// `https://host[:port]`.
    pub platform: String,
    /// PEM of a further root, for test platforms. A phone build refuses it.
    pub extra_root: Option<Vec<u8>>,
    /// The language of texts in views. Errors carry both.
    pub lang: Lang,
}

/// What the phone provides.
#[derive(Clone)]
pub struct Phone {
    pub vault: Arc<dyn KeyVault>,
    pub connectivity: Arc<dyn Connectivity>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The core, opened.
pub struct PayTaipei {
    store: Arc<Store>,
    platform: Arc<Platform>,
    vault: Arc<dyn KeyVault>,
    clock: Arc<dyn Clock>,
    drainer: Arc<Drainer>,
    lang: Lang,
    /// The last field, so that it ends after everything that runs on it.
    runtime: OwnedRuntime,
}

impl PayTaipei {
    /// Opens the store in the configured folder, making both where they are missing.
    pub fn open(config: Config, phone: Phone) -> Result<Self> {
        let http = HttpsClient::new(&config.platform, config.extra_root.as_deref(), Arc::clone(&phone.clock))?;
        Self::open_with(config, phone, Arc::new(http))
    }

    /// The same over another network.
    pub fn open_with(config: Config, phone: Phone, http: Arc<dyn Http>) -> Result<Self> {
        std::fs::create_dir_all(&config.data).map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => Error::new(Code::StoreFull),
            _ => Error::new(Code::StoreReadOnly),
        })?;
        let path = config.data.join("paytaipei.sqlite");
        let store = Store::open(&path, phone.vault.as_ref(), Arc::clone(&phone.entropy), Arc::clone(&phone.clock))?;
        let (store, platform) = (Arc::new(store), Arc::new(Platform::new(http)));
        let drainer = Arc::new(Drainer {
            store: Arc::clone(&store),
            platform: Arc::clone(&platform),
            connectivity: phone.connectivity,
            clock: Arc::clone(&phone.clock),
            lock: config.data.join("drain.lock"),
        });
        let runtime = OwnedRuntime::new()?;
        Ok(Self { store, platform, vault: phone.vault, clock: phone.clock, drainer, lang: config.lang, runtime })
    }

    /// The verified number's session. Nothing but billers, scanning and verifying works without it.
    fn verified(&self) -> Result<Session> {
        let now = self.clock.now();
        let session = self.store.read(|work| work.session())?;
        session.filter(|session| session.is_current(now.0)).ok_or_else(|| Code::NumberNotVerified.into())
    }

    /// The city's day.
    fn today(&self) -> CivilDate {
        let seconds = self.clock.now().0.div_euclid(1_000);
        CivilDate::of_instant(OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// Runs work on the core's own runtime. Dropping the returned future does not stop it.
    async fn on_core<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        self.runtime.handle().spawn(work).await.map_err(|_| Error::new(Code::Internal))?
    }
}

/// A runtime that may be dropped anywhere, also on a thread that drives another one.
struct OwnedRuntime(Option<Runtime>);

impl OwnedRuntime {
    fn new() -> Result<Self> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(8)
            .thread_stack_size(1024 * 1024)
            .thread_name("paytaipei")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
            .map_err(|_| Code::Internal.into())
    }

    fn handle(&self) -> tokio::runtime::Handle {
        // Always there until it is dropped.
        match &self.0 {
            Some(runtime) => runtime.handle().clone(),
            None => tokio::runtime::Handle::current(),
        }
    }
}

impl Drop for OwnedRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
