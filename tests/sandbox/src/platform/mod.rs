//! The platform: registry of bills, inquiries with bill tokens, payments, catalogue and sessions, as
//! `docs/platform-api.yaml` has them. It records in one transaction, then orders the charge at the business, then records
//! what the business's webhook says; it never sees an account.

pub mod agreements;
mod back;
pub mod billers;
pub mod catalogue;
mod consent;
pub mod deals;
pub mod inquiry;
pub mod payments;
mod receipts;
pub mod registry;
pub mod routes;
pub mod signing;
pub mod verification;

use self::catalogue::Catalogue;
use self::signing::Signer;
use crate::back::Back;
use crate::business::{Businesses, Webhook};
use crate::contract::Contract;
use crate::control::types::Settings;
use crate::faults::Faults;
use crate::operator::Operator;
use crate::preload;
use crate::problem::Problem;
use crate::store::{self, lock};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::{mpsc::UnboundedReceiver, watch};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS settings(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS closed_providers(provider TEXT PRIMARY KEY) STRICT;
    CREATE TABLE IF NOT EXISTS bills(
        biller TEXT NOT NULL, number TEXT NOT NULL, period TEXT NOT NULL,
        amount INTEGER NOT NULL, fee INTEGER NOT NULL, discount INTEGER NOT NULL,
        due TEXT NOT NULL, owner TEXT NOT NULL, address TEXT NOT NULL,
        paid_at INTEGER, paid_by TEXT,
        PRIMARY KEY (biller, number, period)) STRICT;
    -- Whose bills are asked for by what people know of themselves: fields as JSON, their names in order.
    CREATE TABLE IF NOT EXISTS customers(
        biller TEXT NOT NULL, fields TEXT NOT NULL, number TEXT NOT NULL,
        PRIMARY KEY (biller, fields, number)) STRICT;
    -- A token is stored by its hash. The index is the law: at most one of a bill is alive.
    CREATE TABLE IF NOT EXISTS tokens(
        hash TEXT PRIMARY KEY, biller TEXT NOT NULL, number TEXT NOT NULL, period TEXT NOT NULL,
        msisdn TEXT NOT NULL, live INTEGER NOT NULL CHECK (live IN (0, 1))) STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS one_live_token ON tokens(biller, number, period) WHERE live = 1;
    -- A tombstone is a voided row without order, body and bill.
    CREATE TABLE IF NOT EXISTS payments(
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, msisdn TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('processing', 'awaiting_hand_off', 'settled', 'refunded', 'declined', 'voided')),
        reason TEXT, biller TEXT NOT NULL, number TEXT NOT NULL, period TEXT NOT NULL,
        payable INTEGER NOT NULL, provider TEXT NOT NULL, order_id TEXT UNIQUE, body_sha256 TEXT, receipt TEXT,
        recorded_at INTEGER NOT NULL, settled_at INTEGER, hand_off_url TEXT,
        puts INTEGER NOT NULL DEFAULT 0, cashback TEXT, signed_receipt TEXT, refund TEXT, refunded_at INTEGER) STRICT;
    CREATE INDEX IF NOT EXISTS payments_by_number ON payments(msisdn, seq);
    CREATE INDEX IF NOT EXISTS payments_by_bill ON payments(biller, number, period);
    CREATE INDEX IF NOT EXISTS payments_in_flight ON payments(state)
        WHERE state IN ('processing', 'awaiting_hand_off');
    CREATE TRIGGER IF NOT EXISTS the_end_is_the_end BEFORE UPDATE OF state ON payments
        WHEN OLD.state IN ('settled', 'refunded', 'declined', 'voided') AND NEW.state <> OLD.state
            AND NOT (OLD.state = 'settled' AND NEW.state = 'refunded')
        BEGIN SELECT raise(ABORT, 'a finished payment stays as it is'); END;
    CREATE TABLE IF NOT EXISTS webhooks(
        order_id TEXT NOT NULL, trade_no TEXT NOT NULL, status TEXT NOT NULL, received INTEGER NOT NULL,
        PRIMARY KEY (trade_no, status)) STRICT;
    CREATE INDEX IF NOT EXISTS webhooks_by_order ON webhooks(order_id);
    CREATE TABLE IF NOT EXISTS verifications(
        id TEXT PRIMARY KEY, msisdn TEXT NOT NULL, challenge TEXT NOT NULL, consent_key TEXT NOT NULL,
        session_key TEXT NOT NULL, auth_req_id TEXT, interval_s INTEGER NOT NULL, polled_at INTEGER,
        collected INTEGER NOT NULL DEFAULT 0) STRICT;
    CREATE TABLE IF NOT EXISTS sessions(
        hash TEXT PRIMARY KEY, msisdn TEXT NOT NULL, consent_key TEXT NOT NULL, session_key TEXT NOT NULL,
        expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS sessions_by_number ON sessions(msisdn);
    CREATE TABLE IF NOT EXISTS deals(id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS receipt_keys(
        seq INTEGER PRIMARY KEY AUTOINCREMENT, kid TEXT NOT NULL UNIQUE, secret BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS revoked_keys(consent_key TEXT PRIMARY KEY) STRICT;
";

const DAY_S: u32 = 86_400;

/// What each setting is until the control interface says otherwise.
#[derive(Clone, Copy)]
enum Setting {
    Guard,
    ResendWindowS,
    SessionS,
    PollIntervalS,
    VerificationS,
    PatienceMs,
    HandOffS,
    PollMs,
    AgreementS,
}

impl Setting {
    fn key_and_default(self) -> (&'static str, u32) {
        match self {
            Self::Guard => ("guard", 1),
            Self::ResendWindowS => ("resend_window_s", DAY_S),
            Self::SessionS => ("session_s", DAY_S * 90),
            Self::PollIntervalS => ("poll_interval_s", 2),
            Self::VerificationS => ("verification_s", 300),
            Self::PatienceMs => ("patience_ms", 2_000),
            Self::HandOffS => ("hand_off_s", 600),
            Self::PollMs => ("poll_ms", 2_000),
            Self::AgreementS => ("agreement_s", DAY_S * 365),
        }
    }
}

/// The platform on a database of its own.
pub struct Platform {
    db: Mutex<Connection>,
    operator: Arc<Operator>,
    businesses: Arc<Businesses>,
    faults: Arc<Faults>,
    contract: Arc<Contract>,
    signer: Signer,
    catalogue: Mutex<Catalogue>,
    /// The businesses' own protocols, where they are spoken.
    back: OnceLock<Arc<Back>>,
    /// Counts payments that changed: whoever waits for an outcome looks again.
    changes: watch::Sender<u64>,
}

impl Platform {
    pub fn open(
        file: &Path,
        operator: Arc<Operator>,
        businesses: Arc<Businesses>,
        faults: Arc<Faults>,
        contract: Arc<Contract>,
        signer: Signer,
    ) -> rusqlite::Result<Self> {
        let db = store::open(file, &[SCHEMA, agreements::SCHEMA].concat())?;
        let catalogue =
            Catalogue::published().map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let (catalogue, changes) = (Mutex::new(catalogue), watch::Sender::new(0));
        let back = OnceLock::new();
        Ok(Self { db, operator, businesses, faults, contract, signer, catalogue, back, changes })
    }

    /// From now on, orders go to the businesses in their own protocols.
    pub fn speak(&self, back: Arc<Back>) {
        // Set once, when the sandbox starts.
        drop(self.back.set(back));
    }

    /// The way to the businesses, where it is open.
    pub fn back(&self) -> Option<&Arc<Back>> {
        self.back.get()
    }

    /// Takes webhooks until no business can send any more.
    pub async fn listen(self: Arc<Self>, mut webhooks: UnboundedReceiver<Webhook>) {
        while let Some(webhook) = webhooks.recv().await {
            if let Err(error) = self.take_webhook(&webhook) {
                eprintln!("paytaipei-sandbox: a webhook was lost: {:?}", error.sqlite_error_code());
            }
        }
    }

    fn setting(&self, db: &Connection, setting: Setting) -> rusqlite::Result<u32> {
        let (key, default) = setting.key_and_default();
        let stored = db
            .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        Ok(stored.unwrap_or(default))
    }

    fn set(&self, setting: Setting, value: u32) -> rusqlite::Result<()> {
        lock(&self.db)
            .execute(
                "INSERT INTO settings(key, value) VALUES (?1, ?2)
                 ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                params![setting.key_and_default().0, value],
            )
            .map(|_| ())
    }

    /// Switches the refusal of bills that are paid already.
    pub fn set_guard(&self, on: bool) -> rusqlite::Result<()> {
        self.set(Setting::Guard, u32::from(on))
    }

    /// Sets what is given. The interval must stand between 1 and 60 seconds, lives between 1 second and a year.
    pub fn change_settings(&self, settings: &Settings) -> Result<(), Problem> {
        let wanted = [
            (Setting::ResendWindowS, settings.resend_window_s, 0..=DAY_S * 366),
            (Setting::SessionS, settings.session_s, 1..=DAY_S * 366),
            (Setting::PollIntervalS, settings.poll_interval_s, 1..=60),
            (Setting::VerificationS, settings.verification_s, 1..=3_600),
            (Setting::PatienceMs, settings.patience_ms, 0..=600_000),
            (Setting::HandOffS, settings.hand_off_s, 0..=3_600),
            (Setting::PollMs, settings.poll_ms, 50..=60_000),
            (Setting::AgreementS, settings.agreement_s, 1..=DAY_S * 366),
        ];
        for (setting, value, range) in &wanted {
            if value.is_some_and(|value| !range.contains(&value)) {
                let (key, _) = setting.key_and_default();
                let (least, most) = (range.start(), range.end());
                return Err(Problem::malformed(format!("{key} must stand between {least} and {most}")));
            }
        }
        for (setting, value, _) in wanted {
            if let Some(value) = value {
                self.set(setting, value)?;
            }
        }
        Ok(())
    }

    /// Refuses where the past cannot be filled in: only a sandbox without payments takes it.
    pub fn takes_past(&self, count: u64) -> Result<(), Problem> {
        if count > preload::MOST {
            return Err(Problem::malformed(format!("payments must stand between 0 and {}", preload::MOST)));
        }
        if self.count_payments()? > 0 {
            return Err(Problem::new(
                409,
                "not_empty",
                "Only a sandbox without payments can be filled with past ones.",
            ));
        }
        Ok(())
    }

    /// Fills the registry and the payments with `count` of the past.
    pub fn preload(&self, count: u64) -> rusqlite::Result<()> {
        preload::in_bulk(&self.db, |db| preload::fill_platform(db, count))
    }

    /// How many payments are recorded.
    pub fn count_payments(&self) -> rusqlite::Result<i64> {
        lock(&self.db).query_row("SELECT count(*) FROM payments", [], |row| row.get(0))
    }

    /// Opens or closes a business in the catalogue. False where no business has this id.
    pub fn open_provider(&self, provider: &str, open: bool) -> rusqlite::Result<bool> {
        if !crate::business::BUSINESSES.iter().any(|one| one.id == provider) {
            return Ok(false);
        }
        let sql = if open {
            "DELETE FROM closed_providers WHERE provider = ?1"
        } else {
            "INSERT OR IGNORE INTO closed_providers(provider) VALUES (?1)"
        };
        lock(&self.db).execute(sql, [provider]).map(|_| true)
    }

    fn provider_is_open(&self, db: &Connection, provider: &str) -> rusqlite::Result<bool> {
        let closed: bool = db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM closed_providers WHERE provider = ?1)")?
            .query_row([provider], |row| row.get(0))?;
        Ok(!closed)
    }
}
