//! Random names and the hashes that secrets are stored as.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// `N` random bytes of the operating system. A machine without randomness can't run a sandbox.
fn bytes<const N: usize>() -> [u8; N] {
    let mut filled = [0u8; N];
    if getrandom::fill(&mut filled).is_err() {
        eprintln!("paytaipei-sandbox: the operating system gives no random bytes");
        std::process::abort();
    }
    filled
}

/// An opaque name of 32 random bytes, base64url without padding (43 characters).
pub fn opaque() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// 32 random bytes.
pub fn secret() -> [u8; 32] {
    bytes()
}

/// `length` random digits.
pub fn digits(length: usize) -> String {
    from_alphabet(length, b"0123456789")
}

/// `length` random characters of an alphabet of at most 256 letters. Slightly uneven, which nothing here minds.
pub fn from_alphabet(length: usize, alphabet: &[u8]) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in bytes::<32>() {
            if let Some(&letter) = alphabet.get(usize::from(byte) % alphabet.len().max(1)) {
                text.push(char::from(letter));
            }
        }
    }
    text.truncate(length);
    text
}

/// SHA-256.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

/// SHA-256 in lowercase hexadecimal.
pub fn sha256_hex(data: &[u8]) -> String {
    sha256(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// base64url without padding.
pub fn base64url(data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(data)
}

/// Reads base64url without padding.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
