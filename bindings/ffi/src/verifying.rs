//! Telling the shells what to do for a verification, step by step.

use std::sync::Arc;

use paytaipei_app::VerificationSteps;
use tokio::sync::watch;

use crate::error::{PayTaipeiError, Result};
use crate::guard::guarded_async;
use crate::observer::Subscription;
use crate::ports::ForeignError;
use crate::records::Verification;
use crate::shared::{Shared, on_thread};

/// How the operator is to recognise the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum VerificationMethod {
    /// The person approves on the handset.
    Handset,
    /// The person approves on the operator's page, in this phone's browser.
    Page,
    /// The mobile network knows its SIM, and nobody is asked.
    MobileData,
}

impl From<VerificationMethod> for paytaipei_app::Method {
    fn from(method: VerificationMethod) -> Self {
        match method {
            VerificationMethod::Handset => Self::Handset,
            VerificationMethod::Page => Self::Page,
            VerificationMethod::MobileData => Self::MobileData,
        }
    }
}

/// What to show, or what to do for the person. `Verified` and `Refused` are the last.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum VerificationStep {
    /// Approve on the handset, where the same binding message shows.
    ApproveOnHandset { verification: Verification },
    /// Open this address in the system's browser, and give the app link that it leads back by to `page_returned`. It names
    /// the number: not for logs.
    OpenPage { url: String },
    /// The number is verified: all but its last three digits hidden.
    Verified { msisdn: String },
    /// It is not, and why.
    Refused { error: PayTaipeiError },
}

impl From<paytaipei_app::VerificationStep> for VerificationStep {
    fn from(step: paytaipei_app::VerificationStep) -> Self {
        use paytaipei_app::VerificationStep as Step;
        match step {
            Step::ApproveOnHandset(view) => Self::ApproveOnHandset { verification: view.into() },
            Step::OpenPage { url } => Self::OpenPage { url },
            Step::Verified { msisdn } => Self::Verified { msisdn },
            Step::Refused(error) => Self::Refused { error: error.into() },
        }
    }
}

impl VerificationStep {
    const fn is_last(&self) -> bool {
        matches!(self, Self::Verified { .. } | Self::Refused { .. })
    }
}

/// Hears of a verification's steps, on a thread of its own. What it throws is ignored.
#[uniffi::export(with_foreign)]
pub trait VerificationObserver: Send + Sync {
    fn step(&self, step: VerificationStep) -> Result<(), ForeignError>;
}

/// Follows the steps to the last, or until nobody listens any more; the verification itself goes on.
pub fn follow(
    shared: &Arc<Shared>,
    mut steps: VerificationSteps,
    observer: Arc<dyn VerificationObserver>,
) -> Result<Arc<Subscription>> {
    let (alive, mut unsubscribed) = watch::channel(());
    let left = unsubscribed.clone();
    let (closed, shared) = (shared.closed(), Arc::clone(shared));
    on_thread("paytaipei-verify", async move {
        let telling = async {
            loop {
                let next = guarded_async(async { Ok(shared.core.next_step(&mut steps).await) }).await;
                let step = match next {
                    Ok(Some(step)) => VerificationStep::from(step),
                    Ok(None) => return,
                    Err(error) => VerificationStep::Refused { error },
                };
                if left.has_changed().is_err() {
                    return;
                }
                let last = step.is_last();
                let _ = observer.step(step);
                if last {
                    return;
                }
            }
        };
        tokio::select! {
            biased;
            _ = unsubscribed.changed() => {}
            () = closed => {}
            () = telling => {}
        }
    })?;
    Ok(Subscription::of(alive))
}
