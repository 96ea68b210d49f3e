//! JKOPAY OnlinePay (街口支付): signed JSON requests, an order opened and then inquired.
//!
//! Every request carries `API-KEY` and `DIGEST` = lowercase hexadecimal HMAC-SHA256 under the secret key over the exact
//! bytes of the body, or of the raw query of a GET. Source: JKOPAY's open documents (OnlinePay: Entry, Inquiry, Refund,
//! response codes, signature rule).

mod outcome;
mod request;
mod webhook;

use std::fmt;

use ring::hmac;

use crate::{Secret, hex};

pub use outcome::{Entry, OrderState, PaidOrder, RefundOutcome, Refusal, entry, inquiry, refund};
pub use request::{EntryOrder, Method, Request, RequestError};
pub use webhook::{Notice, NoticeError};

/// JKOPAY's hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    Production,
    /// Its test environment.
    Uat,
}

impl Site {
    const fn base(self) -> &'static str {
        match self {
            Self::Production => "https://onlinepay.jkopay.com",
            Self::Uat => "https://uat-onlinepay.jkopay.app",
        }
    }
}

/// A store with JKOPAY and its keys.
pub struct Merchant {
    site: Site,
    store_id: String,
    api_key: Secret,
    secret_key: Secret,
}

impl Merchant {
    /// `store_id`: 1 to 36 characters, as JKOPAY gives it.
    pub fn new(site: Site, store_id: &str, api_key: Secret, secret_key: Secret) -> Result<Self, RequestError> {
        let fits =
            (1..=36).contains(&store_id.len()) && store_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !fits {
            return Err(RequestError::StoreId);
        }
        Ok(Self { site, store_id: store_id.to_owned(), api_key, secret_key })
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.secret_key.as_bytes())
    }

    /// `DIGEST` over the exact bytes.
    fn digest(&self, bytes: &[u8]) -> String {
        hex::lower(hmac::sign(&self.key(), bytes).as_ref())
    }

    /// Whether a `DIGEST` is right, in time that does not depend on where it is wrong.
    fn digest_is_right(&self, digest: &str, bytes: &[u8]) -> bool {
        hex::decode(digest).is_some_and(|tag| hmac::verify(&self.key(), bytes, &tag).is_ok())
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merchant").field("site", &self.site).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn merchant(secret: &str) -> Merchant {
        let secret = Secret::new(secret.to_owned()).unwrap();
        let api_key = Secret::new("4h0Ms".to_owned()).unwrap();
        Merchant::new(Site::Uat, "35f12dff-1581-11e9-a054-00505684fd45", api_key, secret).unwrap()
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
        assert_eq!(format!("{:?}", merchant(SECRET)), "Merchant { site: Uat, .. }");
    }
}
