//! Sealed columns: what is personal is AES-256-GCM ciphertext in the file, and bound to the row that it stands in.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use zeroize::Zeroizing;

use crate::error::{Code, Result};
use crate::ports::Entropy;

/// The keys of one store, derived (HKDF-SHA256, RFC 5869) from the one that the vault wraps.
pub struct Keys {
    seal: LessSafeKey,
    lookup: hmac::Key,
}

/// A keyed hash that stands for a bill key: equal for equal keys, and worth nothing without the vault.
pub type Lookup = Vec<u8>;

/// First byte of every sealed value, so that the way of sealing can change.
const VERSION: u8 = 1;

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Keys {
    /// From the 32-byte key of the store.
    pub fn new(root: &[u8]) -> Result<Self> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"paytaipei-store-v1").extract(root);
        let derive = |info: &[u8]| -> Result<Zeroizing<[u8; 32]>> {
            let mut key = Zeroizing::new([0_u8; 32]);
            prk.expand(&[info], Length(32)).and_then(|okm| okm.fill(key.as_mut())).map_err(|_| Code::Internal)?;
            Ok(key)
        };
        let seal = UnboundKey::new(&AES_256_GCM, derive(b"seal")?.as_ref()).map_err(|_| Code::Internal)?;
        let lookup = hmac::Key::new(hmac::HMAC_SHA256, derive(b"lookup")?.as_ref());
        Ok(Self { seal: LessSafeKey::new(seal), lookup })
    }

    /// Seals `plain` for the row that `place` names.
    pub fn seal(&self, entropy: &dyn Entropy, place: &Place, mut plain: Zeroizing<Vec<u8>>) -> Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_LEN];
        entropy.fill(&mut nonce)?;
        let tag = self
            .seal
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&place.0), &mut plain)
            .map_err(|_| Code::Internal)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + tag.as_ref().len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&plain);
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens what was sealed for this row with these plain columns; anything else is a damaged store.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let (version, rest) = sealed.split_first().ok_or(Code::StoreCorrupt)?;
        let (nonce, ciphertext) = rest.split_at_checked(NONCE_LEN).ok_or(Code::StoreCorrupt)?;
        if *version != VERSION {
            return Err(Code::StoreCorrupt.into());
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Code::StoreCorrupt)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let length =
            self.seal.open_in_place(nonce, Aad::from(&place.0), &mut buffer).map_err(|_| Code::StoreCorrupt)?.len();
        buffer.truncate(length);
        Ok(buffer)
    }

    pub fn lookup(&self, key: &paytaipei_bill::BillKey) -> Lookup {
        hmac::sign(&self.lookup, key.canonical().as_bytes()).as_ref().to_vec()
    }
}

/// Where a sealed value stands: table, row, and every plain column of the row. It is the associated data, so that a value
/// moved to another row, or a plain column altered beside it, does not open.
pub struct Place(Vec<u8>);

impl Place {
    pub fn new(table: &str, row: &str) -> Self {
        Self(Vec::with_capacity(128)).text(table).text(row)
    }

    #[must_use]
    pub fn text(mut self, value: &str) -> Self {
        self.part(1, value.as_bytes());
        self
    }

    #[must_use]
    pub fn bytes(mut self, value: &[u8]) -> Self {
        self.part(2, value);
        self
    }

    #[must_use]
    pub fn number(mut self, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.part(3, &value.to_be_bytes()),
            None => self.part(4, &[]),
        }
        self
    }

    #[must_use]
    pub fn maybe(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.number(None),
        }
    }

    /// Kind, length, bytes: no two lists of columns give the same data.
    fn part(&mut self, kind: u8, value: &[u8]) {
        self.0.push(kind);
        self.0.extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.0.extend_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemEntropy;

    fn keys() -> Keys {
        Keys::new(&[9; 32]).unwrap()
    }

    #[test]
    fn a_value_opens_only_where_it_was_sealed() {
        let place = || Place::new("payment", "row-1").text("submitting").number(Some(3));
        let sealed = keys().seal(&SystemEntropy::default(), &place(), Zeroizing::new(b"1234567".to_vec())).unwrap();
        assert_eq!(keys().open(&place(), &sealed).unwrap().as_slice(), b"1234567");
        let others = [
            Place::new("payment", "row-2").text("submitting").number(Some(3)),
            Place::new("bill", "row-1").text("submitting").number(Some(3)),
            Place::new("payment", "row-1").text("settled").number(Some(3)),
            Place::new("payment", "row-1").text("submitting").number(Some(4)),
            Place::new("payment", "row-1").text("submitting").number(None),
            Place::new("payment", "row-1").text("submitting"),
        ];
        for other in others {
            assert_eq!(keys().open(&other, &sealed).unwrap_err().code, Code::StoreCorrupt);
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let place = Place::new("t", "r");
        let sealed = keys().seal(&SystemEntropy::default(), &place, Zeroizing::new(vec![7; 20])).unwrap();
        for index in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[index / 8] ^= 1 << (index % 8);
            assert!(keys().open(&place, &flipped).is_err(), "bit {index}");
        }
        for length in 0..sealed.len() {
            assert!(keys().open(&place, &sealed[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn the_same_value_never_looks_the_same_twice() {
        let place = Place::new("t", "r");
        let seal = || keys().seal(&SystemEntropy::default(), &place, Zeroizing::new(vec![7; 20])).unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn columns_cannot_be_shifted_into_each_other() {
        let one = Place::new("t", "r").text("ab").text("c");
        let two = Place::new("t", "r").text("a").text("bc");
        assert_ne!(one.0, two.0);
    }
}
