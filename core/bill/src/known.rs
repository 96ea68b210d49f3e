//! Codes that are what they say and are no bill that can be paid here: told by name.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Biller, Lang, text};

/// A thing that is known and is not a payable bill.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KnownCode {
    /// A bill of a biller that is listed and not served by this release.
    NotServed(Arc<Biller>),
    /// A Taiwan Pay bill of a biller that is not listed.
    TwqrpBill(ShownName),
    /// Taiwan Pay, type 01: a purchase.
    TwqrpPurchase,
    /// Taiwan Pay, type 02: a transfer to an account.
    TwqrpTransfer,
    /// Taiwan Pay of a country, type or version that this release does not read.
    TwqrpOther,
    /// A pay.taipei link of an item that is not known here.
    PayTaipeiItem(u16),
    /// EMVCo merchant-presented code: a shop's, for a purchase.
    MerchantPayment,
    /// Three-segment convenience-store barcodes of a biller that is not listed.
    OtherBarcodes,
    /// Left QR code of an electronic invoice: a receipt.
    EInvoice,
    /// Right QR code of an electronic invoice: its list of goods.
    EInvoiceDetails,
    /// Mobile barcode carrier, shown at a till to collect invoices.
    MobileCarrier,
}

/// A name taken from a code, cut to 40 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownName(String);

impl ShownName {
    pub(crate) fn new(name: &str) -> Self {
        Self(text::normalise(name, 40))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KnownCode {
    /// Stable, `snake_case`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotServed(_) => "biller_not_served",
            Self::TwqrpBill(_) => "twqrp_bill",
            Self::TwqrpPurchase => "twqrp_purchase",
            Self::TwqrpTransfer => "twqrp_transfer",
            Self::TwqrpOther => "twqrp_other",
            Self::PayTaipeiItem(_) => "pay_taipei_item",
            Self::MerchantPayment => "merchant_payment",
            Self::OtherBarcodes => "other_barcodes",
            Self::EInvoice => "e_invoice",
            Self::EInvoiceDetails => "e_invoice_details",
            Self::MobileCarrier => "mobile_carrier",
        }
    }

    /// What it is.
    #[must_use]
    pub fn message(&self, lang: Lang) -> Cow<'static, str> {
        let (zh, en) = match self {
            Self::NotServed(biller) => {
                return Cow::Owned(match lang {
                    Lang::ZhHant => format!("這是「{}」的帳單，目前不能在這裡繳。", biller.zh),
                    Lang::En => format!("This is a bill of {}, which can't be paid here now.", biller.en),
                });
            }
            Self::TwqrpBill(name) => {
                return Cow::Owned(match lang {
                    Lang::ZhHant => format!("這是「{}」的台灣 Pay 帳單，不能在這裡繳。", name.as_str()),
                    Lang::En => format!("This is a Taiwan Pay bill of “{}”, which can't be paid here.", name.as_str()),
                });
            }
            Self::PayTaipeiItem(item) => {
                return Cow::Owned(match lang {
                    Lang::ZhHant => format!("這是 pay.taipei 第 {item} 類的帳單，目前不能在這裡繳。"),
                    Lang::En => format!("This is a pay.taipei bill of kind {item}, which can't be paid here now."),
                });
            }
            Self::TwqrpPurchase => {
                ("這是台灣 Pay 的消費條碼，不是帳單。", "This is a Taiwan Pay code for a purchase, not a bill.")
            }
            Self::TwqrpTransfer => (
                "這是台灣 Pay 的轉帳條碼，不是帳單。",
                "This is a Taiwan Pay code for a transfer to an account, not a bill.",
            ),
            Self::TwqrpOther => (
                "這是此版本不支援的台灣 Pay 條碼。",
                "This is a Taiwan Pay code of a kind that this version does not read.",
            ),
            Self::MerchantPayment => ("這是商店的收款條碼，不是帳單。", "This is a shop's payment code, not a bill."),
            Self::OtherBarcodes => (
                "這是超商代收條碼，收費單位不在名單上。",
                "These are convenience-store barcodes of a biller that is not listed here.",
            ),
            Self::EInvoice => ("這是電子發票，不是帳單。", "This is an electronic invoice, not a bill."),
            Self::EInvoiceDetails => {
                ("這是電子發票的明細，不是帳單。", "This is the list of goods of an electronic invoice, not a bill.")
            }
            Self::MobileCarrier => {
                ("這是手機條碼（發票載具），不是帳單。", "This is a mobile invoice carrier, not a bill.")
            }
        };
        Cow::Borrowed(lang.pick(zh, en))
    }

    /// What the person can do.
    #[must_use]
    pub fn hint(&self, lang: Lang) -> Cow<'static, str> {
        let (zh, en) = match self {
            Self::NotServed(biller) => return Cow::Owned(biller.elsewhere(lang).to_owned()),
            Self::TwqrpBill(_) => (
                "請用台灣 Pay 或該單位指定的方式繳費。",
                "Pay it with Taiwan Pay or in one of the ways that the bill names.",
            ),
            Self::TwqrpPurchase | Self::TwqrpTransfer | Self::TwqrpOther | Self::MerchantPayment => {
                ("請改用銀行或支付業者的 App 掃描。", "Scan it with your bank's or payment business's app.")
            }
            Self::PayTaipeiItem(_) => ("請至 pay.taipei 網站繳費。", "Pay it on the pay.taipei website."),
            Self::OtherBarcodes => {
                ("請至超商繳費，或使用帳單上所列的方式。", "Pay it at a convenience store, or as the bill says.")
            }
            Self::EInvoice | Self::EInvoiceDetails | Self::MobileCarrier => {
                ("請掃描帳單上的繳費條碼。", "Scan the payment code of the bill instead.")
            }
        };
        Cow::Borrowed(lang.pick(zh, en))
    }
}

impl fmt::Display for KnownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_thing_says_in_both_languages_what_it_is_and_where_to_go() {
        let name = ShownName::new("臺灣電力公司");
        for known in [
            KnownCode::NotServed(crate::testing::biller("taiwan-water")),
            KnownCode::NotServed(crate::testing::biller("house-tax")),
            KnownCode::TwqrpBill(name),
            KnownCode::TwqrpPurchase,
            KnownCode::TwqrpTransfer,
            KnownCode::TwqrpOther,
            KnownCode::PayTaipeiItem(10),
            KnownCode::MerchantPayment,
            KnownCode::OtherBarcodes,
            KnownCode::EInvoice,
            KnownCode::EInvoiceDetails,
            KnownCode::MobileCarrier,
        ] {
            assert!(
                known.message(Lang::ZhHant).ends_with('。') && known.hint(Lang::ZhHant).ends_with('。'),
                "{known:?}"
            );
            assert!(known.message(Lang::En).ends_with('.') && known.hint(Lang::En).ends_with('.'), "{known:?}");
        }
    }

    #[test]
    fn a_name_from_a_code_is_cut_before_it_is_shown() {
        assert_eq!(ShownName::new(&"水".repeat(1000)).as_str().chars().count(), 40);
    }
}
