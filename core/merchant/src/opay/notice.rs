//! Results that O'Pay tells by itself.

use paytaipei_bill::Twd;

use super::Merchant;
use crate::outcome::{LARGEST_NOTICE, trade_no};
use crate::{Notice, NoticeError, OrderIdRule, OrderState, PaidOrder};

impl Merchant {
    /// Checks and reads a notice. `RtnCode` 1 is paid; another is not, by this attempt: the order still can be.
    pub fn notice(&self, body: &[u8]) -> Result<Notice, NoticeError> {
        if body.len() > LARGEST_NOTICE {
            return Err(NoticeError::Malformed);
        }
        let fields = self.signed(body)?;
        let field = |name: &str| fields.get(name).map(String::as_str).ok_or(NoticeError::Malformed);
        if field("MerchantID")? != self.merchant_id {
            return Err(NoticeError::ForeignOrder);
        }
        let payment = OrderIdRule::OPay.payment(field("MerchantTradeNo")?).ok_or(NoticeError::ForeignOrder)?;
        let code = field("RtnCode")?;
        let trade_no = trade_no(field("TradeNo")?).ok_or(NoticeError::Malformed)?;
        if !((1..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric())) {
            return Err(NoticeError::Malformed);
        }
        let dedupe_key = format!("opay/{trade_no}/{code}");
        let state = match (code, fields.get("SimulatePaid").map(String::as_str)) {
            (_, Some("1")) => return Err(NoticeError::Trial),
            ("1", _) => {
                let amount = Twd::from_digits(field("TradeAmt")?).map_err(|_| NoticeError::Malformed)?;
                OrderState::Paid(PaidOrder { trade_no, amount, refunded: Twd::ZERO })
            }
            _ => OrderState::NotPaidYet,
        };
        Ok(Notice { payment, state, dedupe_key })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::tests::{form, merchant};
    use super::*;

    fn notice(change: &[(&str, &str)]) -> String {
        let payment = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);
        let mut fields = form(&[
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", &OrderIdRule::OPay.order_id(payment).unwrap()),
            ("RtnCode", "1"),
            ("RtnMsg", "付款成功"),
            ("TradeNo", "2611241527144625"),
            ("TradeAmt", "428"),
            ("SimulatePaid", "0"),
        ]);
        for (name, value) in change {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        fields.insert("CheckMacValue".to_owned(), merchant().check_mac_value(&fields));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish()
    }

    fn read(body: &str) -> Result<Notice, NoticeError> {
        merchant().notice(body.as_bytes())
    }

    #[test]
    fn a_signed_notice_tells_payment_amount_and_how_to_know_it_again() {
        let told = read(&notice(&[])).unwrap();
        assert_eq!(told.payment.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        let OrderState::Paid(paid) = &told.state else { panic!("not paid") };
        assert_eq!(paid.amount, Twd::new(428).unwrap());
        assert_eq!(told.dedupe_key, "opay/2611241527144625/1");
    }

    #[test]
    fn a_trial_from_the_merchant_page_is_no_payment() {
        assert_eq!(read(&notice(&[("SimulatePaid", "1")])).err(), Some(NoticeError::Trial));
        assert_eq!(read(&notice(&[("RtnCode", "10100058")])).unwrap().state, OrderState::NotPaidYet);
    }

    #[test]
    fn forged_doubled_foreign_and_broken_notices_are_refused() {
        let good = notice(&[]);
        assert_eq!(read(&good.replace("TradeAmt=428", "TradeAmt=429")).err(), Some(NoticeError::Forged));
        assert_eq!(read("MerchantID=3002607").err(), Some(NoticeError::Forged));
        assert_eq!(read("").err(), Some(NoticeError::Forged));
        assert_eq!(read(&format!("{good}&TradeAmt=1")).err(), Some(NoticeError::Malformed));
        assert_eq!(read(&notice(&[("MerchantID", "1")])).err(), Some(NoticeError::ForeignOrder));
        assert_eq!(read(&notice(&[("MerchantTradeNo", "Test1234567890")])).err(), Some(NoticeError::ForeignOrder));
        assert_eq!(read(&notice(&[("TradeAmt", "4.28")])).err(), Some(NoticeError::Malformed));
    }
}
