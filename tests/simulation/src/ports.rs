//! What a simulated phone gives the core: a clock that can be set, seeded entropy, a vault that signs deterministically.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use paytaipei_app::Phone;
use paytaipei_app::ports::{Clock, Connectivity, Entropy, EntropyError, KeyPurpose, KeyVault, VaultError};
use paytaipei_payment::Timestamp;
use ring::digest::{SHA256, digest};

use crate::rng::Rng;

/// The phone's clock: the world's time and how far the phone is off.
#[derive(Default)]
pub struct SetClock(AtomicI64);

impl SetClock {
    pub fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Bytes from a seed. Never for anything but a simulation.
pub struct SeededEntropy(Mutex<Rng>);

impl SeededEntropy {
    #[must_use]
    pub const fn new(rng: Rng) -> Self {
        Self(Mutex::new(rng))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
        Ok(())
    }
}

/// A vault of no secrecy. Its signatures are two SHA-256 hashes: 64 bytes as ECDSA's r ‖ s are, the same for the same
/// message, so that a seed gives the same bytes. The simulated platform does not check them.
///
/// Its keys are the hardware's: they outlive processes and come back with no old copy. Their public halves are told apart by
/// how often they were renewed.
#[derive(Default)]
pub struct SimulatedVault {
    renewed: AtomicU64,
    lost: AtomicBool,
}

impl SimulatedVault {
    const MASK: u8 = 0xA5;

    /// The lock screen is removed: what it guarded is gone.
    pub fn lose_keys(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// How often keys were made anew.
    pub fn renewed(&self) -> u64 {
        self.renewed.load(Ordering::Relaxed)
    }
}

impl KeyVault for SimulatedVault {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(key.into_iter().map(|byte| byte ^ Self::MASK).collect())
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        self.wrap(wrapped)
    }

    fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        if self.lost.load(Ordering::Relaxed) {
            return Err(VaultError::KeyLost);
        }
        let mut key = vec![4];
        key.extend_from_slice(&[0x11; 56]);
        key.extend_from_slice(&self.renewed.load(Ordering::Relaxed).to_be_bytes());
        Ok(key)
    }

    fn renew(&self) -> Result<(), VaultError> {
        self.renewed.fetch_add(1, Ordering::Relaxed);
        self.lost.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn sign(&self, _: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        if self.lost.load(Ordering::Relaxed) {
            return Err(VaultError::KeyLost);
        }
        let r = digest(&SHA256, &message);
        let s = digest(&SHA256, r.as_ref());
        // Not DER by any chance: DER begins with 0x30, this with a byte below it.
        let mut raw: Vec<u8> = [r.as_ref(), s.as_ref()].concat();
        if let Some(first) = raw.first_mut() {
            *first &= 0x0F;
        }
        Ok(raw)
    }

    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Ok(())
    }
}

struct Connected;

impl Connectivity for Connected {
    fn is_connected(&self) -> bool {
        true
    }
}

/// All of it.
#[must_use]
pub fn phone(clock: &Arc<SetClock>, vault: &Arc<SimulatedVault>, entropy: Rng) -> Phone {
    Phone {
        vault: Arc::clone(vault) as Arc<dyn KeyVault>,
        connectivity: Arc::new(Connected),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::new(SeededEntropy::new(entropy)),
    }
}
