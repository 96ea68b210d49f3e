//! `POST /API/QueryTradeInfo`: one order and what became of it. `TradeStatus`: 0 not paid, 1 paid, 2 failed, 3 cancelled; `Status` TRA10021: no such order.

use paytaipei_bill::Twd;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Merchant, check_code, check_value};
use crate::outcome::{NO_AGREEMENT, trade_no};
use crate::{Answer, Decline, Doubt, OrderIdError, OrderIdRule, OrderState, PaidOrder};

impl Merchant {
    /// The form of a query, `POST /API/QueryTradeInfo`: name and value pairs. `now` is Unix time in seconds.
    pub fn query(&self, payment: Uuid, amount: Twd, now: i64) -> Result<Vec<(&'static str, String)>, OrderIdError> {
        let order_id = OrderIdRule::NewebPay.order_id(payment)?;
        let amount = amount.dollars().to_string();
        let check = check_value(self.key.as_str(), self.iv.as_str(), &amount, &self.merchant_id, &order_id);
        Ok(vec![
            ("MerchantID", self.merchant_id.clone()),
            ("Version", "1.3".to_owned()),
            ("RespondType", "JSON".to_owned()),
            ("CheckValue", check),
            ("TimeStamp", now.to_string()),
            ("MerchantOrderNo", order_id),
            ("Amt", amount),
        ])
    }

    /// Judges the answer to a query about a payment; `None` where none came.
    #[must_use]
    pub fn queried(&self, answer: Option<Answer<'_>>, payment: Uuid) -> OrderState {
        let judge = || {
            let body = Answer::of_business(answer)?;
            let told: QueryAnswer = serde_json::from_slice(body).map_err(|_| Doubt::NotOfThisInterface)?;
            let told = match (told.status.as_str(), told.result) {
                ("SUCCESS", QueryResult::Trade(trade)) => trade,
                ("TRA10021", _) => return Ok(OrderState::NotThere),
                ("SUCCESS", QueryResult::Other(_)) => return Err(Doubt::NotOfThisInterface),
                _ => return Err(Doubt::UndocumentedCode),
            };
            let amount = told.amount.to_string();
            let right = check_code(
                self.key.as_str(),
                self.iv.as_str(),
                &amount,
                &told.merchant_id,
                &told.merchant_order_no,
                &told.trade_no,
            );
            let vouched = bool::from(right.as_bytes().ct_eq(told.check_code.as_bytes()));
            let ours =
                told.merchant_id == self.merchant_id && OrderIdRule::NewebPay.names(&told.merchant_order_no, payment);
            if !(vouched && ours) {
                return Err(Doubt::Contradiction);
            }
            Ok(match told.trade_status.as_str() {
                "0" => OrderState::NotPaidYet,
                "1" => OrderState::Paid(PaidOrder {
                    trade_no: trade_no(&told.trade_no).ok_or(Doubt::NotOfThisInterface)?,
                    amount: Twd::new(told.amount).map_err(|_| Doubt::NotOfThisInterface)?,
                    refunded: Twd::ZERO,
                }),
                NO_AGREEMENT => OrderState::Failed(Decline::NoAgreement),
                "2" | "3" => OrderState::Failed(Decline::Unnamed),
                _ => return Err(Doubt::UndocumentedCode),
            })
        };
        judge().unwrap_or_else(OrderState::Unknown)
    }
}

#[derive(Deserialize)]
struct QueryAnswer {
    #[serde(rename = "Status")]
    status: String,
    #[serde(rename = "Result")]
    result: QueryResult,
}

/// An empty array stands where there is nothing to tell.
#[derive(Deserialize)]
#[serde(untagged)]
enum QueryResult {
    Trade(Trade),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Trade {
    #[serde(rename = "MerchantID")]
    merchant_id: String,
    #[serde(rename = "Amt")]
    amount: i64,
    #[serde(rename = "TradeNo")]
    trade_no: String,
    #[serde(rename = "MerchantOrderNo")]
    merchant_order_no: String,
    #[serde(rename = "TradeStatus")]
    trade_status: String,
    #[serde(rename = "CheckCode")]
    check_code: String,
}

#[cfg(test)]
mod tests {
    use super::super::tests::merchant;
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn answer(status: &str, amount: i64, order: &str) -> String {
        let merchant = merchant();
        let code = check_code(merchant.key.as_str(), merchant.iv.as_str(), &amount.to_string(), "3430112", order, "T1");
        format!(
            r#"{{"Status":"SUCCESS","Message":"","Result":{{"MerchantID":"3430112","Amt":{amount},"TradeNo":"T1","MerchantOrderNo":"{order}","TradeStatus":"{status}","CheckCode":"{code}"}}}}"#
        )
    }

    fn queried(body: &str) -> OrderState {
        merchant().queried(Some(Answer { status: 200, body: body.as_bytes() }), PAYMENT)
    }

    #[test]
    fn a_query_is_answered_by_what_the_business_vouches_for() {
        let order = OrderIdRule::NewebPay.order_id(PAYMENT).unwrap();
        let OrderState::Paid(paid) = queried(&answer("1", 428, &order)) else { panic!("not paid") };
        assert_eq!((paid.trade_no.as_str(), paid.amount), ("T1", Twd::new(428).unwrap()));
        assert_eq!(queried(&answer("0", 428, &order)), OrderState::NotPaidYet);
        assert_eq!(queried(&answer("2", 428, &order)), OrderState::Failed(Decline::Unnamed));
        assert_eq!(queried(&answer("9", 428, &order)), OrderState::Unknown(Doubt::UndocumentedCode));
        let raised = answer("1", 428, &order).replace("\"Amt\":428", "\"Amt\":1");
        assert_eq!(queried(&raised), OrderState::Unknown(Doubt::Contradiction));
        assert_eq!(queried(&answer("1", 428, "S_1485232229")), OrderState::Unknown(Doubt::Contradiction));
    }

    #[test]
    fn no_answer_and_trouble_are_never_a_failure() {
        assert_eq!(merchant().queried(None, PAYMENT), OrderState::Unknown(Doubt::NoAnswer));
        assert_eq!(queried("<html>"), OrderState::Unknown(Doubt::NotOfThisInterface));
        assert_eq!(queried(r#"{"Status":"TRA10021","Message":"查無交易資料","Result":[]}"#), OrderState::NotThere);
        let served = merchant().queried(Some(Answer { status: 503, body: b"" }), PAYMENT);
        assert_eq!(served, OrderState::Unknown(Doubt::HttpStatus(503)));
    }

    #[test]
    fn a_query_carries_order_amount_and_check_value() {
        let form = merchant().query(PAYMENT, Twd::new(428).unwrap(), 1_795_535_999).unwrap();
        let value = |name: &str| form.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert_eq!((value("Amt").as_str(), value("TimeStamp").as_str()), ("428", "1795535999"));
        assert_eq!(OrderIdRule::NewebPay.payment(&value("MerchantOrderNo")), Some(PAYMENT));
        assert_eq!(value("CheckValue").len(), 64);
    }
}
