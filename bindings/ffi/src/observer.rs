//! Telling the shells what changed.

use std::sync::Arc;

use paytaipei_app::PaymentStream;
use tokio::sync::watch;

use crate::error::{PayTaipeiError, Result};
use crate::guard::{guarded, guarded_async};
use crate::ports::ForeignError;
use crate::records::{Payment, all};
use crate::shared::{Shared, on_thread};

/// Hears of payments, on a thread of its own. Everything it hears is stored already. While it takes its time changes add
/// up, so that a slow observer skips what came between and never the last value. What it throws is ignored.
#[uniffi::export(with_foreign)]
pub trait PaymentObserver: Send + Sync {
    /// Payments as they stand now: at first all that have not ended, then those that changed.
    fn changed(&self, payments: Vec<Payment>) -> Result<(), ForeignError>;
    /// There is nothing more to hear, though nobody unsubscribed: the number is no longer verified, or the store failed.
    fn ended(&self, error: PayTaipeiError) -> Result<(), ForeignError>;
}

/// Somebody observes. Dropping it unsubscribes: of what is stored after that nothing is told; a call that has begun comes
/// to its end.
#[derive(uniffi::Object)]
pub struct Subscription {
    /// Nothing is ever sent: its end is the message.
    _alive: watch::Sender<()>,
}

impl Subscription {
    pub(crate) fn of(alive: watch::Sender<()>) -> Arc<Self> {
        Arc::new(Self { _alive: alive })
    }

    pub(crate) fn start(shared: &Arc<Shared>, observer: Arc<dyn PaymentObserver>) -> Result<Arc<Self>> {
        let stream = guarded(|| shared.core.watch())?;
        let (alive, mut unsubscribed) = watch::channel(());
        let left = unsubscribed.clone();
        let (closed, shared) = (shared.closed(), Arc::clone(shared));
        on_thread("paytaipei-observe", async move {
            tokio::select! {
                biased;
                _ = unsubscribed.changed() => {}
                () = closed => {}
                error = tell(&shared, stream, observer.as_ref(), &left) => {
                    if let Some(error) = error {
                        let _ = observer.ended(error);
                    }
                }
            }
        })?;
        Ok(Self::of(alive))
    }
}

/// Why there is nothing more to hear; `None` where nobody listens any more.
async fn tell(
    shared: &Shared,
    mut stream: PaymentStream,
    observer: &dyn PaymentObserver,
    left: &watch::Receiver<()>,
) -> Option<PayTaipeiError> {
    loop {
        let changed = match guarded_async(shared.core.next(&mut stream)).await {
            Ok(changed) => guarded(|| all(changed)),
            Err(error) => Err(error),
        };
        // Asked after reading: whatever is told was read, and so stored, before anybody unsubscribed.
        if left.has_changed().is_err() {
            return None;
        }
        match changed {
            // Its failure is its own: what is told is stored, and whoever missed it asks again.
            Ok(payments) => drop(observer.changed(payments)),
            Err(error) => return Some(error),
        }
        // So that closing is seen even where changes never pause.
        tokio::task::yield_now().await;
    }
}
