//! Agreements on silent debits, and the way to a business where a payment is finished there.

use paytaipei_app::AgreementView;

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::payments::Payments;

/// How an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum AgreementState {
    /// Asked for; the person has not agreed at the business yet.
    Pending,
    InForce,
    /// Ended here by the person.
    Unlinked,
    Expired,
    /// Ended at the business.
    Revoked,
}

impl From<paytaipei_payment::AgreementState> for AgreementState {
    fn from(state: paytaipei_payment::AgreementState) -> Self {
        use paytaipei_payment::AgreementState as State;
        match state {
            State::Pending => Self::Pending,
            State::InForce => Self::InForce,
            State::Unlinked => Self::Unlinked,
            State::Expired => Self::Expired,
            State::Revoked => Self::Revoked,
        }
    }
}

/// An agreement on silent debits. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Agreement {
    pub provider: String,
    pub provider_name: String,
    pub state: AgreementState,
    /// The state in the person's language.
    pub words: String,
    /// No single payment over more than this is debited silently.
    pub limit: i64,
    /// `None` before the person agreed at the business.
    pub expires_at: Option<String>,
    /// To be opened while it is pending: there the person agrees.
    pub url: Option<String>,
}

fn all(views: Vec<AgreementView>) -> Vec<Agreement> {
    let one = |view: AgreementView| {
        let state = paytaipei_payment::AgreementState::from_name(&view.state)?;
        Some(Agreement {
            provider: view.provider,
            provider_name: view.provider_name,
            state: state.into(),
            words: view.words,
            limit: view.limit,
            expires_at: view.expires_at,
            url: view.url,
        })
    };
    views.into_iter().filter_map(one).collect()
}

#[uniffi::export]
impl Payments {
    /// The number's agreements, as the platform told them last.
    pub fn agreements(&self) -> Result<Vec<Agreement>> {
        guarded(|| Ok(all(self.shared.core.agreements()?)))
    }

    /// Asks the platform for them now.
    pub async fn refresh_agreements(&self) -> Result<Vec<Agreement>> {
        guarded_async(self.shared.core.refresh_agreements()).await.map(all)
    }

    /// Asks for an agreement, or for a higher limit of one: the person agrees at the `url` of what is pending then.
    pub async fn link_agreement(&self, provider: String, limit: i64) -> Result<Vec<Agreement>> {
        guarded_async(self.shared.core.link_agreement(&provider, limit)).await.map(all)
    }

    /// Lowers the limit of an agreement, at once.
    pub async fn limit_agreement(&self, provider: String, limit: i64) -> Result<Vec<Agreement>> {
        guarded_async(self.shared.core.limit_agreement(&provider, limit)).await.map(all)
    }

    /// Ends an agreement, and what is pending, at once.
    pub async fn unlink_agreement(&self, provider: String) -> Result<Vec<Agreement>> {
        guarded_async(self.shared.core.unlink_agreement(&provider)).await.map(all)
    }

    /// Where a payment is finished at its business: to be opened as an app link, with the browser where there is no app.
    /// Refused where it leads to neither the business nor the platform.
    pub fn hand_off(&self, payment: String) -> Result<String> {
        guarded(|| self.shared.core.hand_off(&payment))
    }
}
