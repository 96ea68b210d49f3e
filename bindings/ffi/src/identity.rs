//! Verifying the mobile number.

use std::sync::Arc;

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::ports::{Cellular, MobileNetwork};
use crate::records::Verification;
use crate::shared::{Once, Shared};

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

    /// Waits until the person has approved or refused on the handset, or the time is up. Works after a restart too, and
    /// whoever stops waiting may ask again.
    pub async fn finish(&self) -> Result<()> {
        self.finishing
            .run(&self.shared, |shared| async move { guarded_async(shared.core.finish_verification()).await })
            .await
    }
}
