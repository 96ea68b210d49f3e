//! Signed tokens in compact form (RFC 7515), as an operator signs them for a client: RS256, PS256 or ES256, by a key that the
//! token names and never brings along.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::json::{self, JsonError};
use crate::jwks::{Jwks, Key, Material};

/// No ID token is longer: a whole one with every claim of Mobile Connect has about 1,500 characters.
pub const LONGEST_TOKEN: usize = 16 * 1024;

/// What a signature is made with (RFC 7518, section 3.1). No other is ever accepted, whatever a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Ps256,
    Es256,
}

impl Algorithm {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "PS256" => Self::Ps256,
            "ES256" => Self::Es256,
            _ => return None,
        })
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A token taken apart, its signature not yet checked: nothing of its payload can be had before.
pub struct Jws<'a> {
    pub algorithm: Algorithm,
    /// The key's name; RFC 7515, section 4.1.4.
    kid: Option<String>,
    signed: &'a [u8],
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwsError {
    #[error("the token is longer than any ID token: report it to the operator")]
    TooLong,
    #[error("the token is not three parts of base64url: start again")]
    NotCompact,
    #[error("the token is encrypted, or more than a signed token: ask the operator for a signed one")]
    Encrypted,
    #[error("the token's header cannot be read: {0}")]
    Header(JsonError),
    #[error("the token is not signed at all: report it to the operator")]
    Unsigned,
    #[error(
        "the token is signed with a shared secret, which a public key must never be taken for: report it to the operator"
    )]
    Symmetric,
    #[error("the token's algorithm is none of RS256, PS256 and ES256: ask the operator for one of them")]
    Algorithm,
    #[error("the token brings its own key, or tells where to fetch one: report it to the operator")]
    BringsKey,
    #[error("the token demands an extension that this release does not know: update the app")]
    Critical,
    #[error("the token is compressed: report it to the operator")]
    Compressed,
    #[error("the token is of another kind than an ID token: start again")]
    Type,
    #[error("the token names no key: ask the operator for a kid")]
    NoKeyId,
    #[error("the token's key name is no name: report it to the operator")]
    KeyId,
    #[error("the operator has no such key: fetch its keys again, then start again")]
    UnknownKey,
    #[error("the named key is not for this algorithm: report it to the operator")]
    KeyDoesNotFit,
    #[error("the signature is not the operator's: start again, on another network")]
    Signature,
}

impl<'a> Jws<'a> {
    /// Takes a token apart (RFC 7515, section 7.1), and refuses every header that asks for more than a signature check.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > LONGEST_TOKEN {
            return Err(JwsError::TooLong);
        }
        let parts: Vec<&str> = token.split('.').take(6).collect();
        let [header, payload, signature] = match parts[..] {
            [header, payload, signature] => [header, payload, signature],
            // Five parts are an encrypted token (RFC 7516, section 7.1).
            [_, _, _, _, _] => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::NotCompact),
        };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::NotCompact);
        let read = json::object(&decode(header)?, LONGEST_TOKEN).map_err(JwsError::Header)?;
        let (algorithm, kid) = judge(&read)?;
        let length = header.len().saturating_add(1).saturating_add(payload.len());
        let signed = token.as_bytes().get(..length).ok_or(JwsError::NotCompact)?;
        Ok(Self { algorithm, kid, signed, payload: decode(payload)?, signature: decode(signature)? })
    }

    /// The name of the key that signed.
    pub fn kid(&self) -> Result<&str, JwsError> {
        self.kid.as_deref().ok_or(JwsError::NoKeyId)
    }

    /// The payload, once the key that the token names has been found to have signed it.
    pub fn verified_by(&self, keys: &Jwks) -> Result<&[u8], JwsError> {
        self.verified_with(keys.named(self.kid()?).ok_or(JwsError::UnknownKey)?)
    }

    /// The same with a key that is known without a name.
    pub fn verified_with(&self, key: &Key) -> Result<&[u8], JwsError> {
        if !key.is_for(self.algorithm) {
            return Err(JwsError::KeyDoesNotFit);
        }
        let verified = match (&key.material, self.algorithm) {
            (Material::Rsa(public), Algorithm::Rs256) => {
                public.verify(&RSA_PKCS1_2048_8192_SHA256, self.signed, &self.signature)
            }
            (Material::Rsa(public), Algorithm::Ps256) => {
                public.verify(&RSA_PSS_2048_8192_SHA256, self.signed, &self.signature)
            }
            (Material::P256(point), Algorithm::Es256) => {
                ring::signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(self.signed, &self.signature)
            }
            _ => return Err(JwsError::KeyDoesNotFit),
        };
        verified.map(|()| self.payload.as_slice()).map_err(|_| JwsError::Signature)
    }
}

fn judge(header: &Map<String, Value>) -> Result<(Algorithm, Option<String>), JwsError> {
    let algorithm = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if header.contains_key("enc") {
        return Err(JwsError::Encrypted);
    }
    if algorithm.eq_ignore_ascii_case("none") || algorithm.is_empty() {
        return Err(JwsError::Unsigned);
    }
    if algorithm.starts_with("HS") {
        return Err(JwsError::Symmetric);
    }
    let algorithm = Algorithm::named(algorithm).ok_or(JwsError::Algorithm)?;
    // RFC 8725, section 3.10: an address or a key out of the token is the attacker's.
    if ["jwk", "jku", "x5u", "x5c"].iter().any(|name| header.contains_key(*name)) {
        return Err(JwsError::BringsKey);
    }
    // `b64` must stand in `crit` (RFC 7797, section 6), and is refused without too.
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(JwsError::Critical);
    }
    if header.contains_key("zip") {
        return Err(JwsError::Compressed);
    }
    let is_jwt = |kind: &Value| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("JWT"));
    if !header.get("typ").is_none_or(is_jwt) || header.contains_key("cty") {
        return Err(JwsError::Type);
    }
    let kid = match header.get("kid") {
        None => None,
        Some(_) => Some(json::text(header, "kid", 256).ok_or(JwsError::KeyId)?.to_owned()),
    };
    Ok((algorithm, kid))
}

impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jws({})", self.algorithm.name())
    }
}
