//! What people type and codes say, brought to one form before it is checked.

use unicode_normalization::UnicodeNormalization;

/// NFKC (Unicode Standard Annex 15), so that full-width １２３ and ＡＢＣ are read as typed on any keyboard; surrounding
/// white space goes. At most `limit` characters are kept: what is longer is cut, and so fails its check.
#[must_use]
pub fn normalise(text: &str, limit: usize) -> String {
    text.trim().nfkc().take(limit).collect::<String>().trim().to_owned()
}

/// Whether the text holds characters that show nothing or turn the reading direction: controls (Unicode Cc), zero-width
/// and bidirectional formatting (UAX 9, section 2).
#[must_use]
pub fn has_hidden_characters(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}' | '\u{00AD}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_digits_and_letters_become_plain_ones() {
        assert_eq!(normalise("　１２３４５６７ ", 32), "1234567");
        assert_eq!(normalise("Ｑ０６", 32), "Q06");
    }

    #[test]
    fn endless_text_is_cut() {
        assert_eq!(normalise(&"9".repeat(1_000_000), 33).len(), 33);
    }

    #[test]
    fn direction_marks_and_controls_are_seen() {
        assert!(has_hidden_characters("pay.taipei\u{202E}"));
        assert!(has_hidden_characters("a\u{200B}b"));
        assert!(has_hidden_characters("a\nb"));
        assert!(!has_hidden_characters("金門縣自來水廠 115"));
    }
}
