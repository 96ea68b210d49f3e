//! Receipts that the platform signed. Pure: what is judged comes in as text, and no clock and no network is asked.
//!
//! A receipt is a JWS in compact form (RFC 7515), ES256; the keys are a JWK set (RFC 7517). `docs/receipts.md` has both.

mod keys;
mod receipt;

pub use keys::{KeySet, KeySetError};
pub use receipt::{LONGEST, Receipt, ReceiptError, verify};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
