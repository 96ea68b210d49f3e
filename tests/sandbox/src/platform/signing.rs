//! The platform's signature: JSON Web Signature, ES256, in its flattened JSON form (RFC 7515, section 7.2.2).
//!
//! The key is made with the data folder and stays in it. Its public half stands in `ca.pem` behind the root certificate, so
//! that a test phone which is told to trust the one trusts the other.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// SubjectPublicKeyInfo of P-256 up to the uncompressed point (RFC 5480, section 2).
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Signs for the platform.
pub struct Signer(SigningKey);

impl Signer {
    /// The key of a data folder, made where there is none.
    pub fn open(data: &Path) -> io::Result<Self> {
        let file = data.join("platform.key");
        let bytes = if file.exists() {
            fs::read(&file)?
        } else {
            let mut bytes = [0_u8; 32];
            // One in 2³² of all numbers is no key.
            while SigningKey::from_slice(&bytes).is_err() {
                getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
            }
            crate::front::tls::write_private(&file, &bytes)?;
            bytes.to_vec()
        };
        SigningKey::from_slice(&bytes).map(Self).map_err(|_| io::Error::other("platform.key is no key"))
    }

    /// Writes the public half behind the root certificate, once.
    pub fn announce(&self, root: &Path) -> io::Result<()> {
        let pem = self.public_pem();
        if !fs::read_to_string(root)?.contains(&pem) {
            OpenOptions::new().append(true).open(root)?.write_all(pem.as_bytes())?;
        }
        Ok(())
    }

    fn public_pem(&self) -> String {
        let point = self.0.verifying_key().to_sec1_point(false);
        let text = STANDARD.encode([&SPKI[..], point.as_bytes()].concat());
        let (first, rest) = text.split_at_checked(64).unwrap_or((&text, ""));
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{rest}\n-----END PUBLIC KEY-----\n")
    }

    /// A signed payload. `kind` is the header's `typ`: what is signed for one purpose is good for no other.
    pub fn sign(&self, kind: &str, payload: &[u8]) -> Value {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "ES256", "typ": kind}).to_string());
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature: Signature = self.0.sign(format!("{header}.{payload}").as_bytes());
        json!({"protected": header, "payload": payload, "signature": URL_SAFE_NO_PAD.encode(signature.to_bytes())})
    }
}
