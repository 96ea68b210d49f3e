//! One payment business's own books: accounts, orders and charges in tables that no other business shares.

use crate::clock::{instant, now_ms};
use crate::control::types::Charge;
use crate::entropy;
use crate::preload::Past;
use crate::store::lock;
use rusqlite::{Connection, OptionalExtension, Statement, TransactionBehavior, params};
use std::sync::Mutex;

/// What an account holds when it opens by itself: NT dollars.
const OPENING_BALANCE: i64 = 10_000_000_000;

/// What the platform orders. The business knows an order by `order_id` and by nothing else.
#[derive(Clone)]
pub struct Order {
    pub provider: String,
    pub order_id: String,
    pub payment_id: String,
    /// Mobile number.
    pub account: String,
    pub biller: String,
    pub number: String,
    pub period: String,
    /// NT dollars.
    pub amount: i64,
}

/// What became of an order. Asked again, a business says the same again, except that one handed off may be finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Charged { trade_no: String, at: i64 },
    Declined { trade_no: String, reason: String },
    HandedOff { trade_no: String },
    Cancelled { trade_no: String },
}

/// How a new order is to be decided.
#[derive(Clone, PartialEq, Eq)]
pub enum Decision {
    Charge,
    Decline(String),
    HandOff,
}

/// The books of one business.
pub struct Books {
    pub id: &'static str,
    prefix: &'static str,
    table: String,
}

impl Books {
    pub fn new(id: &'static str, prefix: &'static str) -> Self {
        Self { id, prefix, table: id.replace('-', "_") }
    }

    /// The tables of this business.
    pub fn schema(&self) -> String {
        let t = &self.table;
        format!(
            "CREATE TABLE IF NOT EXISTS {t}_accounts(
                 msisdn TEXT PRIMARY KEY, balance INTEGER NOT NULL CHECK (balance >= 0)) STRICT;
             CREATE TABLE IF NOT EXISTS {t}_orders(
                 order_id TEXT PRIMARY KEY, payment_id TEXT NOT NULL, account TEXT NOT NULL, biller TEXT NOT NULL,
                 number TEXT NOT NULL, period TEXT NOT NULL, amount INTEGER NOT NULL, trade_no TEXT NOT NULL,
                 state TEXT NOT NULL CHECK (state IN ('charged', 'declined', 'handed_off', 'cancelled')),
                 reason TEXT, at INTEGER NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS {t}_charges(
                 seq INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL UNIQUE, payment_id TEXT NOT NULL,
                 account TEXT NOT NULL, biller TEXT NOT NULL, number TEXT NOT NULL, period TEXT NOT NULL,
                 amount INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS {t}_refunds(
                 refund_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0)) STRICT;
             CREATE TABLE IF NOT EXISTS {t}_agreements(
                 token TEXT PRIMARY KEY, msisdn TEXT NOT NULL, most INTEGER NOT NULL,
                 revoked INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))) STRICT;"
        )
    }

    /// Takes an order, once: an order that is known stands as it stands. One transaction.
    pub fn take(&self, db: &Mutex<Connection>, order: &Order, decision: Decision) -> rusqlite::Result<Standing> {
        let mut db = lock(db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(standing) = self.standing(&tx, &order.order_id)? {
            return Ok(standing);
        }
        let trade_no = self.trade_no();
        let decision = if decision == Decision::Charge && !self.withdraw(&tx, &order.account, order.amount)? {
            Decision::Decline("insufficient_funds".to_owned())
        } else {
            decision
        };
        let at = now_ms();
        let (state, reason) = match &decision {
            Decision::Charge => ("charged", None),
            Decision::Decline(reason) => ("declined", Some(reason.clone())),
            Decision::HandOff => ("handed_off", None),
        };
        self.write_order(&tx, order, &trade_no, state, reason.as_deref(), at)?;
        if decision == Decision::Charge {
            self.write_charge(&tx, order, at)?;
        }
        tx.commit()?;
        Ok(match decision {
            Decision::Charge => Standing::Charged { trade_no, at },
            Decision::Decline(reason) => Standing::Declined { trade_no, reason },
            Decision::HandOff => Standing::HandedOff { trade_no },
        })
    }

    /// Cancels an order that isn't finished, and one that has not come yet: it will find itself cancelled.
    pub fn cancel(&self, db: &Mutex<Connection>, order: &Order) -> rusqlite::Result<Standing> {
        let mut db = lock(db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let standing = match self.standing(&tx, &order.order_id)? {
            None => {
                let trade_no = self.trade_no();
                self.write_order(&tx, order, &trade_no, "cancelled", None, now_ms())?;
                Standing::Cancelled { trade_no }
            }
            Some(Standing::HandedOff { trade_no }) => {
                self.finish_row(&tx, &order.order_id, "cancelled", None)?;
                Standing::Cancelled { trade_no }
            }
            Some(finished) => finished,
        };
        tx.commit()?;
        Ok(standing)
    }

    /// The person finishes, or refuses, in the business's app, on an account that is theirs: `account`, or the one that was
    /// ordered on. `id` is a payment's or an order's. None where no such order waits for it.
    pub fn finish(
        &self,
        db: &Mutex<Connection>,
        id: &str,
        account: Option<&str>,
        approve: bool,
    ) -> rusqlite::Result<Option<(String, Standing)>> {
        let mut db = lock(db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let t = &self.table;
        let waiting = tx
            .query_row(
                &format!(
                    "SELECT order_id, coalesce(?2, account), biller, number, period, amount, trade_no, payment_id
                     FROM {t}_orders WHERE (payment_id = ?1 OR order_id = ?1) AND state = 'handed_off'"
                ),
                params![id, account],
                |row| {
                    let order = Order {
                        provider: self.id.to_owned(),
                        order_id: row.get(0)?,
                        payment_id: row.get(7)?,
                        account: row.get(1)?,
                        biller: row.get(2)?,
                        number: row.get(3)?,
                        period: row.get(4)?,
                        amount: row.get(5)?,
                    };
                    Ok((order, row.get::<_, String>(6)?))
                },
            )
            .optional()?;
        let Some((order, trade_no)) = waiting else { return Ok(None) };
        let reason = if !approve {
            Some("refused_by_person")
        } else if !self.withdraw(&tx, &order.account, order.amount)? {
            Some("insufficient_funds")
        } else {
            None
        };
        let at = now_ms();
        self.finish_row(&tx, &order.order_id, if reason.is_none() { "charged" } else { "declined" }, reason)?;
        if reason.is_none() {
            self.write_charge(&tx, &order, at)?;
        }
        tx.commit()?;
        let standing = match reason {
            None => Standing::Charged { trade_no, at },
            Some(reason) => Standing::Declined { trade_no, reason: reason.to_owned() },
        };
        Ok(Some((order.order_id, standing)))
    }

    /// How an order stands, over how much, and how much was given back.
    pub fn look(&self, db: &Mutex<Connection>, order_id: &str) -> rusqlite::Result<Option<(Standing, i64, i64)>> {
        let db = lock(db);
        let Some(standing) = self.standing(&db, order_id)? else { return Ok(None) };
        let t = &self.table;
        let amount = format!("SELECT amount FROM {t}_orders WHERE order_id = ?1");
        let amount = db.query_row(&amount, [order_id], |row| row.get(0))?;
        Ok(Some((standing, amount, self.refunded(&db, order_id)?)))
    }

    /// Gives back of a charge, once under one refund's id. False where there is less to give, or nothing was charged.
    pub fn refund(
        &self,
        db: &Mutex<Connection>,
        order_id: &str,
        refund_id: &str,
        amount: i64,
    ) -> rusqlite::Result<bool> {
        let mut db = lock(db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let t = &self.table;
        let charge = format!("SELECT account, amount FROM {t}_charges WHERE order_id = ?1");
        let charged: Option<(String, i64)> =
            tx.query_row(&charge, [order_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let known = format!("SELECT EXISTS (SELECT 1 FROM {t}_refunds WHERE refund_id = ?1)");
        let Some((account, charged)) = charged else { return Ok(false) };
        if tx.query_row(&known, [refund_id], |row| row.get(0))? {
            return Ok(true);
        }
        if self.refunded(&tx, order_id)?.saturating_add(amount) > charged {
            return Ok(false);
        }
        tx.execute(&format!("INSERT INTO {t}_refunds VALUES (?1, ?2, ?3)"), params![refund_id, order_id, amount])?;
        let give = format!("UPDATE {t}_accounts SET balance = balance + ?2 WHERE msisdn = ?1");
        tx.execute(&give, params![account, amount])?;
        tx.commit()?;
        Ok(true)
    }

    fn refunded(&self, db: &Connection, order_id: &str) -> rusqlite::Result<i64> {
        let sql = format!("SELECT coalesce(sum(amount), 0) FROM {}_refunds WHERE order_id = ?1", self.table);
        db.query_row(&sql, [order_id], |row| row.get(0))
    }

    /// The person agrees that this platform's orders are debited silently, each up to `most` dollars.
    pub fn agree(&self, db: &Mutex<Connection>, token: &str, msisdn: &str, most: i64) -> rusqlite::Result<()> {
        let sql = format!("INSERT OR REPLACE INTO {}_agreements(token, msisdn, most) VALUES (?1, ?2, ?3)", self.table);
        lock(db).execute(&sql, params![token, msisdn, most]).map(|_| ())
    }

    /// Ends what a number agreed to, at the business. False where it agreed to nothing.
    pub fn revoke(&self, db: &Mutex<Connection>, msisdn: &str) -> rusqlite::Result<bool> {
        let sql = format!("UPDATE {}_agreements SET revoked = 1 WHERE msisdn = ?1 AND revoked = 0", self.table);
        lock(db).execute(&sql, [msisdn]).map(|changed| changed > 0)
    }

    /// The account of an agreement that is in force, and the most that it debits.
    pub fn agreed(&self, db: &Mutex<Connection>, token: &str) -> rusqlite::Result<Option<(String, i64)>> {
        let sql = format!("SELECT msisdn, most FROM {}_agreements WHERE token = ?1 AND revoked = 0", self.table);
        lock(db).query_row(&sql, [token], |row| Ok((row.get(0)?, row.get(1)?))).optional()
    }

    /// Opens an account with that balance, or sets it.
    pub fn set_balance(&self, db: &Mutex<Connection>, msisdn: &str, balance: i64) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT INTO {}_accounts(msisdn, balance) VALUES (?1, ?2)
             ON CONFLICT(msisdn) DO UPDATE SET balance = excluded.balance",
            self.table
        );
        lock(db).execute(&sql, params![msisdn, balance]).map(|_| ())
    }

    /// What an account holds.
    pub fn balance(&self, db: &Mutex<Connection>, msisdn: &str) -> rusqlite::Result<i64> {
        let sql = format!("SELECT balance FROM {}_accounts WHERE msisdn = ?1", self.table);
        Ok(lock(db).query_row(&sql, [msisdn], |row| row.get(0)).optional()?.unwrap_or(OPENING_BALANCE))
    }

    /// Every charge, oldest first.
    pub fn charges(&self, db: &Mutex<Connection>) -> rusqlite::Result<Vec<Charge>> {
        let db = lock(db);
        let mut query = db.prepare(&format!(
            "SELECT account, order_id, payment_id, biller, number, period, amount, at,
                 (SELECT coalesce(sum(amount), 0) FROM {t}_refunds WHERE order_id = charged.order_id)
             FROM {t}_charges AS charged ORDER BY seq",
            t = self.table
        ))?;
        let rows = query.query_map([], |row| {
            Ok(Charge {
                business: self.id.to_owned(),
                account: row.get(0)?,
                order_id: row.get(1)?,
                payment_id: row.get(2)?,
                biller: row.get(3)?,
                number: row.get(4)?,
                period: row.get(5)?,
                amount: row.get(6)?,
                at: instant(row.get(7)?),
                refunded: row.get(8)?,
            })
        })?;
        rows.collect()
    }

    /// A writer of orders and charges that were finished long ago.
    pub fn past<'a>(&self, db: &'a Connection) -> rusqlite::Result<PastWriter<'a>> {
        let t = &self.table;
        Ok(PastWriter {
            account: db.prepare(&format!("INSERT OR IGNORE INTO {t}_accounts(msisdn, balance) VALUES (?1, ?2)"))?,
            order: db.prepare(&format!(
                "INSERT INTO {t}_orders(order_id, payment_id, account, biller, number, period, amount, trade_no, state, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'charged', ?9)"
            ))?,
            charge: db.prepare(&format!(
                "INSERT INTO {t}_charges(order_id, payment_id, account, biller, number, period, amount, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
            ))?,
        })
    }

    /// The table of this business's charges.
    pub fn charges_table(&self) -> String {
        format!("{}_charges", self.table)
    }

    fn trade_no(&self) -> String {
        format!("{}{}", self.prefix, entropy::digits(14))
    }

    fn standing(&self, db: &Connection, order_id: &str) -> rusqlite::Result<Option<Standing>> {
        let sql = format!("SELECT state, trade_no, reason, at FROM {}_orders WHERE order_id = ?1", self.table);
        db.prepare_cached(&sql)?
            .query_row([order_id], |row| {
                let (state, trade_no): (String, String) = (row.get(0)?, row.get(1)?);
                Ok(match state.as_str() {
                    "charged" => Standing::Charged { trade_no, at: row.get(3)? },
                    "declined" => {
                        let reason: Option<String> = row.get(2)?;
                        Standing::Declined { trade_no, reason: reason.unwrap_or_else(|| "provider_refused".into()) }
                    }
                    "handed_off" => Standing::HandedOff { trade_no },
                    _ => Standing::Cancelled { trade_no },
                })
            })
            .optional()
    }

    /// Takes money from an account that opens itself. False, and nothing taken, where there is too little.
    fn withdraw(&self, db: &Connection, account: &str, amount: i64) -> rusqlite::Result<bool> {
        let t = &self.table;
        db.prepare_cached(&format!("INSERT OR IGNORE INTO {t}_accounts(msisdn, balance) VALUES (?1, ?2)"))?
            .execute(params![account, OPENING_BALANCE])?;
        let taken = db
            .prepare_cached(&format!(
                "UPDATE {t}_accounts SET balance = balance - ?2 WHERE msisdn = ?1 AND balance >= ?2"
            ))?
            .execute(params![account, amount])?;
        Ok(taken == 1)
    }

    fn write_order(
        &self,
        db: &Connection,
        order: &Order,
        trade_no: &str,
        state: &str,
        reason: Option<&str>,
        at: i64,
    ) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT INTO {}_orders(order_id, payment_id, account, biller, number, period, amount, trade_no, state,
                 reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            self.table
        );
        let o = order;
        let row = params![
            o.order_id,
            o.payment_id,
            o.account,
            o.biller,
            o.number,
            o.period,
            o.amount,
            trade_no,
            state,
            reason,
            at
        ];
        db.prepare_cached(&sql)?.execute(row).map(|_| ())
    }

    fn write_charge(&self, db: &Connection, order: &Order, at: i64) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT INTO {}_charges(order_id, payment_id, account, biller, number, period, amount, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            self.table
        );
        let o = order;
        let row = params![o.order_id, o.payment_id, o.account, o.biller, o.number, o.period, o.amount, at];
        db.prepare_cached(&sql)?.execute(row).map(|_| ())
    }

    fn finish_row(&self, db: &Connection, order_id: &str, state: &str, reason: Option<&str>) -> rusqlite::Result<()> {
        let sql = format!("UPDATE {}_orders SET state = ?2, reason = ?3, at = ?4 WHERE order_id = ?1", self.table);
        db.execute(&sql, params![order_id, state, reason, now_ms()]).map(|_| ())
    }
}

/// Writes what a business had charged before the sandbox began.
pub struct PastWriter<'a> {
    account: Statement<'a>,
    order: Statement<'a>,
    charge: Statement<'a>,
}

impl PastWriter<'_> {
    /// One order and its charge; `first` where the account's number comes for the first time.
    pub fn write(&mut self, past: &Past, first: bool) -> rusqlite::Result<()> {
        if first {
            self.account.execute(params![past.msisdn, OPENING_BALANCE])?;
        }
        let p = past;
        self.order
            .execute(params![p.order_id, p.id, p.msisdn, p.biller, p.number, p.period, p.payable, p.trade_no, p.at])?;
        self.charge
            .execute(params![p.order_id, p.id, p.msisdn, p.biller, p.number, p.period, p.payable, p.at])
            .map(|_| ())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::store;

    #[test]
    fn no_more_is_given_back_than_was_charged_and_once_under_one_id() {
        let folder = tempfile::tempdir().unwrap();
        let books = Books::new("jkopay", "JK");
        let db = store::open(&folder.path().join("books.sqlite"), &books.schema()).unwrap();
        let order = Order {
            provider: "jkopay".into(),
            order_id: "PT1".into(),
            payment_id: "1".into(),
            account: "+886912345678".into(),
            biller: "kinmen-water".into(),
            number: "1234567".into(),
            period: "11510".into(),
            amount: 428,
        };
        assert!(!books.refund(&db, "PT1", "a", 428).unwrap(), "nothing was charged");
        books.take(&db, &order, Decision::Charge).unwrap();
        assert!(!books.refund(&db, "PT1", "a", 429).unwrap());
        assert!(books.refund(&db, "PT1", "a", 400).unwrap());
        assert!(books.refund(&db, "PT1", "a", 400).unwrap(), "told once more");
        assert!(!books.refund(&db, "PT1", "b", 29).unwrap());
        assert!(books.refund(&db, "PT1", "b", 28).unwrap());
        assert_eq!(books.balance(&db, &order.account).unwrap(), OPENING_BALANCE);
        assert_eq!(books.charges(&db).unwrap()[0].refunded, 428);
    }
}
