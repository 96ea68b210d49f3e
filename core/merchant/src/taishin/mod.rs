//! Taishin International Bank's TSPG (台新網路收單): JSON, amounts in hundredths, no signature at all.
//!
//! `POST auth.ashx` (`tx_type` 1) opens an order and answers with `hpp_url`, the bank's page; `POST other.ashx` asks
//! (`tx_type` 7) and gives back (5). `ret_code` `00` is done. `order_status`: 02 authorised, 03 captured, 04 settled, 06
//! refunded, 08 refund settled, 12 cancelled, ZP processing, ZF authorisation failed. Other return codes of a refusal
//! are the card networks' (ISO 8583, field 39): 51 insufficient funds, 61 over a limit.
//!
//! Source: public integrations of TSPG's REST interface 1.0.0 and the comments in them. Not public: Taishin's interface
//! for its wallet, the form of `order_no` beyond samples, and whether notices can be verified: a notice is a hint here.

use std::fmt;

use paytaipei_bill::Twd;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::outcome::{LARGEST_NOTICE, NO_AGREEMENT, trade_no};
use crate::request::{base, check, check_refund, is_store_id};
use crate::{
    Answer, Decline, Delivery, Doubt, Exchange, NoticeError, Opened, Opening, Order, OrderIdRule, OrderState,
    PaidOrder, PaymentPage, Protocol, Refund, RefundOutcome, Refusal, Request, RequestError, Told,
};

pub const PRODUCTION: &str = "https://tspg.taishinbank.com.tw/tspgapi/restapi";
/// Its test environment.
pub const TEST: &str = "https://tspg-t.taishinbank.com.tw/tspgapi/restapi";

/// A store with TSPG. There is no key: the bank knows the platform by its address.
pub struct Merchant {
    base: String,
    mid: String,
    tid: String,
}

#[derive(Serialize)]
struct Envelope<'a, P> {
    sender: &'static str,
    ver: &'static str,
    mid: &'a str,
    tid: &'a str,
    pay_type: u8,
    tx_type: u8,
    params: P,
}

#[derive(Serialize)]
struct Auth<'a> {
    layout: &'static str,
    order_no: String,
    amt: String,
    cur: &'static str,
    order_desc: &'a str,
    capt_flag: &'static str,
    result_flag: &'static str,
    post_back_url: &'a str,
    result_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<&'a str>,
}

#[derive(Serialize)]
struct Other {
    order_no: String,
    result_flag: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    amt: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    ret_code: String,
    #[serde(default)]
    hpp_url: Option<String>,
    #[serde(default)]
    order_no: Option<String>,
    #[serde(default)]
    order_status: Option<String>,
    #[serde(default)]
    tx_amt: Option<String>,
    #[serde(default)]
    refund_trans_amt: Option<String>,
    #[serde(default)]
    rrn: Option<String>,
}

/// Hundredths of a dollar.
fn hundredths(amount: Twd) -> String {
    format!("{}00", amount.dollars())
}

fn dollars(text: &str) -> Option<Twd> {
    Twd::from_digits(text.strip_suffix("00")?).ok()
}

impl Merchant {
    /// `site`: [`PRODUCTION`], [`TEST`], or a stand-in; `mid` and `tid` as the bank gives them.
    pub fn new(site: &str, mid: &str, tid: &str) -> Result<Self, RequestError> {
        if !(is_store_id(mid, 15) && is_store_id(tid, 8)) {
            return Err(RequestError::StoreId);
        }
        Ok(Self { base: base(site)?, mid: mid.to_owned(), tid: tid.to_owned() })
    }

    fn post(&self, path: &str, tx_type: u8, params: impl Serialize) -> Result<Request, RequestError> {
        let envelope =
            Envelope { sender: "rest", ver: "1.0.0", mid: &self.mid, tid: &self.tid, pay_type: 1, tx_type, params };
        let body = serde_json::to_vec(&envelope).map_err(|_| RequestError::Json)?;
        Ok(Request::json(format!("{}/{path}", self.base), body))
    }

    fn params(answer: Option<Answer<'_>>) -> Result<Params, Doubt> {
        let reply: Reply =
            serde_json::from_slice(Answer::of_business(answer)?).map_err(|_| Doubt::NotOfThisInterface)?;
        Ok(reply.params)
    }

    /// The bank's own pages: those of the host that was asked.
    fn is_theirs(&self, url: &str) -> bool {
        let host = |url: &str| url.strip_prefix("https://").and_then(|rest| rest.split('/').next().map(str::to_owned));
        url.len() <= 2000 && url.bytes().all(|b| b.is_ascii_graphic()) && host(url) == host(&self.base)
    }
}

/// Return codes of a refusal (ISO 8583, field 39).
fn refusal(ret_code: &str) -> Option<Decline> {
    match ret_code {
        "51" => Some(Decline::InsufficientFunds),
        "61" => Some(Decline::OverLimit),
        NO_AGREEMENT => Some(Decline::NoAgreement),
        "05" => Some(Decline::Unnamed),
        _ => None,
    }
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        check(order)?;
        let auth = Auth {
            layout: "2",
            order_no: OrderIdRule::Taishin.order_id(order.payment)?,
            amt: hundredths(order.amount),
            cur: "NTD",
            order_desc: order.description,
            capt_flag: "1",
            result_flag: "1",
            post_back_url: order.return_url,
            result_url: order.notice_url,
            agreement: order.agreement,
        };
        Ok(Opening::Ask(Exchange::new(self.post("auth.ashx", 1, auth)?, order.payment, order.amount)))
    }

    fn opened(&self, _: &Exchange, answer: Option<Answer<'_>>) -> Opened {
        let judge = || {
            let params = Self::params(answer)?;
            match (params.ret_code.as_str(), params.hpp_url) {
                ("00", Some(url)) if self.is_theirs(&url) => Ok(Opened::Page(PaymentPage { url })),
                ("00", _) => Err(Doubt::Contradiction),
                (code, _) => {
                    refusal(code).map(|why| Opened::Refused(Refusal::Declined(why))).ok_or(Doubt::UndocumentedCode)
                }
            }
        };
        judge().unwrap_or_else(Opened::Unknown)
    }

    fn inquire(&self, payment: Uuid, amount: Twd, _: OffsetDateTime) -> Result<Exchange, RequestError> {
        let other = Other { order_no: OrderIdRule::Taishin.order_id(payment)?, result_flag: "1", amt: None };
        Ok(Exchange::new(self.post("other.ashx", 7, other)?, payment, amount))
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        let judge = || {
            let params = Self::params(answer)?;
            let names = |id: &String| OrderIdRule::Taishin.names(id, asked.payment);
            if params.order_no.as_ref().is_some_and(|id| !names(id)) {
                return Err(Doubt::Contradiction);
            }
            let Some(status) = params.order_status.as_deref() else { return Err(Doubt::NotOfThisInterface) };
            let amount = |text: Option<&String>| text.and_then(|text| dollars(text)).ok_or(Doubt::NotOfThisInterface);
            Ok(match status {
                "02" | "03" | "04" | "06" | "08" => OrderState::Paid(PaidOrder {
                    trade_no: params.rrn.as_deref().and_then(trade_no).ok_or(Doubt::NotOfThisInterface)?,
                    amount: amount(params.tx_amt.as_ref())?,
                    refunded: params.refund_trans_amt.as_ref().map_or(Ok(Twd::ZERO), |text| amount(Some(text)))?,
                }),
                "12" => OrderState::Failed(Decline::ByPerson),
                "ZP" => OrderState::NotPaidYet,
                "ZF" => OrderState::Failed(refusal(&params.ret_code).unwrap_or(Decline::Unnamed)),
                _ => return Err(Doubt::UndocumentedCode),
            })
        };
        judge().unwrap_or_else(OrderState::Unknown)
    }

    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        check_refund(refund)?;
        let order_no = OrderIdRule::Taishin.order_id(refund.payment)?;
        let other = Other { order_no, result_flag: "1", amt: Some(hundredths(refund.amount)) };
        Ok(Exchange::new(self.post("other.ashx", 5, other)?, refund.payment, refund.amount))
    }

    fn refunded(&self, _: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        match Self::params(answer) {
            Err(doubt) => RefundOutcome::Unknown(doubt),
            Ok(params) if params.ret_code == "00" => {
                RefundOutcome::Done { trade_no: params.rrn.as_deref().and_then(trade_no) }
            }
            Ok(params) => match refusal(&params.ret_code) {
                Some(why) => RefundOutcome::Refused(Refusal::Declined(why)),
                None => RefundOutcome::Unknown(Doubt::UndocumentedCode),
            },
        }
    }

    fn notice(&self, delivery: Delivery<'_>) -> Result<Told, NoticeError> {
        if delivery.body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        let reply: Reply = serde_json::from_slice(delivery.body).map_err(|_| NoticeError::Malformed)?;
        let order_no = reply.params.order_no.ok_or(NoticeError::Malformed)?;
        (delivery.known)(&order_no).map(Told::Hint).ok_or(NoticeError::ForeignOrder)
    }

    fn acknowledgement(&self) -> &'static str {
        "OK"
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("taishin::Merchant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn merchant() -> Merchant {
        Merchant::new(TEST, "999812666555013", "T0000000").unwrap()
    }

    fn order() -> Order<'static> {
        Order {
            payment: PAYMENT,
            amount: Twd::new(1_200).unwrap(),
            description: "金門縣自來水費",
            valid_until: OffsetDateTime::UNIX_EPOCH,
            now: OffsetDateTime::UNIX_EPOCH,
            notice_url: "https://platform.example/n",
            return_url: "https://platform.example/r",
            agreement: None,
        }
    }

    fn exchange() -> Exchange {
        merchant().inquire(PAYMENT, Twd::new(1_200).unwrap(), OffsetDateTime::UNIX_EPOCH).unwrap()
    }

    fn ok(body: &str) -> Option<Answer<'_>> {
        Some(Answer { status: 200, body: body.as_bytes() })
    }

    #[test]
    fn an_order_is_written_in_hundredths_as_public_samples_show() {
        let Opening::Ask(asked) = merchant().open(&order()).unwrap() else { panic!("a page") };
        let body: serde_json::Value = serde_json::from_slice(&asked.request.body).unwrap();
        assert_eq!(asked.request.url, format!("{TEST}/auth.ashx"));
        assert_eq!((&body["sender"], &body["ver"], &body["tx_type"]), (&"rest".into(), &"1.0.0".into(), &1.into()));
        assert_eq!((&body["params"]["amt"], &body["params"]["cur"]), (&"120000".into(), &"NTD".into()));
        assert!(OrderIdRule::Taishin.names(body["params"]["order_no"].as_str().unwrap(), PAYMENT));
    }

    #[test]
    fn an_order_leads_to_the_banks_own_page_only() {
        let opened = |url: &str| {
            let body = format!(r#"{{"params":{{"ret_code":"00","hpp_url":"{url}"}}}}"#);
            merchant().opened(&exchange(), ok(&body))
        };
        assert!(matches!(opened("https://tspg-t.taishinbank.com.tw/tspgtrans/order.aspx?p=1"), Opened::Page(_)));
        for url in ["https://taishinbank.example/", "http://tspg-t.taishinbank.com.tw/", "javascript:alert(1)"] {
            assert_eq!(opened(url), Opened::Unknown(Doubt::Contradiction), "{url}");
        }
    }

    #[test]
    fn an_order_is_paid_where_the_bank_says_so_and_how_much() {
        let state = |status: &str, amount: &str| {
            let id = OrderIdRule::Taishin.order_id(PAYMENT).unwrap();
            let body = format!(
                r#"{{"params":{{"ret_code":"51","order_no":"{id}","order_status":"{status}","tx_amt":"{amount}","rrn":"567061000001"}}}}"#
            );
            merchant().inquired(&exchange(), ok(&body))
        };
        let OrderState::Paid(paid) = state("03", "120000") else { panic!("not paid") };
        assert_eq!((paid.amount, paid.refunded), (Twd::new(1_200).unwrap(), Twd::ZERO));
        assert_eq!(state("ZP", "120000"), OrderState::NotPaidYet);
        assert_eq!(state("ZF", "120000"), OrderState::Failed(Decline::InsufficientFunds));
        assert_eq!(state("99", "120000"), OrderState::Unknown(Doubt::UndocumentedCode));
        for amount in ["120050", "-120000", "1200.00", ""] {
            assert_eq!(state("02", amount), OrderState::Unknown(Doubt::NotOfThisInterface), "{amount}");
        }
        let foreign = r#"{"params":{"ret_code":"00","order_no":"NO012345678","order_status":"02"}}"#;
        assert_eq!(merchant().inquired(&exchange(), ok(foreign)), OrderState::Unknown(Doubt::Contradiction));
        assert_eq!(merchant().inquired(&exchange(), None), OrderState::Unknown(Doubt::NoAnswer));
    }

    #[test]
    fn a_notice_is_a_hint_because_anybody_can_write_one() {
        let known = |id: &str| OrderIdRule::Taishin.names(id, PAYMENT).then_some(PAYMENT);
        let read = |body: &str| merchant().notice(Delivery { digest: None, body: body.as_bytes(), known: &known });
        let id = OrderIdRule::Taishin.order_id(PAYMENT).unwrap();
        let paid = format!(r#"{{"params":{{"ret_code":"00","order_no":"{id}","amt":"120000"}}}}"#);
        assert_eq!(read(&paid), Ok(Told::Hint(PAYMENT)));
        assert_eq!(read(&paid.replace(&id, "X")), Err(NoticeError::ForeignOrder));
        assert_eq!(read("{}"), Err(NoticeError::Malformed));
    }
}
