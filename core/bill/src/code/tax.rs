//! Local and national taxes. The catalogue says which categories are paid here.
//!
//! - QR: `https://paytax.nat.gov.tw/QRCODE.aspx?par=` + 48 digits: category 5, payment number 16, amount 10, deadline 6
//!   (ROC `YYMMDD`), period 5, identification 6; or `15001` alone, individual income tax. Categories: 11201 house tax,
//!   11331 land value tax, 11221 to 11236 vehicle licence tax.
//!   Sample: `113311234567890123456000000050214120414010671687`, land value tax, NT$502, 2025-12-04.
//! - Barcodes: segment 1 = deadline ROC `YYMMDD` + item 3 · segment 2 of 18 or 19 characters · segment 3 = 4 characters,
//!   one check character, amount 10. Check = sum of all characters but the check one (digits their own, A–Z 10 to 35)
//!   modulo 36, written 0-9A-Z. Recomputed over two published slips.
//!
//! Source: the Ministry of Finance's tax bills as read by public apps.

use std::sync::Arc;

use crate::catalogue::{AcceptedCode, Biller};
use crate::code::cvs_barcode::Segments;
use crate::link::Link;
use crate::reading::not_served;
use crate::{BillClaim, BillNumber, CivilDate, CodeFormat, Period, Reader, Reading, Suspicion, Twd};

/// Whether path and query are a tax link's, on whatever host.
pub(crate) fn is_shaped(link: &Link<'_>) -> bool {
    is_path(link) && link.query_values("par").next().is_some()
}

fn is_path(link: &Link<'_>) -> bool {
    link.path.eq_ignore_ascii_case("/QRCODE.aspx")
}

/// What a link on the genuine host is.
pub(crate) fn read(link: &Link<'_>, reader: Reader<'_>) -> Reading {
    if !is_path(link) {
        return Reading::Unknown;
    }
    let mut values = link.query_values("par");
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Reading::Suspicious(Suspicion::DuplicateKey),
        (None, _) => Reading::Suspicious(Suspicion::MalformedLink),
        (Some("15001"), None) => of_category(15001, reader).map_or(Reading::Unknown, not_served),
        (Some(digits), None) => match claim(digits, reader) {
            Ok(reading) => reading,
            Err(suspicion) => Reading::Suspicious(suspicion),
        },
    }
}

/// The biller of a category of five digits.
fn of_category(category: u32, reader: Reader<'_>) -> Option<&Arc<Biller>> {
    let fits = |code: &AcceptedCode| matches!(code, AcceptedCode::TaxLink { first, last } if (*first..=*last).contains(&category));
    reader.catalogue.with_code(fits).or_else(|| reader.catalogue.with_code(|code| *code == AcceptedCode::TaxSlip))
}

fn claim(digits: &str, reader: Reader<'_>) -> Result<Reading, Suspicion> {
    if digits.len() != 48 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Suspicion::MalformedLink);
    }
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("");
    let Some(biller) = part(0, 5).parse().ok().and_then(|category| of_category(category, reader)) else {
        return Ok(Reading::Unknown);
    };
    Ok(reader.claimed(BillClaim {
        biller: biller.id.clone(),
        number: BillNumber::new(part(5, 21)).map_err(|_| Suspicion::BillNumberMalformed)?,
        period: Some(Period::new(part(37, 42)).map_err(|_| Suspicion::PeriodMalformed)?),
        amount: Some(Twd::from_digits(part(21, 31)).map_err(|_| Suspicion::AmountMalformed)?),
        due: Some(CivilDate::from_roc_yymmdd(part(31, 37), reader.today).map_err(|_| Suspicion::DateMalformed)?),
        format: CodeFormat::TaxLink,
        warnings: Vec::new(),
    }))
}

/// Segment 2 of a tax slip.
pub(crate) fn is_second(text: &str) -> bool {
    (18..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// What three segments of a tax slip's shape are.
pub(crate) fn read_barcodes(segments: &Segments<'_>, reader: Reader<'_>) -> Reading {
    let printed = segments.third.chars().nth(4);
    if printed.is_some() && printed == check_character(segments) {
        reader.explained(&AcceptedCode::TaxSlip)
    } else {
        Reading::Suspicious(Suspicion::CheckDigitsWrong)
    }
}

fn check_character(segments: &Segments<'_>) -> Option<char> {
    let third = segments.third.chars().enumerate().filter(|(at, _)| *at != 4).map(|(_, c)| c);
    let all = segments.first.chars().chain(segments.second.chars()).chain(third);
    let sum = all.map(|c| c.to_digit(36)).sum::<Option<u32>>()?;
    char::from_digit(sum % 36, 36).map(|c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::{Reading, Suspicion, Twd};
    use crate::testing::{claim, day, suspicion, today};
    use crate::{BarcodesError, KnownCode, Warning, read_barcodes};

    const SAMPLE: &str = "113311234567890123456000000050214120414010671687";

    fn link(par: &str) -> String {
        format!("https://paytax.nat.gov.tw/QRCODE.aspx?par={par}")
    }

    #[test]
    fn the_published_sample_is_a_land_value_tax_of_502_dollars() {
        let bill = claim(&link(SAMPLE));
        assert_eq!(bill.key().canonical(), "land-value-tax/1234567890123456/14010");
        assert_eq!((bill.amount, bill.due), (Twd::new(502).ok(), Some(day("2025-12-04"))));
        assert_eq!(bill.warnings, [Warning::PastDue]);
    }

    #[test]
    fn categories_are_told_apart() {
        for (category, biller) in
            [("11201", "house-tax"), ("11221", "vehicle-licence-tax"), ("11236", "vehicle-licence-tax")]
        {
            let digits = SAMPLE.replacen("11331", category, 1);
            assert_eq!(claim(&link(&digits)).biller.as_str(), biller);
        }
        for (digits, biller) in [
            (SAMPLE.replacen("11331", "11237", 1), "other-tax"),
            (SAMPLE.replacen("11331", "11220", 1), "other-tax"),
            ("15001".to_owned(), "income-tax"),
        ] {
            let reading = crate::read_text(&link(&digits), today());
            assert_eq!(reading, Reading::Known(KnownCode::NotServed(crate::testing::biller(biller))));
        }
    }

    #[test]
    fn other_lengths_letters_and_dates_that_do_not_exist_are_refused() {
        assert_eq!(suspicion(&link(&SAMPLE[1..])), "malformed_link");
        assert_eq!(suspicion(&link(&SAMPLE.replace('7', "x"))), "malformed_link");
        assert_eq!(suspicion(&link(&SAMPLE.replace("141204", "141304"))), "date_malformed");
        assert_eq!(suspicion(&link("")), "malformed_link");
        assert_eq!(suspicion(&format!("{}&par={SAMPLE}", link(SAMPLE))), "duplicate_key");
        assert_eq!(suspicion(&link(SAMPLE).replace("nat.gov.tw", "nat-gov.tw")), "look_alike_host");
        assert_eq!(suspicion(&link(SAMPLE).replace("paytax.nat.gov.tw", "example.com")), "unlisted_host");
    }

    #[test]
    fn published_slips_are_known_in_any_order_and_one_wrong_character_is_seen() {
        for slip in [
            ["1509306AE", "E100085120097159011", "3554O0000030000"],
            ["1412046AM", "F301955114019403388", "0003W0000000502"],
        ] {
            let [a, b, c] = slip;
            for order in [[a, b, c], [c, a, b], [b, c, a]] {
                let read = read_barcodes(&order, today()).unwrap();
                assert_eq!(read.reading, Reading::Known(KnownCode::NotServed(crate::testing::biller("other-tax"))));
                assert_eq!(read.order.map(|at| order[at]), slip);
            }
            let wrong = c.replacen('0', "1", 1);
            let read = read_barcodes(&[a, b, &wrong], today()).unwrap();
            assert_eq!(read.reading, Reading::Suspicious(Suspicion::CheckDigitsWrong));
            assert!(matches!(read_barcodes(&[a, c], today()), Err(BarcodesError::Missing(missing)) if missing.second));
        }
    }
}
