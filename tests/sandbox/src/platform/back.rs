//! What the platform keeps of payments that go to the businesses in their own protocols: hand-offs, notices.

use super::payments::order_id;
use super::{Platform, Setting};
use crate::business::Webhook;
use crate::business::ledger::Standing;
use crate::control::types::BillName;
use crate::store::lock;
use rusqlite::{OptionalExtension, params};

/// A charge that nobody wants any more.
pub struct Unwanted {
    pub provider: String,
    pub amount: i64,
}

impl Platform {
    /// How long the person has to finish, in seconds, and how often a business is asked, in milliseconds.
    pub fn hand_off_times(&self) -> rusqlite::Result<(u32, u32)> {
        let db = lock(&self.db);
        Ok((self.setting(&db, Setting::HandOffS)?, self.setting(&db, Setting::PollMs)?))
    }

    /// The bill of a payment.
    pub fn facts_of_bill(&self, payment: &str) -> rusqlite::Result<Option<BillName>> {
        lock(&self.db)
            .query_row("SELECT biller, number, period FROM payments WHERE id = ?1", [payment], |row| {
                Ok(BillName { biller: row.get(0)?, number: row.get(1)?, period: row.get(2)? })
            })
            .optional()
    }

    /// The person finishes there.
    pub fn hand_off(&self, payment: &str, url: &str) -> rusqlite::Result<()> {
        lock(&self.db).execute(
            "UPDATE payments SET state = 'awaiting_hand_off', hand_off_url = ?2 WHERE id = ?1 AND state = 'processing'",
            [payment, url],
        )?;
        self.changed();
        Ok(())
    }

    /// Counts a notice that the gateway believed.
    pub fn note_notice(&self, payment: &str, known: &str) -> rusqlite::Result<()> {
        lock(&self.db)
            .execute(
                "INSERT INTO webhooks(order_id, trade_no, status, received) VALUES (?1, ?2, 'notice', 1)
                 ON CONFLICT(trade_no, status) DO UPDATE SET received = received + 1",
                params![order_id(payment), format!("{payment}/{known}")],
            )
            .map(|_| ())
    }

    /// Records how an order ended. Gives what is to be given back: a charge of a payment that had ended otherwise.
    pub fn conclude(&self, payment: &str, standing: &Standing) -> rusqlite::Result<Option<Unwanted>> {
        let webhook = Webhook { order_id: order_id(payment), standing: standing.clone() };
        let db_row = |platform: &Self| {
            lock(&platform.db)
                .query_row("SELECT state, provider, payable FROM payments WHERE id = ?1", [payment], |row| {
                    Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()
        };
        self.record_end(&webhook)?;
        let unwanted = match (standing, db_row(self)?) {
            (Standing::Charged { .. }, Some((state, provider, amount))) if state != "settled" => {
                Some(Unwanted { provider, amount })
            }
            _ => None,
        };
        Ok(unwanted)
    }
}
