//! NewebPay (藍新金流), through which ezPay is reached: fields sealed in `TradeInfo`, vouched for by `TradeSha`.
//!
//! `TradeInfo` = lowercase hexadecimal AES-256-CBC, PKCS #7 padding, of the form-encoded fields. `TradeSha` = upper-case
//! SHA-256 of `HashKey=<key>&<TradeInfo>&HashIV=<iv>`. A query of one order carries `CheckValue` = SHA-256 of
//! `IV=<iv>&Amt=…&MerchantID=…&MerchantOrderNo=…&Key=<key>`; its answer `CheckCode` = SHA-256 of
//! `HashIV=<iv>&Amt=…&MerchantID=…&MerchantOrderNo=…&TradeNo=…&HashKey=<key>`.
//!
//! Paths: `/MPG/mpg_gateway` (the person's browser), `/API/QueryTradeInfo`, `/API/EWallet/refund`.
//! Source: NewebPay's MPG manual as published SDKs implement it; vectors: those of such an SDK's tests.

mod notice;
mod protocol;
mod query;

use std::fmt;

use aes::cipher::block_padding::{NoPadding, Pkcs7};
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use ring::digest;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::request::{base, is_store_id};
use crate::{RequestError, Secret, hex};

pub const PRODUCTION: &str = "https://core.newebpay.com";
/// Its test environment.
pub const TEST: &str = "https://ccore.newebpay.com";

/// A store with NewebPay and its keys.
pub struct Merchant {
    base: String,
    merchant_id: String,
    key: Secret,
    iv: Secret,
}

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

impl Merchant {
    /// `site`: [`PRODUCTION`], [`TEST`], or a stand-in. The key has 32 characters, the IV 16.
    pub fn new(site: &str, merchant_id: &str, key: Secret, iv: Secret) -> Result<Self, RequestError> {
        if !is_store_id(merchant_id, 15) {
            return Err(RequestError::StoreId);
        }
        if key.as_bytes().len() != 32 || iv.as_bytes().len() != 16 {
            return Err(RequestError::Key);
        }
        Ok(Self { base: base(site)?, merchant_id: merchant_id.to_owned(), key, iv })
    }

    /// Seals form-encoded fields.
    pub fn seal(&self, fields: &str) -> Result<Sealed, RequestError> {
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(self.key.as_bytes(), self.iv.as_bytes());
        let trade_info =
            hex::lower(&cipher.map_err(|_| RequestError::Key)?.encrypt_padded_vec::<Pkcs7>(fields.as_bytes()));
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const FIELDS: &str = "MerchantID=3430112&RespondType=JSON&TimeStamp=1485232229&Version=1.4&MerchantOrderNo=S_1485232229&Amt=40&ItemDesc=UnitTest";
    const TRADE_INFO: &str = "ff91c8aa01379e4de621a44e5f11f72e4d25bdb1a18242db6cef9ef07d80b0165e476fd1d9acaa53170272c82d122961e1a0700a7427cfa1cf90db7f6d6593bbc93102a4d4b9b66d9974c13c31a7ab4bba1d4e0790f0cbbbd7ad64c6d3c8012a601ceaa808bff70f94a8efa5a4f984b9d41304ffd879612177c622f75f4214fa";
    const TRADE_SHA: &str = "EA0A6CC37F40C1EA5692E7CBB8AE097653DF3E91365E6A9CD7E91312413C7BB8";

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned()).unwrap()
    }

    pub(super) fn merchant() -> Merchant {
        Merchant::new(TEST, "3430112", secret("12345678901234567890123456789012"), secret("1234567890123456")).unwrap()
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
        assert_eq!(
            Merchant::new(TEST, "1", secret("short"), secret("1234567890123456")).err(),
            Some(RequestError::Key)
        );
    }
}
