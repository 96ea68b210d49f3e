//! What the codes on a paper bill claim. A claim only: the platform's inquiry tells what is really owed.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::{Words, spoken};
use crate::{BillKey, BillNumber, BillerId, CivilDate, Period, Twd};

/// Everything that the codes of one paper bill say, checked in form and by check digits.
///
/// Number, period, amount and due date are personal data: `Debug` tells only which of them are known.
#[derive(Clone, PartialEq, Eq)]
pub struct BillClaim {
    pub biller: BillerId,
    /// Canonical: the same from every code of the bill and from the keypad.
    pub number: BillNumber,
    /// `None` where the code does not tell it: known only after the first inquiry.
    pub period: Option<Period>,
    pub amount: Option<Twd>,
    /// Last day of payment as printed.
    pub due: Option<CivilDate>,
    pub format: CodeFormat,
    /// Worth telling; none of them keeps the bill from being paid.
    pub warnings: Vec<Warning>,
}

impl BillClaim {
    /// The bill's name; provisional where the code tells no period.
    #[must_use]
    pub fn key(&self) -> BillKey {
        BillKey { biller: self.biller.clone(), number: self.number.clone(), period: self.period.clone() }
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl fmt::Debug for BillClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BillClaim")
            .field("biller", &self.biller)
            .field("format", &self.format)
            .field("period_known", &self.period.is_some())
            .field("amount_known", &self.amount.is_some())
            .field("due_known", &self.due.is_some())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Which printed format a claim was read from. `docs/bill-codes.md` describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeFormat {
    PayTaipeiLink,
    ParkingSlipLink,
    ParkingBarcodes,
    KmWaterQr,
    KmWaterBarcodes,
    TaipeiWaterQr,
    TaipeiWaterBarcodes,
    TaxLink,
}

impl CodeFormat {
    /// Stable name among machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PayTaipeiLink => "pay_taipei_link",
            Self::ParkingSlipLink => "parking_slip_link",
            Self::ParkingBarcodes => "parking_barcodes",
            Self::KmWaterQr => "km_water_qr",
            Self::KmWaterBarcodes => "km_water_barcodes",
            Self::TaipeiWaterQr => "taipei_water_qr",
            Self::TaipeiWaterBarcodes => "taipei_water_barcodes",
            Self::TaxLink => "tax_link",
        }
    }
}

/// Something about a bill or a number that a person should know before paying; never a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// Taipei's water numbers end in a check digit, which older numbers may fail.
    WaterCheckDigit,
    /// The first characters of a Taipei water number name an area, and none that is known.
    WaterArea,
    /// The day printed as the last one has gone by.
    PastDue,
    /// The code's own validity (TWQRP D12) has ended.
    CodeExpired,
    /// The code says that it is FISC's sample for testing.
    TestCode,
    /// A field that this version does not know; it was left aside.
    UnknownField,
    /// Barcodes of the same bill were misread and left aside.
    BarcodesMisread,
}

impl Warning {
    const fn words(self) -> Words {
        match self {
            Self::WaterCheckDigit => Words {
                code: "water_check_digit",
                zh: "水號的檢查碼不符，可能有一碼看錯或輸入錯誤。",
                en: "The check digit of the water number does not fit: a digit may be wrong.",
                zh_hint: "請與水費單上的水號核對；若相同，仍可查詢。",
                en_hint: "Compare it with the number on the bill; if it is the same, go on.",
            },
            Self::WaterArea => Words {
                code: "water_area",
                zh: "水號開頭不是已知的區號。",
                en: "The water number begins with an area that is not known.",
                zh_hint: "請與水費單上的水號核對；若相同，仍可查詢。",
                en_hint: "Compare it with the number on the bill; if it is the same, go on.",
            },
            Self::PastDue => Words {
                code: "past_due",
                zh: "帳單已超過繳費期限。",
                en: "The last day of payment has gone by.",
                zh_hint: "仍可查詢是否還能在此繳費；若不行，請洽收費單位。",
                en_hint: "Look it up to see whether it can still be paid here; if not, ask the biller.",
            },
            Self::CodeExpired => Words {
                code: "code_expired",
                zh: "這個條碼的有效期限已過。",
                en: "The code's own validity has ended.",
                zh_hint: "仍可用帳單號碼查詢。",
                en_hint: "The bill can still be looked up by its number.",
            },
            Self::TestCode => Words {
                code: "test_code",
                zh: "這是財金公司的測試條碼。",
                en: "This is a code of FISC's for testing.",
                zh_hint: "查詢後才知道是否真有這張帳單。",
                en_hint: "Only an inquiry tells whether there is such a bill.",
            },
            Self::UnknownField => Words {
                code: "unknown_field",
                zh: "條碼內有此版本不認得的欄位，已略過。",
                en: "The code holds a field that this version does not know; it was left aside.",
                zh_hint: "付款前請核對查詢到的帳單內容。",
                en_hint: "Compare what the inquiry shows with the paper before paying.",
            },
            Self::BarcodesMisread => Words {
                code: "barcodes_misread",
                zh: "紙上的一維條碼沒有讀清楚，已略過。",
                en: "The barcodes beside the QR code were not read cleanly and were left aside.",
                zh_hint: "付款前請核對查詢到的金額。",
                en_hint: "Compare the amount that the inquiry shows with the paper before paying.",
            },
        }
    }
}

spoken!(Warning);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn every_warning_says_in_both_languages_what_is_odd_and_what_to_do() {
        for warning in [
            Warning::WaterCheckDigit,
            Warning::WaterArea,
            Warning::PastDue,
            Warning::CodeExpired,
            Warning::TestCode,
            Warning::UnknownField,
            Warning::BarcodesMisread,
        ] {
            assert!(warning.message(Lang::ZhHant).ends_with('。') && warning.hint(Lang::ZhHant).ends_with('。'));
            assert!(warning.message(Lang::En).is_ascii() && warning.hint(Lang::En).is_ascii());
        }
    }
}
