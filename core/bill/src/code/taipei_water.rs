//! Taipei Water Department (臺北自來水事業處).
//!
//! - QR: TWQRP type 03 named 台北自來水費, D7 = the ten-character water number, D4 = deadline; also inside a link,
//!   `https://….fisc.com.tw/payQR.aspx?fee_name=TpeWater&WaterNo=…&<percent-encoded TWQRP>` (FISC's test code, which
//!   has no D4).
//! - Barcodes: segment 1 = deadline (ROC `YYMMDD`) + `168` · segment 2 = category 2, split serial 1, serial 1, day of
//!   the meter reading 2, water number 10 · segment 3 = year and month of the reading `YYMM` 4, check 2, amount 9.
//! - Check digits, a rule of its own: over amount 9 + split serial 1 + serial 1 + day 2 + water number 10 + `YYMM` 4,
//!   27 characters (letters as in the convenience-store rule, space 0), weights 7,6,5,4,3,2 repeated for the first and
//!   2,0,3,0,5,0,7,0 repeated for the second; remainder of the sum modulo 11: 0 → `A`, 1 → `0`, else 11 less it.
//!   One public source. Computed by it: segment 2 `0101152081234560` with `1407??000000428` → `A6`, with
//!   `1501??000001250` → `28`.
//! - The water number is area 1, sub-area 2, household 6, check 1; its check digit (see [`crate::keyed::water`]) warns and
//!   never refuses.
//!
//! The period is the deadline as `YYYYMMDD` (AD), in the QR's D4 and in segment 1 alike: a definition of the project's,
//! so that both name the same bill.

use crate::code::cvs_barcode::{self, Segments};
use crate::code::twqrp::TwqrpBill;
use crate::code::{Barcodes, Layout};
use crate::{BillClaim, BillerId, CivilDate, CodeFormat, Period, Suspicion, keyed};

/// With 台 written 臺.
const TWQRP_NAME: &str = "臺北自來水費";
const ITEM: &str = "168";

pub(crate) const LAYOUT: Layout = Layout {
    biller: "taipei-water",
    twqrp: Some((TWQRP_NAME, from_twqrp)),
    barcodes: Some(Barcodes { item: ITEM, read: from_barcodes, number_in }),
};

fn from_twqrp(bill: &TwqrpBill) -> Result<BillClaim, Suspicion> {
    let number = keyed::taipei_water(&bill.number).ok_or(Suspicion::BillNumberMalformed)?;
    let mut claim = BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        period: bill.due.map(period_of).transpose()?,
        amount: Some(bill.amount),
        due: bill.due,
        format: CodeFormat::TaipeiWaterQr,
        warnings: bill.warnings(),
        number,
    };
    warn_of_number(&mut claim);
    Ok(claim)
}

fn from_barcodes(segments: &Segments<'_>, today: CivilDate) -> Result<BillClaim, Suspicion> {
    if !check_digits_fit(segments) {
        return Err(Suspicion::CheckDigitsWrong);
    }
    let due = cvs_barcode::due(segments, today)?;
    let number = number_in(segments.second).and_then(keyed::taipei_water).ok_or(Suspicion::BillNumberMalformed)?;
    let mut claim = BillClaim {
        biller: BillerId::of_parser(LAYOUT.biller),
        number,
        period: Some(period_of(due)?),
        amount: Some(cvs_barcode::amount(segments)?),
        due: Some(due),
        format: CodeFormat::TaipeiWaterBarcodes,
        warnings: Vec::new(),
    };
    warn_of_number(&mut claim);
    Ok(claim)
}

/// The number that segment 2 names, whatever the check digits say.
fn number_in(second: &str) -> Option<&str> {
    second.get(6..16)
}

fn warn_of_number(claim: &mut BillClaim) {
    for warning in keyed::water::taipei_warnings(claim.number.as_str()) {
        claim.warn(warning);
    }
}

fn period_of(deadline: CivilDate) -> Result<Period, Suspicion> {
    Period::new(&deadline.yyyymmdd()).map_err(|_| Suspicion::PeriodMalformed)
}

/// Whether the two check digits of segment 3 fit.
pub(crate) fn check_digits_fit(segments: &Segments<'_>) -> bool {
    check_digits(segments).is_some_and(|(one, two)| {
        let mut printed = segments.third.chars().skip(4);
        printed.next() == Some(one) && printed.next() == Some(two)
    })
}

fn check_digits(segments: &Segments<'_>) -> Option<(char, char)> {
    let checked = [segments.third.get(6..)?, segments.second.get(2..16)?, segments.third.get(..4)?].concat();
    let digit = |weights: &[u32]| {
        let mut sum = 0;
        for (c, weight) in checked.chars().zip(weights.iter().cycle()) {
            sum += if c == ' ' { 0 } else { cvs_barcode::value(c)? } * weight;
        }
        match sum % 11 {
            0 => Some('A'),
            1 => Some('0'),
            rest => char::from_digit(11 - rest, 10),
        }
    };
    Some((digit(&[7, 6, 5, 4, 3, 2])?, digit(&[2, 0, 3, 0, 5, 0, 7, 0])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{claim, day, suspicion, today};
    use crate::{Reading, Twd, Warning, read_barcodes};

    fn barcodes(second: &str, third: &str) -> Reading {
        read_barcodes(&["151220168", second, third], today()).unwrap().reading
    }

    #[test]
    fn the_vectors_of_the_rule_are_read() {
        for (third, amount) in [("1407A6000000428", 428), ("150128000001250", 1_250)] {
            let Reading::Bill(bill) = barcodes("0101152081234560", third) else { panic!("{third}") };
            assert_eq!(bill.key().canonical(), "taipei-water/2081234560/20261220");
            assert_eq!((bill.amount, bill.due), (Twd::new(amount).ok(), Some(day("2026-12-20"))));
            assert_eq!((bill.format, bill.warnings.as_slice()), (CodeFormat::TaipeiWaterBarcodes, &[][..]));
        }
    }

    #[test]
    fn the_convenience_store_rule_does_not_hold_here() {
        // The check digits that the general rule would give over the same segments.
        let third = "1407AX000000428";
        assert_eq!(barcodes("0101152081234560", third), Reading::Suspicious(Suspicion::CheckDigitsWrong));
    }

    #[test]
    fn one_wrong_digit_of_number_amount_or_reading_is_seen() {
        for (second, third) in [
            ("0101152081234561", "1407A6000000428"),
            ("0101152081234560", "1407A6000000429"),
            ("0101152081234560", "1408A6000000428"),
            ("0101162081234560", "1407A6000000428"),
            ("0101152081234560", "1407A7000000428"),
        ] {
            assert_eq!(barcodes(second, third), Reading::Suspicious(Suspicion::CheckDigitsWrong), "{second} {third}");
        }
    }

    #[test]
    fn fiscs_test_code_is_read_inside_its_link_with_warnings_and_without_a_period() {
        let twqrp = "TWQRP://測試台北自來水費/158/03/V1?D1=10000&D3=AVWYrjDqQES+&D7=9112430446&D11=00,4614611000051300010001000100513965";
        let encoded = percent_encoding::utf8_percent_encode(twqrp, percent_encoding::NON_ALPHANUMERIC);
        let link = format!("https://ebilltest.fisc.com.tw/payQR.aspx?fee_name=TpeWater&WaterNo=9112430446&{encoded}");
        for text in [twqrp, &link] {
            let bill = claim(text);
            assert_eq!(bill.key().canonical(), "taipei-water/9112430446/?");
            assert_eq!((bill.amount, bill.due), (Twd::new(100).ok(), None));
            assert_eq!(bill.warnings, [Warning::TestCode, Warning::WaterArea, Warning::WaterCheckDigit]);
        }
        assert_eq!(suspicion(&link.replace("WaterNo=9112430446", "WaterNo=2081234560")), "codes_disagree");
    }

    #[test]
    fn both_spellings_of_the_name_are_one_biller() {
        let qr = |name: &str| {
            format!(
                "TWQRP://{name}/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7=2081234560&D11=00,4614611000051300010001000100513965"
            )
        };
        assert_eq!(claim(&qr("台北自來水費")).key().canonical(), "taipei-water/2081234560/20261220");
        assert_eq!(claim(&qr("臺北自來水費")).key(), claim(&qr("台北自來水費")).key());
    }

    #[test]
    fn numbers_of_another_length_are_refused() {
        for number in ["208123456", "20812345600", "2081-234560", "水081234560"] {
            let text = format!(
                "TWQRP://台北自來水費/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D7={number}&D11=00,4614611000051300010001000100513965"
            );
            assert_eq!(suspicion(&text), "bill_number_malformed", "{number}");
        }
    }
}
