//! One mobile operator. Its handset shows who asks to verify a number; the person approves or refuses there, by the
//! control interface. The platform asks as an OIDC client would in CIBA's poll mode (OpenID Connect CIBA Core 1.0, §7
//! and §11): a request gets an `auth_req_id`, whose answer is fetched until there is one.

mod page;

pub use page::{AUTHORIZATION_ENDPOINT, CLIENT_ID, ISSUER, REDIRECT_URI};

use crate::clock::now_ms;
use crate::control::types::PendingApproval;
use crate::entropy;
use crate::store::{self, lock};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::Mutex;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS requests(
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        auth_req_id TEXT NOT NULL UNIQUE,
        ticket TEXT NOT NULL UNIQUE,
        msisdn TEXT NOT NULL,
        binding_message TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        answer TEXT CHECK (answer IN ('approved', 'denied')),
        shown INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS requests_by_number ON requests(msisdn, seq);
";

/// What the person has said so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    Pending,
    Approved,
    Denied,
    Expired,
}

/// The operator, on a database of its own.
pub struct Operator {
    db: Mutex<Connection>,
}

impl Operator {
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        Ok(Self { db: store::open(file, &[SCHEMA, page::SCHEMA].concat())? })
    }

    /// Shows a request on the handset of a number, or waits for the mobile network alone where nobody is asked. Gives its `auth_req_id`, and the ticket by which it is known to the
    /// mobile network.
    pub fn ask(
        &self,
        msisdn: &str,
        binding_message: &str,
        life_s: u32,
        shown: bool,
    ) -> rusqlite::Result<(String, String)> {
        let (id, ticket) = (entropy::opaque(), entropy::opaque());
        let expires_at = now_ms().saturating_add(i64::from(life_s).saturating_mul(1000));
        lock(&self.db).execute(
            "INSERT INTO requests(auth_req_id, ticket, msisdn, binding_message, expires_at, shown)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![id, ticket, msisdn, binding_message, expires_at, shown],
        )?;
        Ok((id, ticket))
    }

    /// A phone came over the mobile network, which says whose SIM is in it. False where that is not the number asked about.
    pub fn recognise(&self, ticket: &str, subscriber: &str) -> rusqlite::Result<bool> {
        let changed = lock(&self.db).execute(
            "UPDATE requests SET answer = 'approved'
             WHERE ticket = ?1 AND msisdn = ?2 AND answer IS NULL AND expires_at > ?3",
            params![ticket, subscriber, now_ms()],
        )?;
        Ok(changed > 0)
    }

    /// What became of a request. One that nobody knows is expired.
    pub fn answer(&self, auth_req_id: &str) -> rusqlite::Result<Approval> {
        let row: Option<(Option<String>, i64)> = lock(&self.db)
            .query_row("SELECT answer, expires_at FROM requests WHERE auth_req_id = ?1", [auth_req_id], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(match row {
            None => Approval::Expired,
            Some((_, expires_at)) if expires_at <= now_ms() => Approval::Expired,
            Some((None, _)) => Approval::Pending,
            Some((Some(answer), _)) if answer == "approved" => Approval::Approved,
            Some(_) => Approval::Denied,
        })
    }

    /// What the handset of a number shows, oldest first.
    pub fn pending(&self, msisdn: &str) -> rusqlite::Result<Vec<PendingApproval>> {
        let db = lock(&self.db);
        let mut query = db.prepare_cached(
            "SELECT msisdn, binding_message FROM requests
             WHERE msisdn = ?1 AND shown AND answer IS NULL AND expires_at > ?2 ORDER BY seq",
        )?;
        let rows = query.query_map(params![msisdn, now_ms()], |row| {
            Ok(PendingApproval { msisdn: row.get(0)?, binding_message: row.get(1)? })
        })?;
        rows.collect()
    }

    /// The person answers the newest request shown, or the newest with that binding message. False when none waits.
    pub fn decide(&self, msisdn: &str, binding_message: Option<&str>, approve: bool) -> rusqlite::Result<bool> {
        let answer = if approve { "approved" } else { "denied" };
        let changed = lock(&self.db).execute(
            "UPDATE requests SET answer = ?1 WHERE seq = (
                 SELECT max(seq) FROM requests WHERE msisdn = ?2 AND shown AND answer IS NULL AND expires_at > ?3
                 AND (?4 IS NULL OR binding_message = ?4))",
            params![answer, msisdn, now_ms(), binding_message],
        )?;
        Ok(changed > 0)
    }
}
