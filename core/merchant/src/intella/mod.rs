//! Intella Scan2Pay (英特拉), through which Pi Wallet, Aipei and GAMA PAY are reached.
//!
//! A request is JSON of a header and of data, the data JSON in a string, in an envelope ([`envelope`]). `StatusCode`
//! 0000 is done; `OrderStatus`: 0 in processing, 1 success, 2 failure, 3 refunded. A notice is JSON with `Sign` ([`notice`]).
//!
//! Source: Scan2Pay's public documentation (API security, request format, OLPay, SingleOrderQuery, Refund, payment
//! notification, status codes). Not public: the wallets' own interfaces.

mod envelope;
mod notice;

use std::fmt;

use paytaipei_bill::Twd;
use ring::digest;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::outcome::{NO_AGREEMENT, trade_no};
use crate::request::{TaipeiTime, base, check, check_refund, is_store_id};
use crate::{
    Answer, Decline, Delivery, Doubt, Exchange, NoticeError, Opened, Opening, Order, OrderIdRule, OrderState,
    PaidOrder, PaymentPage, Protocol, Refund, RefundOutcome, Refusal, RequestError, Secret, Told, hex,
};

pub const PRODUCTION: &str = "https://a.intella.co";
/// Its test environment.
pub const STAGE: &str = "https://s.intella.co";

/// A payment method of Scan2Pay's (its appendix).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wallet {
    Pi,
    GamaPay,
    Aipei,
}

impl Wallet {
    const fn method(self) -> &'static str {
        match self {
            Self::Pi => "10300",
            Self::GamaPay => "11300",
            Self::Aipei => "11400",
        }
    }
}

/// What Intella hands a merchant.
pub struct Keys {
    pub trade_key: Secret,
    pub refund_key: Secret,
    /// The initialisation vector, 16 characters.
    pub iv: Secret,
    /// Intella's RSA key, PEM.
    pub public_key: String,
}

/// A merchant with Scan2Pay and its keys, for one wallet.
pub struct Merchant {
    base: String,
    pages: String,
    wallet: Wallet,
    mch_id: String,
    trade_key: Secret,
    refund_key: Secret,
    seal: envelope::Sealer,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Header<'a> {
    method: &'a str,
    service_type: &'a str,
    mch_id: &'a str,
    trade_key: String,
    create_time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Asked<'a> {
    header: Header<'a>,
    data: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OlPay<'a> {
    time_expire: String,
    device_info: &'static str,
    store_order_no: String,
    body: &'a str,
    fee_type: &'static str,
    total_fee: String,
    call_back_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    store_order_no: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GiveBack {
    store_refund_no: String,
    store_order_no: String,
    device_info: &'static str,
    refund_key: String,
    refund_fee: i64,
    refunded_msg: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    header: ReplyHeader,
    #[serde(default)]
    data: Option<ReplyData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReplyHeader {
    status_code: String,
}

#[derive(Deserialize)]
struct ReplyData {
    #[serde(rename = "urlToken", default)]
    url_token: Option<String>,
    #[serde(rename = "StoreOrderNo", default)]
    store_order_no: Option<String>,
    #[serde(rename = "SysOrderNo", default)]
    sys_order_no: Option<String>,
    #[serde(rename = "SysRefundNo", default)]
    sys_refund_no: Option<String>,
    #[serde(rename = "OrderStatus", default)]
    order_status: Option<String>,
    #[serde(rename = "TotalFee", default)]
    total_fee: Option<String>,
}

/// The terminal's number: fixed.
const DEVICE: &str = "skb0001";

/// The refusal that a `StatusCode` words.
fn refusal(code: &str) -> Result<Refusal, Doubt> {
    Ok(match code {
        "7000" | "7003" => Refusal::Repeated,
        "7002" => Refusal::NoSuchOrder,
        "7103" | "7107" | "7110" => Refusal::RefundAmount,
        "7111" => Refusal::RefundTooLarge,
        "7100" | "7105" | "8004" | "8006" => Refusal::Signature,
        "8002" | "8003" => Refusal::Parameters,
        "8014" => Refusal::LimitReached,
        NO_AGREEMENT => Refusal::Declined(Decline::NoAgreement),
        "9998" => Refusal::Declined(Decline::Unnamed),
        "9999" | "9997" | "9996" | "9995" | "9994" | "8001" | "8011" | "8012" | "8015" => {
            return Err(Doubt::TheirTrouble);
        }
        _ => return Err(Doubt::UndocumentedCode),
    })
}

/// As Scan2Pay wants its keys: SHA-256, lower-case hexadecimal.
fn hashed(key: &Secret) -> String {
    hex::lower(digest::digest(&digest::SHA256, key.as_bytes()).as_ref())
}

impl Merchant {
    /// `site`: [`PRODUCTION`], [`STAGE`], or a stand-in; `mch_id` as Intella gives it.
    pub fn new(site: &str, wallet: Wallet, mch_id: &str, keys: Keys) -> Result<Self, RequestError> {
        if !is_store_id(mch_id, 32) {
            return Err(RequestError::StoreId);
        }
        let base = base(site)?;
        let host = base.trim_start_matches("https://").split('/').next().unwrap_or_default();
        // A page of any of its hosts; of a stand-in, of that host.
        let pages = if matches!(site, PRODUCTION | STAGE) { "intella.co".to_owned() } else { host.to_owned() };
        let Keys { trade_key, refund_key, iv, public_key } = keys;
        let seal = envelope::Sealer::new(&public_key, iv)?;
        Ok(Self { base, pages, wallet, mch_id: mch_id.to_owned(), trade_key, refund_key, seal })
    }

    fn ask(
        &self,
        service_type: &str,
        data: &impl Serialize,
        (payment, amount): (Uuid, Twd),
        now: OffsetDateTime,
    ) -> Result<Exchange, RequestError> {
        let header = Header {
            method: self.wallet.method(),
            service_type,
            mch_id: &self.mch_id,
            trade_key: hashed(&self.trade_key),
            create_time: TaipeiTime::of(now).digits(),
        };
        let data = serde_json::to_string(data).map_err(|_| RequestError::Json)?;
        let plain =
            serde_json::to_string(&Asked { header, data }).map(Zeroizing::new).map_err(|_| RequestError::Json)?;
        let (request, key) = self.seal.seal(format!("{}/allpaypass/api/general", self.base), &plain)?;
        Ok(Exchange { answer_key: Some(key), ..Exchange::new(request, payment, amount) })
    }

    fn reply(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> Result<(String, Option<ReplyData>), Doubt> {
        let body = Answer::of_business(answer)?;
        let key = asked.answer_key.as_ref().ok_or(Doubt::NotOfThisInterface)?;
        let plain = self.seal.open(body, key).ok_or(Doubt::NotOfThisInterface)?;
        let reply: Reply = serde_json::from_str(&plain).map_err(|_| Doubt::NotOfThisInterface)?;
        if let Some(named) = reply.data.as_ref().and_then(|data| data.store_order_no.as_deref())
            && !OrderIdRule::Scan2Pay.names(named, asked.payment)
        {
            return Err(Doubt::Contradiction);
        }
        Ok((reply.header.status_code, reply.data))
    }

    fn is_theirs(&self, url: &str) -> bool {
        let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#', '\\']).next());
        let of = |host: &str| {
            host.strip_suffix(self.pages.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        url.len() <= 2000 && url.bytes().all(|b| b.is_ascii_graphic()) && host.is_some_and(of)
    }
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        check(order)?;
        let data = OlPay {
            time_expire: TaipeiTime::of(order.valid_until).digits(),
            device_info: DEVICE,
            store_order_no: OrderIdRule::Scan2Pay.order_id(order.payment)?,
            body: order.description,
            fee_type: "TWD",
            total_fee: order.amount.dollars().to_string(),
            call_back_url: order.return_url,
            agreement: order.agreement,
        };
        self.ask("OLPay", &data, (order.payment, order.amount), order.now).map(Opening::Ask)
    }

    fn opened(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> Opened {
        let judge = || {
            let (code, data) = self.reply(asked, answer)?;
            if code != "0000" {
                return refusal(&code).map(Opened::Refused);
            }
            let url = data.and_then(|data| data.url_token).ok_or(Doubt::NotOfThisInterface)?;
            if self.is_theirs(&url) { Ok(Opened::Page(PaymentPage { url })) } else { Err(Doubt::Contradiction) }
        };
        judge().unwrap_or_else(Opened::Unknown)
    }

    fn inquire(&self, payment: Uuid, amount: Twd, now: OffsetDateTime) -> Result<Exchange, RequestError> {
        let query = Query { store_order_no: OrderIdRule::Scan2Pay.order_id(payment)? };
        self.ask("SingleOrderQuery", &query, (payment, amount), now)
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        let judge = || {
            let (code, data) = self.reply(asked, answer)?;
            match code.as_str() {
                "0000" => {}
                "7002" => return Ok(OrderState::NotThere),
                NO_AGREEMENT => return Ok(OrderState::Failed(Decline::NoAgreement)),
                code => return Err(refusal(code).map_or_else(|doubt| doubt, |_| Doubt::Contradiction)),
            }
            let data = data.ok_or(Doubt::NotOfThisInterface)?;
            // A query's documented answer names no amount: where it does, it counts, else what was ordered was paid.
            let amount = match &data.total_fee {
                Some(fee) => Twd::from_digits(fee).map_err(|_| Doubt::NotOfThisInterface)?,
                None => asked.amount,
            };
            let paid = |refunded| {
                let trade_no = data.sys_order_no.as_deref().and_then(trade_no).ok_or(Doubt::NotOfThisInterface)?;
                Ok(OrderState::Paid(PaidOrder { trade_no, amount, refunded }))
            };
            match data.order_status.as_deref() {
                Some("0") => Ok(OrderState::NotPaidYet),
                Some("1") => paid(Twd::ZERO),
                Some("2") => Ok(OrderState::Failed(Decline::Unnamed)),
                Some("3") => paid(amount),
                Some(_) => Err(Doubt::UndocumentedCode),
                None => Err(Doubt::NotOfThisInterface),
            }
        };
        judge().unwrap_or_else(OrderState::Unknown)
    }

    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        check_refund(refund)?;
        if refund.amount != refund.paid {
            return Err(RequestError::WholeOnly);
        }
        let data = GiveBack {
            store_refund_no: OrderIdRule::Scan2Pay.order_id(refund.refund)?,
            store_order_no: OrderIdRule::Scan2Pay.order_id(refund.payment)?,
            device_info: DEVICE,
            refund_key: hashed(&self.refund_key),
            refund_fee: refund.amount.dollars(),
            refunded_msg: "refund",
        };
        self.ask("Refund", &data, (refund.payment, refund.amount), refund.now)
    }

    fn refunded(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        let judge = || {
            let (code, data) = self.reply(asked, answer)?;
            if code != "0000" {
                return refusal(&code).map(RefundOutcome::Refused);
            }
            let trade_no = data.and_then(|data| data.sys_refund_no).as_deref().and_then(trade_no);
            Ok(RefundOutcome::Done { trade_no })
        };
        judge().unwrap_or_else(RefundOutcome::Unknown)
    }

    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError> {
        Merchant::notice(self, delivery.body).map(Told::Result)
    }

    fn acknowledgement(&self) -> &'static str {
        "OK"
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("intella::Merchant")
    }
}

#[cfg(test)]
mod tests;
