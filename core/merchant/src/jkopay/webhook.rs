//! Results that JKOPAY tells by itself, up to twelve times until it is answered with HTTP 200.
//!
//! Whether the notice of a result is signed as requests are is not said in JKOPAY's public documents. One that carries
//! a right `DIGEST` is believed; any other is no result, only a reason to inquire.

use serde::Deserialize;

use super::Merchant;
use super::outcome::Transaction;
use crate::outcome::LARGEST_NOTICE;
use crate::{Notice, NoticeError};

#[derive(Deserialize)]
struct Body {
    transaction: Transaction,
}

impl Merchant {
    /// Checks and reads a notice. `digest` is its `DIGEST` header, `body` its bytes as they came.
    pub fn notice(&self, digest: Option<&str>, body: &[u8]) -> Result<Notice, NoticeError> {
        if body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        // The signature first: nothing unsigned reaches the parser.
        if !self.digest_is_right(digest.ok_or(NoticeError::Unsigned)?, body) {
            return Err(NoticeError::Forged);
        }
        let Body { transaction } = serde_json::from_slice(body).map_err(|_| NoticeError::Malformed)?;
        let payment = transaction.payment().ok_or(NoticeError::ForeignOrder)?;
        let trade_no = transaction.trade_no().ok_or(NoticeError::Malformed)?;
        let dedupe_key = format!("jkopay/{trade_no}/{}", transaction.status());
        Ok(Notice { payment, state: transaction.state(), dedupe_key })
    }
}

#[cfg(test)]
mod tests {
    use paytaipei_bill::Twd;

    use super::super::tests::merchant;
    use super::*;
    use crate::OrderState;

    const BODY: &str = r#"{"transaction":{"platform_order_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","status":0,"tradeNo":"J0081521125050800003","trans_time":"2026-11-24 11:50:57","currency":"TWD","final_price":428,"redeem_amount":0,"debit_amount":428,"channel_type":"account"}}"#;

    fn read(body: &str) -> Result<Notice, NoticeError> {
        let jko = merchant("QxN1X");
        jko.notice(Some(&jko.digest(body.as_bytes())), body.as_bytes())
    }

    #[test]
    fn a_signed_notice_tells_payment_amount_and_how_to_know_it_again() {
        let notice = read(BODY).unwrap();
        assert_eq!(notice.payment.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        assert_eq!(notice.dedupe_key, "jkopay/J0081521125050800003/0");
        let OrderState::Paid(paid) = &notice.state else { panic!("not paid") };
        assert_eq!(paid.amount, Twd::new(428).unwrap());
        assert_eq!(read(BODY).unwrap(), notice);
        assert_ne!(read(&BODY.replace("\"status\":0", "\"status\":1")).unwrap().dedupe_key, notice.dedupe_key);
    }

    #[test]
    fn unsigned_and_forged_notices_are_no_result() {
        let jko = merchant("QxN1X");
        let digest = jko.digest(BODY.as_bytes());
        assert_eq!(jko.notice(None, BODY.as_bytes()).err(), Some(NoticeError::Unsigned));
        for wrong in ["", "00", "zz", &digest[..62], &digest.replace('a', "b")] {
            assert_eq!(jko.notice(Some(wrong), BODY.as_bytes()).err(), Some(NoticeError::Forged), "{wrong}");
        }
        let raised = BODY.replace("428", "429");
        assert_eq!(jko.notice(Some(&digest), raised.as_bytes()).err(), Some(NoticeError::Forged));
        assert_eq!(merchant("other").notice(Some(&digest), BODY.as_bytes()).err(), Some(NoticeError::Forged));
    }

    #[test]
    fn a_signed_notice_that_is_none_of_this_interface_or_of_another_shops_order_is_refused() {
        assert_eq!(read("{}").err(), Some(NoticeError::Malformed));
        assert_eq!(read("").err(), Some(NoticeError::Malformed));
        assert_eq!(read(&BODY.replace("017f22e2-79b0-7cc3", "demo-order")).err(), Some(NoticeError::ForeignOrder));
        assert_eq!(read(&BODY.replace("J0081521125050800003", "")).err(), Some(NoticeError::Malformed));
    }
}
