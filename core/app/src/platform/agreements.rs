//! Agreements on silent debits: every call is answered with all of them.

use paytaipei_bill::Twd;
use paytaipei_payment::{Agreement, AgreementState, Provider, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::judge::{Reply, sort};
use super::wire::instant;
use super::{Silence, Why};
use crate::error::{Code, Error};
use crate::ports::{HttpError, HttpReply, HttpRequest, Method};

/// More than eight businesses, each with what is in force and what is asked for, can fill.
const MOST: usize = 32;

/// What is asked of the platform.
pub(crate) enum AgreementCall {
    List,
    Link(Provider, Twd),
    Limit(Provider, Twd),
    Unlink(Provider),
}

impl AgreementCall {
    pub fn request(&self, token: &Zeroizing<String>) -> HttpRequest {
        let of = |provider: &Provider, what: &str| format!("/v1/agreements/{}/{what}", provider.id());
        let (method, path, body) = match self {
            Self::List => (Method::Get, "/v1/agreements".to_owned(), None),
            Self::Link(provider, limit) => {
                (Method::Post, of(provider, "link"), Some(json!({ "limit": limit.dollars() })))
            }
            Self::Limit(provider, limit) => {
                (Method::Post, of(provider, "limit"), Some(json!({ "limit": limit.dollars() })))
            }
            Self::Unlink(provider) => (Method::Post, of(provider, "unlink"), None),
        };
        HttpRequest {
            method,
            path,
            bearer: Some(token.to_string()),
            bill_token: None,
            if_none_match: None,
            body: body.map(|body| body.to_string().into_bytes()),
        }
    }
}

/// An agreement, and where the person agrees to one that is asked for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub agreement: Agreement,
    pub url: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    agreements: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    provider: String,
    state: String,
    limit: Twd,
    expires_at: Option<String>,
    url: Option<String>,
}

impl One {
    fn judge(self) -> Option<Listed> {
        let expires_at: Option<Timestamp> = match &self.expires_at {
            None => None,
            Some(text) => Some(instant(text)?),
        };
        let (provider, state) = (Provider::from_id(&self.provider)?, AgreementState::from_name(&self.state)?);
        // What never ends is no agreement of the contract's.
        if state == AgreementState::InForce && expires_at.is_none() {
            return None;
        }
        let agreement = Agreement { provider, state, limit: self.limit, expires_at };
        Some(Listed { agreement, url: self.url.filter(|_| state == AgreementState::Pending) })
    }
}

/// All agreements, by the answer to any call.
pub(crate) fn agreements(reply: Result<HttpReply, HttpError>) -> Result<Vec<Listed>, Error> {
    let garbled = || Error::from(Silence::new(Why::Garbled));
    match reply.map_err(Silence::from).and_then(sort)? {
        Reply::Good(reply) => {
            let body: Body = serde_json::from_slice(&reply.body).map_err(|_| garbled())?;
            if body.agreements.len() > MOST {
                return Err(garbled());
            }
            body.agreements.into_iter().map(One::judge).collect::<Option<_>>().ok_or_else(garbled)
        }
        Reply::Problem(problem) => Err(match problem.code() {
            "agreement_not_found" => Code::AgreementUnknown.into(),
            "limit_raised" => Code::LimitRaised.into(),
            "provider_closed" => Code::ProviderClosed.into(),
            _ => garbled(),
        }),
    }
}
