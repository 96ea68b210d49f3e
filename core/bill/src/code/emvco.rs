//! EMVCo merchant-presented codes, and TWQRP inside them: a shop's code for a purchase, so never a bill.
//!
//! Tag 2 digits, length 2 digits, value; the first is `000201` (payload format), the last `6304` + CRC. Lengths count
//! characters; the CRC counts bytes: CRC-16/IBM-3740 ("CCITT-FALSE", polynomial 0x1021, start 0xFFFF) over the UTF-8 of
//! everything up to and with `6304`. Taiwan Pay stands in tag 35: sub-tag 00 `tw.com.twqrp`, sub-tag 01 `V1` + `158` +
//! D3 (12) + D11.
//!
//! Source: EMV QRCPS, Merchant-Presented Mode, sections 3 and 4; FISC's sample.

use std::collections::BTreeMap;

use crate::{KnownCode, Reading, Suspicion};

/// What the text is, if it begins as such codes do.
pub(crate) fn read(text: &str) -> Option<Reading> {
    if !text.starts_with("000201") {
        return None;
    }
    Some(match inspect(text) {
        Ok(reading) => reading,
        Err(suspicion) => Reading::Suspicious(suspicion),
    })
}

fn inspect(text: &str) -> Result<Reading, Suspicion> {
    let Some(tags) = tags(text)? else { return Ok(Reading::Unknown) };
    // The checksum's own four characters are ASCII, so that they end at the text's last four bytes.
    let printed = tags.get("63").filter(|crc| crc.len() == 4 && text.ends_with(*crc)).ok_or(Suspicion::MissingField)?;
    let covered = text.get(..text.len() - 4).unwrap_or("");
    if !format!("{:04X}", crc16(covered.as_bytes())).eq_ignore_ascii_case(printed) {
        return Err(Suspicion::ChecksumWrong);
    }
    let Some(template) = tags.get("35") else { return Ok(Reading::Known(KnownCode::MerchantPayment)) };
    let inner = self::tags(template)?.ok_or(Suspicion::MalformedField)?;
    if inner.get("00").copied() != Some("tw.com.twqrp") {
        return Ok(Reading::Known(KnownCode::MerchantPayment));
    }
    let data = inner.get("01").ok_or(Suspicion::MissingField)?;
    let acquirers = data.strip_prefix("V1158").and_then(|rest| rest.get(12..)).ok_or(Suspicion::MalformedField)?;
    super::twqrp::check_secure_code(data.get(5..17).unwrap_or(""))?;
    super::twqrp::check_acquirers(acquirers)?;
    Ok(Reading::Known(KnownCode::TwqrpPurchase))
}

/// Tags and values; `None` where the text is not made of such.
fn tags(text: &str) -> Result<Option<BTreeMap<&str, &str>>, Suspicion> {
    let mut tags = BTreeMap::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (Some(tag), Some(length)) = (rest.get(..2), rest.get(2..4)) else { return Ok(None) };
        if !rest.bytes().take(4).all(|b| b.is_ascii_digit()) {
            return Ok(None);
        }
        let (Ok(length), Some(value)) = (length.parse::<usize>(), rest.get(4..)) else { return Ok(None) };
        // One past the end is where the value ends with the text.
        let ends = value.char_indices().map(|(at, _)| at).chain([value.len()]);
        let Some(end) = ends.into_iter().nth(length) else { return Ok(None) };
        let (value, after) = value.split_at(end);
        if tags.insert(tag, value).is_some() {
            return Err(Suspicion::DuplicateKey);
        }
        rest = after;
    }
    Ok(Some(tags))
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{known, suspicion, today};

    /// FISC's sample; its tag 62 holds Chinese characters.
    const SAMPLE: &str = "0002010102110216400396006100104004155395940061001041316315805006100104535960012tw.com.twqrp0176V1158Ac5CJ9NjpN1W00,00600626309800100190010002;02,006006263098001001900100025204599953039015802TW5911006TESTSHOP6011TAIPEI CITY610311464210002ZH0111FISC金融卡25256304DC34";

    fn sealed(body: &str) -> String {
        let body = format!("{body}6304");
        format!("{body}{:04X}", crc16(body.as_bytes()))
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(crc16(b"123456789"), 0x29B1, "check value of CRC-16/IBM-3740");
    }

    #[test]
    fn fiscs_sample_is_a_purchase() {
        assert_eq!(known(SAMPLE), "twqrp_purchase");
    }

    #[test]
    fn a_code_of_another_scheme_is_a_shops() {
        assert_eq!(known(&sealed("00020101021102164003960061001040520459995303901")), "merchant_payment");
    }

    #[test]
    fn one_changed_character_is_seen() {
        assert_eq!(suspicion(&SAMPLE.replace("TESTSHOP", "TESTSHOQ")), "checksum_wrong");
        assert_eq!(suspicion(&SAMPLE.replace("金融卡", "金融長")), "checksum_wrong");
    }

    #[test]
    fn lengths_count_characters_so_that_counted_bytes_do_not_parse() {
        let by_bytes = SAMPLE.replace("64210002ZH0111FISC金融卡", "64270002ZH0117FISC金融卡");
        assert!(!matches!(crate::read_text(&by_bytes, today()), Reading::Known(_)));
    }

    #[test]
    fn a_tag_twice_no_checksum_and_a_broken_taiwan_pay_part_are_refused_by_name() {
        assert_eq!(suspicion(&sealed("00020101021101021252045999")), "duplicate_key");
        assert_eq!(suspicion("000201010211"), "missing_field");
        assert_eq!(suspicion(&sealed("00020135240012tw.com.twqrp0104V115")), "malformed_field");
        assert_eq!(suspicion(&sealed("00020135160012tw.com.twqrp")), "missing_field");
    }

    #[test]
    fn digits_that_only_begin_alike_are_unknown() {
        for text in ["000201", "0002019", "000201019", "00020101A1", "0002010199"] {
            let reading = crate::read_text(text, today());
            assert!(!matches!(reading, Reading::Known(_) | Reading::Bill(_)), "{text}");
        }
        assert_eq!(crate::read_text("0002019999", today()), Reading::Unknown);
    }
}
