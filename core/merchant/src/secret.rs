//! Keys that the businesses hand out.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

/// A key or an API token. Wiped from memory when dropped; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a key has 1 to 256 visible ASCII characters: copy it again from the business's merchant page")]
pub struct SecretError;

impl Secret {
    pub fn new(text: String) -> Result<Self, SecretError> {
        let text = Zeroizing::new(text);
        let fits = (1..=256).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text)) } else { Err(SecretError) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::new("hunter2hunter2".to_owned()).unwrap()), "Secret");
    }

    #[test]
    fn keys_with_line_breaks_or_nothing_in_them_are_refused() {
        for bad in ["", "a\r\nAPI-KEY: b", "a b", "鍵", &"k".repeat(257)] {
            assert_eq!(Secret::new(bad.to_owned()).err(), Some(SecretError));
        }
    }
}
