//! Talking to the platform, sans-I/O: an [`Order`] becomes a request, and what came back becomes an [`Answer`].
//! `docs/platform-api.yaml` is the contract.
//!
//! Whatever is not a typed answer of that contract says nothing: it ends as [`Silence`], never as a guess.

mod agreements;
mod judge;
pub mod signed;
mod wire;

use std::fmt;

use paytaipei_bill::{BillKey, BillerId, Twd};
use paytaipei_payment::{AskOutcome, Consent, PaymentId, Provider, Recorded, SubmitOutcome, Trouble};
use zeroize::Zeroizing;

use crate::error::{Code, Error};
use crate::ports::{HttpError, HttpReply, HttpRequest, Method};
use crate::store::{Fetched, PlatformBill};

pub(crate) use agreements::{AgreementCall, Listed, agreements};
pub use judge::{collected, deals, receipt_keys, verification_started};

/// One call that a payment, or a person who looks, wants made.
#[derive(Clone)]
pub struct Order {
    /// The session's.
    pub token: Zeroizing<String>,
    pub errand: Errand,
}

#[derive(Clone)]
pub enum Errand {
    /// With a full key: that bill; with a provisional one: all bills of the number.
    Inquire {
        bill: BillKey,
        purpose: Purpose,
    },
    /// All bills of whoever these fields describe.
    Search {
        biller: BillerId,
        fields: Vec<(String, Zeroizing<String>)>,
    },
    /// The frozen bytes under the frozen identifier, with the token of the last check.
    Submit {
        id: PaymentId,
        consent: Box<Consent>,
        bill_token: String,
    },
    Ask {
        id: PaymentId,
    },
    Void {
        id: PaymentId,
    },
    /// The number's payments, whoever made them, from this cursor on.
    List {
        after: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To look only.
    Status,
    /// To pay: gives a bill token, and ends the life of any other.
    Pay,
}

/// What an order brought.
#[derive(Debug)]
pub enum Answer {
    Inquired(Result<Inquiry, Silence>),
    Submitted(Result<SubmitOutcome, Silence>),
    Told(Result<AskOutcome, Silence>),
    Listed(Result<Page, Silence>),
}

/// A page of the number's payments, the oldest first.
#[derive(Debug)]
pub struct Page {
    pub payments: Vec<ListedPayment>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// A payment that the platform tells of.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedPayment {
    pub id: PaymentId,
    pub bill: BillKey,
    pub provider: Provider,
    pub payable: Twd,
    pub recorded: Recorded,
}

#[derive(Debug)]
pub enum Inquiry {
    Bills(Vec<PlatformBill>),
    NotFound,
    BillerUnknown,
    Quiet { retry_after_ms: i64 },
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

impl Order {
    /// The request to send.
    #[must_use]
    pub fn request(&self) -> HttpRequest {
        let (method, path, body) = match &self.errand {
            Errand::Inquire { bill, purpose } => {
                (Method::Post, "/v1/inquiries".to_owned(), Some(wire::inquiry(bill, *purpose)))
            }
            Errand::Search { biller, fields } => {
                (Method::Post, "/v1/inquiries".to_owned(), Some(wire::search(biller, fields)))
            }
            Errand::Submit { id, consent, .. } => {
                (Method::Put, format!("/v1/payments/{id}"), Some(consent.body.clone().into_bytes()))
            }
            Errand::Ask { id } => (Method::Get, format!("/v1/payments/{id}"), None),
            Errand::Void { id } => (Method::Post, format!("/v1/payments/{id}/void"), None),
            Errand::List { after: None } => (Method::Get, "/v1/payments".to_owned(), None),
            Errand::List { after: Some(cursor) } => (Method::Get, format!("/v1/payments?after={cursor}"), None),
        };
        let bill_token = match &self.errand {
            Errand::Submit { bill_token, .. } => Some(bill_token.clone()),
            _ => None,
        };
        HttpRequest { method, path, bearer: Some(self.token.to_string()), bill_token, if_none_match: None, body }
    }

    /// What the reply says, if it says anything.
    #[must_use]
    pub fn answer(&self, reply: Result<HttpReply, HttpError>) -> Answer {
        let reply = reply.map_err(Silence::from).and_then(judge::sort);
        match &self.errand {
            Errand::Inquire { bill, .. } => {
                Answer::Inquired(reply.and_then(|reply| judge::inquired(reply, &bill.biller, Some(&bill.number))))
            }
            Errand::Search { biller, .. } => {
                Answer::Inquired(reply.and_then(|reply| judge::inquired(reply, biller, None)))
            }
            Errand::Submit { id, .. } => Answer::Submitted(reply.and_then(|reply| judge::submitted(reply, *id))),
            Errand::Ask { id } => Answer::Told(reply.and_then(|reply| judge::asked(reply, *id))),
            Errand::Void { id } => Answer::Told(reply.and_then(|reply| judge::voided(reply, *id))),
            Errand::List { .. } => Answer::Listed(reply.and_then(judge::listed)),
        }
    }
}

impl Answer {
    /// Why nothing was learned, if nothing was.
    #[must_use]
    pub fn silence(&self) -> Option<Silence> {
        match self {
            Self::Inquired(answer) => answer.as_ref().err().copied(),
            Self::Submitted(answer) => answer.as_ref().err().copied(),
            Self::Told(answer) => answer.as_ref().err().copied(),
            Self::Listed(answer) => answer.as_ref().err().copied(),
        }
    }
}

/// Asks for a verification. The keys' public halves go along, so that the platform can check what they sign.
#[must_use]
pub fn verification_request(
    msisdn: &paytaipei_identity::Msisdn,
    method: paytaipei_identity::Method,
    verifier: &paytaipei_identity::Verifier,
    consent_key: &str,
    session_key: &str,
) -> HttpRequest {
    let body = wire::verification_request(msisdn, method, verifier, consent_key, session_key);
    HttpRequest {
        method: Method::Post,
        path: "/v1/verifications".into(),
        bearer: None,
        bill_token: None,
        if_none_match: None,
        body: Some(body),
    }
}

/// Asks for the catalogue, unless it is the one that this tag names.
#[must_use]
pub fn catalogue_request(known: Option<String>) -> HttpRequest {
    let path = "/v1/catalogue".to_owned();
    HttpRequest { method: Method::Get, path, bearer: None, bill_token: None, if_none_match: known, body: None }
}

/// The signed catalogue that came back; `None` where the phone has it already.
pub fn catalogue_reply(reply: Result<HttpReply, HttpError>) -> crate::error::Result<Option<HttpReply>> {
    let reply = reply.map_err(Silence::from)?;
    if reply.status == 304 {
        return Ok(None);
    }
    let etag = reply.etag.clone();
    match judge::sort(reply)? {
        judge::Reply::Good(reply) => Ok(Some(HttpReply { etag, ..reply })),
        judge::Reply::Problem(_) => Err(Code::PlatformGarbled.into()),
    }
}

/// Asks for what anybody may know: deals, or the keys of receipts.
pub(crate) fn open_request(what: Fetched) -> HttpRequest {
    let path = match what {
        Fetched::Deals => "/v1/deals",
        Fetched::ReceiptKeys => "/v1/receipt-keys",
    };
    HttpRequest {
        method: Method::Get,
        path: path.to_owned(),
        bearer: None,
        bill_token: None,
        if_none_match: None,
        body: None,
    }
}

/// Asks whether the person has approved.
#[must_use]
pub fn collect_request(verification: &paytaipei_identity::Verification) -> HttpRequest {
    let path = format!("/v1/verifications/{}/session", verification.id);
    let page = verification.page().and_then(paytaipei_identity::device::Authorization::code);
    let body = wire::collection(&verification.verifier, page);
    HttpRequest { method: Method::Post, path, bearer: None, bill_token: None, if_none_match: None, body: Some(body) }
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

impl fmt::Debug for ListedPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListedPayment({}, {:?})", self.id, self.recorded)
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.errand {
            Errand::Inquire { .. } => "Order(inquire)",
            Errand::Search { .. } => "Order(search)",
            Errand::Submit { .. } => "Order(submit)",
            Errand::Ask { .. } => "Order(ask)",
            Errand::Void { .. } => "Order(void)",
            Errand::List { .. } => "Order(list)",
        })
    }
}
