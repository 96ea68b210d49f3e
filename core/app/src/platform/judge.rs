//! Which answers say something, and what.

use paytaipei_bill::{BillNumber, BillerId};
use paytaipei_identity::{Answer, Started};
use paytaipei_payment::deal::Deal;
use paytaipei_payment::{AskOutcome, PaymentId, Refusal, SubmitOutcome, Trouble};
use paytaipei_receipt::KeySet;
use serde::de::DeserializeOwned;

use super::{Inquiry, Page, Silence, Why, wire};
use crate::error::{Code, Error};
use crate::ports::{HttpError, HttpReply};

/// An answer of the contract: good (200, 202), or a typed refusal.
pub enum Reply {
    Good(HttpReply),
    Problem(Problem),
}

/// A typed refusal: the code of the contract's `Problem`.
pub struct Problem {
    status: u16,
    code: String,
    retry_after_ms: Option<i64>,
    body: Vec<u8>,
}

impl Problem {
    pub fn code(&self) -> &str {
        &self.code
    }
}

const GARBLED: Silence = Silence::new(Why::Garbled);

/// Sorts a reply into the three kinds there are: good, a typed refusal, or nothing.
pub fn sort(reply: HttpReply) -> Result<Reply, Silence> {
    // Seconds only: the other form, a date, would be read by a clock that may be wrong (RFC 9110, section 10.2.3).
    let retry_after_ms = reply
        .retry_after
        .as_deref()
        .filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .map(|text| text.parse().unwrap_or(i64::MAX / 1_000).saturating_mul(1_000));
    let silence = |why| Silence { why, trouble: Trouble { retry_after_ms } };
    let media_type = reply.content_type.as_deref().and_then(|kind| kind.split(';').next()).unwrap_or_default();
    match reply.status {
        408 | 425 | 429 | 500..=599 => Err(silence(Why::Busy)),
        _ if !media_type.trim().eq_ignore_ascii_case("application/json") => Err(silence(Why::Garbled)),
        200 | 202 => Ok(Reply::Good(reply)),
        status @ 400..=499 => {
            let problem: wire::Problem = serde_json::from_slice(&reply.body).map_err(|_| silence(Why::Garbled))?;
            if status == 401 {
                return Err(silence(Why::SessionInvalid));
            }
            Ok(Reply::Problem(Problem { status, code: problem.error.code, retry_after_ms, body: reply.body }))
        }
        _ => Err(silence(Why::Garbled)),
    }
}

/// `number`: the one that was asked about, if it was one.
pub fn inquired(reply: Reply, biller: &BillerId, number: Option<&BillNumber>) -> Result<Inquiry, Silence> {
    match reply {
        Reply::Good(reply) => {
            Ok(Inquiry::Bills(read::<wire::Bills>(&reply.body)?.judge(biller, number).ok_or(GARBLED)?))
        }
        Reply::Problem(problem) => match problem.code.as_str() {
            "bill_not_found" => Ok(Inquiry::NotFound),
            "biller_unknown" => Ok(Inquiry::BillerUnknown),
            "quiet_hours" => Ok(Inquiry::Quiet { retry_after_ms: problem.retry_after_ms.unwrap_or(60_000) }),
            _ => Err(GARBLED),
        },
    }
}

pub fn submitted(reply: Reply, id: PaymentId) -> Result<SubmitOutcome, Silence> {
    let problem = match reply {
        Reply::Good(reply) => return recorded(&reply, id).map(SubmitOutcome::Recorded),
        Reply::Problem(problem) => problem,
    };
    Ok(SubmitOutcome::Refused(match (problem.status, problem.code.as_str()) {
        (409, "id_conflict") => Refusal::IdConflict,
        (409, "bill_token_stale") => Refusal::TokenStale,
        (409, "already_paid") => Refusal::AlreadyPaid,
        (409, "amount_changed") => Refusal::AmountChanged,
        (409, "bill_expired") => Refusal::BillExpired,
        (409, "provider_closed") => Refusal::ProviderClosed,
        (409, "deal_changed") => Refusal::DealChanged,
        (403, "consent_invalid") => Refusal::ConsentInvalid,
        (422, "malformed") => Refusal::NotUnderstood,
        // A refusal that this release does not know is no refusal that it may act on.
        _ => return Err(GARBLED),
    }))
}

/// Only the contract's own `payment_not_found` counts as not found.
pub fn asked(reply: Reply, id: PaymentId) -> Result<AskOutcome, Silence> {
    match reply {
        Reply::Good(reply) => recorded(&reply, id).map(AskOutcome::Recorded),
        Reply::Problem(problem) if problem.status == 404 && problem.code == "payment_not_found" => {
            Ok(AskOutcome::NotFound { resend_for_s: read::<wire::NotFound>(&problem.body)?.resend_for_s })
        }
        Reply::Problem(_) => Err(GARBLED),
    }
}

pub fn voided(reply: Reply, id: PaymentId) -> Result<AskOutcome, Silence> {
    match reply {
        Reply::Good(reply) => recorded(&reply, id).map(AskOutcome::Recorded),
        Reply::Problem(_) => Err(GARBLED),
    }
}

pub fn listed(reply: Reply) -> Result<Page, Silence> {
    match reply {
        Reply::Good(reply) => read::<wire::Payments>(&reply.body)?.judge().ok_or(GARBLED),
        Reply::Problem(_) => Err(GARBLED),
    }
}

fn recorded(reply: &HttpReply, id: PaymentId) -> Result<paytaipei_payment::Recorded, Silence> {
    read::<wire::Payment>(&reply.body)?.judge(id).ok_or(GARBLED)
}

/// The deals that this release understands, each id once.
pub fn deals(reply: Result<HttpReply, HttpError>) -> Result<Vec<Deal>, Silence> {
    let Reply::Good(reply) = reply.map_err(Silence::from).and_then(sort)? else { return Err(GARBLED) };
    let list = read::<wire::Deals>(&reply.body)?.deals;
    if list.len() > 200 {
        return Err(GARBLED);
    }
    let mut deals: Vec<Deal> = list.into_iter().filter_map(|deal| serde_json::from_value(deal).ok()).collect();
    deals.sort_by(|a, b| a.id.cmp(&b.id));
    deals.dedup_by(|a, b| a.id == b.id);
    Ok(deals)
}

/// A set of keys that receipts can be verified by.
pub fn receipt_keys(reply: Result<HttpReply, HttpError>) -> Result<serde_json::Value, Silence> {
    let Reply::Good(reply) = reply.map_err(Silence::from).and_then(sort)? else { return Err(GARBLED) };
    KeySet::read(&reply.body).map_err(|_| GARBLED)?;
    read(&reply.body)
}

pub fn verification_started(reply: Result<HttpReply, HttpError>) -> Result<Started, Error> {
    match reply.map_err(Silence::from).and_then(sort)? {
        Reply::Good(reply) => Ok(read::<wire::VerificationStarted>(&reply.body)?.judge().ok_or(GARBLED)?),
        Reply::Problem(problem) if problem.status == 422 => Err(Code::MsisdnMalformed.into()),
        Reply::Problem(problem) if problem.status == 403 && problem.code == "key_revoked" => {
            Err(Code::KeysInvalid.into())
        }
        Reply::Problem(_) => Err(Code::PhoneRefused.into()),
    }
}

/// Silence is no refusal: the session is asked for again.
pub fn collected(reply: Result<HttpReply, HttpError>) -> Answer {
    let answer = reply.map_err(Silence::from).and_then(sort).and_then(|reply| match reply {
        Reply::Good(reply) if reply.status == 202 => {
            Ok(Answer::Pending { interval_s: read::<wire::Pending>(&reply.body)?.interval_s })
        }
        Reply::Good(reply) => read::<wire::Session>(&reply.body)?.judge().ok_or(GARBLED),
        Reply::Problem(problem) => Ok(match problem.code.as_str() {
            "access_denied" => Answer::Denied,
            "expired_token" => Answer::Expired,
            "verifier_mismatch" => Answer::Mismatch,
            "number_mismatch" => Answer::OtherNumber,
            _ => Answer::NoAnswer,
        }),
    });
    answer.unwrap_or(Answer::NoAnswer)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Silence> {
    serde_json::from_slice(body).map_err(|_| GARBLED)
}
