//! An operator's keys, and whatever a hostile one would sign with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// An RSA key invented for these tests (RFC 8017, appendix A.1.2).
const RSA: &[u8] = include_bytes!("../keys/rsa.der");

pub struct Signer {
    random: SystemRandom,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

/// base64url without padding.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ec(random: &SystemRandom) -> Option<EcdsaKeyPair> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).ok()?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), random).ok()
}

/// `None` where no key could be made.
impl Signer {
    #[must_use]
    pub fn new() -> Option<Self> {
        let random = SystemRandom::new();
        let (rsa, ec) = (RsaKeyPair::from_der(RSA).ok()?, ec(&random)?);
        Some(Self { random, rsa, ec })
    }

    /// The public half of the P-256 key, as a member of a key set.
    #[must_use]
    pub fn ec_key(&self, kid: &str) -> Value {
        let point = self.ec.public_key().as_ref();
        let half = |from: usize| encode(point.iter().skip(from).take(32).copied().collect::<Vec<u8>>());
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": half(1), "y": half(33) })
    }

    /// The public half of the RSA key, for both RSA algorithms.
    #[must_use]
    pub fn rsa_key(&self, kid: &str) -> Value {
        let RsaPublicKeyComponents::<Vec<u8>> { n, e } = self.rsa.public().into();
        json!({ "kty": "RSA", "use": "sig", "kid": kid, "n": encode(n), "e": encode(e) })
    }

    /// A token with this header, signed as `alg` says; where that is no algorithm, its third part is empty.
    #[must_use]
    pub fn token(&self, header: &Value, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims));
        let signature = match header["alg"].as_str() {
            Some("RS256") => self.by_rsa(&RSA_PKCS1_SHA256, signed.as_bytes()),
            Some("PS256") => self.by_rsa(&RSA_PSS_SHA256, signed.as_bytes()),
            Some("ES256") => {
                self.ec.sign(&self.random, signed.as_bytes()).map(|s| s.as_ref().to_vec()).unwrap_or_default()
            }
            // With the public key as its secret: what a verifier that trusts `alg` would accept.
            Some("HS256") => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, self.rsa.public().as_ref());
                hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{signed}.{}", encode(signature))
    }

    fn by_rsa(&self, how: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(how, &self.random, message, &mut signature).map(|()| signature).unwrap_or_default()
    }
}
