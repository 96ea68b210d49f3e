//! Signed receipts: shown, drawn, and verified without a network.

use paytaipei_bill::{Catalogue, Lang};
use paytaipei_draw::{Picture, qr_code};
use paytaipei_payment::PaymentId;
use paytaipei_receipt::{KeySet, Receipt, ReceiptError, verify};
use serde::Serialize;

use super::Core;
use crate::error::{Code, Error, Result};
use crate::facade::scan_picture;
use crate::view::instant;

/// A receipt that verified. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptView {
    pub payment: String,
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    pub period: Option<String>,
    pub provider: String,
    pub provider_name: String,
    /// Whole New Taiwan dollars, like the next.
    pub charged: i64,
    /// What is given back.
    pub cashback: i64,
    /// The business's own number of the charge.
    pub receipt: String,
    pub settled_at: String,
    /// What was verified: a JWS, to be handed on as a file or a QR code.
    pub signed: String,
}

impl ReceiptView {
    fn new(receipt: Receipt, signed: &str, catalogue: &Catalogue, lang: Lang) -> Self {
        Self {
            payment: receipt.id.to_string(),
            biller_name: catalogue.name(&receipt.bill.biller, lang),
            biller: receipt.bill.biller.as_str().to_owned(),
            number: receipt.bill.number.as_str().to_owned(),
            period: receipt.bill.period.map(|period| period.as_str().to_owned()),
            provider: receipt.provider.id().to_owned(),
            provider_name: receipt.provider.name(lang).to_owned(),
            charged: receipt.charged.dollars(),
            cashback: receipt.cashback.dollars(),
            receipt: receipt.number,
            settled_at: instant(receipt.settled_at),
            signed: signed.trim().to_owned(),
        }
    }
}

impl std::fmt::Debug for ReceiptView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReceiptView({})", self.payment)
    }
}

impl From<ReceiptError> for Error {
    fn from(error: ReceiptError) -> Self {
        let message = [error.message(Lang::ZhHant), error.message(Lang::En)];
        let hint = [error.hint(Lang::ZhHant), error.hint(Lang::En)];
        Self::detailed(Code::ReceiptRefused, error.code(), message, Some(hint))
    }
}

impl Core {
    /// The receipt of a payment, verified by the platform's keys that this phone holds.
    pub fn receipt(&self, payment: &str) -> Result<ReceiptView> {
        self.verify_receipt(&self.signed_receipt(payment)?)
    }

    /// The receipt of a payment as a QR code, for whoever wants to verify it without a network.
    pub fn receipt_qr(&self, payment: &str) -> Result<Picture> {
        qr_code(&self.signed_receipt(payment)?).map_err(|_| Code::Internal.into())
    }

    fn signed_receipt(&self, payment: &str) -> Result<String> {
        self.verified()?;
        let id = PaymentId::parse(payment).ok_or(Code::PaymentUnknown)?;
        let record = self.store.read(|work| work.payment(id))?.ok_or(Code::PaymentUnknown)?;
        record.payment.signed_receipt.ok_or_else(|| Code::NoSignedReceipt.into())
    }

    /// Judges a receipt by the platform's keys that this phone holds: anybody's, also before a number is verified.
    pub fn verify_receipt(&self, receipt: &str) -> Result<ReceiptView> {
        let keys = self.store.read(|work| work.receipt_keys())?.ok_or(Code::ReceiptKeysMissing)?;
        Ok(ReceiptView::new(verify(receipt, &keys)?, receipt, &self.catalogue(), self.lang))
    }

    /// The same of a file's content: the receipt's text, or a picture (PNG, JPEG) of its QR code.
    pub fn verify_receipt_file(&self, content: &[u8]) -> Result<ReceiptView> {
        self.verify_receipt(&receipt_in(content)?)
    }
}

/// Judges a file's content by a set of keys (a JWK set), without any data of a phone's.
pub fn verify_receipt_file(content: &[u8], keys: &[u8], lang: Lang) -> Result<ReceiptView> {
    let keys = KeySet::read(keys).map_err(|_| Code::ReceiptKeysMissing)?;
    let receipt = receipt_in(content)?;
    Ok(ReceiptView::new(verify(&receipt, &keys)?, &receipt, &Catalogue::bundled(), lang))
}

/// The text of a receipt, from whatever holds it.
fn receipt_in(content: &[u8]) -> Result<String> {
    if let Ok(text) = std::str::from_utf8(content) {
        return Ok(text.to_owned());
    }
    let scan = scan_picture(content)?;
    let mut codes = scan.symbols.into_iter().map(|symbol| symbol.text);
    codes.find(|text| text.matches('.').count() == 2).ok_or_else(|| ReceiptError::NotAReceipt.into())
}
