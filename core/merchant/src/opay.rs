//! O'Pay (歐付寶) AioCheckOut: form posts under a `CheckMacValue`.
//!
//! `CheckMacValue`: the fields but itself, sorted by name without regard to case, as `name=value` joined by `&`, between
//! `HashKey=…&` and `&HashIV=…`; form-encoded (space `+`, `~` `%7e`, `'` `%27`); lower-cased; `- _ . ! * ( )` written
//! plainly; SHA-256; upper-case hexadecimal. The rule is ECPay's, O'Pay's sister; vectors: ECPay's published ones.

use std::collections::BTreeMap;
use std::fmt;

use paytaipei_bill::Twd;
use ring::digest;
use subtle::ConstantTimeEq;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{OrderIdRule, Secret, hex};

/// A store with O'Pay and its keys.
pub struct Merchant {
    merchant_id: String,
    hash_key: Secret,
    hash_iv: Secret,
}

/// What a signed notice says.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    pub payment: Uuid,
    pub state: NoticeState,
    /// Notices of the same trade and code are one.
    pub dedupe_key: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// `RtnCode` 1.
    Paid(Twd),
    /// Another code: not paid by this attempt.
    NotPaid,
    /// A trial from the merchant page (`SimulatePaid` 1): no money moved.
    Trial,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoticeError {
    #[error("the notice's CheckMacValue is missing or wrong: somebody else wrote it, or the keys are not this store's")]
    Forged,
    #[error("the notice is not of this interface: query the order")]
    Malformed,
    #[error("the notice speaks of another store or of an order that is not from here")]
    ForeignOrder,
}

/// What O'Pay wants to hear, or it tells the same again.
pub const ACKNOWLEDGEMENT: &str = "1|OK";

impl Merchant {
    #[must_use]
    pub fn new(merchant_id: &str, hash_key: Secret, hash_iv: Secret) -> Self {
        Self { merchant_id: merchant_id.to_owned(), hash_key, hash_iv }
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

    /// Checks, in time that does not depend on where it is wrong, and reads a notice.
    pub fn notice(&self, body: &[u8]) -> Result<Notice, NoticeError> {
        if body.len() > 64 * 1024 {
            return Err(NoticeError::Malformed);
        }
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(NoticeError::Malformed);
            }
        }
        let printed = fields.get("CheckMacValue").ok_or(NoticeError::Forged)?;
        if !bool::from(printed.as_bytes().ct_eq(self.check_mac_value(&fields).as_bytes())) {
            return Err(NoticeError::Forged);
        }
        let field = |name: &str| fields.get(name).map(String::as_str).ok_or(NoticeError::Malformed);
        if field("MerchantID")? != self.merchant_id {
            return Err(NoticeError::ForeignOrder);
        }
        let payment = OrderIdRule::OPay.payment(field("MerchantTradeNo")?).ok_or(NoticeError::ForeignOrder)?;
        let code = field("RtnCode")?;
        let trade_no = field("TradeNo")?;
        let is_short = |text: &str| (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_short(code) || !is_short(trade_no) {
            return Err(NoticeError::Malformed);
        }
        let state = match (code, fields.get("SimulatePaid").map(String::as_str)) {
            (_, Some("1")) => NoticeState::Trial,
            ("1", _) => NoticeState::Paid(Twd::from_digits(field("TradeAmt")?).map_err(|_| NoticeError::Malformed)?),
            _ => NoticeState::NotPaid,
        };
        Ok(Notice { payment, state, dedupe_key: format!("opay/{trade_no}/{code}") })
    }
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("opay::Merchant")
    }
}

impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            NoticeState::Paid(_) => "Notice(paid)",
            NoticeState::NotPaid => "Notice(not paid)",
            NoticeState::Trial => "Notice(trial)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant() -> Merchant {
        let secret = |text: &str| Secret::new(text.to_owned()).unwrap();
        Merchant::new("3002607", secret("pwFHCqoQZGmho4w6"), secret("EkRm7iFT261dpevs"))
    }

    fn form(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
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
        assert!(told.state == NoticeState::Paid(Twd::new(428).unwrap()));
        assert_eq!(told.dedupe_key, "opay/2611241527144625/1");
    }

    #[test]
    fn a_trial_from_the_merchant_page_is_no_payment() {
        assert!(read(&notice(&[("SimulatePaid", "1")])).unwrap().state == NoticeState::Trial);
        assert!(read(&notice(&[("RtnCode", "10100058")])).unwrap().state == NoticeState::NotPaid);
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
