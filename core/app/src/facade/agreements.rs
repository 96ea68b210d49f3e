//! Agreements with payment businesses, and the way to a business where a payment is finished there.

use std::sync::Arc;

use paytaipei_bill::Twd;
use paytaipei_identity::Session;
use paytaipei_payment::{Agreement, AgreementState, HandOffRefused, Payment, PaymentId, Provider, State};
use serde::Serialize;

use super::deals::FRESH_MS;
use super::{Core, PayTaipei};
use crate::error::{Code, Error, Result};
use crate::platform::{AgreementCall, Listed, agreements};
use crate::ports::{Http, HttpError, HttpReply};
use crate::view::instant;

/// An agreement on silent debits. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgreementView {
    pub provider: String,
    pub provider_name: String,
    /// `pending`, `in_force`, `unlinked`, `expired`, `revoked`.
    pub state: String,
    /// The state in the person's language.
    pub words: String,
    /// No single payment over more than this is debited silently.
    pub limit: i64,
    /// RFC 3339, UTC. `None` before the person agreed at the business.
    pub expires_at: Option<String>,
    /// Where the person agrees, while it is pending.
    pub url: Option<String>,
}

impl From<HandOffRefused> for Error {
    fn from(refused: HandOffRefused) -> Self {
        let code = Code::HandOffRefused;
        let message = match refused {
            HandOffRefused::NotAnAddress => ["平台給的不是網址", "what the platform gave is no address"],
            HandOffRefused::Scheme => ["平台給的不是 https 網址", "the platform gave an address that is not https"],
            HandOffRefused::Host => [
                "平台給的網址既不是支付業者的，也不是平台的",
                "the platform gave an address of neither the payment business nor itself",
            ],
        };
        Self::detailed(code, refused.code(), message, None)
    }
}

impl Core {
    /// The number's agreements, as the platform told them last, at this instant.
    pub fn agreements(&self) -> Result<Vec<AgreementView>> {
        let session = self.verified()?;
        let now = self.clock.now();
        let listed = self.store.read(|work| work.agreements(session.msisdn.e164()))?;
        let view = |listed: Listed| {
            let agreement = listed.agreement.at(now);
            AgreementView {
                provider: agreement.provider.id().to_owned(),
                provider_name: agreement.provider.name(self.lang).to_owned(),
                state: agreement.state.as_str().to_owned(),
                words: agreement.state.words(self.lang).to_owned(),
                limit: agreement.limit.dollars(),
                expires_at: agreement.expires_at.map(instant),
                url: listed.url.filter(|url| self.leads_to(agreement.provider, url).is_ok()),
            }
        };
        Ok(listed.into_iter().map(view).collect())
    }

    /// Where the person finishes a payment at its business: an app link, which opens the business's app where there is one,
    /// and the browser where there is none. Refused where it leads to neither the business nor the platform.
    pub fn hand_off(&self, payment: &str) -> Result<String> {
        self.verified()?;
        let id = PaymentId::parse(payment).ok_or(Code::PaymentUnknown)?;
        let payment = self.store.read(|work| work.payment(id))?.ok_or(Code::PaymentUnknown)?.payment;
        match &payment {
            Payment { state: State::AwaitingHandOff, hand_off_url: Some(url), provider, .. } => {
                self.leads_to(*provider, url)?;
                Ok(url.clone())
            }
            _ => Err(Code::HandOffNotAsked.into()),
        }
    }

    fn leads_to(&self, provider: Provider, url: &str) -> Result<()> {
        provider.judge_hand_off(url, self.platform.get().map(String::as_str))?;
        Ok(())
    }

    /// Takes in what the platform answered to a call about this session's agreements.
    fn take_agreements(&self, session: &Session, reply: std::result::Result<HttpReply, HttpError>) -> Result<()> {
        let told = match agreements(reply) {
            Err(error) if error.code == Code::NumberNotVerified => {
                self.store.end_session()?;
                return Err(error);
            }
            told => told?,
        };
        let now = self.clock.now();
        self.store.write(|work| work.keep_agreements(session.msisdn.e164(), told, now))
    }

    async fn call_about_agreements(&self, http: &dyn Http, call: AgreementCall) -> Result<()> {
        let session = self.verified()?;
        self.take_agreements(&session, http.send(call.request(&session.token)).await)
    }

    /// Asks anew, where what is kept is old.
    pub(crate) async fn freshen_agreements(&self, http: &dyn Http) -> Result<()> {
        let now = self.clock.now();
        let kept = self.store.read(|work| work.agreements_kept_at())?;
        if kept.is_some_and(|at| (0..FRESH_MS).contains(&now.millis_since(at))) {
            return Ok(());
        }
        self.refetch_agreements(http).await
    }

    pub(crate) async fn refetch_agreements(&self, http: &dyn Http) -> Result<()> {
        self.call_about_agreements(http, AgreementCall::List).await
    }
}

fn provider(id: &str) -> Result<Provider> {
    Provider::from_id(id).ok_or_else(|| Code::ProviderUnknown.into())
}

fn limit(dollars: i64) -> Result<Twd> {
    let within = (1..=Agreement::MOST).contains(&dollars);
    Twd::new(dollars).ok().filter(|_| within).ok_or_else(|| Code::LimitMalformed.into())
}

impl PayTaipei {
    /// Asks the platform for the number's agreements now.
    pub async fn refresh_agreements(&self) -> Result<Vec<AgreementView>> {
        self.about_agreements(AgreementCall::List).await
    }

    /// Asks for an agreement, or for a higher limit of one: the person agrees at the business, at the `url` of what is pending.
    /// What is in force stays so until then.
    pub async fn link_agreement(&self, business: &str, most: i64) -> Result<Vec<AgreementView>> {
        self.about_agreements(AgreementCall::Link(provider(business)?, limit(most)?)).await
    }

    /// Lowers the limit of an agreement, at once. Refused with `limit_raised` where it would be higher.
    pub async fn limit_agreement(&self, business: &str, most: i64) -> Result<Vec<AgreementView>> {
        let (provider, most) = (provider(business)?, limit(most)?);
        let known = self
            .agreements()?
            .into_iter()
            .find(|known| known.provider == business && known.state == AgreementState::InForce.as_str());
        if known.is_some_and(|known| known.limit < most.dollars()) {
            return Err(Code::LimitRaised.into());
        }
        self.about_agreements(AgreementCall::Limit(provider, most)).await
    }

    /// Ends an agreement, and what is pending, at once: nothing is debited silently that was not ordered before.
    pub async fn unlink_agreement(&self, business: &str) -> Result<Vec<AgreementView>> {
        self.about_agreements(AgreementCall::Unlink(provider(business)?)).await
    }

    async fn about_agreements(&self, call: AgreementCall) -> Result<Vec<AgreementView>> {
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            core.call_about_agreements(http.as_ref(), call).await?;
            core.agreements()
        })
        .await
    }
}
