//! Payments, exactly once under one identifier.
//!
//! A `PUT` is recorded in one transaction (which burns the token it carried), then ordered at the business under an order
//! id that follows from the payment's identifier, then finished by the business's webhook. A sandbox that was killed in
//! between orders again at its next start: the business knows the order.

use super::deals::Given;
use super::inquiry::{self, BillStatus};
use super::receipts::{self, Paid};
use super::registry;
use super::verification::Session;
use super::{Platform, Setting, consent};
use crate::business::Webhook;
use crate::business::ledger::{Order, Standing};
use crate::clock::{instant, now_ms};
use crate::control::types::{BillName, PlatformPayment};
use crate::entropy;
use crate::faults::Facts;
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The contract's `PaymentRequest`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    pub bill: BillName,
    pub amount: i64,
    pub fee: i64,
    pub discount: i64,
    pub payable: i64,
    pub provider: String,
    pub funding: Option<String>,
    /// What the person was promised.
    #[serde(default)]
    pub cashback: i64,
    pub consent: Consent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub at: String,
    pub signature: String,
}

/// The contract's most payments of a page.
const PAGE: usize = 100;
/// O'Pay's `MerchantTradeNo` takes twenty characters, and no business takes fewer.
const ORDER_ID_LENGTH: usize = 20;

/// A row of the payments.
struct PaymentRow {
    seq: i64,
    id: String,
    msisdn: String,
    state: String,
    reason: Option<String>,
    bill: BillName,
    payable: i64,
    provider: String,
    order_id: Option<String>,
    body_sha256: Option<String>,
    receipt: Option<String>,
    recorded_at: i64,
    settled_at: Option<i64>,
    hand_off_url: Option<String>,
    puts: i64,
    /// JSON.
    cashback: Option<String>,
    signed_receipt: Option<String>,
    refund: Option<(String, i64)>,
}

const COLUMNS: &str = "seq, id, msisdn, state, reason, biller, number, period, payable, provider, order_id, body_sha256, \
                       receipt, recorded_at, settled_at, hand_off_url, puts, cashback, signed_receipt, refund, refunded_at";

impl PaymentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            msisdn: row.get(2)?,
            state: row.get(3)?,
            reason: row.get(4)?,
            bill: BillName { biller: row.get(5)?, number: row.get(6)?, period: row.get(7)? },
            payable: row.get(8)?,
            provider: row.get(9)?,
            order_id: row.get(10)?,
            body_sha256: row.get(11)?,
            receipt: row.get(12)?,
            recorded_at: row.get(13)?,
            settled_at: row.get(14)?,
            hand_off_url: row.get(15)?,
            puts: row.get(16)?,
            cashback: row.get(17)?,
            signed_receipt: row.get(18)?,
            refund: row.get::<_, Option<String>>(19)?.zip(row.get(20)?),
        })
    }

    /// The contract's `Payment`.
    fn answer(&self) -> Value {
        let mut answer = Map::new();
        answer.insert("id".into(), json!(self.id));
        answer.insert("state".into(), json!(self.state));
        answer.insert("bill".into(), json!(self.bill));
        answer.insert("payable".into(), json!(self.payable));
        answer.insert("provider".into(), json!(self.provider));
        let in_hand = self.state == "awaiting_hand_off";
        let optional = [
            ("reason", self.reason.clone()),
            ("body_sha256", self.body_sha256.clone()),
            ("receipt", self.receipt.clone()),
            ("settled_at", self.settled_at.map(instant)),
            ("hand_off_url", self.hand_off_url.clone().filter(|_| in_hand)),
            ("signed_receipt", self.signed_receipt.clone()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                answer.insert(name.into(), value.into());
            }
        }
        let given = self.given();
        if !given.is_empty() {
            answer.insert("cashback".into(), json!(given));
        }
        if let Some((kind, at)) = &self.refund {
            answer.insert("refund".into(), json!({"kind": kind, "at": instant(*at)}));
        }
        Value::Object(answer)
    }

    fn given(&self) -> Vec<Given> {
        self.cashback.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    fn is_finished(&self) -> bool {
        matches!(self.state.as_str(), "settled" | "refunded" | "declined" | "voided")
    }

    /// The order that the business was or will be given. A tombstone has none.
    fn order(&self) -> Option<Order> {
        self.order_id.as_ref().map(|order_id| Order {
            provider: self.provider.clone(),
            order_id: order_id.clone(),
            payment_id: self.id.clone(),
            account: self.msisdn.clone(),
            biller: self.bill.biller.clone(),
            number: self.bill.number.clone(),
            period: self.bill.period.clone(),
            amount: self.payable,
        })
    }
}

fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<PaymentRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM payments WHERE id = ?1"))?
        .query_row([id], PaymentRow::read)
        .optional()
}

/// The business's order id of a payment: the same for ever, and no longer than any business allows.
pub fn order_id(payment_id: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let hash = entropy::sha256(payment_id.as_bytes());
    let letters = hash.iter().filter_map(|byte| ALPHABET.get(usize::from(byte & 31)).copied().map(char::from));
    "PT".chars().chain(letters).take(ORDER_ID_LENGTH).collect()
}

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

/// What recording came to.
enum Recorded {
    New(Order),
    Known,
}

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

fn conflict(message: &str) -> Problem {
    Problem::new(409, "id_conflict", message)
}

impl Platform {
    /// `PUT /v1/payments/{id}`: `body` is every byte that was sent.
    pub async fn put(
        self: &Arc<Self>,
        session: &Session,
        id: &str,
        token: Option<&str>,
        body: &[u8],
    ) -> Result<Value, Problem> {
        // Subscribed before anything is recorded: no change can be missed.
        let changes = self.changes.subscribe();
        if let Recorded::New(order) = self.record(session, id, token, body)? {
            let this = Arc::clone(self);
            // A task of its own: what was recorded is ordered, whoever hangs up meanwhile.
            tokio::spawn(async move { this.order(order).await });
        }
        self.outcome(id, changes).await
    }

    /// One transaction: the payment recorded, or refused; either way the token is burnt.
    fn record(&self, session: &Session, id: &str, token: Option<&str>, body: &[u8]) -> Result<Recorded, Problem> {
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = self.record_in(&tx, session, id, token, body);
        if outcome.as_ref().err().is_some_and(|problem| problem.status >= 500) {
            return outcome;
        }
        if let Some(token) = token {
            inquiry::burn_token(&tx, token, &session.msisdn)?;
        }
        tx.commit()?;
        outcome
    }

    fn record_in(
        &self,
        tx: &Transaction<'_>,
        session: &Session,
        id: &str,
        token: Option<&str>,
        body: &[u8],
    ) -> Result<Recorded, Problem> {
        self.check_id("PUT", "", id)?;
        let body_sha256 = entropy::sha256_hex(body);
        if let Some(known) = find(tx, id)? {
            tx.prepare_cached("UPDATE payments SET puts = puts + 1 WHERE id = ?1")?.execute([id])?;
            if known.msisdn != session.msisdn {
                return Err(conflict("This identifier is taken: make a new one."));
            }
            if known.body_sha256.as_ref().is_some_and(|recorded| *recorded != body_sha256) {
                return Err(conflict("Another payment was recorded under this identifier: ask for it."));
            }
            return Ok(Recorded::Known);
        }
        let request = self.read_request(id, body)?;
        let stale = || Problem::new(409, "bill_token_stale", "Inquire the bill again and pay with the token it gives.");
        let token = token.ok_or_else(stale)?;
        if !inquiry::token_is_live(tx, token, &request.bill, &session.msisdn)? {
            return Err(stale());
        }
        let revoked: bool = tx
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM revoked_keys WHERE consent_key = ?1)")?
            .query_row([&session.consent_key], |row| row.get(0))?;
        if revoked || !consent::covers(&session.consent_key, id, &request) {
            return Err(Problem::new(
                403,
                "consent_invalid",
                "The consent doesn't cover this payment: ask for it again.",
            ));
        }
        self.check_bill(tx, &request)?;
        if !self.provider_is_open(tx, &request.provider)? {
            return Err(Problem::new(409, "provider_closed", "This business takes no payments now: choose another."));
        }
        let given = self.given_now(tx, &session.msisdn, &request)?;
        if given.iter().map(|given| given.amount).sum::<i64>() < request.cashback {
            return Err(Problem::new(
                409,
                "deal_changed",
                "Less is given back than was promised: show it, and ask again.",
            ));
        }
        tx.prepare_cached(
            "INSERT INTO payments(id, msisdn, state, biller, number, period, payable, provider, order_id, body_sha256,
                 recorded_at, puts, cashback) VALUES (?1, ?2, 'processing', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11)",
        )?
        .execute(params![
            id,
            session.msisdn,
            request.bill.biller,
            request.bill.number,
            request.bill.period,
            request.payable,
            request.provider,
            order_id(id),
            body_sha256,
            now_ms(),
            json!(given).to_string()
        ])?;
        let recorded = find(tx, id)?.and_then(|row| row.order());
        recorded.map(Recorded::New).ok_or_else(|| Problem::new(500, "internal", "The payment was not recorded."))
    }

    /// Orders a payment at its business: in the business's own protocol, where the back speaks it.
    async fn order(&self, order: Order) {
        match self.back.get() {
            None => self.businesses.take(order).await,
            Some(back) => {
                if let Err(error) = back.pay(&order).await {
                    eprintln!("paytaipei-sandbox: an order was not made: {:?}", error.sqlite_error_code());
                }
            }
        }
    }

    /// A body of this interface, whose parts add up.
    fn read_request(&self, id: &str, body: &[u8]) -> Result<PaymentRequest, Problem> {
        let malformed = || Problem::malformed("The body is not a payment of this interface.");
        let value: Value = serde_json::from_slice(body).map_err(|_| malformed())?;
        self.contract
            .check_body("PUT", &format!("/v1/payments/{id}"), &value)
            .map_err(|violation| Problem::malformed(format!("Not a payment of this interface: {violation}.")))?;
        // Read from the bytes once more: a member given twice is lost in a value, and refused here.
        let request: PaymentRequest = serde_json::from_slice(body).map_err(|_| malformed())?;
        if request.payable != request.amount.saturating_add(request.fee).saturating_sub(request.discount) {
            return Err(Problem::malformed("payable is not amount + fee − discount."));
        }
        Ok(request)
    }

    /// May this bill be paid, and is this what it costs?
    fn check_bill(&self, tx: &Transaction<'_>, request: &PaymentRequest) -> Result<(), Problem> {
        let stale = || Problem::new(409, "bill_token_stale", "Inquire the bill again and pay with the token it gives.");
        let bill = registry::find(tx, &request.bill)?.ok_or_else(stale)?;
        let guard = self.setting(tx, Setting::Guard)? != 0;
        match inquiry::status(tx, &bill)? {
            BillStatus::Paid | BillStatus::InPayment if guard => {
                return Err(Problem::new(
                    409,
                    "already_paid",
                    "This bill is paid, or being paid: nothing is to be done.",
                ));
            }
            BillStatus::Expired => {
                return Err(Problem::new(409, "bill_expired", "This bill's deadline is over: pay it at the biller."));
            }
            _ => {}
        }
        if (bill.amount, bill.fee, bill.discount) != (request.amount, request.fee, request.discount) {
            return Err(Problem::new(409, "amount_changed", "The bill has another amount now: inquire and ask again."));
        }
        Ok(())
    }

    /// Waits, for as long as the platform has patience, until a payment is no longer `processing`.
    async fn outcome(&self, id: &str, mut changes: tokio::sync::watch::Receiver<u64>) -> Result<Value, Problem> {
        let patience = self.setting(&lock(&self.db), Setting::PatienceMs)?;
        let deadline = tokio::time::Instant::now() + Duration::from_millis(u64::from(patience));
        loop {
            changes.mark_unchanged();
            let row = find(&lock(&self.db), id)?;
            let row = row.ok_or_else(|| Problem::new(500, "internal", "The payment was not recorded."))?;
            if row.state != "processing" {
                return Ok(row.answer());
            }
            match tokio::time::timeout_at(deadline, changes.changed()).await {
                Ok(Ok(())) => {}
                _ => return Ok(row.answer()),
            }
        }
    }

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

    fn check_id(&self, method: &str, suffix: &str, id: &str) -> Result<(), Problem> {
        self.contract
            .check_path(method, &format!("/v1/payments/{id}{suffix}"))
            .map_err(|_| Problem::malformed("A payment's identifier is a UUIDv7 in lower case."))
    }

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
    fn finish(&self, order_id: &str, standing: &Standing) -> rusqlite::Result<()> {
        let (state, reason, receipt, settled_at, hand_off_url) = match standing {
            Standing::Charged { trade_no, at } => ("settled", None, Some(trade_no), Some(*at), None),
            Standing::Declined { reason, .. } => ("declined", Some(reason), None, None, None),
            Standing::HandedOff { trade_no } => {
                let url = format!("https://business.sandbox.invalid/hand-off/{trade_no}");
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
        self.changed();
        Ok(())
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

    #[test]
    fn an_order_id_is_twenty_characters_and_always_the_same() {
        assert_eq!(order_id(ID).len(), 20);
        assert_eq!(order_id(ID), order_id(ID));
        assert_ne!(order_id(ID), order_id("017f22e2-79b0-7cc3-98c4-dc0c0c073990"));
    }
}
