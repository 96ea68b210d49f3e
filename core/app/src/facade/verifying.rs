//! A verification as a stream of steps: what the person has to do now, and in the end how it went.

use std::fmt;
use std::sync::Arc;

use paytaipei_identity::{Method, Outcome};

use super::PayTaipei;
use crate::error::{Code, Error, Result};
use crate::ports::Cellular;
use crate::view::{MobileData, VerificationView};

/// What to show, or what to do for the person.
#[derive(Clone, PartialEq, Eq)]
pub enum VerificationStep {
    /// Approve on the handset, where the same binding message shows.
    ApproveOnHandset(VerificationView),
    /// Open this address in the system's browser, and give the app link that it leads back by to
    /// [`crate::Core::page_returned`]. Personal: it names the number.
    OpenPage { url: String },
    /// The number is verified: all but its last three digits hidden.
    Verified { msisdn: String },
    /// It is not, and why.
    Refused(Error),
}

/// One verification, followed step by step. Dropping it ends nothing: [`PayTaipei::resume_verification`] follows on.
pub struct VerificationSteps {
    at: At,
}

enum At {
    Beginning { msisdn: String, method: Method, cellular: Option<Arc<dyn Cellular>> },
    Waiting,
    Over,
}

impl PayTaipei {
    /// Verifies this number (`09…` or `+8869…`) by this method. `cellular`: the shell's way over mobile data, without which
    /// [`Method::MobileData`] cannot do, and which may spare approving on the handset.
    #[must_use]
    pub fn verify(&self, msisdn: &str, method: Method, cellular: Option<Arc<dyn Cellular>>) -> VerificationSteps {
        VerificationSteps { at: At::Beginning { msisdn: msisdn.to_owned(), method, cellular } }
    }

    /// Follows the verification under way, after a restart too.
    #[must_use]
    pub const fn resume_verification(&self) -> VerificationSteps {
        VerificationSteps { at: At::Waiting }
    }

    /// The next step; `None` after the last, which is `Verified` or `Refused`.
    pub async fn next_step(&self, steps: &mut VerificationSteps) -> Option<VerificationStep> {
        let first = match std::mem::replace(&mut steps.at, At::Over) {
            At::Over => return None,
            At::Waiting => None,
            At::Beginning { msisdn, method, cellular } => match self.first_step(&msisdn, method, cellular).await {
                Ok(step) => step,
                Err(error) => return Some(VerificationStep::Refused(error)),
            },
        };
        if first.is_some() {
            steps.at = At::Waiting;
            return first;
        }
        Some(self.last_step().await.unwrap_or_else(VerificationStep::Refused))
    }

    /// `None`: there is nothing to do for the person.
    async fn first_step(
        &self,
        msisdn: &str,
        method: Method,
        cellular: Option<Arc<dyn Cellular>>,
    ) -> Result<Option<VerificationStep>> {
        let needed = || Error::new(Code::MobileDataNeeded);
        if method == Method::MobileData && cellular.is_none() {
            return Err(needed());
        }
        let started = self.begin_verification(msisdn, method).await?;
        if let Some(url) = started.page_url {
            return Ok(Some(VerificationStep::OpenPage { url }));
        }
        let verification = started.verification.clone();
        let view = match cellular {
            Some(cellular) => self.over_mobile_data(started, cellular).await?,
            None => started.view,
        };
        match (view.mobile_data, method) {
            (MobileData::Recognised, _) => Ok(None),
            (_, Method::MobileData) => {
                // Nobody was asked, so nobody will approve: it is over at once.
                match self.verification_went(&verification, Outcome::Expired) {
                    Err(error) if error.code == Code::VerificationExpired => Err(needed()),
                    other => other.map(|_| None),
                }
            }
            _ => Ok(Some(VerificationStep::ApproveOnHandset(view))),
        }
    }

    async fn last_step(&self) -> Result<VerificationStep> {
        self.finish_verification().await?;
        Ok(VerificationStep::Verified { msisdn: self.verified_number()?.unwrap_or_default() })
    }
}

impl fmt::Debug for VerificationStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApproveOnHandset(_) => f.write_str("ApproveOnHandset(..)"),
            Self::OpenPage { .. } => f.write_str("OpenPage(..)"),
            Self::Verified { .. } => f.write_str("Verified(..)"),
            Self::Refused(error) => write!(f, "Refused({error:?})"),
        }
    }
}
