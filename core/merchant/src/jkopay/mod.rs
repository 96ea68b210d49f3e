//! JKOPAY OnlinePay (街口支付): signed JSON requests, an order opened and then inquired.
//!
//! Every request carries `API-KEY` and `DIGEST` = lowercase hexadecimal HMAC-SHA256 under the secret key over the exact
//! bytes of the body, or of the raw query of a GET. Source: JKOPAY's open documents (OnlinePay: Entry, Inquiry, Refund,
//! response codes, signature rule).

mod outcome;
mod request;
mod webhook;

pub use outcome::inquiry;

use std::fmt;

use paytaipei_bill::Twd;
use ring::hmac;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::request::{base, is_store_id};
use crate::{
    Answer, Delivery, Doubt, Exchange, NoticeError, Opened, Opening, Order, OrderState, Protocol, Refund,
    RefundOutcome, RequestError, Secret, Told, hex,
};

/// JKOPAY's hosts.
pub const PRODUCTION: &str = "https://onlinepay.jkopay.com";
/// Its test environment.
pub const UAT: &str = "https://uat-onlinepay.jkopay.app";

/// Domains of JKOPAY's own pages.
const PAGES: [&str; 4] = ["jkopay.com", "jkos.com", "jkopay.app", "jkos.app"];

/// A store with JKOPAY and its keys.
pub struct Merchant {
    base: String,
    pages: Vec<String>,
    store_id: String,
    api_key: Secret,
    secret_key: Secret,
}

impl Merchant {
    /// `site`: [`PRODUCTION`], [`UAT`], or a stand-in, whose host then is where the person may be sent. `store_id`: 1 to
    /// 36 characters, as JKOPAY gives it.
    pub fn new(site: &str, store_id: &str, api_key: Secret, secret_key: Secret) -> Result<Self, RequestError> {
        if !is_store_id(store_id, 36) {
            return Err(RequestError::StoreId);
        }
        let base = base(site)?;
        let host = base.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let pages = match site {
            PRODUCTION | UAT => PAGES.map(str::to_owned).to_vec(),
            _ => vec![host.to_owned()],
        };
        Ok(Self { base, pages, store_id: store_id.to_owned(), api_key, secret_key })
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret_key.as_bytes())
    }

    /// `DIGEST` over the exact bytes.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> String {
        hex::lower(hmac::sign(&self.key(), bytes).as_ref())
    }

    /// Whether a `DIGEST` is right, in time that does not depend on where it is wrong.
    fn digest_is_right(&self, digest: &str, bytes: &[u8]) -> bool {
        hex::decode(digest).is_some_and(|tag| hmac::verify(&self.key(), bytes, &tag).is_ok())
    }
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        Ok(Opening::Ask(Exchange::new(self.entry(order)?, order.payment, order.amount)))
    }

    fn opened(&self, _: &Exchange, answer: Option<Answer<'_>>) -> Opened {
        outcome::entry(answer, &self.pages)
    }

    fn inquire(&self, payment: Uuid, amount: Twd, _: OffsetDateTime) -> Result<Exchange, RequestError> {
        Ok(Exchange::new(self.inquiry(&[payment])?, payment, amount))
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        let told = outcome::inquiry(answer, &[asked.payment]).pop();
        told.map_or(OrderState::Unknown(Doubt::NoAnswer), |(_, state)| state)
    }

    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        Ok(Exchange::new(Merchant::refund(self, refund)?, refund.payment, refund.amount))
    }

    fn refunded(&self, _: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        outcome::refund(answer)
    }

    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError> {
        Merchant::notice(self, delivery.digest, delivery.body).map(Told::Result)
    }

    fn acknowledgement(&self) -> &'static str {
        "OK"
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("jkopay::Merchant")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn merchant(secret: &str) -> Merchant {
        let secret = Secret::new(secret.to_owned()).unwrap();
        let api_key = Secret::new("4h0Ms".to_owned()).unwrap();
        Merchant::new(UAT, "35f12dff-1581-11e9-a054-00505684fd45", api_key, secret).unwrap()
    }

    /// JKOPAY's own examples.
    const SECRET: &str = "r0odDC1e9LHXDmxuvmOv9bgaWLf2CXB2c4gMheoFucVKNMi1K0Id9zwRHJF1r-kdtAKriKgb11VDlo7Kb8R-FQ";
    const BODY: &str = r#"{"platform_order_id":"demo-order-001","store_id":"35f12dff-1581-11e9-a054-00505684fd45","currency": "TWD","total_price":10,"final_price":10,"unredeem":10,"result_display_url":"https://display.com","result_url":"https://result-callback.xxx/xxx"}"#;

    #[test]
    fn the_published_digests_come_out() {
        let jko = merchant(SECRET);
        assert_eq!(jko.digest(BODY.as_bytes()), "3577609b058ab85c2d0a00a5421a991979ed6b9f549476e9a82476dc1b70d876");
        assert_eq!(
            jko.digest(b"platform_order_ids=test123,demo-order-001"),
            "7778b95890af17c5b41e8cef957f4769e7bfecc79e9f9ee555923293ebd8e880"
        );
        assert_eq!(
            merchant("QxN1X").digest(b"platform_order_ids=87,88"),
            "a0836fefb028ea7493118c8b5eb6752113f552ac8ef35f3cb8cda91808c77188"
        );
    }

    #[test]
    fn a_digest_is_of_the_bytes_and_not_of_what_they_mean() {
        let spaced = BODY.replace("\"currency\": ", "\"currency\":");
        assert_ne!(merchant(SECRET).digest(spaced.as_bytes()), merchant(SECRET).digest(BODY.as_bytes()));
    }

    #[test]
    fn debug_output_tells_no_key() {
        assert_eq!(format!("{:?}", merchant(SECRET)), "jkopay::Merchant");
    }
}
