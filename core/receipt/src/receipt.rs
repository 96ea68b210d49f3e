//! One receipt.

use std::fmt;

use paytaipei_bill::{BillKey, BillNumber, BillerId, Lang, Period, Twd};
use paytaipei_payment::{PaymentId, Provider, Timestamp};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use thiserror::Error;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{KeySet, decode};

/// The longest receipt that is looked at, in bytes: it fits into a QR code.
pub const LONGEST: usize = 2_000;

/// What the platform signed: that this bill was paid. `Debug` shows no personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: PaymentId,
    pub bill: BillKey,
    pub charged: Twd,
    pub provider: Provider,
    /// The business's own number of the charge.
    pub number: String,
    pub settled_at: Timestamp,
    /// What is given back.
    pub cashback: Twd,
}

/// Why something is no receipt of the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReceiptError {
    #[error("this is no signed receipt")]
    NotAReceipt,
    #[error("this receipt is signed in a way that is not accepted")]
    Algorithm,
    #[error("this receipt is signed by a key that is not among the platform's")]
    UnknownKey,
    #[error("this receipt was altered, or not signed by the platform")]
    Signature,
    #[error("the platform signed this, and it is no receipt")]
    Content,
}

impl ReceiptError {
    /// Stable, `snake_case`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAReceipt => "not_a_receipt",
            Self::Algorithm => "algorithm_not_accepted",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature_wrong",
            Self::Content => "content_malformed",
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn message(self, lang: Lang) -> &'static str {
        match self {
            Self::NotAReceipt => lang.pick("這不是簽章收據", "this is no signed receipt"),
            Self::Algorithm => {
                lang.pick("收據的簽章方式不被接受", "the receipt is signed in a way that is not accepted")
            }
            Self::UnknownKey => {
                lang.pick("簽署收據的金鑰不屬於平台", "the receipt is signed by a key that is not the platform's")
            }
            Self::Signature => {
                lang.pick("收據遭竄改，或不是平台簽署的", "the receipt was altered, or was not signed by the platform")
            }
            Self::Content => {
                lang.pick("平台簽署了這份文件，但它不是收據", "the platform signed this, and it is no receipt")
            }
        }
    }

    /// What to do.
    #[must_use]
    pub const fn hint(self, lang: Lang) -> &'static str {
        match self {
            Self::UnknownKey => lang.pick(
                "連上網路更新平台金鑰後再驗一次",
                "fetch the platform's keys once connected, and verify it again",
            ),
            Self::NotAReceipt => {
                lang.pick("請提供收據檔或收據 QR Code 的圖片", "give a receipt's file, or a picture of its QR code")
            }
            Self::Algorithm | Self::Signature | Self::Content => {
                lang.pick("請勿當作繳費證明", "do not take it as proof of payment")
            }
        }
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
    /// Extensions that must be understood (RFC 7515, section 4.1.11): none is.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    id: String,
    biller: BillerId,
    number: BillNumber,
    period: Period,
    charged: Twd,
    provider: String,
    receipt: String,
    settled_at: String,
    #[serde(default)]
    cashback: Twd,
}

/// Judges a receipt by the platform's keys. What is not signed by one of them is not read any further than its header.
pub fn verify(receipt: &str, keys: &KeySet) -> Result<Receipt, ReceiptError> {
    let receipt = receipt.trim();
    if receipt.len() > LONGEST {
        return Err(ReceiptError::NotAReceipt);
    }
    let (signed, signature) = receipt.rsplit_once('.').ok_or(ReceiptError::NotAReceipt)?;
    let (header, claims) = signed.split_once('.').ok_or(ReceiptError::NotAReceipt)?;
    let part = |text: &str| decode(text).ok_or(ReceiptError::NotAReceipt);
    let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| ReceiptError::NotAReceipt)?;
    if header.typ != "paytaipei-receipt" {
        return Err(ReceiptError::NotAReceipt);
    }
    if header.alg != "ES256" || header.crit.is_some() {
        return Err(ReceiptError::Algorithm);
    }
    let point = keys.point(&header.kid).ok_or(ReceiptError::UnknownKey)?;
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &part(signature)?)
        .map_err(|_| ReceiptError::Signature)?;
    serde_json::from_slice::<Claims>(&part(claims)?).ok().and_then(Claims::judge).ok_or(ReceiptError::Content)
}

impl Claims {
    fn judge(self) -> Option<Receipt> {
        let printable = self.receipt.len() <= 40 && self.receipt.bytes().all(|byte| byte.is_ascii_graphic());
        let at = OffsetDateTime::parse(&self.settled_at, &Rfc3339).ok()?;
        Some(Receipt {
            id: PaymentId::parse(&self.id)?,
            bill: BillKey { biller: self.biller, number: self.number, period: Some(self.period) },
            charged: self.charged,
            provider: Provider::from_id(&self.provider)?,
            number: printable.then_some(self.receipt)?,
            settled_at: Timestamp(i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()?),
            cashback: self.cashback,
        })
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receipt({}, {})", self.id, self.provider.id())
    }
}
