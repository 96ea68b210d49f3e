//! Hexadecimal text (RFC 4648, section 8).

pub(crate) fn lower(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn upper(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Bytes of digits of either case; `None` for anything else.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648_come_out_and_go_back() {
        assert_eq!(upper(b"foobar"), "666F6F626172");
        assert_eq!(lower(b"\xff\x00"), "ff00");
        assert_eq!(decode("666F6f626172").unwrap(), b"foobar");
        for bad in ["6", "6g", "６６", " 66"] {
            assert_eq!(decode(bad), None);
        }
    }
}
