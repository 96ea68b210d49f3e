//! An operator's public keys (RFC 7517, 7518), and when they are fetched again.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::RsaPublicKeyComponents;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::Algorithm;
use crate::json::{self, JsonError};

/// No operator's key set is longer.
pub const LONGEST_SET: usize = 256 * 1024;
const MOST_KEYS: usize = 32;

/// A key set: those of its keys that can sign what this crate verifies. Others are nobody's concern here (RFC 7517, section 5).
#[derive(Clone)]
pub struct Jwks(Vec<Key>);

/// One public key.
#[derive(Clone)]
pub struct Key {
    kid: Option<String>,
    /// What it is for, where the set says so.
    algorithm: Option<Algorithm>,
    pub(crate) material: Material,
}

#[derive(Clone)]
pub(crate) enum Material {
    /// Big-endian, 2048 to 8192 bits.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// Uncompressed point, 65 bytes (SEC 1, section 2.3.3).
    P256([u8; 65]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwksError {
    #[error("the operator's keys cannot be read: {0}")]
    Json(JsonError),
    #[error("this is no key set: check the operator's address")]
    NotASet,
    #[error("more keys than any operator has: report it to the operator")]
    TooManyKeys,
    #[error("two keys of one name: report it to the operator")]
    SameName,
    #[error("an RSA key of fewer than 2048 bits is no protection: report it to the operator")]
    WeakKey,
    #[error("a private key stands among the public ones: report it to the operator at once")]
    PrivateKey,
}

impl Jwks {
    pub fn parse(bytes: &[u8]) -> Result<Self, JwksError> {
        // Many keys are worth a refusal of their own, before each of them is read.
        let set = json::object(bytes, LONGEST_SET).map_err(|error| match error {
            JsonError::TooLarge => JwksError::TooManyKeys,
            error => JwksError::Json(error),
        })?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(JwksError::NotASet)?;
        if keys.len() > MOST_KEYS {
            return Err(JwksError::TooManyKeys);
        }
        let mut read: Vec<Key> = Vec::new();
        for key in keys {
            let Some(key) = Key::read(key.as_object().ok_or(JwksError::NotASet)?)? else { continue };
            if key.kid.is_some() && read.iter().any(|other| other.kid == key.kid) {
                return Err(JwksError::SameName);
            }
            read.push(key);
        }
        Ok(Self(read))
    }

    #[must_use]
    pub fn named(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid.as_deref() == Some(kid))
    }
}

impl Key {
    /// `None`: a key of another kind or for another purpose.
    fn read(key: &Map<String, Value>) -> Result<Option<Self>, JwksError> {
        if key.contains_key("d") || key.contains_key("k") {
            return Err(JwksError::PrivateKey);
        }
        if key.get("use").is_some_and(|purpose| purpose != "sig") {
            return Ok(None);
        }
        let text = |name| json::text(key, name, 2_048);
        let number = |name| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let algorithm = match key.get("alg").map(Value::as_str) {
            None => None,
            Some(name) => match name.and_then(Algorithm::named) {
                None => return Ok(None),
                known => known,
            },
        };
        let material = match text("kty") {
            Some("RSA") => {
                let (Some(n), Some(e)) = (number("n"), number("e")) else { return Ok(None) };
                if n.iter().skip_while(|byte| **byte == 0).count() < 256 {
                    return Err(JwksError::WeakKey);
                }
                Material::Rsa(RsaPublicKeyComponents { n, e })
            }
            Some("EC") if text("crv") == Some("P-256") => {
                let (Some(x), Some(y)) = (number("x"), number("y")) else { return Ok(None) };
                let Some(point) = point(&x, &y) else { return Ok(None) };
                Material::P256(point)
            }
            _ => return Ok(None),
        };
        Ok(Some(Self { kid: text("kid").map(str::to_owned), algorithm, material }))
    }

    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|own| own == algorithm)
    }
}

fn point(x: &[u8], y: &[u8]) -> Option<[u8; 65]> {
    let mut point = [4; 65];
    let (head, tail) = point.split_at_mut(33);
    head.get_mut(1..)?.copy_from_slice(<&[u8; 32]>::try_from(x).ok()?);
    tail.copy_from_slice(<&[u8; 32]>::try_from(y).ok()?);
    Some(point)
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jwks({} keys)", self.0.len())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// How long a key set is trusted before it is fetched again.
const LIFE_S: i64 = 24 * 3_600;
/// How often an unknown key name may cause a fetch: names come from whoever sends tokens.
const PAUSE_S: i64 = 60;

/// An operator's keys as last fetched. Times are Unix seconds.
#[derive(Debug, Default)]
pub struct KeyCache {
    known: Option<(Jwks, i64)>,
    asked_at: Option<i64>,
}

impl KeyCache {
    /// The keys that may verify a token signed by `kid`. `None`: fetch the set, and ask again once it was kept.
    ///
    /// An unknown name fetches at most once a minute; in between, the keys are given as they are, and the token is refused.
    pub fn keys(&mut self, kid: &str, now: i64) -> Option<&Jwks> {
        let current = |fetched_at: i64| now >= fetched_at && now < fetched_at.saturating_add(LIFE_S);
        let fresh = self.known.as_ref().is_some_and(|(keys, at)| current(*at) && keys.named(kid).is_some());
        let paused = self.asked_at.is_some_and(|at| now >= at && now < at.saturating_add(PAUSE_S));
        if !(fresh || paused && self.known.is_some()) {
            self.asked_at = Some(now);
            return None;
        }
        self.known.as_ref().map(|(keys, _)| keys)
    }

    /// Takes in what was fetched. A set that cannot be read leaves the former one in its place.
    pub fn fetched(&mut self, bytes: &[u8], now: i64) -> Result<(), JwksError> {
        self.known = Some((Jwks::parse(bytes)?, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public half of the P-256 key of RFC 7515, appendix A.3.1.
    fn set(kid: &str) -> String {
        format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","kid":"{kid}","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}]}}"#
        )
    }

    #[test]
    fn an_unknown_name_fetches_the_keys_once_a_minute_at_most() {
        let mut cache = KeyCache::default();
        assert!(cache.keys("a", 1_000).is_none());
        cache.fetched(set("a").as_bytes(), 1_000).unwrap();
        assert!(cache.keys("a", 1_000).is_some());
        assert!(cache.keys("b", 1_010).is_some_and(|keys| keys.named("b").is_none()), "just fetched");
        assert!(cache.keys("b", 1_060).is_none(), "the operator may have changed its keys");
        cache.fetched(set("b").as_bytes(), 1_060).unwrap();
        assert!(cache.keys("b", 1_061).is_some_and(|keys| keys.named("b").is_some()));
    }

    #[test]
    fn keys_are_trusted_for_a_day_and_what_cannot_be_read_changes_nothing() {
        let mut cache = KeyCache::default();
        assert!(cache.keys("a", 0).is_none());
        cache.fetched(set("a").as_bytes(), 0).unwrap();
        assert_eq!(cache.fetched(b"<html>", 10), Err(JwksError::Json(JsonError::NotAnObject)));
        assert!(cache.keys("a", LIFE_S - 1).is_some());
        assert!(cache.keys("a", LIFE_S).is_none());
    }

    #[test]
    fn keys_for_other_purposes_are_passed_over() {
        let others = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"EC","crv":"P-384","x":"AA","y":"AA"},
            {"kty":"EC","crv":"P-256","x":"AA","y":"AA"},{"kty":"RSA","use":"enc","n":"AQ","e":"AQAB"},
            {"kty":"RSA","alg":"RS512","n":"AQ","e":"AQAB"},{"kty":"RSA","kid":"x"}]}"#;
        assert_eq!(format!("{:?}", Jwks::parse(others.as_bytes()).unwrap()), "Jwks(0 keys)");
    }
}
