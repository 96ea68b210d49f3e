//! The keys that sign receipts.

use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{decode, encode};

/// At most so many keys, of at most so many bytes.
const MOST: usize = 32;
const LONGEST: usize = 16 * 1024;

/// The platform's keys: every one that ever signed a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    kid: String,
    /// Uncompressed: 04 ‖ x ‖ y.
    point: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeySetError {
    #[error("this is no set of keys")]
    NotASet,
    #[error("a set of receipts' keys has 1 to 32 keys")]
    Count,
    #[error("a key's name is not its thumbprint")]
    Thumbprint,
    #[error("a receipt's key is a point of P-256")]
    Point,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    y: String,
}

/// RFC 7638, section 3.2: the required members of an EC key, in this order.
#[derive(Serialize)]
struct Thumbprint<'a> {
    crv: &'a str,
    kty: &'a str,
    x: &'a str,
    y: &'a str,
}

impl KeySet {
    /// From a JWK set (RFC 7517, section 5). Keys of other kinds are passed over, as the standard wants it.
    pub fn read(json: &[u8]) -> Result<Self, KeySetError> {
        let set: Set = match json.len() {
            0..=LONGEST => serde_json::from_slice(json).map_err(|_| KeySetError::NotASet)?,
            _ => return Err(KeySetError::NotASet),
        };
        let ours = set.keys.into_iter().filter(|key| key.kty == "EC" && key.crv == "P-256");
        let keys = ours.map(Jwk::judge).collect::<Result<Vec<Key>, _>>()?;
        if keys.is_empty() || keys.len() > MOST { Err(KeySetError::Count) } else { Ok(Self(keys)) }
    }

    pub(crate) fn point(&self, kid: &str) -> Option<&[u8]> {
        self.0.iter().find(|key| key.kid == kid).map(|key| key.point.as_slice())
    }

    /// Whether a key of this name is in the set.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.point(kid).is_some()
    }
}

impl Jwk {
    fn judge(self) -> Result<Key, KeySetError> {
        let Self { kty, crv, kid, x, y } = self;
        let thumbprint = Thumbprint { crv: &crv, kty: &kty, x: &x, y: &y };
        let canonical = serde_json::to_vec(&thumbprint).map_err(|_| KeySetError::NotASet)?;
        if encode(digest(&SHA256, &canonical).as_ref()) != kid {
            return Err(KeySetError::Thumbprint);
        }
        let coordinate = |text: &str| decode(text).filter(|bytes| bytes.len() == 32).ok_or(KeySetError::Point);
        let mut point = vec![4];
        point.extend(coordinate(&x)?);
        point.extend(coordinate(&y)?);
        Ok(Key { kid, point })
    }
}
