//! The phone that kept files belong to, and a platform that answers in the contract's words.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use paytaipei_app::drain::Desk;
use paytaipei_app::platform::{self, Order};
use paytaipei_app::ports::{
    AlwaysTry, Clock, Entropy, EntropyError, HttpError, HttpReply, KeyPurpose, KeyVault, VaultError,
};
use paytaipei_app::store::PaymentRecord;
use paytaipei_app::{Core, Lang, Phone};
use paytaipei_payment::{PaymentId, Timestamp};

/// 2026-11-24T05:20:00Z: the instant at which files are made.
pub const MADE_AT: i64 = 1_795_497_600_000;
const MSISDN: &str = "0912345678";

/// The vault of all kept files. It hides nothing: its files hold no person's data.
pub struct KeptVault;

impl KeyVault for KeptVault {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(key.into_iter().map(|byte| byte ^ 0xA5).collect())
    }
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        self.wrap(wrapped)
    }
    fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
        Ok(vec![4; 65])
    }
    fn renew(&self) -> Result<(), VaultError> {
        Ok(())
    }
    fn sign(&self, _: KeyPurpose, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        Ok(vec![1; 64])
    }
    fn confirm_presence(&self, _: String) -> Result<(), VaultError> {
        Ok(())
    }
}

pub struct SetClock(pub AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// A counter in place of chance: the same file each time.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        for byte in bytes {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = count.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0];
        }
        Ok(())
    }
}

/// A phone with its drainer.
pub struct World {
    pub core: Core,
    pub desk: Desk,
    pub clock: Arc<SetClock>,
}

impl World {
    /// Opens the file as the program that is being tested does. `chance` makes it another run's chance.
    pub fn open(file: &Path, now: i64, chance: u64) -> paytaipei_app::Result<Self> {
        let clock = Arc::new(SetClock(AtomicI64::new(now)));
        let phone = Phone {
            vault: Arc::new(KeptVault),
            connectivity: Arc::new(AlwaysTry),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(Counted(AtomicU64::new(chance << 32))),
        };
        let core = Core::open(file, phone, Lang::En)?;
        let desk = core.take_over()?;
        Ok(Self { core, desk, clock })
    }

    pub fn later(&self, millis: i64) {
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    pub fn begin_verification(&self, id: &str) {
        let prepared = self.core.prepare_verification(MSISDN, paytaipei_app::Method::Handset).unwrap();
        let started = format!(r#"{{"verification":"{id}","interval_s":1,"expires_in_s":600,"binding_message":"A1"}}"#);
        self.core.verification_started(prepared, Ok(json(202, &started))).unwrap();
    }

    pub fn verify(&self) {
        self.begin_verification("0123456789abcdef");
        let mut verification = self.core.verification().unwrap().unwrap();
        let session = r#"{"token":"0123456789abcdef0123","expires_in_s":315360000}"#;
        let outcome = verification.heard(platform::collected(Ok(json(200, session))), self.clock.now().0);
        assert!(self.core.verification_went(&verification, outcome).unwrap());
    }

    pub fn record(&self, id: PaymentId) -> PaymentRecord {
        self.core.records().unwrap().into_iter().find(|record| record.payment.id == id).unwrap()
    }

    /// Begins the call that the payment wants.
    pub fn begin(&self, id: PaymentId) -> Order {
        self.desk.begin(id).unwrap().expect("the payment wants a call")
    }

    /// Makes the call that the payment wants, answered so.
    pub fn call(&self, id: PaymentId, reply: Result<HttpReply, HttpError>) {
        let order = self.begin(id);
        self.desk.finish(id, &order, order.answer(reply)).unwrap();
    }
}

pub fn json(status: u16, body: &str) -> HttpReply {
    HttpReply {
        status,
        content_type: Some("application/json".into()),
        retry_after: None,
        etag: None,
        body: body.into(),
    }
}

pub fn problem(status: u16, code: &str) -> HttpReply {
    json(status, &format!(r#"{{"error":{{"code":"{code}","message":""}},"resend_for_s":0}}"#))
}

/// The answer to an inquiry.
pub fn bill(number: &str, period: &str, status: &str, amount: i64) -> HttpReply {
    json(
        200,
        &format!(
            r#"{{"bills":[{{"biller":"kinmen-water","number":"{number}","period":"{period}","status":"{status}","amount":{amount},"fee":0,"discount":0,"payable":{amount},"due":"2026-12-20","bill_token":"0123456789abcdef"}}]}}"#
        ),
    )
}

/// A payment as the platform has it on record.
pub fn recorded(id: PaymentId, number: &str, period: &str, amount: i64, state: &str) -> String {
    let more = match state {
        "settled" => r#","receipt":"R-42","settled_at":"2026-11-24T05:21:00Z""#,
        "refunded" => r#","receipt":"R-42","refund":{"kind":"refund","at":"2026-11-25T05:21:00Z"}"#,
        "declined" => r#","reason":"insufficient_funds""#,
        "awaiting_hand_off" => r#","hand_off_url":"https://example.invalid/pay""#,
        _ => "",
    };
    let name = format!(r#"{{"biller":"kinmen-water","number":"{number}","period":"{period}"}}"#);
    format!(r#"{{"id":"{id}","state":"{state}","bill":{name},"payable":{amount},"provider":"esun"{more}}}"#)
}
