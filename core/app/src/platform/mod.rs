//! Talking to the platform: requests out, judged answers in. `docs/platform-api.yaml` is the contract.
//!
//! Whatever is not a typed answer of that contract says nothing: the caller gets [`Silence`], never a guess.

mod wire;

use std::sync::Arc;

use paytaipei_bill::BillKey;
use paytaipei_identity::{Answer, Msisdn, Started, Verifier};
use paytaipei_payment::{AskOutcome, Consent, PaymentId, Refusal, SubmitOutcome, Trouble};
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result};
use crate::ports::{Http, HttpError, HttpReply, HttpRequest, Method};
use crate::store::PlatformBill;

/// The platform, as one phone sees it.
pub struct Platform {
    http: Arc<dyn Http>,
}

/// Nothing was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    pub why: Why,
    pub trouble: Trouble,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Network(HttpError),
    /// 408, 425, 429, 5xx.
    Busy,
    /// Not this interface: a captive portal's page, broken JSON, an answer that breaks the contract.
    Garbled,
    /// The session is not accepted any more.
    SessionInvalid,
}

impl Silence {
    const fn new(why: Why) -> Self {
        Self { why, trouble: Trouble { retry_after_ms: None } }
    }
}

impl From<HttpError> for Silence {
    fn from(error: HttpError) -> Self {
        Self::new(Why::Network(error))
    }
}

impl From<Silence> for Error {
    fn from(silence: Silence) -> Self {
        match silence.why {
            Why::Network(HttpError::Offline | HttpError::Broken) => Code::Offline,
            Why::Network(HttpError::Timeout) => Code::Timeout,
            Why::Network(HttpError::Tls) => Code::TlsFailed,
            Why::Network(HttpError::Clock) => Code::ClockWrong,
            Why::Network(HttpError::TooLarge) | Why::Garbled => Code::PlatformGarbled,
            Why::Busy => Code::PlatformTrouble,
            Why::SessionInvalid => Code::NumberNotVerified,
        }
        .into()
    }
}

/// A typed refusal: the code of the contract's `Problem`.
struct Problem {
    status: u16,
    code: String,
    retry_after_ms: Option<i64>,
}

enum Reply {
    /// 200 or 202, with its body.
    Good(HttpReply),
    Problem(Problem, HttpReply),
}

/// What an inquiry brought.
#[derive(Debug)]
pub enum Inquiry {
    Bills(Vec<PlatformBill>),
    NotFound,
    BillerUnknown,
    Quiet { retry_after_ms: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To look only.
    Status,
    /// To pay: gives a bill token, and ends the life of any other.
    Pay,
}

impl Platform {
    pub fn new(http: Arc<dyn Http>) -> Self {
        Self { http }
    }

    /// Asks for a verification. The keys' public halves go along, so that the platform can check what they sign.
    pub async fn start_verification(
        &self,
        msisdn: &Msisdn,
        verifier: &Verifier,
        consent_key: &str,
        session_key: &str,
    ) -> Result<Started> {
        let body = wire::verification_request(msisdn, verifier, consent_key, session_key);
        match self.call(Method::Post, "/v1/verifications".into(), None, None, Some(body)).await? {
            Reply::Good(reply) => {
                Ok(read::<wire::VerificationStarted>(&reply)?.judge().ok_or(Silence::new(Why::Garbled))?)
            }
            Reply::Problem(problem, _) if problem.status == 422 => Err(Code::MsisdnMalformed.into()),
            Reply::Problem(..) => Err(Code::PhoneRefused.into()),
        }
    }

    /// Asks whether the person has approved.
    pub async fn collect_session(&self, verification: &str, verifier: &Verifier) -> Result<Answer, Silence> {
        let path = format!("/v1/verifications/{verification}/session");
        let body = wire::verifier(verifier);
        Ok(match self.call(Method::Post, path, None, None, Some(body)).await? {
            Reply::Good(reply) if reply.status == 202 => {
                Answer::Pending { interval_s: read::<wire::Pending>(&reply)?.interval_s }
            }
            Reply::Good(reply) => read::<wire::Session>(&reply)?.judge().ok_or(Silence::new(Why::Garbled))?,
            Reply::Problem(problem, _) => match problem.code.as_str() {
                "access_denied" => Answer::Denied,
                "expired_token" => Answer::Expired,
                "verifier_mismatch" => Answer::Mismatch,
                _ => return Err(Silence::new(Why::Garbled)),
            },
        })
    }

    /// Asks what is owed. With a full key: that bill; with a provisional one: all bills of the number.
    pub async fn inquire(&self, token: &str, key: &BillKey, purpose: Purpose) -> Result<Inquiry, Silence> {
        let body = wire::inquiry(key, purpose);
        let reply = self.call(Method::Post, "/v1/inquiries".into(), Some(token), None, Some(body)).await?;
        Ok(match reply {
            Reply::Good(reply) => {
                Inquiry::Bills(read::<wire::Bills>(&reply)?.judge(key).ok_or(Silence::new(Why::Garbled))?)
            }
            Reply::Problem(problem, _) => match problem.code.as_str() {
                "bill_not_found" => Inquiry::NotFound,
                "biller_unknown" => Inquiry::BillerUnknown,
                "quiet_hours" => Inquiry::Quiet { retry_after_ms: problem.retry_after_ms.unwrap_or(60_000) },
                _ => return Err(Silence::new(Why::Garbled)),
            },
        })
    }

    /// Sends the frozen bytes under the frozen identifier.
    pub async fn submit(
        &self,
        token: &str,
        id: PaymentId,
        consent: &Consent,
        bill_token: &str,
    ) -> Result<SubmitOutcome, Silence> {
        let path = format!("/v1/payments/{id}");
        let body = consent.body.clone().into_bytes();
        Ok(match self.call(Method::Put, path, Some(token), Some(bill_token), Some(body)).await? {
            Reply::Good(reply) => {
                SubmitOutcome::Recorded(read::<wire::Payment>(&reply)?.judge(id).ok_or(Silence::new(Why::Garbled))?)
            }
            Reply::Problem(problem, _) => SubmitOutcome::Refused(match (problem.status, problem.code.as_str()) {
                (409, "id_conflict") => Refusal::IdConflict,
                (409, "bill_token_stale") => Refusal::TokenStale,
                (409, "already_paid") => Refusal::AlreadyPaid,
                (409, "amount_changed") => Refusal::AmountChanged,
                (409, "bill_expired") => Refusal::BillExpired,
                (409, "provider_closed") => Refusal::ProviderClosed,
                (403, "consent_invalid") => Refusal::ConsentInvalid,
                (422, "malformed") => Refusal::NotUnderstood,
                // A refusal that this release does not know is no refusal that it may act on.
                _ => return Err(Silence::new(Why::Garbled)),
            }),
        })
    }

    /// Asks what became of an identifier. Only the contract's own `payment_not_found` counts as not found.
    pub async fn ask(&self, token: &str, id: PaymentId) -> Result<AskOutcome, Silence> {
        let path = format!("/v1/payments/{id}");
        Ok(match self.call(Method::Get, path, Some(token), None, None).await? {
            Reply::Good(reply) => {
                AskOutcome::Recorded(read::<wire::Payment>(&reply)?.judge(id).ok_or(Silence::new(Why::Garbled))?)
            }
            Reply::Problem(problem, reply) if problem.status == 404 && problem.code == "payment_not_found" => {
                AskOutcome::NotFound { resend_for_s: read::<wire::NotFound>(&reply)?.resend_for_s }
            }
            Reply::Problem(..) => return Err(Silence::new(Why::Garbled)),
        })
    }

    /// Makes sure that an identifier never charges, or learns that it has.
    pub async fn void(&self, token: &str, id: PaymentId) -> Result<AskOutcome, Silence> {
        let path = format!("/v1/payments/{id}/void");
        match self.call(Method::Post, path, Some(token), None, None).await? {
            Reply::Good(reply) => {
                Ok(AskOutcome::Recorded(read::<wire::Payment>(&reply)?.judge(id).ok_or(Silence::new(Why::Garbled))?))
            }
            Reply::Problem(..) => Err(Silence::new(Why::Garbled)),
        }
    }

    async fn call(
        &self,
        method: Method,
        path: String,
        bearer: Option<&str>,
        bill_token: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, Silence> {
        let request = HttpRequest {
            method,
            path,
            bearer: bearer.map(str::to_owned),
            bill_token: bill_token.map(str::to_owned),
            body,
        };
        let reply = self.http.send(request).await?;
        judge(reply)
    }
}

/// Sorts an answer into the three kinds there are: good, a typed refusal, or nothing.
fn judge(reply: HttpReply) -> Result<Reply, Silence> {
    // Seconds only: the other form, a date, would be read by a clock that may be wrong (RFC 9110, section 10.2.3).
    let retry_after_ms = reply
        .retry_after
        .as_deref()
        .filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .map(|text| text.parse().unwrap_or(i64::MAX / 1_000).saturating_mul(1_000));
    let silence = |why| Silence { why, trouble: Trouble { retry_after_ms } };
    let json = reply.content_type.as_deref().is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    match reply.status {
        408 | 425 | 429 | 500..=599 => Err(silence(Why::Busy)),
        _ if !json => Err(silence(Why::Garbled)),
        200 | 202 => Ok(Reply::Good(reply)),
        status @ (400..=499) => {
            let problem: wire::Problem = serde_json::from_slice(&reply.body).map_err(|_| silence(Why::Garbled))?;
            if status == 401 {
                return Err(silence(Why::SessionInvalid));
            }
            Ok(Reply::Problem(Problem { status, code: problem.error.code, retry_after_ms }, reply))
        }
        _ => Err(silence(Why::Garbled)),
    }
}

fn read<T: DeserializeOwned>(reply: &HttpReply) -> Result<T, Silence> {
    serde_json::from_slice(&reply.body).map_err(|_| Silence::new(Why::Garbled))
}
