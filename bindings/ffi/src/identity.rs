//! Verifying the mobile number.

use std::sync::Arc;

use paytaipei_app::ports;

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::observer::Subscription;
use crate::ports::{Cellular, MobileNetwork};
use crate::records::Verification;
use crate::shared::{Once, Shared};
use crate::verifying::{VerificationMethod, VerificationObserver, follow};

/// The verified number. Nothing but billers, scanning and verifying works without one.
#[derive(uniffi::Object)]
pub struct Identity {
    shared: Arc<Shared>,
    finishing: Once<()>,
}

impl Identity {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, finishing: Once::new("paytaipei-verify") }
    }

    /// Whoever waits from now on waits for this one: what waits for one that it replaces is told so.
    fn started(&self, verification: impl Into<Verification>) -> Verification {
        self.finishing.forget();
        verification.into()
    }
}

#[uniffi::export]
impl Identity {
    /// The verified number, all but its last three digits hidden; none before it is verified.
    pub fn verified_number(&self) -> Result<Option<String>> {
        guarded(|| self.shared.core.verified_number())
    }

    /// Asks the operator to verify this number (`09…` or `+8869…`) on the handset.
    pub async fn start(&self, msisdn: String) -> Result<Verification> {
        Ok(self.started(guarded_async(self.shared.core.start_verification(&msisdn)).await?))
    }

    /// The same, and where the operator offers it, this phone's SIM is recognised by the mobile network: then `finish` ends
    /// without anybody approving. Where that does not work, `mobileData` says why, and the handset has been asked.
    pub async fn start_over_mobile_data(&self, msisdn: String, cellular: Arc<dyn Cellular>) -> Result<Verification> {
        let cellular = Arc::new(MobileNetwork(cellular));
        Ok(self.started(guarded_async(self.shared.core.start_verification_over(&msisdn, cellular)).await?))
    }

    /// Verifies this number by this method, and tells what there is to do, step by step. `cellular` may spare approving on the
    /// handset, and `MobileData` cannot do without.
    pub fn verify(
        &self,
        msisdn: String,
        method: VerificationMethod,
        cellular: Option<Arc<dyn Cellular>>,
        observer: Arc<dyn VerificationObserver>,
    ) -> Result<Arc<Subscription>> {
        let cellular = cellular.map(|cellular| Arc::new(MobileNetwork(cellular)) as Arc<dyn ports::Cellular>);
        follow(&self.shared, self.shared.core.verify(&msisdn, method.into(), cellular), observer)
    }

    /// Tells of the verification under way, after a restart too.
    pub fn resume(&self, observer: Arc<dyn VerificationObserver>) -> Result<Arc<Subscription>> {
        follow(&self.shared, self.shared.core.resume_verification(), observer)
    }

    /// Takes the app link that the operator's page led back by.
    pub fn page_returned(&self, link: String) -> Result<()> {
        guarded(|| self.shared.core.page_returned(&link))
    }

    /// Waits until the person has approved or refused on the handset, or the time is up. Works after a restart too, and
    /// whoever stops waiting may ask again.
    pub async fn finish(&self) -> Result<()> {
        self.finishing
            .run(&self.shared, |shared| async move { guarded_async(shared.core.finish_verification()).await })
            .await
    }
}
