//! Verifying a number again: an earlier attempt that somebody still waits for, and keys that are lost or revoked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use paytaipei_app::ports::{
    AlwaysTry, Cellular, CellularError, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError,
};
use paytaipei_app::view::MobileData;
use paytaipei_app::{Code, Config, Error, Lang, PayTaipei, Phone};
use paytaipei_sandbox::{NewBill, Options, Sandbox, Settings};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

const MSISDN: &str = "0900000031";
const E164: &str = "+886900000031";

/// Keys in memory that can be lost and made anew, as a phone's are when its lock screen is removed.
struct Hardware {
    pair: Mutex<EcdsaKeyPair>,
    lost: AtomicBool,
}

impl Hardware {
    fn new() -> Arc<Self> {
        Arc::new(Self { pair: Mutex::new(Self::make()), lost: AtomicBool::new(false) })
    }

    fn make() -> EcdsaKeyPair {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap()
    }

    fn public(&self) -> Vec<u8> {
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

fn open(data: &Path, sandbox: &Sandbox, vault: &Arc<Hardware>) -> PayTaipei {
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

async fn verify(core: &PayTaipei, sandbox: &Sandbox) {
    core.start_verification(MSISDN).await.unwrap();
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
}

fn code<T>(answer: Result<T, Error>) -> Code {
    answer.err().expect("refused").code
}

/// A bill, scanned and wanted to be paid: the payment's id.
async fn intend(core: &PayTaipei, sandbox: &Sandbox, amount: i64) -> String {
    let issued = sandbox.issue(NewBill::new("kinmen-water", amount)).unwrap();
    let bill = core.inquire("kinmen-water", &issued.number).await.unwrap().pop().unwrap();
    core.pay(&bill.id, "jkopay").unwrap().id
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::spawn(Options::default()).unwrap();
    sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() }).unwrap();
    sandbox
}

#[tokio::test]
async fn whoever_still_waits_for_an_earlier_verification_does_not_touch_the_newer_one() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    core.start_verification(MSISDN).await.unwrap();
    let earlier = core.verification().unwrap().unwrap();
    let newer = {
        let waiting = core.finish_verification();
        let replacing = async {
            core.start_verification(MSISDN).await.unwrap();
            core.verification().unwrap().unwrap()
        };
        let (waited, newer) = tokio::join!(waiting, replacing);
        assert_eq!(code(waited), Code::VerificationReplaced);
        newer
    };
    assert_ne!(earlier.id, newer.id);
    assert_eq!(core.verification().unwrap().unwrap().id, newer.id, "it is the one under way");
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

/// Mobile data of a phone: whose SIM is in it, and by what the operator is reached.
enum Mobile {
    Sim(&'static str, paytaipei_sandbox::ControlClient),
    Off,
    Dies,
}

impl Cellular for Mobile {
    fn cellular_get(&self, url: String) -> Result<u16, CellularError> {
        match self {
            Self::Sim(number, network) => network.cellular_get(&url, number).map_err(|_| CellularError::Failed),
            Self::Off => Err(CellularError::NoMobileData),
            Self::Dies => panic!("the shell's fault"),
        }
    }
}

#[tokio::test]
async fn a_sim_that_the_mobile_network_knows_needs_nobody_to_approve() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    let sim = Arc::new(Mobile::Sim(E164, sandbox.control()));
    let started = core.start_verification_over(MSISDN, sim).await.unwrap();
    assert_eq!(started.mobile_data, MobileData::Recognised);
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

#[tokio::test]
async fn where_the_mobile_network_is_of_no_help_the_person_approves_on_the_handset() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    for (mobile, told) in [
        (Mobile::Sim("+886900000077", sandbox.control()), MobileData::NotRecognised),
        (Mobile::Off, MobileData::Off),
        (Mobile::Dies, MobileData::NotRecognised),
    ] {
        assert_eq!(core.start_verification_over(MSISDN, Arc::new(mobile)).await.unwrap().mobile_data, told);
        assert_eq!(code(core.require_verified()), Code::NumberNotVerified, "nobody has approved");
    }
    sandbox.approve(E164).unwrap();
    core.finish_verification().await.unwrap();
    core.require_verified().unwrap();
}

#[tokio::test]
async fn two_that_wait_for_the_same_verification_both_hear_that_it_went_well() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    core.start_verification(MSISDN).await.unwrap();
    sandbox.approve(E164).unwrap();
    let (one, other) = tokio::join!(core.finish_verification(), core.finish_verification());
    one.unwrap();
    other.unwrap();
}

#[tokio::test]
async fn keys_that_the_phone_lost_are_told_and_a_new_verification_makes_new_ones() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let (agreed, wanted) = (intend(&core, &sandbox, 428).await, intend(&core, &sandbox, 316).await);
    core.consent(&agreed).unwrap();
    let before = vault.public();
    vault.lost.store(true, Ordering::SeqCst);
    assert_eq!(code(core.consent(&wanted)), Code::KeysInvalid);
    verify(&core, &sandbox).await;
    assert_ne!(vault.public(), before);
    let asked = core.payment(&agreed).unwrap();
    assert_eq!((asked.state.as_str(), asked.reason.as_deref()), ("needs_consent", Some("keys_renewed")));
    for payment in [&agreed, &wanted] {
        core.consent(payment).unwrap();
    }
    core.sync(Duration::from_secs(20)).await.unwrap();
    for payment in [&agreed, &wanted] {
        assert_eq!(core.payment(payment).unwrap().state, "settled");
    }
}

#[tokio::test]
async fn a_phone_that_was_revoked_and_found_again_pays_after_verifying_once() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    let payment = intend(&core, &sandbox, 428).await;
    core.consent(&payment).unwrap();
    let before = vault.public();
    sandbox.revoke(E164).unwrap();
    assert_eq!(code(core.sync(Duration::from_secs(5)).await), Code::NumberNotVerified);
    verify(&core, &sandbox).await;
    assert_ne!(vault.public(), before, "the platform refused the revoked key at once, and new ones were made");
    assert_eq!(core.payment(&payment).unwrap().state, "needs_consent", "what the revoked key signed pays nothing");
    core.consent(&payment).unwrap();
    core.sync(Duration::from_secs(20)).await.unwrap();
    assert_eq!(core.payment(&payment).unwrap().state, "settled");
}

#[tokio::test]
async fn a_refused_verification_leaves_the_number_verified_as_it_was() {
    let (home, sandbox, vault) = (tempfile::tempdir().unwrap(), sandbox(), Hardware::new());
    let core = open(home.path(), &sandbox, &vault);
    verify(&core, &sandbox).await;
    core.start_verification(MSISDN).await.unwrap();
    sandbox.deny(E164).unwrap();
    assert_eq!(code(core.finish_verification().await), Code::VerificationRefused);
    core.require_verified().unwrap();
}
