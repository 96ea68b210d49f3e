//! What a measured phone gives the core: a vault with keys in a file, the system's clock and entropy, always connected.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use paytaipei_app::Phone;
use paytaipei_app::ports::{
    AlwaysTry, Clock, Entropy, EntropyError, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError,
};
use paytaipei_payment::Timestamp;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

use crate::{Failure, Result};

/// One real ECDSA key for both purposes, and a wrapping key that hides nothing: what is measured is not the vault.
pub struct BenchVault {
    pair: EcdsaKeyPair,
    rng: SystemRandom,
}

impl BenchVault {
    /// The key in `folder`, made where it is missing.
    pub fn open(folder: &Path) -> Result<Self> {
        let (file, rng) = (folder.join("bench.p8"), SystemRandom::new());
        if !file.exists() {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng);
            std::fs::write(&file, made.map_err(|_| Failure::new("no key pair"))?.as_ref())?;
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &std::fs::read(&file)?, &rng);
        Ok(Self { pair: pair.map_err(|_| Failure::new("the kept key pair cannot be read"))?, rng })
    }

    fn wrapping(&self) -> std::result::Result<LessSafeKey, VaultError> {
        UnboundKey::new(&AES_256_GCM, &[7; 32]).map(LessSafeKey::new).map_err(|_| VaultError::Failed)
    }
}

impl KeyVault for BenchVault {
    fn wrap(&self, mut key: Vec<u8>) -> std::result::Result<Vec<u8>, VaultError> {
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        self.wrapping()?.seal_in_place_append_tag(nonce, Aad::empty(), &mut key).map_err(|_| VaultError::Failed)?;
        Ok(key)
    }

    fn unwrap(&self, mut wrapped: Vec<u8>) -> std::result::Result<Vec<u8>, VaultError> {
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        let key = self.wrapping()?;
        let plain = key.open_in_place(nonce, Aad::empty(), &mut wrapped).map_err(|_| VaultError::KeyLost)?;
        Ok(plain.to_vec())
    }

    fn public_key(&self, _: KeyPurpose) -> std::result::Result<Vec<u8>, VaultError> {
        Ok(self.pair.public_key().as_ref().to_vec())
    }

    fn renew(&self) -> std::result::Result<(), VaultError> {
        Err(VaultError::Failed)
    }

    fn sign(&self, _: KeyPurpose, message: Vec<u8>) -> std::result::Result<Vec<u8>, VaultError> {
        self.pair.sign(&self.rng, &message).map(|signed| signed.as_ref().to_vec()).map_err(|_| VaultError::Failed)
    }

    fn confirm_presence(&self, _: String) -> std::result::Result<(), VaultError> {
        Ok(())
    }
}

/// The system's entropy, except that the next few throws of the dice show nothing.
///
/// The engine spreads what a connection wakes by one throw of eight bytes a payment. Where they are zero, everything is
/// due at once: a phone without the spread, with not a line of it changed. Keys, nonces and identifiers take other lengths
/// and stay random, and so do the throws that follow: back-off keeps its jitter.
#[derive(Default)]
pub struct Dice {
    system: SystemEntropy,
    blank: AtomicUsize,
}

impl Dice {
    /// The next `throws` show nothing.
    pub fn blank(&self, throws: usize) {
        self.blank.store(throws, Ordering::SeqCst);
    }
}

impl Entropy for Dice {
    fn fill(&self, bytes: &mut [u8]) -> std::result::Result<(), EntropyError> {
        let less = |left: usize| left.checked_sub(1);
        if bytes.len() == size_of::<u64>() && self.blank.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
        {
            bytes.fill(0);
            return Ok(());
        }
        self.system.fill(bytes)
    }
}

/// The system's clock, until it is slowed: from then on one of its seconds takes several.
///
/// A thousand phones have a thousand processors. Played on two, in slow time, their work takes as little of their time as
/// it would there, and they speak when they mean to.
#[derive(Default)]
pub struct SlowClock(OnceLock<(Timestamp, u32)>);

impl SlowClock {
    /// From now on `times` slower. The first time counts.
    pub fn slow(&self, times: u32) {
        self.0.get_or_init(|| (SystemClock.now(), times));
    }
}

impl Clock for SlowClock {
    fn now(&self) -> Timestamp {
        let now = SystemClock.now();
        self.0.get().map_or(now, |(since, times)| since.plus_millis(now.millis_since(*since) / i64::from(*times)))
    }
}

/// All that the core asks of the phone whose folder this is.
pub fn phone(folder: &Path, entropy: Arc<dyn Entropy>, clock: Arc<dyn Clock>) -> Result<Phone> {
    Ok(Phone { vault: Arc::new(BenchVault::open(folder)?), connectivity: Arc::new(AlwaysTry), clock, entropy })
}

/// The same with the system's clock and entropy.
pub fn usual_phone(folder: &Path) -> Result<Phone> {
    phone(folder, Arc::new(SystemEntropy::default()), Arc::new(SystemClock))
}
