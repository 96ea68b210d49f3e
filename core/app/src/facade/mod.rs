//! Two objects for shells. [`Core`] is all that needs no network, and no thread of its own; [`PayTaipei`] adds the network
//! and the runtime. Its asynchronous functions never own a payment: the core's own runtime does the work, and a caller that
//! goes away only stops watching.

mod agreements;
mod bills;
mod catalogue;
mod core;
mod deals;
mod elsewhere;
mod finding;
mod identity;
mod inquiring;
mod paying;
mod receipts;
mod spending;
mod verifying;
mod watching;

use std::future::Future;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use paytaipei_bill::Lang;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

pub use self::core::Core;
pub use agreements::AgreementView;
pub use bills::{TakenDrop, billers, scan_picture};
pub use deals::{DealView, ProviderView};
pub use elsewhere::{BarcodesView, OtherWayView};
pub use finding::{BillPage, BillQuery, ReminderView};
pub use identity::PreparedVerification;
pub use inquiring::{Checked, Failed, PreparedInquiry};
pub use paying::Synced;
pub use receipts::{ReceiptView, verify_receipt_file};
pub use spending::{MonthView, SpentView};
pub use verifying::{VerificationStep, VerificationSteps};
pub use watching::PaymentStream;

use crate::drain::Runner;
use crate::error::{Code, Error, Result};
use crate::http::HttpsClient;
use crate::platform::signed::PlatformKeys;
use crate::ports::{Clock, Connectivity, Entropy, Http, KeyVault};

/// Where the phone keeps its data, and whom it talks to.
#[derive(Clone, Debug)]
pub struct Config {
    /// A folder of the app's own, kept out of backups.
    pub data: PathBuf,
    /// `https://host[:port]`.
    pub platform: String,
    /// PEM of a further root and of the key that signs for it, for test platforms. A phone build refuses it.
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

/// The core with its network. All of [`Core`] is reached through it.
pub struct PayTaipei {
    core: Arc<Core>,
    http: Arc<dyn Http>,
    keys: PlatformKeys,
    runner: Arc<Runner>,
    /// Held by the one that asks whether a verification was approved.
    asking: Arc<Mutex<()>>,
    drops: PathBuf,
    /// The last field, so that it ends after everything that runs on it.
    runtime: OwnedRuntime,
}

impl PayTaipei {
    /// Opens the store in the configured folder, making both where they are missing.
    pub fn open(config: &Config, phone: Phone) -> Result<Self> {
        let http = HttpsClient::new(&config.platform, config.extra_root.as_deref(), Arc::clone(&phone.clock))?;
        Self::open_with(config, phone, Arc::new(http))
    }

    /// The same over another network.
    pub fn open_with(config: &Config, phone: Phone, http: Arc<dyn Http>) -> Result<Self> {
        std::fs::create_dir_all(&config.data).map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => Error::new(Code::StoreFull),
            _ => Error::new(Code::StoreReadOnly),
        })?;
        let lock = config.data.join("drain.lock");
        let connectivity = Arc::clone(&phone.connectivity);
        let core = Arc::new(Core::open_in(&config.data, phone, config.lang)?);
        if let Some(host) = host_of(&config.platform) {
            // Set once: this is the only place.
            drop(core.platform.set(host));
        }
        let runner = Arc::new(Runner { core: Arc::clone(&core), http: Arc::clone(&http), connectivity, lock });
        let drops = crate::drops::folder(&config.data);
        let keys = PlatformKeys::pinned(config.extra_root.as_deref());
        let opened = Self { core, http, keys, runner, asking: Arc::default(), drops, runtime: OwnedRuntime::new()? };
        // What cannot be taken in now waits, and says why when it is asked for.
        let _ = opened.take_drops();
        Ok(opened)
    }

    /// Runs work on the core's own runtime. Dropping the returned future does not stop it.
    async fn on_core<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        self.runtime.handle()?.spawn(work).await.map_err(|_| Error::new(Code::Internal))?
    }
}

impl Deref for PayTaipei {
    type Target = Core;
    fn deref(&self) -> &Core {
        &self.core
    }
}

/// The host of `https://host[:port]`.
fn host_of(platform: &str) -> Option<String> {
    let authority = platform.strip_prefix("https://")?.split('/').next()?;
    authority.split(':').next().map(str::to_ascii_lowercase)
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

    fn handle(&self) -> Result<&tokio::runtime::Handle> {
        self.0.as_ref().map(Runtime::handle).ok_or_else(|| Code::Internal.into())
    }
}

impl Drop for OwnedRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
