//! Agreements on silent debits: wished for by the number, agreed to at the business, ended by either or by time.

use super::verification::Session;
use super::{Platform, Setting};
use crate::business::BUSINESSES;
use crate::business::ledger::Order;
use crate::clock::{instant, now_ms};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

pub const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS agreements(
        token TEXT PRIMARY KEY, msisdn TEXT NOT NULL, provider TEXT NOT NULL, most INTEGER NOT NULL,
        linked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        ended TEXT CHECK (ended IN ('replaced', 'unlinked', 'expired', 'revoked'))) STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS one_agreement ON agreements(msisdn, provider) WHERE ended IS NULL;
    -- Asked for, and not agreed to at the business yet.
    CREATE TABLE IF NOT EXISTS agreement_wishes(
        msisdn TEXT NOT NULL, provider TEXT NOT NULL, most INTEGER NOT NULL, PRIMARY KEY (msisdn, provider)) STRICT;
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub limit: i64,
}

/// How an order goes to its business.
pub enum Debit {
    /// Under this agreement.
    Silent(String),
    /// The number never agreed to anything with this business.
    NeverAgreed,
    /// There was an agreement, and it does not cover this: the person is asked.
    Ask,
}

fn none() -> Problem {
    Problem::new(404, "agreement_not_found", "There is no agreement with this business.")
}

impl Platform {
    /// `GET /v1/agreements`: what is asked for and what is in force; of what has ended, the newest of each business.
    pub fn agreements(&self, session: &Session) -> Result<Value, Problem> {
        let db = lock(&self.db);
        end_what_is_over(&db)?;
        let mut listed = Vec::new();
        for business in &BUSINESSES {
            let of = [session.msisdn.as_str(), business.id];
            let wish: Option<i64> = db
                .query_row("SELECT most FROM agreement_wishes WHERE msisdn = ?1 AND provider = ?2", of, |row| {
                    row.get(0)
                })
                .optional()?;
            if let Some(limit) = wish {
                let url = format!("https://{}/agreements/{}", business.host, business.id);
                listed.push(json!({"provider": business.id, "state": "pending", "limit": limit, "url": url}));
            }
            let newest: Option<(i64, i64, Option<String>)> = db
                .query_row(
                    "SELECT most, expires_at, ended FROM agreements WHERE msisdn = ?1 AND provider = ?2
                     AND ended IS NOT 'replaced' ORDER BY ended IS NULL DESC, linked_at DESC, rowid DESC LIMIT 1",
                    of,
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            if let Some((limit, until, ended)) = newest {
                let state = ended.as_deref().unwrap_or("in_force");
                listed.push(json!({
                    "provider": business.id, "state": state, "limit": limit, "expires_at": instant(until),
                }));
            }
        }
        Ok(json!({ "agreements": listed }))
    }

    /// `POST /v1/agreements/{provider}/link`.
    pub fn wish_agreement(&self, session: &Session, provider: &str, wish: &Limit) -> Result<Value, Problem> {
        {
            let db = lock(&self.db);
            if !self.provider_is_open(&db, provider)? {
                return Err(Problem::new(409, "provider_closed", "This business makes no agreements now."));
            }
            db.execute(
                "INSERT OR REPLACE INTO agreement_wishes(msisdn, provider, most) VALUES (?1, ?2, ?3)",
                params![session.msisdn, provider, wish.limit],
            )?;
        }
        self.agreements(session)
    }

    /// `POST /v1/agreements/{provider}/limit`: lower only; a session alone allows nobody more.
    pub fn lower_agreement(&self, session: &Session, provider: &str, wish: &Limit) -> Result<Value, Problem> {
        {
            let db = lock(&self.db);
            end_what_is_over(&db)?;
            let of = "msisdn = ?1 AND provider = ?2 AND ended IS NULL";
            let known: Option<i64> = db
                .query_row(
                    &format!("SELECT most FROM agreements WHERE {of}"),
                    [session.msisdn.as_str(), provider],
                    |row| row.get(0),
                )
                .optional()?;
            if known.ok_or_else(none)? < wish.limit {
                return Err(Problem::new(409, "limit_raised", "A limit is only lowered here: agree anew to raise it."));
            }
            let lower = format!("UPDATE agreements SET most = ?3 WHERE {of}");
            db.execute(&lower, params![session.msisdn, provider, wish.limit])?;
        }
        self.agreements(session)
    }

    /// `POST /v1/agreements/{provider}/unlink`.
    pub fn unlink_agreement(&self, session: &Session, provider: &str) -> Result<Value, Problem> {
        {
            let db = lock(&self.db);
            let of = [session.msisdn.as_str(), provider];
            let wishes = db.execute("DELETE FROM agreement_wishes WHERE msisdn = ?1 AND provider = ?2", of)?;
            let ended = db.execute(
                "UPDATE agreements SET ended = 'unlinked' WHERE msisdn = ?1 AND provider = ?2 AND ended IS NULL",
                of,
            )?;
            if wishes + ended == 0 {
                return Err(none());
            }
        }
        self.agreements(session)
    }

    /// Notes an agreement that the person made with the business.
    pub fn link(&self, msisdn: &str, provider: &str, token: &str, most: i64) -> rusqlite::Result<()> {
        let db = lock(&self.db);
        let lasts_ms = i64::from(self.setting(&db, Setting::AgreementS)?).saturating_mul(1_000);
        let of = [msisdn, provider];
        db.execute("DELETE FROM agreement_wishes WHERE msisdn = ?1 AND provider = ?2", of)?;
        let sql = "UPDATE agreements SET ended = 'replaced' WHERE msisdn = ?1 AND provider = ?2 AND ended IS NULL";
        db.execute(sql, of)?;
        let now = now_ms();
        db.execute(
            "INSERT INTO agreements(token, msisdn, provider, most, linked_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![token, msisdn, provider, most, now, now.saturating_add(lasts_ms)],
        )
        .map(|_| ())
    }

    /// Whether an order is debited silently, and under what.
    pub fn debit(&self, order: &Order) -> rusqlite::Result<Debit> {
        let db = lock(&self.db);
        end_what_is_over(&db)?;
        let of = [order.account.as_str(), order.provider.as_str()];
        let in_force: Option<(String, i64)> = db
            .query_row(
                "SELECT token, most FROM agreements WHERE msisdn = ?1 AND provider = ?2 AND ended IS NULL",
                of,
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let known: bool =
            db.query_row("SELECT EXISTS (SELECT 1 FROM agreements WHERE msisdn = ?1 AND provider = ?2)", of, |row| {
                row.get(0)
            })?;
        Ok(match in_force {
            Some((token, most)) if order.amount <= most => Debit::Silent(token),
            None if !known => Debit::NeverAgreed,
            _ => Debit::Ask,
        })
    }

    /// A business refused for want of an agreement: it was ended there.
    pub fn note_revoked(&self, order_id: &str) -> rusqlite::Result<()> {
        lock(&self.db)
            .execute(
                "UPDATE agreements SET ended = 'revoked' WHERE ended IS NULL AND (msisdn, provider) =
                     (SELECT msisdn, provider FROM payments WHERE order_id = ?1)",
                [order_id],
            )
            .map(|_| ())
    }
}

fn end_what_is_over(db: &Connection) -> rusqlite::Result<()> {
    db.execute("UPDATE agreements SET ended = 'expired' WHERE ended IS NULL AND expires_at <= ?1", [now_ms()])
        .map(|_| ())
}
