//! Mobile barcode carrier (手機條碼), `^/[0-9A-Z.+-]{7}$`: shown at a till to collect invoices. Known by name, no bill.
//!
//! Source: the Ministry of Finance's e-invoice platform.

use crate::{KnownCode, Reading};

/// What the text is, if it is a carrier.
pub(crate) fn read(text: &str) -> Option<Reading> {
    let code = text.strip_prefix('/')?;
    let fits = code.len() == 7
        && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || matches!(b, b'.' | b'+' | b'-'));
    fits.then_some(Reading::Known(KnownCode::MobileCarrier))
}

#[cfg(test)]
mod tests {
    use crate::testing::{known, today};
    use crate::{CodeKind, PaperCode, Reading, read_paper, read_text};

    #[test]
    fn a_carrier_is_known_as_text_and_as_barcode() {
        assert_eq!(known("/AB.1+2-"), "mobile_carrier");
        let code = PaperCode { kind: CodeKind::Code39, text: "/ABC1234" };
        let crate::PaperReading::Nothing(why) = read_paper(&[code], today()) else { panic!("a bill") };
        assert_eq!(why.code(), "mobile_carrier");
    }

    #[test]
    fn other_lengths_and_small_letters_are_none() {
        for text in ["/ABC123", "/ABC12345", "/abc1234", "ABC12345", "/ABC 123"] {
            assert_eq!(read_text(text, today()), Reading::Unknown, "{text}");
        }
    }
}
