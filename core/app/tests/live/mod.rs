//! A phone against the real sandbox, its keys in memory.
#![allow(clippy::unwrap_used, dead_code)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use paytaipei_app::ports::{AlwaysTry, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError};
use paytaipei_app::{Config, Lang, PayTaipei, Phone};
use paytaipei_sandbox::{Options, Sandbox, Settings};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

pub const MSISDN: &str = "0900000031";
pub const E164: &str = "+886900000031";

/// Keys in memory that can be lost and made anew, as a phone's are when its lock screen is removed.
pub struct Hardware {
    pair: Mutex<EcdsaKeyPair>,
    pub lost: AtomicBool,
}

impl Hardware {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { pair: Mutex::new(Self::make()), lost: AtomicBool::new(false) })
    }

    fn make() -> EcdsaKeyPair {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap()
    }

    pub fn public(&self) -> Vec<u8> {
        self.pair.lock().unwrap().public_key().as_ref().to_vec()
    }

    fn there(&self) -> Result<(), VaultError> {
        if self.lost.load(Ordering::SeqCst) { Err(VaultError::KeyLost) } else { Ok(()) }
    }
}

impl KeyVault for Hardware {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(key)
    }
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(wrapped)
    }
    fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        self.there()?;
        Ok(self.public())
    }
    fn renew(&self) -> Result<(), VaultError> {
        *self.pair.lock().unwrap() = Self::make();
        self.lost.store(false, Ordering::SeqCst);
        Ok(())
    }
    fn sign(&self, _: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        self.there()?;
        let signed = self.pair.lock().unwrap().sign(&SystemRandom::new(), &message);
        signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| VaultError::Failed)
    }
    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Ok(())
    }
}

pub fn open(data: &Path, sandbox: &Sandbox, vault: &Arc<Hardware>) -> PayTaipei {
    let config = Config {
        data: data.to_owned(),
        platform: sandbox.platform().to_owned(),
        extra_root: Some(std::fs::read(sandbox.ca()).unwrap()),
        lang: Lang::En,
    };
    let phone = Phone {
        vault: Arc::clone(vault) as Arc<dyn KeyVault>,
        connectivity: Arc::new(AlwaysTry),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
    };
    PayTaipei::open(&config, phone).unwrap()
}

pub async fn verify(core: &PayTaipei, sandbox: &Sandbox) {
    core.start_verification(MSISDN).await.unwrap();
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
}

pub fn sandbox() -> Sandbox {
    let sandbox = Sandbox::spawn(Options::default()).unwrap();
    sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() }).unwrap();
    sandbox
}
