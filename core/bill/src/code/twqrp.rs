//! TWQRP, the QR code of Taiwan Pay: `TWQRP://<name>/158/<type>/V1?D1=…&D3=…`.
//!
//! Type 01 is a purchase, 02 a transfer, 03 a bill. Fields of a bill: D1 amount, at most 12 digits of which the last
//! two are cents (mandatory) · D3 secure code, 12 characters (mandatory, checked by the institution alone) · D4 deadline
//! YYYYMMDD · D7 the biller's number, at most 16 characters · D8 note · D10 currency, 901 · D11 acquirer
//! `payType,data[;…]`, at most 256 (mandatory) · D12 end of validity YYYYMMDDHHMMSS · D14, D15, D16 user fee. `En` is
//! the encrypted twin of `Dn`. D2, D5, D6 and D9 belong to purchases and transfers. D4 is mandatory by the document and
//! absent from FISC's own test code, so it may be absent here.
//!
//! In the wild the text comes percent-encoded once or twice, inside a link, or broken into lines. `+` stands for itself
//! (D3 is base64) and never for a space. Texts are taken apart before single values are decoded, so that nothing
//! encoded inside a note can become a field.
//!
//! Source: FISC's "QR Code 共通支付標準" as described by public generators, and FISC's test code.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::code::taiwan_water;
use crate::known::ShownName;
use crate::link::{Link, Site, Verdict};
use crate::money::MoneyError;
use crate::{CivilDate, KnownCode, Reader, Reading, Suspicion, Twd, Warning, text};

/// How the scheme looks before any decoding, once and twice percent-encoded.
const SCHEMES: [&str; 3] = ["TWQRP://", "TWQRP%3A%2F%2F", "TWQRP%253A%252F%252F"];

/// A TWQRP text of type 03, its fields checked in form.
pub(crate) struct TwqrpBill {
    /// D7 without spaces.
    pub number: String,
    pub amount: Twd,
    pub due: Option<CivilDate>,
    warnings: Vec<Warning>,
}

impl TwqrpBill {
    /// The claim of a biller who has read D7.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.clone()
    }
}

/// Reads a TWQRP text, bare or inside a link; `None` where there is none.
pub(crate) fn read(text: &str, reader: Reader<'_>) -> Option<Reading> {
    let (layers, start) = find_scheme(text)?;
    let (wrapper, payload) = text.split_at(start);
    Some(match read_payload(wrapper, payload, layers, reader) {
        Ok(reading) => reading,
        Err(suspicion) => Reading::Suspicious(suspicion),
    })
}

/// Where the scheme begins and how often it is percent-encoded.
fn find_scheme(text: &str) -> Option<(usize, usize)> {
    // ASCII upper-casing keeps every byte's place.
    let upper = text.to_ascii_uppercase();
    SCHEMES
        .iter()
        .enumerate()
        .filter_map(|(layers, scheme)| upper.find(scheme).map(|at| (layers, at)))
        .min_by_key(|(_, at)| *at)
}

fn read_payload(wrapper: &str, payload: &str, layers: usize, reader: Reader<'_>) -> Result<Reading, Suspicion> {
    let site = if wrapper.is_empty() { None } else { Some(wrapper_site(wrapper)?) };
    if site == Some(Site::TaiwanWater) {
        return Ok(taiwan_water::explain(reader));
    }
    let mut decoded = Cow::Borrowed(payload);
    for _ in 0..layers {
        decoded = Cow::Owned(decode(&decoded)?);
    }
    let body: String = decoded.chars().skip("TWQRP://".len()).filter(|c| !matches!(c, '\r' | '\n' | '\t')).collect();
    let (head, query) = body.split_once('?').ok_or(Suspicion::MissingField)?;
    let mut parts = head.rsplitn(4, '/');
    let (version, kind, country, name) = (parts.next(), parts.next(), parts.next(), parts.next());
    let name = name.ok_or(Suspicion::MalformedField)?;
    if country != Some("158") || version != Some("V1") {
        return Ok(Reading::Known(KnownCode::TwqrpOther));
    }
    let fields = fields(query)?;
    match kind {
        Some("01") => Ok(Reading::Known(KnownCode::TwqrpPurchase)),
        Some("02") => Ok(Reading::Known(KnownCode::TwqrpTransfer)),
        Some("03") => bill(&decode_value(name)?, &fields, wrapper, reader),
        _ => Ok(Reading::Known(KnownCode::TwqrpOther)),
    }
}

/// The site whose link wraps the text.
fn wrapper_site(wrapper: &str) -> Result<Site, Suspicion> {
    let link = Link::split(wrapper).ok_or(Suspicion::MalformedLink)?;
    match link.judge(true) {
        Verdict::Genuine(site @ (Site::Fisc | Site::TaiwanWater)) => Ok(site),
        Verdict::Genuine(_) | Verdict::Foreign => Err(Suspicion::UnlistedHost),
        Verdict::Pretends(suspicion) => Err(suspicion),
    }
}

/// The fields as a map; each key once, each of the form `D` or `E` and a number.
fn fields(query: &str) -> Result<BTreeMap<(u8, u8), String>, Suspicion> {
    let mut fields = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.trim().is_empty()) {
        let (key, value) = pair.split_once('=').ok_or(Suspicion::MalformedField)?;
        let key = key.trim().as_bytes();
        let (class, digits) = key.split_first().ok_or(Suspicion::ForeignKey)?;
        let number = match digits {
            [units @ b'1'..=b'9'] => units - b'0',
            [tens @ b'1'..=b'9', units @ b'0'..=b'9'] => (tens - b'0') * 10 + (units - b'0'),
            _ => return Err(Suspicion::ForeignKey),
        };
        if !matches!(class, b'D' | b'E') {
            return Err(Suspicion::ForeignKey);
        }
        if fields.insert((*class, number), decode_value(value)?).is_some() {
            return Err(Suspicion::DuplicateKey);
        }
    }
    Ok(fields)
}

fn bill(
    name: &str,
    fields: &BTreeMap<(u8, u8), String>,
    wrapper: &str,
    reader: Reader<'_>,
) -> Result<Reading, Suspicion> {
    let field = |number: u8| fields.get(&(b'D', number)).map(String::as_str);
    let mut warnings = Vec::new();
    for (_, number) in fields.keys() {
        match number {
            1 | 3 | 4 | 7 | 8 | 10 | 11 | 12 | 14 | 15 | 16 => {}
            2 | 5 | 6 | 9 => return Err(Suspicion::ForeignKey),
            _ => warnings.push(Warning::UnknownField),
        }
    }
    warnings.truncate(1);
    let amount = cents(field(1).ok_or(Suspicion::MissingField)?, 12)?;
    if field(15).is_some_and(|fee| !fee.is_empty()) {
        cents(field(15).unwrap_or_default(), 6)?;
    }
    if field(10).is_some_and(|currency| currency != "901") {
        return Err(Suspicion::ForeignCurrency);
    }
    check_secure_code(field(3).ok_or(Suspicion::MissingField)?)?;
    check_acquirers(field(11).ok_or(Suspicion::MissingField)?)?;
    let date = |digits: &str| CivilDate::from_yyyymmdd(digits).map_err(|_| Suspicion::DateMalformed);
    let due = field(4).filter(|digits| !digits.is_empty()).map(date).transpose()?;
    if let Some(end) = field(12).filter(|end| !end.is_empty()) {
        if date(end.get(..8).unwrap_or(end))? < reader.today {
            warnings.push(Warning::CodeExpired);
        }
        check_time(end.get(8..).unwrap_or(""))?;
    }
    // 台 and 臺 are one character in two spellings: billers and banks print either. 測試 (test) stands before the name in
    // FISC's samples.
    let name = text::normalise(name, 64).replace('台', "臺");
    let name = match name.strip_prefix("測試") {
        Some(rest) => {
            warnings.push(Warning::TestCode);
            rest.to_owned()
        }
        None => name,
    };
    let parse = reader.layouts.iter().filter_map(|layout| layout.twqrp).find(|(own, _)| *own == name);
    let Some((_, parse)) = parse else {
        return Ok(if taiwan_water::is_name(&name) {
            taiwan_water::explain(reader)
        } else {
            Reading::Known(KnownCode::TwqrpBill(ShownName::new(&name)))
        });
    };
    let number: String = field(7).ok_or(Suspicion::MissingField)?.chars().filter(|c| *c != ' ').collect();
    agrees_with_wrapper(wrapper, &number)?;
    let bill = TwqrpBill { number: text::normalise(&number, 17), amount, due, warnings };
    parse(&bill).map(|claim| reader.claimed(claim))
}

/// FISC's links repeat the water number outside the text, for people whose phone opens them in a browser.
fn agrees_with_wrapper(wrapper: &str, number: &str) -> Result<(), Suspicion> {
    let Some(link) = Link::split(wrapper) else { return Ok(()) };
    if link.query_values("WaterNo").all(|outside| outside == number) { Ok(()) } else { Err(Suspicion::CodesDisagree) }
}

/// Digits of which the last two are cents, at most `limit` of them.
fn cents(digits: &str, limit: usize) -> Result<Twd, Suspicion> {
    if digits.len() > limit && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Suspicion::AmountTooLarge);
    }
    Twd::from_cent_digits(digits).map_err(|error| match error {
        MoneyError::Cents => Suspicion::CentsNotZero,
        MoneyError::TooLarge => Suspicion::AmountTooLarge,
        MoneyError::NotDigits | MoneyError::Negative => Suspicion::AmountMalformed,
    })
}

/// Twelve characters of base64 (RFC 4648, section 4); only the institution can check what they say.
pub(crate) fn check_secure_code(code: &str) -> Result<(), Suspicion> {
    let fits = code.len() == 12 && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    if fits { Ok(()) } else { Err(Suspicion::MalformedField) }
}

/// `payType,data[;payType,data…]`.
pub(crate) fn check_acquirers(text: &str) -> Result<(), Suspicion> {
    let fits = text.len() <= 256
        && text.split(';').filter(|entry| !entry.is_empty()).all(|entry| {
            entry.split_once(',').is_some_and(|(kind, data)| {
                kind.len() == 2
                    && kind.bytes().all(|b| b.is_ascii_digit())
                    && !data.is_empty()
                    && data.bytes().all(|b| b.is_ascii_alphanumeric())
            })
        })
        && text.contains(',');
    if fits { Ok(()) } else { Err(Suspicion::MalformedField) }
}

/// `HHMMSS`, or nothing.
fn check_time(digits: &str) -> Result<(), Suspicion> {
    let below = |at: usize, limit: u32| {
        digits.get(at..at + 2).and_then(|two| two.parse::<u32>().ok()).is_some_and(|value| value < limit)
    };
    let fits = digits.is_empty()
        || (digits.len() == 6
            && digits.bytes().all(|b| b.is_ascii_digit())
            && below(0, 24)
            && below(2, 60)
            && below(4, 60));
    if fits { Ok(()) } else { Err(Suspicion::DateMalformed) }
}

/// One layer of percent-encoding (RFC 3986, section 2.1); `+` stays.
fn decode(text: &str) -> Result<String, Suspicion> {
    percent_decode_str(text).decode_utf8().map(Cow::into_owned).map_err(|_| Suspicion::EncodingMalformed)
}

/// A single value, decoded as often as it says that it is encoded, at most twice.
fn decode_value(value: &str) -> Result<String, Suspicion> {
    let mut value = value.trim().to_owned();
    for _ in 0..2 {
        if !has_escape(&value) {
            break;
        }
        value = decode(&value)?;
    }
    // Escapes carry what the text as read did not show.
    if text::has_hidden_characters(&value) { Err(Suspicion::HiddenCharacters) } else { Ok(value) }
}

fn has_escape(text: &str) -> bool {
    text.as_bytes().windows(3).any(|w| matches!(w, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{claim, known, suspicion};
    use crate::{BillClaim, CodeFormat, Twd, Warning};

    /// Synthetic, by this project's layout for Kinmen.
    const KINMEN: &str = "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7=123456711510&D11=00,4614611000051300010001000100513965";

    fn with(from: &str, to: &str) -> String {
        assert!(KINMEN.contains(from));
        KINMEN.replacen(from, to, 1)
    }

    fn encode(text: &str) -> String {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    }

    fn assert_is_kinmen(bill: &BillClaim, text: &str) {
        assert_eq!(bill.biller.as_str(), "kinmen-water", "{text}");
        assert_eq!(bill.key().canonical(), "kinmen-water/1234567/11510", "{text}");
        assert_eq!(bill.amount, Some(Twd::new(428).unwrap()), "{text}");
        assert_eq!(bill.due.unwrap().to_string(), "2026-12-20", "{text}");
        assert_eq!(bill.format, CodeFormat::KmWaterQr);
        assert_eq!(bill.warnings, [], "{text}");
    }

    #[test]
    fn a_bill_reads_the_same_plain_encoded_once_encoded_twice_broken_into_lines_and_with_encoded_values() {
        let once = encode(KINMEN);
        let lines = KINMEN.replace('&', "&\r\n");
        let values =
            with("00,", "00%2C").replace("QES+", "QES%2B").replace("金門縣自來水廠", &encode("金門縣自來水廠"));
        let anywhere = KINMEN.replace("4614611", "461\n4611").replace("/158", "\r\n/158");
        let marked = format!("\u{FEFF}{KINMEN}\n");
        let small = with("TWQRP", "twqrp");
        for text in [KINMEN.to_owned(), encode(&once), once, lines, anywhere, values, marked, small] {
            assert_is_kinmen(&claim(&text), &text);
        }
    }

    #[test]
    fn a_bill_wrapped_in_fiscs_link_is_read_and_in_a_strangers_is_not() {
        let wrapped = |host: &str| format!("https://{host}/payQR.aspx?fee_name=KmWater&{}", encode(KINMEN));
        assert_is_kinmen(&claim(&wrapped("ebill.fisc.com.tw")), "wrapped");
        assert_eq!(suspicion(&wrapped("example.com")), "unlisted_host");
        assert_eq!(suspicion(&wrapped("pay.taipei")), "unlisted_host");
        assert_eq!(suspicion(&wrapped("ebill.fisc.com.tw.example.com")), "look_alike_host");
        assert_eq!(suspicion(&wrapped("ebill.fisc.com.tw@example.com")), "user_info_in_link");
        assert_eq!(suspicion(&wrapped("ebill.fisc.com.tw:8443")), "port_in_link");
        assert_eq!(suspicion(&wrapped("ebill.fisc.com.tw").replace("https", "http")), "not_https");
    }

    #[test]
    fn the_power_companys_published_sample_is_a_bill_of_somebody_else() {
        let text = "TWQRP://臺灣電力公司/158/03/V1?D1=89900&D3=AVnVbcN9xxRv&D4=20170401&D8=電費&D10=901&D11=00,0060061112223334440000000112345678&E7=AUEkfcxUfQNgUHcnNndMDzU=&D12=20170630130000&D15=300&D16=電費";
        assert_eq!(known(text), "twqrp_bill");
    }

    #[test]
    fn transfers_purchases_and_kinds_to_come_are_known_by_name() {
        assert_eq!(known("TWQRP://個人轉帳/158/02/V1?D5=004&D6=0000000012345678&D10=901"), "twqrp_transfer");
        assert_eq!(known("TWQRP://商店/158/01/V1?D1=100&D2=1&D3=AVnVbcN9xxRv&D11=00,1"), "twqrp_purchase");
        assert_eq!(known(&with("/03/", "/04/")), "twqrp_other");
        assert_eq!(known(&with("/V1?", "/V2?")), "twqrp_other");
        assert_eq!(known(&with("/158/", "/392/")), "twqrp_other");
    }

    #[test]
    fn cents_huge_numbers_signs_and_letters_in_the_amount_are_refused_by_name() {
        for (amount, code) in [
            ("42850", "cents_not_zero"),
            ("428", "cents_not_zero"),
            ("9007199254740993", "amount_too_large"),
            ("99999999999999999999999999999999999900", "amount_too_large"),
            ("-42800", "amount_malformed"),
            ("4.28e4", "amount_malformed"),
            ("42,800", "amount_malformed"),
            ("", "amount_malformed"),
            ("４２８００", "amount_malformed"),
        ] {
            assert_eq!(suspicion(&with("D1=42800", &format!("D1={amount}"))), code, "{amount}");
        }
        assert_eq!(claim(&with("D1=42800", "D1=999999999900")).amount, Some(Twd::MAX));
        assert_eq!(suspicion(&with("&D3", "&D10=840&D3")), "foreign_currency");
        assert_eq!(suspicion(&with("&D3", "&D15=350&D3")), "cents_not_zero");
    }

    #[test]
    fn a_key_twice_is_refused_wherever_the_second_hides() {
        assert_eq!(suspicion(&with("&D3", "&D1=100&D3")), "duplicate_key");
        assert_eq!(suspicion(&format!("{KINMEN}&D7=765432111510")), "duplicate_key");
        assert_eq!(suspicion(&encode(&with("&D3", "&D8=水費&D1=100&D3"))), "duplicate_key");
    }

    #[test]
    fn nothing_encoded_inside_a_note_becomes_a_field() {
        let bill = claim(&with("&D3", "&D8=%26D1%3D100%26D7%3D765432111510&D3"));
        assert_eq!((bill.number.as_str(), bill.amount), ("1234567", Some(Twd::new(428).unwrap())));
    }

    #[test]
    fn fields_that_bills_do_not_have_are_refused_and_unknown_ones_warned_of() {
        for key in ["D5=004", "D6=0000000012345678", "D2=1", "D9=x", "X1=1", "D=1", "D0=1", "D100=1", "d1=100", "=1"] {
            assert_eq!(suspicion(&format!("{KINMEN}&{key}")), "foreign_key", "{key}");
        }
        assert_eq!(claim(&format!("{KINMEN}&D17=x&E18=y")).warnings, [Warning::UnknownField]);
        assert_eq!(suspicion(&format!("{KINMEN}&junk")), "malformed_field");
    }

    #[test]
    fn a_missing_deadline_is_allowed_and_other_missing_fields_are_not() {
        assert_eq!(claim(&with("D4=20261220&", "")).due, None);
        for field in ["D1=42800&", "D3=AVWYrjDqQES+&", "D7=123456711510&", "&D11=00,4614611000051300010001000100513965"]
        {
            assert_eq!(suspicion(&with(field, "")), "missing_field", "{field}");
        }
        assert_eq!(suspicion("TWQRP://金門縣自來水廠/158/03/V1"), "missing_field");
    }

    #[test]
    fn dates_that_do_not_exist_and_fields_out_of_form_are_refused() {
        assert_eq!(suspicion(&with("D4=20261220", "D4=20260229")), "date_malformed");
        assert_eq!(suspicion(&with("D4=20261220", "D4=1151220")), "date_malformed");
        assert_eq!(suspicion(&with("&D7", "&D12=20261220250000&D7")), "date_malformed");
        assert_eq!(suspicion(&with("QES+", "QES ")), "malformed_field", "a plus sign turned into a space");
        assert_eq!(suspicion(&with("00,", "")), "malformed_field");
        assert_eq!(suspicion(&with("D11=00,", &format!("D11=00,{}", "1".repeat(300)))), "malformed_field");
    }

    #[test]
    fn a_code_past_its_end_or_its_deadline_is_warned_of() {
        assert_eq!(claim(&with("&D7", "&D12=20261123235959&D7")).warnings, [Warning::CodeExpired]);
        assert_eq!(claim(&with("&D7", "&D12=20261124000000&D7")).warnings, [], "its last day");
        assert_eq!(claim(&with("20261220", "20261123")).warnings, [Warning::PastDue]);
        assert_eq!(claim(&with("20261220", "20261124")).warnings, [], "the last day");
    }

    #[test]
    fn hidden_characters_are_refused_plain_and_percent_encoded() {
        assert_eq!(suspicion(&with("TWQRP", "TW\u{200B}QRP")), "hidden_characters");
        assert_eq!(suspicion(&with("D7=123", "D7=\u{202E}123")), "hidden_characters");
        assert_eq!(suspicion(&with("&D3", "&D8=a\u{2066}b&D3")), "hidden_characters");
        assert_eq!(suspicion(&with("&D3", "&D8=%E2%80%AE&D3")), "hidden_characters");
        assert_eq!(suspicion(&with("D7=123", "D7=%00123")), "hidden_characters");
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_refused() {
        assert_eq!(suspicion(&with("&D3", "&D8=%FF%FE&D3")), "encoding_malformed");
        assert_eq!(suspicion("TWQRP%3A%2F%2F%A4%F4/158/03/V1?D1=100"), "encoding_malformed", "Big5");
    }
}
