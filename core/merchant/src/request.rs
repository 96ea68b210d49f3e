//! What is sent to a business, and what it is about.

use std::fmt;

use paytaipei_bill::Twd;
use thiserror::Error;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::OrderIdError;

/// What to send. `Debug` shows method and path only.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    /// Wiped from memory when dropped: an API key may be among them.
    pub headers: Vec<(&'static str, Zeroizing<String>)>,
    /// To be sent as it stands: signatures cover these bytes.
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// Why a request can't be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    #[error("a store id has letters, digits or hyphens, as many as the business's manual says: copy it again")]
    StoreId,
    #[error("the business's key can't be used: copy it again from its merchant page")]
    Key,
    #[error(transparent)]
    OrderId(#[from] OrderIdError),
    #[error("an amount is at least NT$1: nothing is to be charged")]
    Amount,
    #[error("an address that a business calls is https and has at most 500 visible ASCII characters")]
    Address,
    #[error("a description has 1 to 50 characters, none of them `#`, `&`, `<`, `>` or a control character")]
    Description,
    #[error("an inquiry names 1 to 20 orders: split it")]
    HowMany,
    #[error("a refund names the business's own trade number: inquire first")]
    TradeNo,
    #[error("this business gives back whole orders only")]
    WholeOnly,
    #[error("the request can't be written as JSON")]
    Json,
    #[error("the system gives no random bytes: try again")]
    Entropy,
}

/// A payment to open with a business.
#[derive(Clone)]
pub struct Order<'a> {
    pub payment: Uuid,
    /// What the person agreed to.
    pub amount: Twd,
    /// What the business shows the person.
    pub description: &'a str,
    /// Until when the person can pay.
    pub valid_until: OffsetDateTime,
    pub now: OffsetDateTime,
    /// Where the business tells the result.
    pub notice_url: &'a str,
    /// Where the person returns to: a hint, never a result.
    pub return_url: &'a str,
    /// Under which agreement the business debits silently. How it is named to a business is in no public document: the
    /// field is ours where the protocol's own documentation has none.
    pub agreement: Option<&'a str>,
}

/// A refund of a paid order.
#[derive(Clone)]
pub struct Refund<'a> {
    pub payment: Uuid,
    /// Names this refund: a business carries out one per id, so that sending it again never gives back twice.
    pub refund: Uuid,
    pub amount: Twd,
    /// What was paid.
    pub paid: Twd,
    /// The business's own number of the order.
    pub trade_no: &'a str,
    pub now: OffsetDateTime,
}

/// A request with what is needed to judge its answer.
#[derive(Clone)]
pub struct Exchange {
    pub request: Request,
    pub payment: Uuid,
    pub amount: Twd,
    /// The key under which the business seals its answer.
    pub(crate) answer_key: Option<Zeroizing<[u8; 16]>>,
}

/// A form that the person's browser posts, fields in the order in which they stand.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
}

/// How a payment is opened.
pub enum Opening {
    /// The platform asks, and the business answers with the address of its page.
    Ask(Exchange),
    /// The person's browser posts it, from a page of the platform's.
    Page(Form),
}

impl Exchange {
    pub(crate) const fn new(request: Request, payment: Uuid, amount: Twd) -> Self {
        Self { request, payment, amount, answer_key: None }
    }
}

impl Request {
    pub(crate) fn form<'a>(url: String, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self {
            method: Method::Post,
            url,
            headers: vec![content("application/x-www-form-urlencoded")],
            body: body.into(),
        }
    }

    pub(crate) fn json(url: String, body: Vec<u8>) -> Self {
        Self { method: Method::Post, url, headers: vec![content("application/json")], body }
    }
}

impl Form {
    /// The request that the browser makes of it.
    #[must_use]
    pub fn request(&self) -> Request {
        Request::form(self.action.clone(), self.fields.iter().map(|(name, value)| (*name, value.as_str())))
    }
}

pub(crate) fn content(kind: &str) -> (&'static str, Zeroizing<String>) {
    ("Content-Type", Zeroizing::new(kind.to_owned()))
}

/// What every business's order must be.
pub(crate) fn check(order: &Order<'_>) -> Result<(), RequestError> {
    if order.amount == Twd::ZERO {
        return Err(RequestError::Amount);
    }
    if !(is_address(order.notice_url) && is_address(order.return_url)) {
        return Err(RequestError::Address);
    }
    let length = order.description.chars().count();
    if !(1..=50).contains(&length) || order.description.chars().any(|c| c.is_control() || "#&<>".contains(c)) {
        return Err(RequestError::Description);
    }
    Ok(())
}

pub(crate) fn check_refund(refund: &Refund<'_>) -> Result<(), RequestError> {
    if refund.amount == Twd::ZERO || refund.amount > refund.paid { Err(RequestError::Amount) } else { Ok(()) }
}

pub(crate) fn is_address(url: &str) -> bool {
    url.len() <= 500
        && url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        && url.bytes().all(|b| b.is_ascii_graphic())
}

/// Where a business is reached: its documented host, or a stand-in for tests.
pub(crate) fn base(url: &str) -> Result<String, RequestError> {
    let url = url.strip_suffix('/').unwrap_or(url);
    if is_address(url) && !url.contains(['?', '#']) { Ok(url.to_owned()) } else { Err(RequestError::Address) }
}

pub(crate) fn is_store_id(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// In UTC+8, which the businesses' times are in: year, month, day, hour, minute, second.
pub(crate) struct TaipeiTime(OffsetDateTime);

impl TaipeiTime {
    pub(crate) fn of(instant: OffsetDateTime) -> Self {
        Self(instant.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC)))
    }

    /// `YYYY-mm-dd HH:MM:SS`
    pub(crate) fn dashed(&self) -> String {
        let [y, mo, d, h, mi, s] = self.parts();
        format!("{y:04}-{mo:02}-{d:02} {h:02}:{mi:02}:{s:02}")
    }

    /// `YYYY/mm/dd HH:MM:SS`
    pub(crate) fn slashed(&self) -> String {
        self.dashed().replace('-', "/")
    }

    /// `YYYYmmddHHMMSS`
    pub(crate) fn digits(&self) -> String {
        self.dashed().chars().filter(char::is_ascii_digit).collect()
    }

    fn parts(&self) -> [i32; 6] {
        let (date, time) = (self.0.date(), self.0.time());
        let small = [u8::from(date.month()), date.day(), time.hour(), time.minute(), time.second()].map(i32::from);
        let [month, day, hour, minute, second] = small;
        [date.year(), month, day, hour, minute, second]
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split('?').next().unwrap_or("");
        f.debug_struct("Request").field("method", &self.method).field("path", &path).finish_non_exhaustive()
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("action", &self.action).finish_non_exhaustive()
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange").field("request", &self.request).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_clocks_in_taipei_show_it() {
        let time = TaipeiTime::of(OffsetDateTime::from_unix_timestamp(1_795_535_999).unwrap()); // 2026-11-24T15:59:59Z
        assert_eq!(time.dashed(), "2026-11-24 23:59:59");
        assert_eq!((time.slashed().as_str(), time.digits().as_str()), ("2026/11/24 23:59:59", "20261124235959"));
    }

    #[test]
    fn an_address_in_clear_or_with_line_breaks_is_none() {
        for url in ["http://a.example/", "https://", "https://a\r\nb", "https://鍵", "ftp://a"] {
            assert!(!is_address(url), "{url}");
        }
        assert_eq!(base("https://localhost:8443/opay/"), Ok("https://localhost:8443/opay".to_owned()));
        assert_eq!(base("https://a.example/?x=1"), Err(RequestError::Address));
    }
}
