//! A phone whose clock is wrong, against a real platform over TLS: told by name, and nothing is lost by it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use paytaipei_app::ports::{AlwaysTry, Clock, KeyPurpose, KeyVault, SystemClock, SystemEntropy, VaultError};
use paytaipei_app::{Code, Config, Error, Lang, PayTaipei, Phone};
use paytaipei_payment::Timestamp;
use paytaipei_sandbox::{NewBill, Options, Sandbox, Settings};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

const HOUR: i64 = 3_600_000;
const YEAR: i64 = 365 * 24 * HOUR;
const MSISDN: &str = "0900000020";
const E164: &str = "+886900000020";

/// The system's clock, and how far it is set wrong: milliseconds.
#[derive(Default)]
struct WrongClock(AtomicI64);

impl WrongClock {
    fn set(&self, off: i64) {
        self.0.store(off, Ordering::SeqCst);
    }
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Keys in memory, and a person who is always there.
struct Pocket {
    consent: EcdsaKeyPair,
    session: EcdsaKeyPair,
}

impl Pocket {
    fn new() -> Self {
        let pair = || {
            let rng = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap()
        };
        Self { consent: pair(), session: pair() }
    }

    fn pair(&self, purpose: KeyPurpose) -> &EcdsaKeyPair {
        match purpose {
            KeyPurpose::Consent => &self.consent,
            KeyPurpose::Session => &self.session,
        }
    }
}

impl KeyVault for Pocket {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(key)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(wrapped)
    }

    fn public_key(&self, purpose: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        Ok(self.pair(purpose).public_key().as_ref().to_vec())
    }

    fn renew(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn sign(&self, purpose: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let signature = self.pair(purpose).sign(&SystemRandom::new(), &message).map_err(|_| VaultError::Failed)?;
        Ok(signature.as_ref().to_vec())
    }

    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Ok(())
    }
}

struct World {
    sandbox: Sandbox,
    clock: Arc<WrongClock>,
    vault: Arc<Pocket>,
    config: Config,
    phone: PayTaipei,
    _folder: tempfile::TempDir,
}

fn open(config: &Config, vault: &Arc<Pocket>, clock: &Arc<WrongClock>) -> PayTaipei {
    let parts = Phone {
        vault: Arc::clone(vault) as Arc<dyn KeyVault>,
        connectivity: Arc::new(AlwaysTry),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        entropy: Arc::new(SystemEntropy::default()),
    };
    PayTaipei::open(config, parts).unwrap()
}

impl World {
    fn new() -> Self {
        let sandbox = Sandbox::spawn(Options::default()).unwrap();
        sandbox.settings(Settings { poll_interval_s: Some(1), ..Settings::default() }).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (clock, vault) = (Arc::new(WrongClock::default()), Arc::new(Pocket::new()));
        let config = Config {
            data: folder.path().join("phone"),
            platform: sandbox.platform().to_owned(),
            extra_root: Some(std::fs::read(sandbox.ca()).unwrap()),
            lang: Lang::En,
        };
        let phone = open(&config, &vault, &clock);
        Self { sandbox, clock, vault, config, phone, _folder: folder }
    }

    /// Sets the clock wrong by so much, and starts the app anew: one that talked with the platform before knows it again.
    fn set_clock(&mut self, off: i64) {
        self.clock.set(off);
        self.phone = open(&self.config, &self.vault, &self.clock);
    }

    async fn verify(&self) {
        self.phone.start_verification(MSISDN).await.unwrap();
        self.sandbox.approve(E164).unwrap();
        self.phone.finish_verification().await.unwrap();
    }

    /// A bill that was inquired, wanted and agreed to: the payment's identifier.
    async fn agree(&self, amount: i64) -> String {
        let bill = self.sandbox.issue(NewBill::new("kinmen-water", amount)).unwrap();
        let bills = self.phone.inquire("kinmen-water", &bill.number).await.unwrap();
        let wanted = self.phone.pay(&bills[0].id, "jkopay").unwrap();
        self.phone.consent(&wanted.id).unwrap().id
    }

    async fn sync(&self) -> Option<Code> {
        self.phone.sync(Duration::from_secs(10)).await.unwrap().unreachable.map(|error| error.code)
    }

    fn state(&self, payment: &str) -> String {
        self.phone.payment(payment).unwrap().state
    }

    fn charges(&self) -> usize {
        let ledger = self.sandbox.ledger().unwrap();
        assert_eq!(ledger.double_charged, []);
        ledger.charges.len()
    }
}

fn code<T>(result: Result<T, Error>) -> Option<Code> {
    result.err().map(|error| error.code)
}

#[tokio::test]
async fn a_number_is_not_verified_by_a_clock_that_is_years_off() {
    let mut world = World::new();
    for off in [-30 * YEAR, -2 * YEAR, 2 * YEAR, 30 * YEAR] {
        world.set_clock(off);
        assert_eq!(code(world.phone.start_verification(MSISDN).await), Some(Code::ClockWrong), "{off}");
    }
    assert_eq!(world.sandbox.pending(E164).unwrap(), []);
    world.set_clock(0);
    world.verify().await;
}

#[tokio::test]
async fn a_clock_set_back_by_years_is_named_and_what_waits_is_paid_once_it_is_right() {
    let mut world = World::new();
    world.verify().await;
    let payment = world.agree(428).await;
    world.set_clock(-2 * YEAR);
    assert_eq!(world.sync().await, Some(Code::ClockWrong));
    assert_eq!(code(world.phone.inquire("kinmen-water", "7654321").await), Some(Code::ClockWrong));
    assert_eq!(world.state(&payment), "awaiting_network");
    assert_eq!(world.charges(), 0);
    world.set_clock(0);
    assert_eq!(world.sync().await, None);
    assert_eq!((world.state(&payment).as_str(), world.charges()), ("settled", 1));
}

#[tokio::test]
async fn a_clock_set_forward_by_years_ends_no_session_for_good() {
    let mut world = World::new();
    world.verify().await;
    let payment = world.agree(428).await;
    world.set_clock(2 * YEAR);
    // By that clock the session is over; a new one is not to be had from a platform that cannot be recognised.
    assert_eq!(code(world.phone.sync(Duration::from_secs(5)).await), Some(Code::NumberNotVerified));
    assert_eq!(code(world.phone.start_verification(MSISDN).await), Some(Code::ClockWrong));
    world.set_clock(0);
    assert_eq!(world.sync().await, None);
    assert_eq!((world.state(&payment).as_str(), world.charges()), ("settled", 1));
}

#[tokio::test]
async fn consent_given_under_a_wrong_clock_is_paid_once_the_clock_is_right() {
    for off in [-30 * 24 * HOUR, -HOUR, 10 * HOUR, 60 * 24 * HOUR] {
        let mut world = World::new();
        world.verify().await;
        let bill = world.sandbox.issue(NewBill::new("kinmen-water", 428)).unwrap();
        let bills = world.phone.inquire("kinmen-water", &bill.number).await.unwrap();
        world.set_clock(off);
        let wanted = world.phone.pay(&bills[0].id, "jkopay").unwrap();
        let payment = world.phone.consent(&wanted.id).unwrap().id;
        world.set_clock(0);
        assert_eq!(world.sync().await, None, "{off}");
        assert_eq!((world.state(&payment).as_str(), world.charges()), ("settled", 1), "clock off by {off} ms");
    }
}
