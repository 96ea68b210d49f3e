//! Recording: one transaction, which burns the token that came along.

use super::order_id::order_id;
use super::row::find;
use super::{PaymentRequest, conflict};
use crate::business::ledger::Order;
use crate::clock::now_ms;
use crate::entropy;
use crate::platform::inquiry::{self, BillStatus};
use crate::platform::verification::Session;
use crate::platform::{Platform, Setting, consent, registry};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Transaction, TransactionBehavior, params};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// What recording came to.
enum Recorded {
    New(Order),
    Known,
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
    pub(super) async fn order(&self, order: Order) {
        match self.back.get() {
            None => match self.debit(&order) {
                Ok(debit) => self.businesses.take(order, debit).await,
                Err(error) => eprintln!("paytaipei-sandbox: an order was not made: {:?}", error.sqlite_error_code()),
            },
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
}
