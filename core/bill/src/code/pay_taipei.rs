//! pay.taipei links: `https://pay.taipei/qr/{itemId}/{billNo}/{check4}[/{type}]`.
//!
//! `check4` is the first four lowercase hexadecimal digits of `sha256(itemId + billNo + type)`, `type` left out of the
//! hash where it is absent from the link. It is unkeyed: it catches misreads and clumsy forgeries and proves nothing.
//! Item 2 is Taipei's roadside parking (`billNo` is the slip number); item 18 the city's training courses. Other items
//! are not public: those from 901 on are the project's own. The catalogue says whose bills an item's are.
//!
//! Source: the city's e-learning site and two live links in public code, by which the rule was recomputed.
//! Synthetic vectors: `2/Q0000000A000001/d30a/2`, without type `2/Q0000000A000001/8567`, `18/TEST0000000001/b211`.

use ring::digest;

use crate::catalogue::AcceptedCode;
use crate::link::Link;
use crate::reading::not_served;
use crate::{BillClaim, CodeFormat, KnownCode, Period, Reader, Reading, Suspicion, keyed};

/// Whether the path is one of these links', on whatever host.
pub(crate) fn is_shaped(link: &Link<'_>) -> bool {
    let mut parts = link.path.split('/').skip(1);
    parts.next() == Some("qr")
        && parts.next().is_some_and(|item| !item.is_empty() && item.bytes().all(|b| b.is_ascii_digit()))
        && parts.next().is_some_and(|number| !number.is_empty())
        && parts.next().is_some_and(|check| check.len() == 4)
}

/// What a link on the genuine host is.
pub(crate) fn read(link: &Link<'_>, reader: Reader<'_>) -> Reading {
    let parts: Vec<&str> = link.path.split('/').skip(1).take(8).collect();
    // Pages of the site other than bills.
    if parts.first() != Some(&"qr") {
        return Reading::Unknown;
    }
    match claim(&parts, link, reader) {
        Ok(reading) => reading,
        Err(suspicion) => Reading::Suspicious(suspicion),
    }
}

fn claim(parts: &[&str], link: &Link<'_>, reader: Reader<'_>) -> Result<Reading, Suspicion> {
    let (item, bill_no, check, kind) = match parts {
        [_, item, bill_no, check] => (*item, *bill_no, *check, ""),
        [_, item, bill_no, check, kind] if !kind.is_empty() => (*item, *bill_no, *check, *kind),
        _ => return Err(Suspicion::MalformedLink),
    };
    let item_fits = (1..=3).contains(&item.len()) && item.bytes().all(|b| b.is_ascii_digit()) && !item.starts_with('0');
    let kind_fits = kind.len() <= 2 && kind.bytes().all(|b| b.is_ascii_digit());
    let number_fits = (1..=32).contains(&bill_no.len()) && bill_no.bytes().all(|b| b.is_ascii_alphanumeric());
    if !(item_fits && kind_fits && number_fits) || link.query.is_some() || link.fragment {
        return Err(Suspicion::MalformedLink);
    }
    if check4(item, bill_no, kind) != check {
        return Err(Suspicion::LinkCheckWrong);
    }
    let item = item.parse().map_err(|_| Suspicion::MalformedLink)?;
    let Some(biller) = reader.catalogue.with_code(|code| *code == AcceptedCode::PayTaipeiLink { item }) else {
        return Ok(Reading::Known(KnownCode::PayTaipeiItem(item)));
    };
    // Of what is not paid here, no more needs to be right than the check.
    if !biller.served() {
        return Ok(not_served(biller));
    }
    Ok(reader.claimed(BillClaim {
        biller: biller.id.clone(),
        number: keyed::in_code(biller, bill_no).ok_or(Suspicion::BillNumberMalformed)?,
        period: Some(Period::single()),
        amount: None,
        due: None,
        format: CodeFormat::PayTaipeiLink,
        warnings: Vec::new(),
    }))
}

/// The link's check characters.
fn check4(item: &str, bill_no: &str, kind: &str) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [item, bill_no, kind] {
        hash.update(part.as_bytes());
    }
    hash.finish().as_ref().iter().take(2).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{claim, known, suspicion, today};
    use crate::{CodeFormat, Period};

    #[test]
    fn parking_links_with_and_without_type_name_the_slip() {
        for text in ["https://pay.taipei/qr/2/Q0000000A000001/d30a/2", "https://pay.taipei/qr/2/Q0000000A000001/8567"] {
            let bill = claim(text);
            assert_eq!(bill.biller.as_str(), "taipei-parking");
            assert_eq!(bill.number.as_str(), "Q0000000A000001");
            assert_eq!(bill.period, Some(Period::single()));
            assert_eq!((bill.amount, bill.due), (None, None));
            assert_eq!(bill.format, CodeFormat::PayTaipeiLink);
        }
    }

    #[test]
    fn scheme_and_host_are_read_in_either_case_and_may_lack_the_scheme() {
        assert_eq!(claim("HTTPS://PAY.TAIPEI/qr/2/Q0000000A000001/d30a/2").number.as_str(), "Q0000000A000001");
        assert_eq!(claim("pay.taipei/qr/2/Q0000000A000001/d30a/2").number.as_str(), "Q0000000A000001");
    }

    #[test]
    fn a_training_fee_is_known_by_name_and_not_served() {
        assert_eq!(known("https://pay.taipei/qr/18/TEST0000000001/b211"), "biller_not_served");
    }

    #[test]
    fn another_item_with_a_right_check_is_known_by_its_item() {
        // First four digits of sha256("10QD878F3B14E4B5C2").
        assert_eq!(known("https://pay.taipei/qr/10/QD878F3B14E4B5C/0c91/2"), "pay_taipei_item");
    }

    #[test]
    fn one_changed_character_of_number_check_or_type_is_refused() {
        for text in [
            "https://pay.taipei/qr/2/Q0000000A000002/d30a/2",
            "https://pay.taipei/qr/2/Q0000000A000001/d30b/2",
            "https://pay.taipei/qr/2/Q0000000A000001/D30A/2",
            "https://pay.taipei/qr/2/Q0000000A000001/d30a",
            "https://pay.taipei/qr/2/Q0000000A000001/8567/2",
            "https://pay.taipei/qr/18/Q0000000A000001/d30a/2",
        ] {
            assert_eq!(suspicion(text), "link_check_wrong", "{text}");
        }
    }

    #[test]
    fn parts_that_such_links_do_not_have_are_refused() {
        for text in [
            "https://pay.taipei/qr/2/Q0000000A000001",
            "https://pay.taipei/qr/2/Q0000000A000001/d30a/2/9",
            "https://pay.taipei/qr/2/Q0000000A000001/d30a/2?next=x",
            "https://pay.taipei/qr/2/Q0000000A000001/d30a/2#x",
            "https://pay.taipei/qr/02/Q0000000A000001/d30a/2",
            "https://pay.taipei/qr/2/Q0000000A%30001/d30a/2",
            "https://pay.taipei/qr//Q0000000A000001/d30a/2",
        ] {
            assert_eq!(suspicion(text), "malformed_link", "{text}");
        }
    }

    #[test]
    fn a_right_check_over_a_number_that_is_no_slips_is_refused() {
        // First four digits of sha256("2SHORT").
        let text = format!("https://pay.taipei/qr/2/SHORT/{}", super::check4("2", "SHORT", ""));
        assert_eq!(suspicion(&text), "bill_number_malformed");
    }

    #[test]
    fn the_sites_other_pages_are_no_bills() {
        assert!(matches!(crate::read_text("https://pay.taipei/v2/Home", today()), crate::Reading::Unknown));
    }
}
