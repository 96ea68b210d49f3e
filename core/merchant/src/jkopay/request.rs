//! Requests, signed over the bytes that are sent.

use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Merchant;
use crate::request::{TaipeiTime, check, check_refund, content};
use crate::{Method, Order, OrderIdRule, Refund, Request, RequestError};

#[derive(Serialize)]
struct EntryBody<'a> {
    platform_order_id: String,
    store_id: &'a str,
    currency: &'static str,
    total_price: i64,
    final_price: i64,
    unredeem: i64,
    valid_time: String,
    result_url: &'a str,
    result_display_url: &'a str,
    payment_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement_token: Option<&'a str>,
}

#[derive(Serialize)]
struct RefundBody {
    platform_order_id: String,
    refund_order_id: String,
    refund_amount: i64,
}

impl Merchant {
    /// `POST /platform/entry`. Until it is paid, the same order gives the same payment page, so it may be sent again.
    /// Coins and coupons pay nothing of a bill: all of it is `unredeem`.
    pub fn entry(&self, order: &Order<'_>) -> Result<Request, RequestError> {
        check(order)?;
        self.post(
            "/platform/entry",
            &EntryBody {
                platform_order_id: OrderIdRule::JkoPay.order_id(order.payment)?,
                store_id: &self.store_id,
                currency: "TWD",
                total_price: order.amount.dollars(),
                final_price: order.amount.dollars(),
                unredeem: order.amount.dollars(),
                valid_time: TaipeiTime::of(order.valid_until).dashed(),
                result_url: order.notice_url,
                result_display_url: order.return_url,
                payment_type: "onetime",
                agreement_token: order.agreement,
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
        let url = format!("{}/platform/inquiry?{query}", self.base);
        Ok(Request { method: Method::Get, url, headers: self.headers(query.as_bytes()), body: Vec::new() })
    }

    /// `POST /platform/refund`.
    pub fn refund(&self, refund: &Refund<'_>) -> Result<Request, RequestError> {
        check_refund(refund)?;
        self.post(
            "/platform/refund",
            &RefundBody {
                platform_order_id: OrderIdRule::JkoPay.order_id(refund.payment)?,
                refund_order_id: OrderIdRule::JkoPay.order_id(refund.refund)?,
                refund_amount: refund.amount.dollars(),
            },
        )
    }

    fn post(&self, path: &str, body: &impl Serialize) -> Result<Request, RequestError> {
        let body = serde_json::to_vec(body).map_err(|_| RequestError::Json)?;
        let url = format!("{}{path}", self.base);
        Ok(Request { method: Method::Post, url, headers: self.headers(&body), body })
    }

    fn headers(&self, signed: &[u8]) -> Vec<(&'static str, Zeroizing<String>)> {
        vec![
            content("application/json"),
            ("API-KEY", Zeroizing::new(self.api_key.as_str().to_owned())),
            ("DIGEST", Zeroizing::new(self.digest(signed))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use paytaipei_bill::Twd;
    use time::OffsetDateTime;

    use super::super::tests::merchant;
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);
    const REFUND: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C073990);

    fn order() -> Order<'static> {
        let instant = |seconds| OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        Order {
            payment: PAYMENT,
            amount: Twd::new(428).unwrap(),
            description: "水費",
            valid_until: instant(1_795_535_999), // 2026-11-24T15:59:59Z
            now: instant(1_795_535_399),
            notice_url: "https://platform.example/jkopay/result",
            return_url: "https://platform.example/jkopay/return",
            agreement: None,
        }
    }

    fn give_back(amount: i64) -> Refund<'static> {
        let (amount, paid) = (Twd::new(amount).unwrap(), Twd::new(428).unwrap());
        let now = OffsetDateTime::UNIX_EPOCH;
        Refund { payment: PAYMENT, refund: REFUND, amount, paid, trade_no: "J1", now }
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
            "result_display_url": "https://platform.example/jkopay/return",
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
        let request = merchant("QxN1X").refund(&give_back(100)).unwrap();
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
        assert_eq!(jko.entry(&Order { amount: Twd::ZERO, ..order() }).err(), Some(RequestError::Amount));
        let clear = "http://platform.example/";
        assert_eq!(jko.entry(&Order { notice_url: clear, ..order() }).err(), Some(RequestError::Address));
        let broken = "https://a\r\nb";
        assert_eq!(jko.entry(&Order { return_url: broken, ..order() }).err(), Some(RequestError::Address));
        for amount in [0, 429] {
            assert_eq!(jko.refund(&give_back(amount)).err(), Some(RequestError::Amount));
        }
    }

    #[test]
    fn debug_output_tells_no_key_and_no_order() {
        let shown = format!("{:?}", merchant("QxN1X").inquiry(&[PAYMENT]).unwrap());
        assert!(!shown.contains("4h0Ms") && !shown.contains("017f22e2"), "{shown}");
    }
}
