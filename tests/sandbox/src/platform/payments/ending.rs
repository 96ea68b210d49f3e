//! How payments end: by what the businesses tell, once, whatever they tell twice.

use super::row::{COLUMNS, PaymentRow};
use crate::business::ledger::{Order, Standing};
use crate::business::{BUSINESSES, Business, Webhook};
use crate::clock::instant;
use crate::platform::Platform;
use crate::platform::receipts::{self, Paid};
use crate::store::lock;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use std::sync::Arc;

/// The receipt is signed in the transaction that settles.
fn sign_receipt(tx: &Transaction<'_>, order_id: &str) -> rusqlite::Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE order_id = ?1");
    let row = tx.prepare_cached(&sql)?.query_row([order_id], PaymentRow::read)?;
    let given = row.given();
    let settled_at = row.settled_at.map(instant).unwrap_or_default();
    let paid = Paid {
        id: &row.id,
        bill: &row.bill,
        payable: row.payable,
        provider: &row.provider,
        receipt: row.receipt.as_deref().unwrap_or_default(),
        settled_at: &settled_at,
        cashback: &given,
    };
    // Without a key a payment is settled all the same.
    let signed = receipts::sign(tx, &paid).ok();
    tx.prepare_cached("UPDATE payments SET signed_receipt = ?2 WHERE order_id = ?1")?
        .execute(params![order_id, signed])
        .map(|_| ())
}

impl Platform {
    /// Takes what a business tells. A result told twice is counted and changes nothing.
    pub fn take_webhook(&self, webhook: &Webhook) -> rusqlite::Result<()> {
        let (trade_no, status) = match &webhook.standing {
            Standing::Charged { trade_no, .. } => (trade_no, "charged"),
            Standing::Declined { trade_no, .. } => (trade_no, "declined"),
            Standing::HandedOff { trade_no } => (trade_no, "handed_off"),
            Standing::Cancelled { trade_no } => (trade_no, "cancelled"),
        };
        let received: i64 = lock(&self.db)
            .prepare_cached(
                "INSERT INTO webhooks(order_id, trade_no, status, received) VALUES (?1, ?2, ?3, 1)
                 ON CONFLICT(trade_no, status) DO UPDATE SET received = received + 1 RETURNING received",
            )?
            .query_row(params![webhook.order_id, trade_no, status], |row| row.get(0))?;
        if received == 1 { self.finish(&webhook.order_id, &webhook.standing) } else { Ok(()) }
    }

    /// Records how an order ended, unless its payment has ended before.
    pub fn record_end(&self, webhook: &Webhook) -> rusqlite::Result<()> {
        self.finish(&webhook.order_id, &webhook.standing)
    }

    /// Whoever waits for an outcome looks again.
    pub fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Records how an order stands, unless its payment is finished. A charge pays the bill.
    pub(super) fn finish(&self, order_id: &str, standing: &Standing) -> rusqlite::Result<()> {
        let (state, reason, receipt, settled_at, hand_off_url) = match standing {
            Standing::Charged { trade_no, at } => ("settled", None, Some(trade_no), Some(*at), None),
            Standing::Declined { reason, .. } => ("declined", Some(reason), None, None, None),
            Standing::HandedOff { trade_no } => {
                let host = self.business_of(order_id)?.map_or("", |business| business.host);
                let url = format!("https://{host}/hand-off/{trade_no}");
                ("awaiting_hand_off", None, None, None, Some(url))
            }
            Standing::Cancelled { .. } => ("voided", None, None, None, None),
        };
        {
            let mut db = lock(&self.db);
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = tx
                .prepare_cached(
                    "UPDATE payments SET state = ?2, reason = ?3, receipt = ?4, settled_at = ?5, hand_off_url = ?6
                     WHERE order_id = ?1 AND state IN ('processing', 'awaiting_hand_off')",
                )?
                .execute(params![order_id, state, reason, receipt, settled_at, hand_off_url])?;
            if changed == 1 && state == "settled" {
                tx.prepare_cached(
                    "UPDATE bills SET paid_at = coalesce(bills.paid_at, ?2), paid_by = coalesce(bills.paid_by, payments.id)
                     FROM payments WHERE payments.order_id = ?1 AND bills.biller = payments.biller
                     AND bills.number = payments.number AND bills.period = payments.period",
                )?
                .execute(params![order_id, settled_at])?;
                sign_receipt(&tx, order_id)?;
            }
            tx.commit()?;
        }
        if matches!(standing, Standing::Declined { reason, .. } if reason == "no_agreement") {
            self.note_revoked(order_id)?;
        }
        self.changed();
        Ok(())
    }

    fn business_of(&self, order_id: &str) -> rusqlite::Result<Option<&'static Business>> {
        let provider: Option<String> = lock(&self.db)
            .query_row("SELECT provider FROM payments WHERE order_id = ?1", [order_id], |row| row.get(0))
            .optional()?;
        Ok(BUSINESSES.iter().find(|business| Some(business.id) == provider.as_deref()))
    }

    /// Orders once more what was recorded and not finished when the sandbox last stopped.
    pub fn resume(self: &Arc<Self>) -> rusqlite::Result<()> {
        let orders: Vec<Order> = {
            let db = lock(&self.db);
            let mut query = db.prepare(&format!(
                "SELECT {COLUMNS} FROM payments WHERE state IN ('processing', 'awaiting_hand_off')"
            ))?;
            let rows = query.query_map([], PaymentRow::read)?.collect::<rusqlite::Result<Vec<PaymentRow>>>()?;
            rows.iter().filter_map(PaymentRow::order).collect()
        };
        for order in orders {
            // A standing that was told before the stop was perhaps not recorded: it must count again.
            lock(&self.db).execute("DELETE FROM webhooks WHERE order_id = ?1", [&order.order_id])?;
            let this = Arc::clone(self);
            tokio::spawn(async move { this.order(order).await });
        }
        Ok(())
    }
}
