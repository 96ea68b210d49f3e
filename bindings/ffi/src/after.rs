//! After paying, and instead of it: signed receipts, money that came back, tables, other ways to pay.

use std::fmt;

use paytaipei_app::export::{bills_csv, payments_csv};

use crate::bills::Bills;
use crate::error::Result;
use crate::guard::guarded;
use crate::open::PayTaipei;
use crate::payments::Payments;
use crate::records::Lang;

/// A receipt that verified. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Receipt {
    pub payment: String,
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    pub period: Option<String>,
    pub provider: String,
    pub provider_name: String,
    pub charged: i64,
    /// What is given back.
    pub cashback: i64,
    /// The business's own number of the charge.
    pub receipt: String,
    pub settled_at: String,
    /// What was verified: to be handed on as a file or a QR code.
    pub signed: String,
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receipt({})", self.payment)
    }
}

impl From<paytaipei_app::ReceiptView> for Receipt {
    fn from(view: paytaipei_app::ReceiptView) -> Self {
        Self {
            payment: view.payment,
            biller: view.biller,
            biller_name: view.biller_name,
            number: view.number,
            period: view.period,
            provider: view.provider,
            provider_name: view.provider_name,
            charged: view.charged,
            cashback: view.cashback,
            receipt: view.receipt,
            settled_at: view.settled_at,
            signed: view.signed,
        }
    }
}

/// A picture to be shown pixel by pixel: scaled by anything but a whole number, it is harder to scan. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub png: Vec<u8>,
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

impl From<paytaipei_app::Picture> for Picture {
    fn from(picture: paytaipei_app::Picture) -> Self {
        let paytaipei_app::Picture { width, height, png } = picture;
        Self { width, height, png }
    }
}

/// A way to pay a bill that is not this app's.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OtherWay {
    pub id: String,
    pub name: String,
    /// What to bring, or to key in.
    pub how: String,
    /// Whether somebody scans the bill's three barcodes there.
    pub by_barcodes: bool,
}

/// A bill's three barcodes, to be shown at a counter. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Barcodes {
    /// The three segments in their order, to be printed beside.
    pub texts: Vec<String>,
    pub picture: Picture,
}

impl fmt::Debug for Barcodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Barcodes({:?})", self.picture)
    }
}

/// Judges a receipt, as a file's text or a picture of its QR code, by a set of keys (a JWK set). Needs nothing to be open.
#[uniffi::export]
pub fn verify_receipt(content: &[u8], keys: &[u8], lang: Lang) -> Result<Receipt> {
    guarded(|| Ok(paytaipei_app::verify_receipt_file(content, keys, lang.into())?.into()))
}

#[uniffi::export]
impl Payments {
    /// The receipt of a payment, verified by the platform's keys that this phone holds.
    pub fn receipt(&self, payment: String) -> Result<Receipt> {
        guarded(|| Ok(self.shared.core.receipt(&payment)?.into()))
    }

    /// The receipt of a payment as a QR code, for whoever wants to verify it without a network.
    pub fn receipt_qr(&self, payment: String) -> Result<Picture> {
        guarded(|| Ok(self.shared.core.receipt_qr(&payment)?.into()))
    }

    /// Judges anybody's receipt, as a file's text or a picture of its QR code, by the keys that this phone holds.
    pub fn verify_receipt(&self, content: &[u8]) -> Result<Receipt> {
        guarded(|| Ok(self.shared.core.verify_receipt_file(content)?.into()))
    }

    /// The next time that this phone pays or synchronises, the platform is asked about all payments of the number once
    /// more: whether money came back.
    pub fn ask_again(&self) -> Result<()> {
        guarded(|| self.shared.core.ask_again())
    }
}

#[uniffi::export]
impl Bills {
    /// The other ways that this bill's biller names, in its order.
    pub fn other_ways(&self, bill: String) -> Result<Vec<OtherWay>> {
        guarded(|| {
            let ways = self.shared.core.other_ways(&bill)?;
            Ok(ways
                .into_iter()
                .map(|way| OtherWay { id: way.id, name: way.name, how: way.how, by_barcodes: way.by_barcodes })
                .collect())
        })
    }

    /// The bill's own three barcodes, at a size that a counter's reader reads. Refused once somebody agreed to pay here.
    pub fn barcodes(&self, bill: String) -> Result<Barcodes> {
        guarded(|| {
            let shown = self.shared.core.bill_barcodes(&bill)?;
            Ok(Barcodes { texts: shown.texts.to_vec(), picture: shown.picture.into() })
        })
    }
}

#[uniffi::export]
impl PayTaipei {
    /// Every payment as a table (CSV, RFC 4180), safe to open in a spreadsheet.
    pub fn payments_csv(&self) -> Result<String> {
        guarded(|| Ok(payments_csv(&self.shared.core.export()?.payments)))
    }

    /// Every bill as a table, likewise.
    pub fn bills_csv(&self) -> Result<String> {
        guarded(|| Ok(bills_csv(&self.shared.core.export()?.bills)))
    }
}
