//! One bill, whichever way it came: a keyed number is merged into the bill that the platform names.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use paytaipei_app::ports::{AlwaysTry, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError};
use paytaipei_app::{Config, Lang, PayTaipei, Phone};
use paytaipei_sandbox::{NewBill, Options, Sandbox, Settings};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

/// Keys in memory. Nothing is agreed to here, so nothing is signed.
struct Vault(EcdsaKeyPair);

impl Vault {
    fn new() -> Self {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap())
    }
}

impl KeyVault for Vault {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(key)
    }
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(wrapped)
    }
    fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        Ok(self.0.public_key().as_ref().to_vec())
    }
    fn renew(&self) -> Result<(), VaultError> {
        Err(VaultError::Failed)
    }
    fn sign(&self, _: KeyPurpose, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Err(VaultError::Failed)
    }
    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Err(VaultError::NotPresent)
    }
}

#[tokio::test]
async fn a_number_keyed_in_without_a_network_becomes_the_bill_that_the_platform_names() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::spawn(Options::default()).unwrap();
    sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() }).unwrap();
    let config = Config {
        data: home.path().to_owned(),
        platform: sandbox.platform().to_owned(),
        extra_root: Some(std::fs::read(sandbox.ca()).unwrap()),
        lang: Lang::En,
    };
    let phone = Phone {
        vault: Arc::new(Vault::new()),
        connectivity: Arc::new(AlwaysTry),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::default()),
    };
    let core = PayTaipei::open(&config, phone).unwrap();
    core.start_verification("0900000041").await.unwrap();
    sandbox.approve("+886900000041").unwrap();
    core.finish_verification().await.unwrap();
    let issued = sandbox.issue(NewBill::new("kinmen-water", 316)).unwrap();

    sandbox.open_port(false).unwrap();
    let kept = core.inquire("kinmen-water", &issued.number).await.unwrap().pop().unwrap();
    let waiting = core.pay(&kept.id, "jkopay").unwrap();
    assert_eq!((waiting.state.as_str(), core.bills().unwrap().len()), ("needs_inquiry", 1));

    sandbox.open_port(true).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    let bills = core.bills().unwrap();
    assert_eq!(bills.len(), 1, "the same bill is not shown twice");
    let payment = core.payment(&waiting.id).unwrap();
    assert_eq!((payment.state.as_str(), &payment.bill), ("needs_consent", &bills[0].id));
    let scanned = core.inquire("kinmen-water", &issued.number).await.unwrap();
    assert_eq!(scanned.len(), 1);
    assert_eq!(scanned[0].id, bills[0].id, "and stays one when it is asked about again");
}
