//! Results that NewebPay tells by itself: a form whose `TradeInfo` is sealed JSON.

use paytaipei_bill::Twd;
use serde::Deserialize;

use super::{Merchant, OpenError, Sealed};
use crate::outcome::{LARGEST_NOTICE, NO_AGREEMENT, trade_no};
use crate::{Decline, Notice, NoticeError, OrderIdRule, OrderState, PaidOrder, form};

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "Status")]
    status: String,
    #[serde(rename = "Result")]
    result: Trade,
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
}

impl Merchant {
    /// Checks, opens and reads a notice. `Status` `SUCCESS` is paid; any other is a payment that failed, and NewebPay
    /// takes no second one under its order number.
    pub fn notice(&self, body: &[u8]) -> Result<Notice, NoticeError> {
        if body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        let mut fields = form::fields(body).ok_or(NoticeError::Malformed)?;
        let mut field = |name: &str| fields.remove(name).ok_or(NoticeError::Forged);
        let sealed = Sealed { trade_info: field("TradeInfo")?, trade_sha: field("TradeSha")? };
        let plain = self.open(&sealed).map_err(|error| match error {
            OpenError::Forged => NoticeError::Forged,
            OpenError::Malformed => NoticeError::Malformed,
        })?;
        let Told { status, result } = serde_json::from_str(&plain).map_err(|_| NoticeError::Malformed)?;
        let payment = OrderIdRule::NewebPay.payment(&result.merchant_order_no).ok_or(NoticeError::ForeignOrder)?;
        if result.merchant_id != self.merchant_id {
            return Err(NoticeError::ForeignOrder);
        }
        let trade_no = trade_no(&result.trade_no).ok_or(NoticeError::Malformed)?;
        if !((1..=20).contains(&status.len()) && status.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return Err(NoticeError::Malformed);
        }
        let dedupe_key = format!("newebpay/{trade_no}/{status}");
        let state = if status == "SUCCESS" {
            let amount = Twd::new(result.amount).map_err(|_| NoticeError::Malformed)?;
            OrderState::Paid(PaidOrder { trade_no, amount, refunded: Twd::ZERO })
        } else {
            OrderState::Failed(if status == NO_AGREEMENT { Decline::NoAgreement } else { Decline::Unnamed })
        };
        Ok(Notice { payment, state, dedupe_key })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::tests::merchant;
    use super::*;

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn body(status: &str, store: &str) -> String {
        let order = OrderIdRule::NewebPay.order_id(PAYMENT).unwrap();
        let plain = format!(
            r#"{{"Status":"{status}","Message":"授權成功","Result":{{"MerchantID":"{store}","Amt":428,"TradeNo":"23111213361612345","MerchantOrderNo":"{order}","PaymentType":"EZPAY"}}}}"#
        );
        let sealed = merchant().seal(&plain).unwrap();
        format!("Status={status}&MerchantID={store}&TradeInfo={}&TradeSha={}", sealed.trade_info, sealed.trade_sha)
    }

    fn read(body: &str) -> Result<Notice, NoticeError> {
        merchant().notice(body.as_bytes())
    }

    #[test]
    fn a_sealed_notice_tells_payment_amount_and_how_to_know_it_again() {
        let told = read(&body("SUCCESS", "3430112")).unwrap();
        let OrderState::Paid(paid) = &told.state else { panic!("not paid") };
        assert_eq!((told.payment, paid.amount), (PAYMENT, Twd::new(428).unwrap()));
        assert_eq!(told.dedupe_key, "newebpay/23111213361612345/SUCCESS");
        assert_eq!(read(&body("MPG02004", "3430112")).unwrap().state, OrderState::Failed(Decline::Unnamed));
    }

    #[test]
    fn what_stands_beside_the_seal_counts_for_nothing() {
        let beside = body("SUCCESS", "3430112").replacen("Status=SUCCESS", "Status=FAILED", 1);
        assert!(matches!(read(&beside).unwrap().state, OrderState::Paid(_)));
    }

    #[test]
    fn forged_doubled_foreign_and_broken_notices_are_refused() {
        let good = body("SUCCESS", "3430112");
        assert_eq!(read(&good.replace("TradeSha=", "TradeSha=0")).err(), Some(NoticeError::Forged));
        assert_eq!(read("Status=SUCCESS").err(), Some(NoticeError::Forged));
        assert_eq!(read(&format!("{good}&TradeSha=1")).err(), Some(NoticeError::Malformed));
        assert_eq!(read(&body("SUCCESS", "1")).err(), Some(NoticeError::ForeignOrder));
        let sealed = merchant().seal("{}").unwrap();
        let other = format!("TradeInfo={}&TradeSha={}", sealed.trade_info, sealed.trade_sha);
        assert_eq!(read(&other).err(), Some(NoticeError::Malformed));
    }
}
