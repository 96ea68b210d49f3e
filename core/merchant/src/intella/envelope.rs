//! Scan2Pay's envelope: `Request` = base64 AES-128-CBC, PKCS #7 padding, of the JSON under a key made for this request;
//! `ApiKey` = base64 RSA, PKCS #1 v1.5 padding, of that key written in base64. The answer's `Response` is sealed under the
//! same key. The initialisation vector is Intella's, and always the same.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use rsa::pkcs8::DecodePublicKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Encrypt, PublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Request, RequestError, Secret};

pub(super) struct Sealer {
    public_key: PublicKey,
    iv: Secret,
}

#[derive(Serialize)]
struct Sealed {
    #[serde(rename = "Request")]
    request: String,
    #[serde(rename = "ApiKey")]
    api_key: String,
}

#[derive(Deserialize)]
struct Response {
    #[serde(rename = "Response")]
    response: String,
}

/// The operating system's random bytes, through ring.
struct System(SystemRandom);

#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
struct NoEntropy;

impl TryRng for System {
    type Error = NoEntropy;

    fn try_next_u32(&mut self) -> Result<u32, NoEntropy> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoEntropy> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.fill(bytes).map_err(|_| NoEntropy)
    }
}

impl TryCryptoRng for System {}

impl Sealer {
    pub(super) fn new(public_key: &str, iv: Secret) -> Result<Self, RequestError> {
        let public_key = PublicKey::from_public_key_pem(public_key).map_err(|_| RequestError::Key)?;
        if iv.as_bytes().len() != 16 {
            return Err(RequestError::Key);
        }
        Ok(Self { public_key, iv })
    }

    /// The request, and the key that opens its answer.
    pub(super) fn seal(&self, url: String, plain: &str) -> Result<(Request, Zeroizing<[u8; 16]>), RequestError> {
        let mut system = System(SystemRandom::new());
        let mut key = Zeroizing::new([0; 16]);
        system.try_fill_bytes(key.as_mut_slice()).map_err(|_| RequestError::Entropy)?;
        let cipher = cbc::Encryptor::<aes::Aes128>::new_from_slices(key.as_slice(), self.iv.as_bytes());
        let request =
            STANDARD.encode(cipher.map_err(|_| RequestError::Key)?.encrypt_padded_vec::<Pkcs7>(plain.as_bytes()));
        let written = Zeroizing::new(STANDARD.encode(key.as_slice()));
        let api_key = self.public_key.encrypt(&mut system, Pkcs1v15Encrypt, written.as_bytes());
        let api_key = STANDARD.encode(api_key.map_err(|_| RequestError::Key)?);
        let body = serde_json::to_vec(&Sealed { request, api_key }).map_err(|_| RequestError::Json)?;
        Ok((Request::json(url, body), key))
    }

    /// What the answer says; `None` where it is not sealed under this key. Line breaks in its base64 are Intella's habit.
    pub(super) fn open(&self, body: &[u8], key: &[u8; 16]) -> Option<Zeroizing<String>> {
        let Response { response } = serde_json::from_slice(body).ok()?;
        let sealed = STANDARD.decode(response.replace(['\r', '\n'], "")).ok()?;
        let cipher = cbc::Decryptor::<aes::Aes128>::new_from_slices(key, self.iv.as_bytes()).ok()?;
        let plain = cipher.decrypt_padded_vec::<Pkcs7>(&sealed).ok()?;
        String::from_utf8(plain).ok().map(Zeroizing::new)
    }

    /// Whether Intella signed these bytes: RSA, PKCS #1 v1.5, SHA-256.
    pub(super) fn is_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let n = self.public_key.n_bytes();
        let e = self.public_key.e_bytes();
        let key = RsaPublicKeyComponents { n: &n, e: &e };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}
