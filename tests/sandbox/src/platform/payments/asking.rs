//! What became of a payment, and making sure that it never charges.

use super::conflict;
use super::row::{COLUMNS, PaymentRow, find};
use crate::clock::{instant, now_ms};
use crate::control::types::PlatformPayment;
use crate::faults::Facts;
use crate::platform::verification::Session;
use crate::platform::{Platform, Setting};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{TransactionBehavior, params};
use serde_json::{Value, json};

/// The contract's most payments of a page.
const PAGE: usize = 100;
/// The time that a UUIDv7 carries: its first 48 bits, milliseconds since 1970 (RFC 9562, §5.7).
fn uuid_ms(id: &str) -> Option<i64> {
    let hex: String = id.chars().filter(|letter| *letter != '-').take(12).collect();
    i64::from_str_radix(&hex, 16).ok()
}

/// Seconds for which the same bytes may still be sent. A clock ahead of ours gains nothing by it.
fn resend_for_s(id: &str, window_s: u32, now: i64) -> u64 {
    let window_ms = i64::from(window_s).saturating_mul(1000);
    let until = uuid_ms(id).unwrap_or(0).saturating_add(window_ms);
    u64::try_from(until.saturating_sub(now).clamp(0, window_ms) / 1000).unwrap_or(0)
}

impl Platform {
    /// `GET /v1/payments/{id}`. What another number recorded is not found, and can never be sent.
    pub fn payment(&self, session: &Session, id: &str) -> Result<Value, Problem> {
        self.check_id("GET", "", id)?;
        let db = lock(&self.db);
        let resend = match find(&db, id)? {
            Some(row) if row.msisdn == session.msisdn => return Ok(row.answer()),
            Some(_) => 0,
            None => resend_for_s(id, self.setting(&db, Setting::ResendWindowS)?, now_ms()),
        };
        let mut problem = Problem::new(404, "payment_not_found", "Nothing is recorded under this identifier.");
        problem.resend_for_s = Some(resend);
        Err(problem)
    }

    /// `GET /v1/payments`: the number's payments, oldest first.
    pub fn list(&self, session: &Session, after: Option<&str>) -> Result<Value, Problem> {
        let bad = || Problem::malformed("This is no cursor of this interface: begin without one.");
        let after: i64 = match after {
            None => 0,
            Some(cursor) => cursor.strip_prefix('c').and_then(|seq| seq.parse().ok()).ok_or_else(bad)?,
        };
        let db = lock(&self.db);
        let mut query = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM payments WHERE msisdn = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
        ))?;
        let one_more = i64::try_from(PAGE.saturating_add(1)).unwrap_or(i64::MAX);
        let mut rows = query
            .query_map(params![session.msisdn, after, one_more], PaymentRow::read)?
            .collect::<rusqlite::Result<Vec<PaymentRow>>>()?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let mut page = json!({"payments": rows.iter().map(PaymentRow::answer).collect::<Vec<Value>>()});
        if let (true, Some(last), Some(members)) = (more, rows.last(), page.as_object_mut()) {
            members.insert("next".into(), format!("c{}", last.seq).into());
        }
        Ok(page)
    }

    /// `POST /v1/payments/{id}/void`. What was never seen gets a tombstone; what the business has not finished is
    /// cancelled there, which is where charge and cancellation meet in one transaction.
    pub fn void(&self, session: &Session, id: &str) -> Result<Value, Problem> {
        self.check_id("POST", "/void", id)?;
        let standing = {
            let mut db = lock(&self.db);
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            match find(&tx, id)? {
                Some(row) if row.msisdn != session.msisdn => {
                    return Err(conflict("This identifier is taken: make a new one."));
                }
                Some(row) if row.is_finished() => return Ok(row.answer()),
                Some(row) => row.order(),
                None => {
                    tx.execute(
                        "INSERT INTO payments(id, msisdn, state, biller, number, period, payable, provider, recorded_at)
                         VALUES (?1, ?2, 'voided', '', '', '', 0, '', ?3)",
                        params![id, session.msisdn, now_ms()],
                    )?;
                    tx.commit()?;
                    None
                }
            }
        };
        if self.back.get().is_some() {
            // No business's protocol cancels what is not paid: it ends when the person's time is up.
        } else if let Some(order) = standing
            && let Some(standing) = self.businesses.cancel(&order)?
        {
            self.finish(&order.order_id, &standing)?;
        }
        let row = find(&lock(&self.db), id)?;
        row.map(|row| row.answer()).ok_or_else(|| Problem::new(500, "internal", "The void was not recorded."))
    }

    /// What is known of a recorded payment, for the filters of faults.
    pub fn facts(&self, id: &str) -> Facts {
        let row = find(&lock(&self.db), id).ok().flatten();
        row.map_or_else(Facts::default, |row| Facts {
            route: None,
            provider: Some(row.provider),
            biller: Some(row.bill.biller),
            number: Some(row.bill.number),
        })
    }

    /// Every payment as the platform sees it, oldest first.
    pub fn all_payments(&self) -> rusqlite::Result<Vec<PlatformPayment>> {
        let db = lock(&self.db);
        let mut webhooks = db.prepare("SELECT coalesce(sum(received), 0) FROM webhooks WHERE order_id = ?1")?;
        let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM payments ORDER BY seq"))?;
        let rows = query.query_map([], PaymentRow::read)?;
        let mut all = Vec::new();
        for row in rows {
            let row = row?;
            let received = webhooks.query_row([&row.order_id], |count| count.get(0))?;
            let cashback = row.given().iter().map(|given| given.amount).sum();
            all.push(PlatformPayment {
                id: row.id,
                msisdn: row.msisdn,
                state: row.state,
                reason: row.reason,
                biller: row.bill.biller,
                number: row.bill.number,
                period: row.bill.period,
                payable: row.payable,
                provider: row.provider,
                order_id: row.order_id,
                body_sha256: row.body_sha256,
                receipt: row.receipt,
                cashback,
                recorded_at: instant(row.recorded_at),
                settled_at: row.settled_at.map(instant),
                puts: row.puts,
                webhooks: received,
            });
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9562, appendix A.6: 2022-02-22T19:22:22Z.
    const ID: &str = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    const ID_MS: i64 = 1_645_557_742_000;

    #[test]
    fn the_window_to_send_again_runs_from_the_time_in_the_identifier() {
        assert_eq!(resend_for_s(ID, 60, ID_MS), 60);
        assert_eq!(resend_for_s(ID, 60, ID_MS + 20_000), 40);
        assert_eq!(resend_for_s(ID, 60, ID_MS + 60_000), 0);
        assert_eq!(resend_for_s(ID, 60, ID_MS + 9_000_000), 0);
    }

    #[test]
    fn a_phone_whose_clock_is_ahead_gets_no_longer_window() {
        assert_eq!(resend_for_s(ID, 60, ID_MS - 86_400_000), 60);
    }
}
