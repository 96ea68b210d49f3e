//! Kinmen County Waterworks (金門縣自來水廠): "KMWater".
//!
//! The real layout is not public: this one is the project's own, in this file alone, so that it can be swapped.
//!
//! - QR: TWQRP type 03 named 金門縣自來水廠; D1, D3, D4, D11 as TWQRP has them; D7 = 7-digit water number + 5-digit
//!   period (ROC year and month, `YYYMM`). D7 of only 7 digits: the number is known and the period is not.
//! - Barcodes, by the convenience-store rule: segment 1 = due date (ROC `YYMMDD`) + `6KM` · segment 2 = number 7 +
//!   period 5 + `0000` · segment 3 = due `MMDD` + 2 check digits + amount 9.
//!
//! Both give the same bill key: number and period.

use crate::code::cvs_barcode::{Segments, amount_and_due, check_digits};
use crate::code::twqrp::TwqrpBill;
use crate::code::{Barcodes, Layout};
use crate::{BillClaim, BillKey, BillNumber, BillerId, CivilDate, CodeFormat, Period, Suspicion, Twd, keyed};

const TWQRP_NAME: &str = "金門縣自來水廠";
const ITEM: &str = "6KM";

pub(crate) const LAYOUT: Layout = Layout {
    biller: "kinmen-water",
    twqrp: Some((TWQRP_NAME, from_twqrp)),
    barcodes: Some(Barcodes { item: ITEM, read: from_barcodes, number_in }),
};

fn from_twqrp(bill: &TwqrpBill) -> Result<BillClaim, Suspicion> {
    let digits = bill.number.as_str();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Suspicion::BillNumberMalformed);
    }
    let (number, period) = match digits.len() {
        7 => (digits, None),
        12 => {
            let (number, period) = digits.split_at(7);
            (number, Some(read_period(period)?))
        }
        _ => return Err(Suspicion::BillNumberMalformed),
    };
    Ok(BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        number: water_number(number)?,
        period,
        amount: Some(bill.amount),
        due: bill.due,
        format: CodeFormat::KmWaterQr,
        warnings: bill.warnings(),
    })
}

fn from_barcodes(segments: &Segments<'_>, today: CivilDate) -> Result<BillClaim, Suspicion> {
    let (amount, due) = amount_and_due(segments, today)?;
    let body = segments.second.strip_suffix("0000").filter(|body| body.len() == 12).ok_or(Suspicion::MalformedField)?;
    let (number, period) = body.split_at_checked(7).ok_or(Suspicion::MalformedField)?;
    Ok(BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        number: water_number(number)?,
        period: Some(read_period(period)?),
        amount: Some(amount),
        due: Some(due),
        format: CodeFormat::KmWaterBarcodes,
        warnings: Vec::new(),
    })
}

/// The three segments of a bill, as [`from_barcodes`] reads them.
pub(crate) fn to_barcodes(bill: &BillKey, amount: Twd, due: CivilDate) -> Option<[String; 3]> {
    let period = bill.period.as_ref()?;
    let month_and_day = format!("{:02}{:02}", due.month(), due.day());
    let first = format!("{:02}{month_and_day}{ITEM}", due.roc_year().rem_euclid(100));
    let second = format!("{}{}0000", bill.number.as_str(), period.as_str());
    if second.len() != 16 || amount.dollars() > 999_999_999 {
        return None;
    }
    let third = |check: &str| format!("{month_and_day}{check}{:09}", amount.dollars());
    let blank = third("00");
    let (one, two) = check_digits(&Segments { first: &first, second: &second, third: &blank })?;
    let third = third(&format!("{one}{two}"));
    Some([first, second, third])
}

/// The number that segment 2 names, whatever the check digits say.
fn number_in(second: &str) -> Option<&str> {
    second.get(..7)
}

fn water_number(digits: &str) -> Result<BillNumber, Suspicion> {
    keyed::kinmen_water(digits).ok_or(Suspicion::BillNumberMalformed)
}

/// `YYYMM`: an ROC year from 民國 1, a month from 01 to 12.
fn read_period(digits: &str) -> Result<Period, Suspicion> {
    let (year, month) = digits.split_at_checked(3).ok_or(Suspicion::PeriodMalformed)?;
    let fits = digits.len() == 5
        && digits.bytes().all(|b| b.is_ascii_digit())
        && year != "000"
        && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    if fits { Period::new(digits).map_err(|_| Suspicion::PeriodMalformed) } else { Err(Suspicion::PeriodMalformed) }
}

#[cfg(test)]
mod tests {
    use crate::testing::{claim, suspicion};

    fn qr(number_and_period: &str) -> String {
        format!(
            "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7={number_and_period}&D11=00,4614611000051300010001000100513965"
        )
    }

    #[test]
    fn a_qr_code_without_period_names_the_number_only() {
        let bill = claim(&qr("0000001"));
        assert_eq!(bill.key().canonical(), "kinmen-water/0000001/?");
        assert!(bill.key().is_provisional());
    }

    #[test]
    fn full_width_digits_and_spaces_in_the_number_are_read_as_plain_ones() {
        assert_eq!(claim(&qr("１２３４５６７１１５１０")).key(), claim(&qr("123456711510")).key());
        assert_eq!(claim(&qr("1234567 11510")).key(), claim(&qr("123456711510")).key());
    }

    #[test]
    fn numbers_of_other_lengths_letters_and_months_that_do_not_exist_are_refused() {
        for bad in ["", "123456", "12345678", "9083442004", "1234567115101", "12345671151", "123456A11510", "水1234567"]
        {
            assert_eq!(suspicion(&qr(bad)), "bill_number_malformed", "{bad}");
        }
        for bad in ["123456711500", "123456711513", "123456700001"] {
            assert_eq!(suspicion(&qr(bad)), "period_malformed", "{bad}");
        }
    }
}
