//! E.SUN Bank's ACQ (玉山網路收單): a form of `data` (JSON), `mac` and `ksn` 1.
//!
//! `mac` = lower-case hexadecimal SHA-256 of the exact bytes of `data` followed by the key. `txnf014m` opens an order
//! from the person's browser, `txnf0180` asks, `txnf0160` gives back. An answer is `DATA=` and JSON; a result comes back
//! through the person's browser as `DATA=RC=00,MID=…,ONO=…` and `MACD`.
//!
//! Source: public integrations of ACQ and the code table in one of them. Not public: E.SUN's interface for its wallet;
//! how `MACD` is made (here as `mac` is, over `DATA`: one that does not fit is refused, and the order inquired).

use std::fmt;

use paytaipei_bill::Twd;
use ring::digest;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::outcome::{LARGEST_NOTICE, NO_AGREEMENT, trade_no};
use crate::request::{base, check, check_refund, is_store_id};
use crate::{
    Answer, Decline, Delivery, Doubt, Exchange, Form, Notice, NoticeError, Opened, Opening, Order, OrderIdRule,
    OrderState, PaidOrder, Protocol, Refund, RefundOutcome, Refusal, Request, RequestError, Secret, Told, form, hex,
};

pub const PRODUCTION: &str = "https://acq.esunbank.com.tw";
/// Its test environment.
pub const TEST: &str = "https://acqtest.esunbank.com.tw";

/// Which key: there is one.
const KSN: &str = "1";
/// The terminal of ordinary transactions.
const TERMINAL: &str = "EC000001";

/// A store with E.SUN's ACQ and its key.
pub struct Merchant {
    base: String,
    mid: String,
    key: Secret,
}

/// Members in the order in which public samples have them.
#[derive(Serialize)]
struct Sale<'a> {
    #[serde(rename = "ONO")]
    ono: String,
    #[serde(rename = "U")]
    url: &'a str,
    #[serde(rename = "MID")]
    mid: &'a str,
    #[serde(rename = "TA")]
    amount: String,
    #[serde(rename = "TID")]
    tid: &'a str,
    #[serde(rename = "AGREEMENT", skip_serializing_if = "Option::is_none")]
    agreement: Option<&'a str>,
}

#[derive(Serialize)]
struct About<'a> {
    #[serde(rename = "TYP", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(rename = "ONO")]
    ono: String,
    #[serde(rename = "MID")]
    mid: &'a str,
    #[serde(rename = "TA", skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(rename = "txnData")]
    data: Txn,
}

#[derive(Deserialize)]
struct Txn {
    #[serde(rename = "RC")]
    code: String,
    #[serde(rename = "ONO", default)]
    ono: Option<String>,
    #[serde(rename = "MID", default)]
    mid: Option<String>,
    #[serde(rename = "RRN", default)]
    rrn: Option<String>,
    #[serde(rename = "TXNAMOUNT", default)]
    amount: Option<String>,
    #[serde(rename = "REFUNDAMOUNT", default)]
    refunded: Option<String>,
}

/// What a code (`RC`) means.
enum Code {
    Approved,
    Refused(Refusal),
    /// The order is there, and nobody has paid.
    Waiting,
}

fn code(rc: &str) -> Result<Code, Doubt> {
    Ok(Code::Refused(match rc {
        "00" => return Ok(Code::Approved),
        "GE" => return Ok(Code::Waiting),
        "G6" | "GH" => Refusal::Repeated,
        "G8" => Refusal::Signature,
        "G2" | "G3" | "G4" | "G5" => Refusal::Parameters,
        "GD" => Refusal::NoSuchOrder,
        "GF" => Refusal::RefundAmount,
        "51" => Refusal::Declined(Decline::InsufficientFunds),
        "61" => Refusal::Declined(Decline::OverLimit),
        NO_AGREEMENT => Refusal::Declined(Decline::NoAgreement),
        "01" | "33" | "54" | "62" | "GG" => Refusal::Declined(Decline::Unnamed),
        "GT" => Refusal::Declined(Decline::ByPerson),
        "G0" | "G1" | "GS" => return Err(Doubt::TheirTrouble),
        _ => return Err(Doubt::UndocumentedCode),
    }))
}

impl Merchant {
    /// `site`: [`PRODUCTION`], [`TEST`], or a stand-in; `mid` as the bank gives it.
    pub fn new(site: &str, mid: &str, key: Secret) -> Result<Self, RequestError> {
        if !is_store_id(mid, 15) {
            return Err(RequestError::StoreId);
        }
        Ok(Self { base: base(site)?, mid: mid.to_owned(), key })
    }

    /// `mac` over the exact bytes.
    #[must_use]
    pub fn mac(&self, data: &[u8]) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(data);
        hash.update(self.key.as_bytes());
        hex::lower(hash.finish().as_ref())
    }

    fn form(&self, path: &str, data: &impl Serialize) -> Result<Form, RequestError> {
        let data = serde_json::to_string(data).map_err(|_| RequestError::Json)?;
        let mac = self.mac(data.as_bytes());
        let fields = vec![("data", data), ("mac", mac), ("ksn", KSN.to_owned())];
        Ok(Form { action: format!("{}{path}", self.base), fields })
    }

    fn ask(&self, path: &str, data: &About<'_>) -> Result<Request, RequestError> {
        self.form(path, data).map(|form| form.request())
    }

    fn about(&self, payment: Uuid) -> Result<About<'_>, RequestError> {
        let ono = OrderIdRule::Esun.order_id(payment)?;
        Ok(About { kind: None, ono, mid: &self.mid, amount: None })
    }

    fn reply(&self, payment: Uuid, answer: Option<Answer<'_>>) -> Result<Txn, Doubt> {
        let fields = form::fields(Answer::of_business(answer)?).ok_or(Doubt::NotOfThisInterface)?;
        let data = fields.get("DATA").ok_or(Doubt::NotOfThisInterface)?;
        let Reply { data } = serde_json::from_str(data).map_err(|_| Doubt::NotOfThisInterface)?;
        let ours = data.mid.as_ref().is_none_or(|mid| *mid == self.mid)
            && data.ono.as_ref().is_none_or(|ono| OrderIdRule::Esun.names(ono, payment));
        if ours { Ok(data) } else { Err(Doubt::Contradiction) }
    }
}

fn dollars(text: Option<&String>) -> Result<Twd, Doubt> {
    text.and_then(|text| Twd::from_digits(text).ok()).ok_or(Doubt::NotOfThisInterface)
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        check(order)?;
        // The bank's rule for the address that it sends the person, and the result, back to.
        if order.notice_url.contains(['#', '?', '&']) {
            return Err(RequestError::Address);
        }
        let sale = Sale {
            ono: OrderIdRule::Esun.order_id(order.payment)?,
            url: order.notice_url,
            mid: &self.mid,
            amount: order.amount.dollars().to_string(),
            tid: TERMINAL,
            agreement: order.agreement,
        };
        let form = self.form("/ACQTrans/esuncard/txnf014m", &sale)?;
        Ok(match order.agreement {
            None => Opening::Page(form),
            Some(_) => Opening::Ask(Exchange::new(form.request(), order.payment, order.amount)),
        })
    }

    fn opened(&self, _: &Exchange, answer: Option<Answer<'_>>) -> Opened {
        // A page, whatever it says: what became of the order is told by a notice.
        Answer::of_business(answer).map_or_else(Opened::Unknown, |_| Opened::Waiting)
    }

    fn inquire(&self, payment: Uuid, amount: Twd, _: OffsetDateTime) -> Result<Exchange, RequestError> {
        Ok(Exchange::new(self.ask("/ACQQuery/esuncard/txnf0180", &self.about(payment)?)?, payment, amount))
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        let judge = || {
            let txn = self.reply(asked.payment, answer)?;
            Ok(match code(&txn.code)? {
                Code::Approved => OrderState::Paid(PaidOrder {
                    trade_no: txn.rrn.as_deref().and_then(trade_no).ok_or(Doubt::NotOfThisInterface)?,
                    amount: dollars(txn.amount.as_ref())?,
                    refunded: txn.refunded.as_ref().map_or(Ok(Twd::ZERO), |text| dollars(Some(text)))?,
                }),
                Code::Waiting => OrderState::NotPaidYet,
                Code::Refused(Refusal::NoSuchOrder) => OrderState::NotThere,
                Code::Refused(Refusal::Declined(why)) => OrderState::Failed(why),
                // Whatever is wrong with the question says nothing about the order.
                Code::Refused(_) => return Err(Doubt::Contradiction),
            })
        };
        judge().unwrap_or_else(OrderState::Unknown)
    }

    /// Whole orders only: the amount of a refund is in no public sample.
    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        check_refund(refund)?;
        if refund.amount != refund.paid {
            return Err(RequestError::WholeOnly);
        }
        let about = About { kind: Some("71"), ..self.about(refund.payment)? };
        Ok(Exchange::new(self.ask("/ACQTrans/esuncard/txnf0160", &about)?, refund.payment, refund.amount))
    }

    fn refunded(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        let judge = || {
            let txn = self.reply(asked.payment, answer)?;
            Ok(match code(&txn.code)? {
                Code::Approved => RefundOutcome::Done { trade_no: txn.rrn.as_deref().and_then(trade_no) },
                Code::Refused(refusal) => RefundOutcome::Refused(refusal),
                Code::Waiting => return Err(Doubt::Contradiction),
            })
        };
        judge().unwrap_or_else(RefundOutcome::Unknown)
    }

    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError> {
        if delivery.body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        let fields = form::fields(delivery.body).ok_or(NoticeError::Malformed)?;
        let data = fields.get("DATA").ok_or(NoticeError::Malformed)?;
        let printed = fields.get("MACD").ok_or(NoticeError::Unsigned)?;
        if !bool::from(printed.as_bytes().ct_eq(self.mac(data.as_bytes()).as_bytes())) {
            return Err(NoticeError::Forged);
        }
        let member = |name: &str| {
            let mut values = data.split(',').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
            match (values.next(), values.next()) {
                (Some((_, value)), None) => Ok(value),
                _ => Err(NoticeError::Malformed),
            }
        };
        if member("MID")? != self.mid {
            return Err(NoticeError::ForeignOrder);
        }
        let payment = (delivery.known)(member("ONO")?).ok_or(NoticeError::ForeignOrder)?;
        // A result names no amount: that it was paid is a reason to ask how much.
        match code(member("RC")?) {
            Ok(Code::Refused(Refusal::Declined(why))) => {
                let dedupe_key = format!("esun/{}/{}", member("ONO")?, member("RC")?);
                Ok(Told::Result(Notice { payment, state: OrderState::Failed(why), dedupe_key }))
            }
            _ => Ok(Told::Hint(payment)),
        }
    }

    fn acknowledgement(&self) -> &'static str {
        "OK"
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("esun::Merchant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn merchant() -> Merchant {
        Merchant::new(TEST, "8089020012", Secret::new("abc".to_owned()).unwrap()).unwrap()
    }

    fn whole() -> Twd {
        Twd::new(428).unwrap()
    }

    fn inquired(body: &str) -> OrderState {
        let asked = merchant().inquire(PAYMENT, whole(), OffsetDateTime::UNIX_EPOCH).unwrap();
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("DATA", body).finish();
        merchant().inquired(&asked, Some(Answer { status: 200, body: body.as_bytes() }))
    }

    fn ono() -> String {
        OrderIdRule::Esun.order_id(PAYMENT).unwrap()
    }

    #[test]
    fn the_mac_of_nothing_under_the_key_abc_is_fips_180s_digest_of_abc() {
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(merchant().mac(b""), digest);
        assert_eq!(Merchant::new(TEST, "1", Secret::new("c".to_owned()).unwrap()).unwrap().mac(b"ab"), digest);
    }

    #[test]
    fn a_sale_has_its_members_in_the_banks_order_and_is_signed_over_its_own_bytes() {
        let order = Order {
            payment: PAYMENT,
            amount: whole(),
            description: "水費",
            valid_until: OffsetDateTime::UNIX_EPOCH,
            now: OffsetDateTime::UNIX_EPOCH,
            notice_url: "https://platform.example/n",
            return_url: "https://platform.example/r",
            agreement: None,
        };
        let Opening::Page(form) = merchant().open(&order).unwrap() else { panic!("asked") };
        let value = |name: &str| form.fields.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        let wanted = format!(
            r#"{{"ONO":"{}","U":"https://platform.example/n","MID":"8089020012","TA":"428","TID":"EC000001"}}"#,
            ono()
        );
        assert_eq!((value("data"), value("ksn")), (wanted.clone(), "1".to_owned()));
        assert_eq!(value("mac"), merchant().mac(wanted.as_bytes()));
        let query = Order { notice_url: "https://platform.example/n?x", ..order };
        assert_eq!(merchant().open(&query).err(), Some(RequestError::Address));
    }

    #[test]
    fn an_inquiry_is_judged_by_the_banks_own_codes() {
        let told = |rc: &str| {
            inquired(&format!(
                r#"{{"returnCode":"00","txnData":{{"RC":"{rc}","MID":"8089020012","ONO":"{}","RRN":"567061000001","TXNAMOUNT":"428"}}}}"#,
                ono()
            ))
        };
        let OrderState::Paid(paid) = told("00") else { panic!("not paid") };
        assert_eq!((paid.amount, paid.trade_no.as_str()), (whole(), "567061000001"));
        assert_eq!((told("GD"), told("GE")), (OrderState::NotThere, OrderState::NotPaidYet));
        assert_eq!(told("51"), OrderState::Failed(Decline::InsufficientFunds));
        assert_eq!(told("G8"), OrderState::Unknown(Doubt::Contradiction), "our question was wrong, not the order");
        assert_eq!(told("GS"), OrderState::Unknown(Doubt::TheirTrouble));
        assert_eq!(told("??"), OrderState::Unknown(Doubt::UndocumentedCode));
        assert_eq!(inquired("<html>"), OrderState::Unknown(Doubt::NotOfThisInterface));
        let foreign = r#"{"txnData":{"RC":"00","ONO":"201702081012"}}"#;
        assert_eq!(inquired(foreign), OrderState::Unknown(Doubt::Contradiction));
    }

    #[test]
    fn a_refund_is_of_the_whole_order() {
        let refund = Refund {
            payment: PAYMENT,
            refund: PAYMENT,
            amount: whole(),
            paid: whole(),
            trade_no: "1",
            now: OffsetDateTime::UNIX_EPOCH,
        };
        assert!(merchant().refund(&refund).is_ok());
        let part = Refund { amount: Twd::new(1).unwrap(), ..refund };
        assert_eq!(merchant().refund(&part).err(), Some(RequestError::WholeOnly));
    }

    #[test]
    fn a_signed_refusal_is_a_result_and_a_signed_payment_a_reason_to_ask_how_much() {
        let known = |id: &str| (id == ono()).then_some(PAYMENT);
        let read = |data: &str, mac: &str| {
            let body =
                form_urlencoded::Serializer::new(String::new()).extend_pairs([("DATA", data), ("MACD", mac)]).finish();
            merchant().notice(Delivery { digest: None, body: body.as_bytes(), known: &known })
        };
        let data = |rc: &str| format!("RC={rc},MID=8089020012,ONO={},LTD=20261125,LTT=141539", ono());
        let signed = |data: &str| read(data, &merchant().mac(data.as_bytes()));
        assert_eq!(signed(&data("00")), Ok(Told::Hint(PAYMENT)));
        let Ok(Told::Result(notice)) = signed(&data("51")) else { panic!("no result") };
        assert_eq!(notice.state, OrderState::Failed(Decline::InsufficientFunds));
        assert_eq!(read(&data("00"), &merchant().mac(b"")), Err(NoticeError::Forged));
        assert_eq!(signed(&data("00").replace("8089020012", "1")), Err(NoticeError::ForeignOrder));
        assert_eq!(signed(&format!("{},RC=51", data("00"))), Err(NoticeError::Malformed));
        let unsigned = Delivery { digest: None, body: b"DATA=RC%3D00", known: &known };
        assert_eq!(merchant().notice(unsigned), Err(NoticeError::Unsigned));
    }
}
