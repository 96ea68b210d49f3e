//! Requests, signed over the bytes that are sent.

use std::fmt;

use paytaipei_bill::Twd;
use serde::Serialize;
use thiserror::Error;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Merchant;
use crate::{OrderIdError, OrderIdRule};

/// What to send. `Debug` shows method and path only.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    /// Wiped from memory when dropped: the API key is among them.
    pub headers: Vec<(&'static str, Zeroizing<String>)>,
    /// To be sent as it stands: the digest covers these bytes.
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
    #[error("a store id has 1 to 36 letters, digits or hyphens: copy it from JKOPAY's merchant page")]
    StoreId,
    #[error(transparent)]
    OrderId(#[from] OrderIdError),
    #[error("an amount is at least NT$1: nothing is to be charged")]
    Amount,
    #[error("an address that JKOPAY calls is https and has at most 500 characters")]
    Address,
    #[error("an inquiry names 1 to 20 orders: split it")]
    HowMany,
    #[error("the request can't be written as JSON")]
    Json,
}

/// A payment to open with JKOPAY.
pub struct EntryOrder<'a> {
    pub payment: Uuid,
    /// What the person agreed to.
    pub amount: Twd,
    /// Part of the amount that coins and coupons may not pay.
    pub not_redeemable: Twd,
    /// Until when the person can pay.
    pub valid_until: OffsetDateTime,
    /// Where JKOPAY asks whether the order still stands, after the person has entered the password.
    pub confirm_url: Option<&'a str>,
    /// Where JKOPAY tells the result.
    pub result_url: &'a str,
    /// Where the person returns to.
    pub result_display_url: Option<&'a str>,
}

#[derive(Serialize)]
struct EntryBody<'a> {
    platform_order_id: String,
    store_id: &'a str,
    currency: &'static str,
    total_price: i64,
    final_price: i64,
    unredeem: i64,
    valid_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_url: Option<&'a str>,
    result_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_display_url: Option<&'a str>,
    payment_type: &'static str,
}

#[derive(Serialize)]
struct RefundBody {
    platform_order_id: String,
    refund_order_id: String,
    refund_amount: i64,
}

impl Merchant {
    /// `POST /platform/entry`. Until it is paid, the same order gives the same payment page, so it may be sent again.
    pub fn entry(&self, order: &EntryOrder<'_>) -> Result<Request, RequestError> {
        if order.amount == Twd::ZERO || order.not_redeemable > order.amount {
            return Err(RequestError::Amount);
        }
        let urls = [order.confirm_url, Some(order.result_url), order.result_display_url];
        if urls.into_iter().flatten().any(|url| !is_address(url)) {
            return Err(RequestError::Address);
        }
        self.post(
            "/platform/entry",
            &EntryBody {
                platform_order_id: OrderIdRule::JkoPay.order_id(order.payment)?,
                store_id: &self.store_id,
                currency: "TWD",
                total_price: order.amount.dollars(),
                final_price: order.amount.dollars(),
                unredeem: order.not_redeemable.dollars(),
                valid_time: taipei_time(order.valid_until),
                confirm_url: order.confirm_url,
                result_url: order.result_url,
                result_display_url: order.result_display_url,
                payment_type: "onetime",
            },
        )
    }

    /// `GET /platform/inquiry`, at most twenty orders.
    pub fn inquiry(&self, payments: &[Uuid]) -> Result<Request, RequestError> {
        if !(1..=20).contains(&payments.len()) {
            return Err(RequestError::HowMany);
        }
        let ids = payments.iter().map(|id| OrderIdRule::JkoPay.order_id(*id)).collect::<Result<Vec<_>, _>>()?;
        let query = format!("platform_order_ids={}", ids.join(","));
        let url = format!("{}/platform/inquiry?{query}", self.site.base());
        Ok(Request { method: Method::Get, url, headers: self.headers(query.as_bytes()), body: Vec::new() })
    }

    /// `POST /platform/refund`. `refund` names this refund: JKOPAY carries out one per id, so that sending it again never
    /// gives back twice.
    pub fn refund(&self, payment: Uuid, refund: Uuid, amount: Twd) -> Result<Request, RequestError> {
        if amount == Twd::ZERO {
            return Err(RequestError::Amount);
        }
        self.post(
            "/platform/refund",
            &RefundBody {
                platform_order_id: OrderIdRule::JkoPay.order_id(payment)?,
                refund_order_id: OrderIdRule::JkoPay.order_id(refund)?,
                refund_amount: amount.dollars(),
            },
        )
    }

    fn post(&self, path: &str, body: &impl Serialize) -> Result<Request, RequestError> {
        let body = serde_json::to_vec(body).map_err(|_| RequestError::Json)?;
        let url = format!("{}{path}", self.site.base());
        Ok(Request { method: Method::Post, url, headers: self.headers(&body), body })
    }

    fn headers(&self, signed: &[u8]) -> Vec<(&'static str, Zeroizing<String>)> {
        vec![
            ("Content-Type", Zeroizing::new("application/json".to_owned())),
            ("API-KEY", Zeroizing::new(self.api_key.as_str().to_owned())),
            ("DIGEST", Zeroizing::new(self.digest(signed))),
        ]
    }
}

fn is_address(url: &str) -> bool {
    url.len() <= 500
        && url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
        && url.bytes().all(|b| b.is_ascii_graphic())
}

/// `YYYY-mm-dd HH:MM:SS` in UTC+8, which JKOPAY's times are in.
fn taipei_time(instant: OffsetDateTime) -> String {
    let local = instant.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC));
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        local.year(),
        u8::from(local.month()),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split('?').next().unwrap_or("");
        f.debug_struct("Request").field("method", &self.method).field("path", &path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::merchant;
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);
    const REFUND: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C073990);

    fn order() -> EntryOrder<'static> {
        EntryOrder {
            payment: PAYMENT,
            amount: Twd::new(428).unwrap(),
            not_redeemable: Twd::new(428).unwrap(),
            valid_until: OffsetDateTime::from_unix_timestamp(1_795_535_999).unwrap(), // 2026-11-24T15:59:59Z
            confirm_url: None,
            result_url: "https://platform.example/jkopay/result",
            result_display_url: None,
        }
    }

    fn header(request: &Request, name: &str) -> String {
        request.headers.iter().find(|(n, _)| *n == name).unwrap().1.to_string()
    }

    #[test]
    fn an_entry_says_order_store_price_and_time_and_is_signed_over_its_own_bytes() {
        let jko = merchant("QxN1X");
        let request = jko.entry(&order()).unwrap();
        assert_eq!(
            (request.method, request.url.as_str()),
            (Method::Post, "https://uat-onlinepay.jkopay.app/platform/entry")
        );
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let wanted = serde_json::json!({
            "platform_order_id": "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
            "store_id": "35f12dff-1581-11e9-a054-00505684fd45",
            "currency": "TWD", "total_price": 428, "final_price": 428, "unredeem": 428,
            "valid_time": "2026-11-24 23:59:59",
            "result_url": "https://platform.example/jkopay/result",
            "payment_type": "onetime",
        });
        assert_eq!(body, wanted);
        assert!(jko.digest_is_right(&header(&request, "DIGEST"), &request.body));
        assert_eq!(header(&request, "API-KEY"), "4h0Ms");
    }

    #[test]
    fn an_inquiry_is_signed_over_its_raw_query() {
        let jko = merchant("QxN1X");
        let request = jko.inquiry(&[PAYMENT, REFUND]).unwrap();
        let query = request.url.split_once('?').unwrap().1;
        assert_eq!(
            query,
            "platform_order_ids=017f22e2-79b0-7cc3-98c4-dc0c0c07398f,017f22e2-79b0-7cc3-98c4-dc0c0c073990"
        );
        assert!(jko.digest_is_right(&header(&request, "DIGEST"), query.as_bytes()));
        assert_eq!(jko.inquiry(&[]).err(), Some(RequestError::HowMany));
        assert_eq!(jko.inquiry(&[PAYMENT; 21]).err(), Some(RequestError::HowMany));
    }

    #[test]
    fn a_refund_has_an_id_of_its_own() {
        let request = merchant("QxN1X").refund(PAYMENT, REFUND, Twd::new(100).unwrap()).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["refund_order_id"], "017f22e2-79b0-7cc3-98c4-dc0c0c073990");
        assert_eq!(
            (&body["refund_amount"], &body["platform_order_id"]),
            (&100.into(), &"017f22e2-79b0-7cc3-98c4-dc0c0c07398f".into())
        );
    }

    #[test]
    fn nothing_to_charge_and_addresses_in_clear_are_refused() {
        let jko = merchant("QxN1X");
        assert_eq!(jko.entry(&EntryOrder { amount: Twd::ZERO, ..order() }).err(), Some(RequestError::Amount));
        let url = "http://platform.example/";
        assert_eq!(jko.entry(&EntryOrder { result_url: url, ..order() }).err(), Some(RequestError::Address));
        assert_eq!(
            jko.entry(&EntryOrder { confirm_url: Some("https://a\r\nb"), ..order() }).err(),
            Some(RequestError::Address)
        );
        assert_eq!(jko.refund(PAYMENT, REFUND, Twd::ZERO).err(), Some(RequestError::Amount));
    }

    #[test]
    fn debug_output_tells_no_key_and_no_order() {
        let shown = format!("{:?}", merchant("QxN1X").inquiry(&[PAYMENT]).unwrap());
        assert!(!shown.contains("4h0Ms") && !shown.contains("017f22e2"), "{shown}");
    }
}
