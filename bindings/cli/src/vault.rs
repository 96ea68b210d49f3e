//! The command line's key vault: a file that only its owner can read. A phone has Keystore or Keychain instead, and no
//! phone build holds this code.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, IsTerminal, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use paytaipei_app::ports::{KeyPurpose, KeyVault, VaultError};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How somebody shows that they are present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// `--yes` was given.
    Given,
    /// Asked at the terminal; refused where there is none.
    Ask,
}

pub struct FileVault {
    path: PathBuf,
    presence: Presence,
    rng: SystemRandom,
    keys: Mutex<Option<Arc<Keys>>>,
}

#[derive(Serialize, Deserialize)]
struct Keys {
    wrap: Zeroizing<String>,
    consent: Zeroizing<String>,
    session: Zeroizing<String>,
}

impl FileVault {
    pub fn new(folder: &Path, presence: Presence) -> Self {
        Self { path: folder.join("vault.key"), presence, rng: SystemRandom::new(), keys: Mutex::default() }
    }

    fn keys(&self) -> Result<Arc<Keys>, VaultError> {
        match self.kept() {
            Err(VaultError::KeyLost) if !self.path.exists() => {
                self.make()?;
                self.kept()
            }
            other => other,
        }
    }

    /// The keys that are there. None is made where one is missing: it would open nothing that is stored.
    fn kept(&self) -> Result<Arc<Keys>, VaultError> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.as_ref() {
            return Ok(Arc::clone(keys));
        }
        let keys = self.read().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::InvalidData => VaultError::KeyLost,
            _ => VaultError::Failed,
        })?;
        Ok(Arc::clone(known.insert(Arc::new(keys))))
    }

    fn read(&self) -> std::io::Result<Keys> {
        let known = fs::metadata(&self.path)?;
        if known.permissions().mode() & 0o077 != 0 {
            return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "others can read it"));
        }
        if !known.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        let text = Zeroizing::new(fs::read_to_string(&self.path)?);
        serde_json::from_str(&text).map_err(|_| std::io::ErrorKind::InvalidData.into())
    }

    /// Written aside and linked into place: of two processes that start together, one wins, and both use its keys.
    fn make(&self) -> Result<(), VaultError> {
        let mut wrap = Zeroizing::new([0_u8; 32]);
        self.rng.fill(wrap.as_mut()).map_err(|_| VaultError::Failed)?;
        self.place(&Zeroizing::new(STANDARD.encode(wrap.as_ref())), |aside| match fs::hard_link(aside, &self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        })
    }

    /// New pairs beside this wrapping key, written aside and then put in their place.
    fn place(&self, wrap: &str, into: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), VaultError> {
        let pair = || {
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.rng)
                .map(|document| Zeroizing::new(STANDARD.encode(document.as_ref())))
                .map_err(|_| VaultError::Failed)
        };
        let keys = Keys { wrap: Zeroizing::new(wrap.to_owned()), consent: pair()?, session: pair()? };
        let text = Zeroizing::new(serde_json::to_string(&keys).map_err(|_| VaultError::Failed)?);
        let aside = self.path.with_extension(format!("{}.new", std::process::id()));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let placed = written.and_then(|()| into(&aside));
        let _ = fs::remove_file(&aside);
        placed.map_err(|_| VaultError::Failed)
    }

    fn pair(&self, purpose: KeyPurpose) -> Result<EcdsaKeyPair, VaultError> {
        let keys = self.keys()?;
        let text = match purpose {
            KeyPurpose::Consent => &keys.consent,
            KeyPurpose::Session => &keys.session,
        };
        let document = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| VaultError::Failed)?);
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, &self.rng).map_err(|_| VaultError::Failed)
    }

    fn wrapping_key(&self) -> Result<LessSafeKey, VaultError> {
        let bytes = Zeroizing::new(STANDARD.decode(self.keys()?.wrap.as_bytes()).map_err(|_| VaultError::Failed)?);
        UnboundKey::new(&AES_256_GCM, &bytes).map(LessSafeKey::new).map_err(|_| VaultError::Failed)
    }
}

impl KeyVault for FileVault {
    fn wrap(&self, mut key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let mut wrapped = vec![0_u8; NONCE_LEN];
        self.rng.fill(&mut wrapped).map_err(|_| VaultError::Failed)?;
        let nonce = Nonce::try_assume_unique_for_key(&wrapped).map_err(|_| VaultError::Failed)?;
        self.wrapping_key()?
            .seal_in_place_append_tag(nonce, Aad::from(b"paytaipei-store"), &mut key)
            .map_err(|_| VaultError::Failed)?;
        wrapped.append(&mut key);
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        self.kept()?;
        let (nonce, sealed) = wrapped.split_at_checked(NONCE_LEN).ok_or(VaultError::KeyLost)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::KeyLost)?;
        let mut sealed = sealed.to_vec();
        let key = self.wrapping_key()?;
        let opened =
            key.open_in_place(nonce, Aad::from(b"paytaipei-store"), &mut sealed).map_err(|_| VaultError::KeyLost)?;
        Ok(opened.to_vec())
    }

    fn public_key(&self, purpose: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        Ok(self.pair(purpose)?.public_key().as_ref().to_vec())
    }

    fn renew(&self) -> Result<(), VaultError> {
        let keys = self.keys()?;
        self.place(&keys.wrap, |aside| fs::rename(aside, &self.path))?;
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    fn sign(&self, purpose: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let signature = self.pair(purpose)?.sign(&self.rng, &message).map_err(|_| VaultError::Failed)?;
        Ok(signature.as_ref().to_vec())
    }

    fn confirm_presence(&self, reason: String) -> Result<(), VaultError> {
        if self.presence == Presence::Given {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(VaultError::NotPresent);
        }
        write!(std::io::stderr(), "{reason}? [y/N] ").map_err(|_| VaultError::NotPresent)?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map_err(|_| VaultError::Failed)?;
        if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(VaultError::NotPresent) }
    }
}
