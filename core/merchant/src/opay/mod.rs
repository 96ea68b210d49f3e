//! O'Pay (歐付寶) AioCheckOut: form posts under a `CheckMacValue`.
//!
//! `CheckMacValue`: the fields but itself, sorted by name without regard to case, as `name=value` joined by `&`, between
//! `HashKey=…&` and `&HashIV=…`; form-encoded (space `+`, `~` `%7e`, `'` `%27`); lower-cased; `- _ . ! * ( )` written
//! plainly; SHA-256; upper-case hexadecimal. The rule is ECPay's, O'Pay's sister; vectors: ECPay's published ones.
//!
//! Paths: `/Cashier/AioCheckOut/V5` (the person's browser), `/Cashier/QueryTradeInfo/V5`, `/Cashier/AioChargeback`.
//! `TradeStatus`: 0 not paid, 1 paid, 10200047 no such order, 10200095 not made.

mod notice;

use std::collections::BTreeMap;
use std::fmt;

use paytaipei_bill::Twd;
use ring::digest;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::outcome::{NO_AGREEMENT, trade_no};
use crate::request::{TaipeiTime, base, check, check_refund, is_store_id};
use crate::{
    Answer, Decline, Delivery, Doubt, Exchange, Form, NoticeError, Opened, Opening, Order, OrderIdRule, OrderState,
    PaidOrder, Protocol, Refund, RefundOutcome, Refusal, Request, RequestError, Secret, Told, form, hex,
};

pub const PRODUCTION: &str = "https://payment.opay.tw";
/// Its test environment.
pub const STAGE: &str = "https://payment-stage.opay.tw";

/// What O'Pay wants to hear, or it tells the same again.
pub const ACKNOWLEDGEMENT: &str = "1|OK";

/// A store with O'Pay and its keys.
pub struct Merchant {
    base: String,
    merchant_id: String,
    hash_key: Secret,
    hash_iv: Secret,
}

impl Merchant {
    /// `site`: [`PRODUCTION`], [`STAGE`], or a stand-in.
    pub fn new(site: &str, merchant_id: &str, hash_key: Secret, hash_iv: Secret) -> Result<Self, RequestError> {
        if !is_store_id(merchant_id, 10) {
            return Err(RequestError::StoreId);
        }
        Ok(Self { base: base(site)?, merchant_id: merchant_id.to_owned(), hash_key, hash_iv })
    }

    /// The check value of a form; a field of that name among them is left out.
    #[must_use]
    pub fn check_mac_value(&self, fields: &BTreeMap<String, String>) -> String {
        let mut sorted: Vec<_> = fields.iter().filter(|(name, _)| *name != "CheckMacValue").collect();
        sorted.sort_by_key(|(name, _)| name.to_lowercase());
        let mut plain = Zeroizing::new(format!("HashKey={}", self.hash_key.as_str()));
        for (name, value) in sorted {
            for part in ["&", name, "=", value] {
                plain.push_str(part);
            }
        }
        plain.push_str("&HashIV=");
        plain.push_str(self.hash_iv.as_str());
        let mut encoded: Zeroizing<String> =
            Zeroizing::new(form_urlencoded::byte_serialize(plain.as_bytes()).collect());
        encoded.make_ascii_lowercase();
        for (escaped, literal) in [("%21", "!"), ("%28", "("), ("%29", ")")] {
            encoded = Zeroizing::new(encoded.replace(escaped, literal));
        }
        hex::upper(digest::digest(&digest::SHA256, encoded.as_bytes()).as_ref())
    }

    /// The fields of a form that O'Pay signed; checked in time that does not depend on where it is wrong.
    fn signed(&self, body: &[u8]) -> Result<BTreeMap<String, String>, NoticeError> {
        let fields = form::fields(body).ok_or(NoticeError::Malformed)?;
        let printed = fields.get("CheckMacValue").ok_or(NoticeError::Forged)?;
        if bool::from(printed.as_bytes().ct_eq(self.check_mac_value(&fields).as_bytes())) {
            Ok(fields)
        } else {
            Err(NoticeError::Forged)
        }
    }

    fn sign(&self, fields: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
        let owned = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let check = self.check_mac_value(&owned);
        fields.into_iter().chain([("CheckMacValue", check)]).collect()
    }

    fn ask(&self, path: &str, fields: Vec<(&'static str, String)>) -> Request {
        let fields = self.sign(fields);
        Request::form(format!("{}{path}", self.base), fields.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn state(&self, payment: Uuid, answer: Option<Answer<'_>>) -> Result<OrderState, Doubt> {
        let fields = match self.signed(Answer::of_business(answer)?) {
            Ok(fields) => fields,
            Err(NoticeError::Malformed) => return Err(Doubt::NotOfThisInterface),
            Err(_) => return Err(Doubt::Contradiction),
        };
        let field = |name: &str| fields.get(name).map(String::as_str).ok_or(Doubt::NotOfThisInterface);
        if field("MerchantID")? != self.merchant_id || !OrderIdRule::OPay.names(field("MerchantTradeNo")?, payment) {
            return Err(Doubt::Contradiction);
        }
        Ok(match field("TradeStatus")? {
            "0" => OrderState::NotPaidYet,
            "1" => OrderState::Paid(PaidOrder {
                trade_no: trade_no(field("TradeNo")?).ok_or(Doubt::NotOfThisInterface)?,
                amount: Twd::from_digits(field("TradeAmt")?).map_err(|_| Doubt::NotOfThisInterface)?,
                refunded: Twd::ZERO,
            }),
            // No such order.
            "10200047" => OrderState::NotThere,
            NO_AGREEMENT => OrderState::Failed(Decline::NoAgreement),
            "10200095" => OrderState::Failed(Decline::Unnamed),
            _ => return Err(Doubt::UndocumentedCode),
        })
    }
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        check(order)?;
        let mut fields = vec![
            ("MerchantID", self.merchant_id.clone()),
            ("MerchantTradeNo", OrderIdRule::OPay.order_id(order.payment)?),
            ("MerchantTradeDate", TaipeiTime::of(order.now).slashed()),
            ("PaymentType", "aio".to_owned()),
            ("TotalAmount", order.amount.dollars().to_string()),
            ("TradeDesc", order.description.to_owned()),
            ("ItemName", order.description.to_owned()),
            ("ReturnURL", order.notice_url.to_owned()),
            ("ClientBackURL", order.return_url.to_owned()),
            ("ChoosePayment", "ALL".to_owned()),
            ("EncryptType", "1".to_owned()),
        ];
        if let Some(agreement) = order.agreement {
            fields.push(("MerchantMemberID", agreement.to_owned()));
        }
        let form = Form { action: format!("{}/Cashier/AioCheckOut/V5", self.base), fields: self.sign(fields) };
        Ok(match order.agreement {
            None => Opening::Page(form),
            Some(_) => Opening::Ask(Exchange::new(form.request(), order.payment, order.amount)),
        })
    }

    fn opened(&self, _: &Exchange, answer: Option<Answer<'_>>) -> Opened {
        // A page, whatever it says: what became of the order is told by a notice.
        Answer::of_business(answer).map_or_else(Opened::Unknown, |_| Opened::Waiting)
    }

    fn inquire(&self, payment: Uuid, amount: Twd, now: OffsetDateTime) -> Result<Exchange, RequestError> {
        let fields = vec![
            ("MerchantID", self.merchant_id.clone()),
            ("MerchantTradeNo", OrderIdRule::OPay.order_id(payment)?),
            ("TimeStamp", now.unix_timestamp().to_string()),
        ];
        Ok(Exchange::new(self.ask("/Cashier/QueryTradeInfo/V5", fields), payment, amount))
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        self.state(asked.payment, answer).unwrap_or_else(OrderState::Unknown)
    }

    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        check_refund(refund)?;
        let fields = vec![
            ("MerchantID", self.merchant_id.clone()),
            ("MerchantTradeNo", OrderIdRule::OPay.order_id(refund.payment)?),
            ("TradeNo", trade_no(refund.trade_no).ok_or(RequestError::TradeNo)?),
            ("ChargeBackTotalAmount", refund.amount.dollars().to_string()),
        ];
        Ok(Exchange::new(self.ask("/Cashier/AioChargeback", fields), refund.payment, refund.amount))
    }

    /// `1|OK`, or `0|` and words: not signed, so a refusal is no more than a reason to inquire.
    fn refunded(&self, _: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        match Answer::of_business(answer) {
            Err(doubt) => RefundOutcome::Unknown(doubt),
            Ok(body) if body.starts_with(b"1|") => RefundOutcome::Done { trade_no: None },
            Ok(body) if body.starts_with(b"0|") => RefundOutcome::Refused(Refusal::Parameters),
            Ok(_) => RefundOutcome::Unknown(Doubt::NotOfThisInterface),
        }
    }

    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError> {
        Merchant::notice(self, delivery.body).map(Told::Result)
    }

    fn acknowledgement(&self) -> &'static str {
        ACKNOWLEDGEMENT
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("opay::Merchant")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(super) fn merchant() -> Merchant {
        let secret = |text: &str| Secret::new(text.to_owned()).unwrap();
        Merchant::new(STAGE, "3002607", secret("pwFHCqoQZGmho4w6"), secret("EkRm7iFT261dpevs")).unwrap()
    }

    pub(super) fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_published_check_values_come_out() {
        let order = form(&[
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", "Test1234567890"),
            ("MerchantTradeDate", "2025/01/01 12:00:00"),
            ("PaymentType", "aio"),
            ("TotalAmount", "100"),
            ("TradeDesc", "測試"),
            ("ItemName", "測試商品"),
            ("ReturnURL", "https://example.com/notify"),
            ("ChoosePayment", "ALL"),
            ("EncryptType", "1"),
        ]);
        assert_eq!(
            merchant().check_mac_value(&order),
            "291CBA324D31FB5A4BBBFDF2CFE5D32598524753AFD4959C3BF590C5B2F57FB2"
        );
        let apostrophe = form(&[("MerchantID", "3002607"), ("ItemName", "Tom's Shop"), ("TotalAmount", "100")]);
        assert_eq!(
            merchant().check_mac_value(&apostrophe),
            "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D"
        );
    }

    #[test]
    fn a_check_value_inside_the_form_does_not_count() {
        let mut fields = form(&[("MerchantID", "3002607"), ("ItemName", "Tom's Shop"), ("TotalAmount", "100")]);
        fields.insert("CheckMacValue".to_owned(), "x".to_owned());
        assert_eq!(
            merchant().check_mac_value(&fields),
            "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D"
        );
    }

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn inquired(change: &[(&str, &str)]) -> OrderState {
        let trade_no = OrderIdRule::OPay.order_id(PAYMENT).unwrap();
        let mut fields = form(&[
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", &trade_no),
            ("TradeNo", "2611241527144625"),
            ("TradeAmt", "428"),
            ("TradeStatus", "1"),
        ]);
        fields.extend(form(change));
        fields.insert("CheckMacValue".to_owned(), merchant().check_mac_value(&fields));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        judged(&body)
    }

    fn judged(body: &str) -> OrderState {
        let asked = merchant().inquire(PAYMENT, Twd::new(428).unwrap(), OffsetDateTime::UNIX_EPOCH).unwrap();
        merchant().inquired(&asked, Some(Answer { status: 200, body: body.as_bytes() }))
    }

    #[test]
    fn an_inquiry_is_believed_where_opay_signed_it() {
        let OrderState::Paid(paid) = inquired(&[]) else { panic!("not paid") };
        assert_eq!((paid.trade_no.as_str(), paid.amount), ("2611241527144625", Twd::new(428).unwrap()));
        assert_eq!(inquired(&[("TradeStatus", "0")]), OrderState::NotPaidYet);
        assert_eq!(inquired(&[("TradeStatus", "10200047")]), OrderState::NotThere);
        assert_eq!(inquired(&[("TradeStatus", "10200095")]), OrderState::Failed(Decline::Unnamed));
        assert_eq!(inquired(&[("TradeStatus", "7")]), OrderState::Unknown(Doubt::UndocumentedCode));
        assert_eq!(inquired(&[("MerchantTradeNo", "Test1234567890")]), OrderState::Unknown(Doubt::Contradiction));
        assert_eq!(judged("TradeStatus=1"), OrderState::Unknown(Doubt::Contradiction));
        assert_eq!(judged("a=1&a=2"), OrderState::Unknown(Doubt::NotOfThisInterface));
    }
}
