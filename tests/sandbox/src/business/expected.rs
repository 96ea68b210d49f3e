//! Which payment an order stands for. No business knows: the sandbox notes it to count charges by bill, and to refuse an
//! order id that two payments share.

use super::Businesses;
use crate::control::types::BillName;
use crate::store::lock;
use rusqlite::{OptionalExtension, params};

pub const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS expected(
    provider TEXT NOT NULL, order_id TEXT NOT NULL, payment_id TEXT NOT NULL, biller TEXT NOT NULL, number TEXT NOT NULL,
    period TEXT NOT NULL, PRIMARY KEY (provider, order_id)) STRICT;
    CREATE INDEX IF NOT EXISTS expected_by_payment ON expected(payment_id);";

/// The payment behind an order.
#[derive(Default)]
pub struct Expected {
    pub payment_id: String,
    pub biller: String,
    pub number: String,
    pub period: String,
}

impl Businesses {
    /// Notes an order before anything of it is sent. False where another payment has this order id.
    pub fn expect(&self, provider: &str, order_id: &str, payment_id: &str, bill: &BillName) -> rusqlite::Result<bool> {
        let db = lock(&self.db);
        db.execute(
            "INSERT OR IGNORE INTO expected VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![provider, order_id, payment_id, bill.biller, bill.number, bill.period],
        )?;
        db.query_row(
            "SELECT payment_id = ?3 FROM expected WHERE provider = ?1 AND order_id = ?2",
            params![provider, order_id, payment_id],
            |row| row.get(0),
        )
    }

    /// The payment behind an order.
    pub fn expected(&self, provider: &str, order_id: &str) -> rusqlite::Result<Option<Expected>> {
        lock(&self.db)
            .query_row(
                "SELECT payment_id, biller, number, period FROM expected WHERE provider = ?1 AND order_id = ?2",
                [provider, order_id],
                |row| {
                    Ok(Expected {
                        payment_id: row.get(0)?,
                        biller: row.get(1)?,
                        number: row.get(2)?,
                        period: row.get(3)?,
                    })
                },
            )
            .optional()
    }
}
