//! NewebPay (藍新金流), through which ezPay is reached: fields sealed in `TradeInfo`, vouched for by `TradeSha`.
//!
//! `TradeInfo` = lowercase hexadecimal AES-256-CBC, PKCS #7 padding, of the form-encoded fields. `TradeSha` = upper-case
//! SHA-256 of `HashKey=<key>&<TradeInfo>&HashIV=<iv>`. A query of one order carries `CheckValue` = SHA-256 of
//! `IV=<iv>&Amt=…&MerchantID=…&MerchantOrderNo=…&Key=<key>`; its answer `CheckCode` = SHA-256 of
//! `HashIV=<iv>&Amt=…&MerchantID=…&MerchantOrderNo=…&TradeNo=…&HashKey=<key>`.
//!
//! Source: NewebPay's MPG manual as published SDKs implement it; vectors: those of such an SDK's tests.

use std::fmt;

use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use paytaipei_bill::Twd;
use ring::digest;
use serde::Deserialize;
use subtle::ConstantTimeEq;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Answer, Doubt, OrderIdError, OrderIdRule, Secret, hex};

/// A store with NewebPay and its keys.
pub struct Merchant {
    merchant_id: String,
    key: Secret,
    iv: Secret,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("NewebPay's HashKey has 32 characters and its HashIV 16: copy them again from the merchant page")]
pub struct KeyError;

/// Fields sealed for NewebPay. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    pub trade_info: String,
    pub trade_sha: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    #[error("TradeSha does not vouch for TradeInfo: somebody else wrote it, or the keys are not this store's")]
    Forged,
    #[error("TradeInfo is not of this interface: query the order")]
    Malformed,
}

/// What became of an order (`TradeStatus`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TradeState {
    Paid(Twd),
    /// Not paid yet; it can still be.
    NotPaidYet,
    /// NewebPay says that the payment failed.
    Failed,
    Unknown(Doubt),
}

impl Merchant {
    pub fn new(merchant_id: &str, key: Secret, iv: Secret) -> Result<Self, KeyError> {
        if key.as_bytes().len() != 32 || iv.as_bytes().len() != 16 {
            return Err(KeyError);
        }
        Ok(Self { merchant_id: merchant_id.to_owned(), key, iv })
    }

    /// Seals form-encoded fields.
    pub fn seal(&self, fields: &str) -> Result<Sealed, KeyError> {
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(self.key.as_bytes(), self.iv.as_bytes());
        let trade_info = hex::lower(&cipher.map_err(|_| KeyError)?.encrypt_padded_vec::<Pkcs7>(fields.as_bytes()));
        let trade_sha = self.trade_sha(&trade_info);
        Ok(Sealed { trade_info, trade_sha })
    }

    /// Opens fields that NewebPay sealed. What vouches for them is checked first, in time that does not depend on where
    /// it is wrong, so that nobody learns anything from the padding.
    pub fn open(&self, sealed: &Sealed) -> Result<Zeroizing<String>, OpenError> {
        if sealed.trade_info.len() > 64 * 1024 {
            return Err(OpenError::Malformed);
        }
        let right = self.trade_sha(&sealed.trade_info);
        if !bool::from(right.as_bytes().ct_eq(sealed.trade_sha.as_bytes())) {
            return Err(OpenError::Forged);
        }
        let bytes = hex::decode(&sealed.trade_info).ok_or(OpenError::Malformed)?;
        let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(self.key.as_bytes(), self.iv.as_bytes())
            .map_err(|_| OpenError::Malformed)?;
        let mut plain = cipher.decrypt_padded_vec::<NoPadding>(&bytes).map_err(|_| OpenError::Malformed)?;
        plain.truncate(unpadded_length(&plain).ok_or(OpenError::Malformed)?);
        String::from_utf8(plain).map(Zeroizing::new).map_err(|_| OpenError::Malformed)
    }

    fn trade_sha(&self, trade_info: &str) -> String {
        sha256(&["HashKey=", self.key.as_str(), "&", trade_info, "&HashIV=", self.iv.as_str()])
    }

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
    pub fn queried(&self, answer: Option<Answer<'_>>, payment: Uuid) -> TradeState {
        let judge = || {
            let body = Answer::of_business(answer)?;
            let told: QueryAnswer = serde_json::from_slice(body).map_err(|_| Doubt::NotOfThisInterface)?;
            let told = match (told.status.as_str(), told.result) {
                ("SUCCESS", QueryResult::Trade(trade)) => trade,
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
            let ours = told.merchant_id == self.merchant_id
                && OrderIdRule::NewebPay.payment(&told.merchant_order_no) == Some(payment);
            if !(vouched && ours) {
                return Err(Doubt::Contradiction);
            }
            Ok(match told.trade_status.as_str() {
                "0" => TradeState::NotPaidYet,
                "1" => TradeState::Paid(Twd::new(told.amount).map_err(|_| Doubt::NotOfThisInterface)?),
                "2" => TradeState::Failed,
                _ => return Err(Doubt::UndocumentedCode),
            })
        };
        judge().unwrap_or_else(TradeState::Unknown)
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

fn check_value(key: &str, iv: &str, amount: &str, merchant: &str, order: &str) -> String {
    sha256(&["IV=", iv, "&Amt=", amount, "&MerchantID=", merchant, "&MerchantOrderNo=", order, "&Key=", key])
}

fn check_code(key: &str, iv: &str, amount: &str, merchant: &str, order: &str, trade: &str) -> String {
    sha256(&[
        "HashIV=",
        iv,
        "&Amt=",
        amount,
        "&MerchantID=",
        merchant,
        "&MerchantOrderNo=",
        order,
        "&TradeNo=",
        trade,
        "&HashKey=",
        key,
    ])
}

fn sha256(parts: &[&str]) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| hash.update(part.as_bytes()));
    hex::upper(hash.finish().as_ref())
}

/// PKCS #7 (RFC 5652, section 6.3), up to 32 bytes: old samples pad to twice AES's block.
fn unpadded_length(plain: &[u8]) -> Option<usize> {
    let last = *plain.last()?;
    let length = plain.len().checked_sub(usize::from(last))?;
    let padding = plain.get(length..)?;
    ((1..=32).contains(&last) && padding.iter().all(|byte| *byte == last)).then_some(length)
}

impl fmt::Debug for Merchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("newebpay::Merchant")
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

impl fmt::Debug for TradeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Paid(_) => f.write_str("Paid"),
            Self::NotPaidYet => f.write_str("NotPaidYet"),
            Self::Failed => f.write_str("Failed"),
            Self::Unknown(doubt) => write!(f, "Unknown({doubt:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = "MerchantID=3430112&RespondType=JSON&TimeStamp=1485232229&Version=1.4&MerchantOrderNo=S_1485232229&Amt=40&ItemDesc=UnitTest";
    const TRADE_INFO: &str = "ff91c8aa01379e4de621a44e5f11f72e4d25bdb1a18242db6cef9ef07d80b0165e476fd1d9acaa53170272c82d122961e1a0700a7427cfa1cf90db7f6d6593bbc93102a4d4b9b66d9974c13c31a7ab4bba1d4e0790f0cbbbd7ad64c6d3c8012a601ceaa808bff70f94a8efa5a4f984b9d41304ffd879612177c622f75f4214fa";
    const TRADE_SHA: &str = "EA0A6CC37F40C1EA5692E7CBB8AE097653DF3E91365E6A9CD7E91312413C7BB8";

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned()).unwrap()
    }

    fn merchant() -> Merchant {
        Merchant::new("3430112", secret("12345678901234567890123456789012"), secret("1234567890123456")).unwrap()
    }

    fn sealed(info: &str) -> Sealed {
        Sealed { trade_info: info.to_owned(), trade_sha: merchant().trade_sha(info) }
    }

    #[test]
    fn the_published_vectors_come_out_and_open() {
        let out = merchant().seal(FIELDS).unwrap();
        assert_eq!((out.trade_info.as_str(), out.trade_sha.as_str()), (TRADE_INFO, TRADE_SHA));
        assert_eq!(merchant().open(&out).unwrap().as_str(), FIELDS);
        assert_eq!(
            merchant().seal("abcdefghijklmnop").unwrap().trade_info,
            "b91d3ece42c203729b38ae004e96efb9b64c41eeb074cad7ebafa3973181d233"
        );
        assert_eq!(
            check_value("abcdefg", "1234567", "100", "1422967", "840f022"),
            "379BF1DB8948EE79D8ED77A1EBCB2F57B0FD45D0376B6DA9CF85F539CEF1C127"
        );
        assert_eq!(
            check_code("abcdefg", "1234567", "100", "1422967", "840f022", "14061313541640927"),
            "62C687AF6409E46E79769FAF54F54FE7E75AAE50BAF0767752A5C337670B8EDB"
        );
    }

    #[test]
    fn a_changed_trade_info_or_sha_is_refused_before_it_is_opened() {
        let flipped = TRADE_INFO.replacen("ff", "fe", 1);
        for (info, sha) in
            [(flipped.as_str(), TRADE_SHA), (TRADE_INFO, &TRADE_SHA.to_lowercase()), (TRADE_INFO, ""), ("", "")]
        {
            let sealed = Sealed { trade_info: info.to_owned(), trade_sha: sha.to_owned() };
            assert_eq!(merchant().open(&sealed).err(), Some(OpenError::Forged));
        }
    }

    #[test]
    fn vouched_for_text_that_is_no_cipher_or_has_wrong_padding_is_refused() {
        for info in ["", "zz", "ff", &TRADE_INFO[..32], &"00".repeat(32)] {
            assert_eq!(merchant().open(&sealed(info)).err(), Some(OpenError::Malformed), "{info}");
        }
    }

    #[test]
    fn padding_to_thirty_two_bytes_is_accepted() {
        let text = b"MerchantID=34301"; // 16 bytes: old samples add 16 more
        let padded = [text.as_slice(), &[16; 16]].concat();
        assert_eq!(unpadded_length(&padded), Some(16));
        assert_eq!(unpadded_length(&[32; 32]), Some(0));
        for bad in [&[][..], &[0; 16], &[33; 48], &[5; 4], &[1, 2, 3, 3]] {
            assert_eq!(unpadded_length(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn keys_of_another_length_are_refused() {
        assert_eq!(Merchant::new("1", secret("short"), secret("1234567890123456")).err(), Some(KeyError));
    }

    const PAYMENT: Uuid = Uuid::from_u128(0x017F22E2_79B0_7CC3_98C4_DC0C0C07398F);

    fn answer(status: &str, amount: i64, order: &str) -> String {
        let merchant = merchant();
        let code = check_code(merchant.key.as_str(), merchant.iv.as_str(), &amount.to_string(), "3430112", order, "T1");
        format!(
            r#"{{"Status":"SUCCESS","Message":"","Result":{{"MerchantID":"3430112","Amt":{amount},"TradeNo":"T1","MerchantOrderNo":"{order}","TradeStatus":"{status}","CheckCode":"{code}"}}}}"#
        )
    }

    fn queried(body: &str) -> TradeState {
        merchant().queried(Some(Answer { status: 200, body: body.as_bytes() }), PAYMENT)
    }

    #[test]
    fn a_query_is_answered_by_what_the_business_vouches_for() {
        let order = OrderIdRule::NewebPay.order_id(PAYMENT).unwrap();
        assert_eq!(queried(&answer("1", 428, &order)), TradeState::Paid(Twd::new(428).unwrap()));
        assert_eq!(queried(&answer("0", 428, &order)), TradeState::NotPaidYet);
        assert_eq!(queried(&answer("2", 428, &order)), TradeState::Failed);
        assert_eq!(queried(&answer("9", 428, &order)), TradeState::Unknown(Doubt::UndocumentedCode));
        let raised = answer("1", 428, &order).replace("\"Amt\":428", "\"Amt\":1");
        assert_eq!(queried(&raised), TradeState::Unknown(Doubt::Contradiction));
        assert_eq!(queried(&answer("1", 428, "S_1485232229")), TradeState::Unknown(Doubt::Contradiction));
    }

    #[test]
    fn no_answer_and_trouble_are_never_a_failure() {
        assert_eq!(merchant().queried(None, PAYMENT), TradeState::Unknown(Doubt::NoAnswer));
        assert_eq!(queried("<html>"), TradeState::Unknown(Doubt::NotOfThisInterface));
        assert_eq!(
            queried(r#"{"Status":"TRA10021","Message":"查無交易資料","Result":[]}"#),
            TradeState::Unknown(Doubt::UndocumentedCode)
        );
        let served = merchant().queried(Some(Answer { status: 503, body: b"" }), PAYMENT);
        assert_eq!(served, TradeState::Unknown(Doubt::HttpStatus(503)));
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
