//! Taiwan Water Corporation (台灣自來水公司), another utility: recognised so that it can be explained, not served.
//!
//! QR: `www.water.gov.tw/member_mobilesearch_act.aspx?` + percent-encoded TWQRP of type 03, with or without a scheme.
//! Its water numbers have eleven digits or letters. Source: the company's bills as read by public apps.

use crate::catalogue::AcceptedCode;
use crate::link::Link;
use crate::{Reader, Reading};

/// What a link on the company's host is.
pub(crate) fn read(link: &Link<'_>, reader: Reader<'_>) -> Reading {
    if link.path.eq_ignore_ascii_case("/member_mobilesearch_act.aspx") { explain(reader) } else { Reading::Unknown }
}

/// Whether a TWQRP text is named after the company. 台 written 臺.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with("臺灣自來水")
}

pub(crate) fn explain(reader: Reader<'_>) -> Reading {
    reader.explained(&AcceptedCode::TaiwanWater)
}

#[cfg(test)]
mod tests {
    use crate::testing::{known, today};
    use crate::{Explanation, Lang, PaperReading, read_paper};

    const TWQRP: &str = "TWQRP%3A%2F%2F%E5%8F%B0%E7%81%A3%E8%87%AA%E4%BE%86%E6%B0%B4%E5%85%AC%E5%8F%B8%2F158%2F03%2FV1%3FD1%3D50000%26D3%3DAVWYrjDqQES%2B%26D4%3D20261220%26D7%3D1A234567890%26D11%3D00%2C4614611000051300010001000100513965";

    #[test]
    fn its_codes_are_known_with_and_without_scheme_and_bare() {
        let path = "www.water.gov.tw/member_mobilesearch_act.aspx?";
        for text in [
            format!("{path}{TWQRP}"),
            format!("https://{path}{TWQRP}"),
            format!("http://{path}{TWQRP}"),
            TWQRP.to_owned(),
        ] {
            assert_eq!(known(&text), "biller_not_served", "{text}");
        }
    }

    #[test]
    fn the_person_hears_whose_bill_it_is_and_where_to_pay_it() {
        let code = crate::PaperCode { kind: crate::CodeKind::Qr, text: TWQRP };
        let PaperReading::Nothing(Explanation::Known(known)) = read_paper(&[code], today()) else {
            panic!("not explained");
        };
        assert_eq!(known.message(Lang::ZhHant), "這是「台灣自來水公司」的帳單，目前不能在這裡繳。");
        assert!(known.hint(Lang::En).contains("neither Taipei nor Kinmen"));
    }
}
