//! Intent, consent and the queue.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::observer::{PaymentObserver, Subscription};
use crate::records::{Lang, Payment, Provider, Synced, all};
use crate::shared::{Once, Shared};

/// The payment businesses, in the order of the app's list.
#[uniffi::export]
#[must_use]
pub fn providers(lang: Lang) -> Vec<Provider> {
    paytaipei_payment::Provider::ALL
        .into_iter()
        .map(|provider| Provider { id: provider.id().to_owned(), name: provider.name(lang.into()).to_owned() })
        .collect()
}

/// Payments on this phone.
#[derive(uniffi::Object)]
pub struct Payments {
    pub(crate) shared: Arc<Shared>,
    following: Once<()>,
}

impl Payments {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, following: Once::new("paytaipei-follow") }
    }
}

#[uniffi::export]
impl Payments {
    /// Wants to pay this bill through this business. Nothing is agreed to yet. Where the platform has said whose bill it is,
    /// or this phone has paid one of the same number, the payment waits for `consent`; otherwise until the owner is known.
    pub fn pay(&self, bill: String, provider: String) -> Result<Payment> {
        guarded(|| self.shared.core.pay(&bill, &provider)?.try_into())
    }

    /// The same, but agreed to by what the paper says, also of a number that this phone has never paid.
    pub fn pay_when_confirmed(&self, bill: String, provider: String) -> Result<Payment> {
        guarded(|| self.shared.core.pay_when_confirmed(&bill, &provider, None)?.try_into())
    }

    /// The person agrees to what `payment` shows. Asks the vault to confirm that somebody is present, so it takes as long
    /// as the person does.
    pub fn consent(&self, payment: String) -> Result<Payment> {
        guarded(|| self.shared.core.consent(&payment)?.try_into())
    }

    /// The person wants it stopped. Where bytes may be on their way, the platform has to say that they never charge.
    pub fn cancel(&self, payment: String) -> Result<Payment> {
        guarded(|| self.shared.core.cancel(&payment)?.try_into())
    }

    /// One payment.
    pub fn payment(&self, id: String) -> Result<Payment> {
        guarded(|| self.shared.core.payment(&id)?.try_into())
    }

    /// Payments that have not ended, the earliest made first.
    pub fn queue(&self) -> Result<Vec<Payment>> {
        guarded(|| all(self.shared.core.queue()?))
    }

    /// Payments that have ended, the earliest made first.
    pub fn history(&self) -> Result<Vec<Payment>> {
        guarded(|| all(self.shared.core.history()?))
    }

    /// Pays what waits, now: until nothing moves any more, or for so many milliseconds. Whoever stops waiting stops no
    /// payment.
    pub async fn sync(&self, patience_ms: u32) -> Result<Synced> {
        let patience = Duration::from_millis(patience_ms.into());
        let synced = guarded_async(self.shared.core.sync(patience)).await?;
        let payments = guarded(|| all(synced.payments))?;
        Ok(Synced { payments, unreachable: synced.unreachable.as_ref().map(Into::into) })
    }

    /// Pays what waits, whenever it can, from now on until the core is closed. Returns only where that ends earlier.
    /// Whoever stops waiting stops no payment, and a second caller joins the first.
    pub async fn follow(&self) -> Result<()> {
        self.following.run(&self.shared, |shared| async move { guarded_async(shared.core.follow()).await }).await
    }

    /// Tells the observer of every payment that has not ended, and from then on of each that changes, until the
    /// subscription is dropped.
    pub fn observe(&self, observer: Arc<dyn PaymentObserver>) -> Result<Arc<Subscription>> {
        Subscription::start(&self.shared, observer)
    }
}
