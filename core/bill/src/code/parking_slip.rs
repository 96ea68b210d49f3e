//! Taipei's parking slip link: `https://parkingfee.pma.gov.taipei/qr?tno=Q…`, `tno` being `^Q[0-9A-Z]{14}$`.
//!
//! The page behind it leads on to `pay.taipei/qr/2/…`. It says neither amount nor due date, and has no check
//! characters. Source: the Parking Management and Development Office's own client.

use crate::catalogue::AcceptedCode;
use crate::link::Link;
use crate::{BillClaim, CodeFormat, Period, Reader, Reading, Suspicion, keyed};

/// Whether path and query are such a link's, on whatever host.
pub(crate) fn is_shaped(link: &Link<'_>) -> bool {
    link.path == "/qr" && link.query_values("tno").next().is_some()
}

/// What a link on the genuine host is.
pub(crate) fn read(link: &Link<'_>, reader: Reader<'_>) -> Reading {
    if link.path != "/qr" {
        return Reading::Unknown;
    }
    let biller = reader.catalogue.with_code(|code| *code == AcceptedCode::ParkingSlip);
    let mut numbers = link.query_values("tno");
    match (numbers.next(), numbers.next()) {
        (Some(_), Some(_)) => Reading::Suspicious(Suspicion::DuplicateKey),
        (None, _) => Reading::Suspicious(Suspicion::MalformedLink),
        (Some(text), None) => match (keyed::parking_slip(text), biller) {
            (None, _) => Reading::Suspicious(Suspicion::BillNumberMalformed),
            (_, None) => Reading::Unknown,
            (Some(number), Some(biller)) => reader.claimed(BillClaim {
                biller: biller.id.clone(),
                number,
                period: Some(Period::single()),
                amount: None,
                due: None,
                format: CodeFormat::ParkingSlipLink,
                warnings: Vec::new(),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{claim, suspicion};

    #[test]
    fn a_slip_link_names_the_same_bill_as_the_pay_taipei_link() {
        let slip = claim("https://parkingfee.pma.gov.taipei/qr?tno=Q0000000A000001");
        assert_eq!(slip.key(), claim("https://pay.taipei/qr/2/Q0000000A000001/d30a/2").key());
        assert!(!slip.key().is_provisional());
    }

    #[test]
    fn another_number_two_numbers_or_none_are_refused_by_name() {
        let at = |query: &str| suspicion(&format!("https://parkingfee.pma.gov.taipei/qr?{query}"));
        assert_eq!(at("tno=Q0000000A00000"), "bill_number_malformed");
        assert_eq!(at("tno=Q0000000a000001"), "bill_number_malformed");
        assert_eq!(at("tno=A0000000A000001"), "bill_number_malformed");
        assert_eq!(at("tno=Q0000000A000001&tno=Q0000000A000002"), "duplicate_key");
        assert_eq!(at("no=Q0000000A000001"), "malformed_link");
    }
}
