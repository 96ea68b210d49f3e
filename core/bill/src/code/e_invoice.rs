//! Electronic invoices (電子發票): receipts, printed beside many a bill. Known by name, never a bill.
//!
//! Left QR code, 77 characters and more: number 10 (two letters, eight digits), ROC date 7 (`YYYMMDD`), random 4, sales
//! 8 and total 8 in hexadecimal, buyer 8, seller 8, AES block in base64 24. The right one begins with `**`.
//!
//! Source: the Ministry of Finance's "電子發票證明聯一維及二維條碼規格說明".

use crate::{KnownCode, Reading};

/// What the text is, if it is one of the two.
pub(crate) fn read(text: &str) -> Option<Reading> {
    if text.starts_with("**") {
        return Some(Reading::Known(KnownCode::EInvoiceDetails));
    }
    is_left(text).then_some(Reading::Known(KnownCode::EInvoice))
}

fn is_left(text: &str) -> bool {
    let digit = |b: &u8| b.is_ascii_digit();
    let hexadecimal = |b: &u8| b.is_ascii_hexdigit();
    let Some(head) = text.as_bytes().get(..77) else { return false };
    let field =
        |from: usize, to: usize, is: fn(&u8) -> bool| head.get(from..to).is_some_and(|part| part.iter().all(is));
    field(0, 2, u8::is_ascii_uppercase)
        && field(2, 21, digit)
        && field(21, 37, hexadecimal)
        && field(37, 53, digit)
        && field(53, 77, |b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use crate::testing::{known, today};
    use crate::{Reading, read_text};

    /// Synthetic, in the published layout.
    const LEFT: &str =
        "AB1122334411511241234000001AC000001AC0000000012345678AAECAwQFBgcICQoLDA0ODw==:**********:1:1:1:";

    #[test]
    fn left_and_right_codes_are_known() {
        assert_eq!(known(LEFT), "e_invoice");
        assert_eq!(known("**:水費:1:428"), "e_invoice_details");
    }

    #[test]
    fn other_texts_of_that_length_are_not() {
        for text in [LEFT.to_lowercase(), LEFT[1..].to_owned(), LEFT.replace("1AC", "1AG"), LEFT[..76].to_owned()] {
            assert_eq!(read_text(&text, today()), Reading::Unknown, "{text}");
        }
    }
}
