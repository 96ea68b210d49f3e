//! NewebPay as the platform uses it for ezPay.

use paytaipei_bill::Twd;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Merchant;
use crate::request::{check, check_refund};
use crate::{
    Answer, Delivery, Doubt, Exchange, Form, NoticeError, Opened, Opening, Order, OrderIdRule, OrderState, Protocol,
    Refund, RefundOutcome, Refusal, Request, RequestError, Told,
};

/// MPG's version.
const VERSION: &str = "2.0";

#[derive(Deserialize)]
struct RefundAnswer {
    #[serde(rename = "Status")]
    status: String,
    #[serde(rename = "EncryptData", default)]
    encrypt_data: String,
    #[serde(rename = "HashData", default)]
    hash_data: String,
}

impl Merchant {
    fn form(&self, order: &Order<'_>) -> Result<Form, RequestError> {
        check(order)?;
        let order_id = OrderIdRule::NewebPay.order_id(order.payment)?;
        let (amount, now) = (order.amount.dollars().to_string(), order.now.unix_timestamp().to_string());
        // Seconds to finish in, 60 to 900.
        let limit = (order.valid_until - order.now).whole_seconds().clamp(60, 900).to_string();
        let mut fields = form_urlencoded::Serializer::new(String::new());
        fields.extend_pairs([
            ("MerchantID", self.merchant_id.as_str()),
            ("RespondType", "JSON"),
            ("TimeStamp", &now),
            ("Version", VERSION),
            ("MerchantOrderNo", &order_id),
            ("Amt", &amount),
            ("ItemDesc", order.description),
            ("NotifyURL", order.notice_url),
            ("ReturnURL", order.return_url),
            ("TradeLimit", &limit),
            ("EZPAY", "1"),
        ]);
        if let Some(agreement) = order.agreement {
            fields.append_pair("TokenTerm", agreement);
        }
        let sealed = self.seal(&fields.finish())?;
        let fields = vec![
            ("MerchantID", self.merchant_id.clone()),
            ("TradeInfo", sealed.trade_info),
            ("TradeSha", sealed.trade_sha),
            ("Version", VERSION.to_owned()),
        ];
        Ok(Form { action: format!("{}/MPG/mpg_gateway", self.base), fields })
    }
}

impl Protocol for Merchant {
    fn open(&self, order: &Order<'_>) -> Result<Opening, RequestError> {
        let form = self.form(order)?;
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
        let fields = self.query(payment, amount, now.unix_timestamp())?;
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let request = Request::form(format!("{}/API/QueryTradeInfo", self.base), fields);
        Ok(Exchange::new(request, payment, amount))
    }

    fn inquired(&self, asked: &Exchange, answer: Option<Answer<'_>>) -> OrderState {
        self.queried(answer, asked.payment)
    }

    fn refund(&self, refund: &Refund<'_>) -> Result<Exchange, RequestError> {
        check_refund(refund)?;
        let data = serde_json::json!({
            "TimeStamp": refund.now.unix_timestamp().to_string(),
            "MerchantOrderNo": OrderIdRule::NewebPay.order_id(refund.payment)?,
            "Amount": refund.amount.dollars(),
            "PaymentType": "EZPAY",
        });
        let sealed = self.seal(&data.to_string())?;
        let fields = [
            ("UID_", self.merchant_id.as_str()),
            ("Version_", "1.0"),
            ("EncryptData_", &sealed.trade_info),
            ("RespondType_", "JSON"),
            ("HashData_", &sealed.trade_sha),
        ];
        let request = Request::form(format!("{}/API/EWallet/refund", self.base), fields);
        Ok(Exchange::new(request, refund.payment, refund.amount))
    }

    fn refunded(&self, _: &Exchange, answer: Option<Answer<'_>>) -> RefundOutcome {
        let judge = || {
            let told: RefundAnswer =
                serde_json::from_slice(Answer::of_business(answer)?).map_err(|_| Doubt::NotOfThisInterface)?;
            if told.status != "SUCCESS" {
                return Ok(RefundOutcome::Refused(Refusal::Parameters));
            }
            let right = self.trade_sha(&told.encrypt_data);
            if bool::from(right.as_bytes().ct_eq(told.hash_data.as_bytes())) {
                Ok(RefundOutcome::Done { trade_no: None })
            } else {
                Err(Doubt::Contradiction)
            }
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
