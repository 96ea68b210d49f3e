//! Payments: each row committed together with the call that it wants.

use paytaipei_bill::CivilDate;
use paytaipei_payment::{Effect, Event, Payment, PaymentId, State, Timestamp, step};
use rusqlite::{OptionalExtension, Row, ToSql};

use super::seal::{Lookup, Place};
use super::{Store, Wanted, Work};
use crate::error::{Code, Error, Result};

/// A payment and the bill row it belongs to.
#[derive(Clone, Debug)]
pub struct PaymentRecord {
    pub bill: String,
    pub payment: Payment,
}

const COLUMNS: &str =
    "id, bill, lookup, origin, holds, state, call, not_before, floor, attempt, due, created_at, updated_at, sealed";

struct Stored {
    id: String,
    bill: String,
    lookup: Lookup,
    origin: String,
    /// Whether it is this phone's one payment of the bill: not ended, or settled.
    holds: bool,
    state: String,
    call: Option<String>,
    not_before: Option<i64>,
    floor: Option<i64>,
    attempt: Option<i64>,
    due: Option<i64>,
    created_at: i64,
    updated_at: i64,
    sealed: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            bill: row.get(1)?,
            lookup: row.get(2)?,
            origin: row.get(3)?,
            holds: row.get(4)?,
            state: row.get(5)?,
            call: row.get(6)?,
            not_before: row.get(7)?,
            floor: row.get(8)?,
            attempt: row.get(9)?,
            due: row.get(10)?,
            created_at: row.get(11)?,
            updated_at: row.get(12)?,
            sealed: row.get(13)?,
        })
    }

    fn columns(&self) -> [&dyn ToSql; 14] {
        [
            &self.id,
            &self.bill,
            &self.lookup,
            &self.origin,
            &self.holds,
            &self.state,
            &self.call,
            &self.not_before,
            &self.floor,
            &self.attempt,
            &self.due,
            &self.created_at,
            &self.updated_at,
            &self.sealed,
        ]
    }

    fn place(&self) -> Place {
        Place::new("payment", &self.id)
            .text(&self.bill)
            .bytes(&self.lookup)
            .text(&self.origin)
            .number(Some(i64::from(self.holds)))
            .text(&self.state)
            .maybe(self.call.as_deref())
            .number(self.not_before)
            .number(self.floor)
            .number(self.attempt)
            .number(self.due)
            .number(Some(self.created_at))
            .number(Some(self.updated_at))
    }
}

impl Work<'_> {
    pub fn payment(&self, id: PaymentId) -> Result<Option<PaymentRecord>> {
        let sql = format!("SELECT {COLUMNS} FROM payment WHERE id = ?1");
        self.tx
            .prepare_cached(&sql)?
            .query_row([id.to_string()], Stored::read)
            .optional()?
            .map(|row| self.payment_record(&row))
            .transpose()
    }

    /// The same, but `None` where the row is damaged too, which is remembered.
    pub fn intact_payment(&self, id: PaymentId) -> Result<Option<PaymentRecord>> {
        Ok(self.intact(self.payment(id))?.flatten())
    }

    /// All payments, the earliest made first.
    pub fn payments(&self) -> Result<Vec<PaymentRecord>> {
        self.select_payments(&format!("SELECT {COLUMNS} FROM payment ORDER BY created_at, id"), [])
    }

    /// Payments that have not ended, the earliest made first.
    pub fn open_payments(&self) -> Result<Vec<PaymentRecord>> {
        let ended = "state = 'settled' OR state = 'refunded' OR state = 'declined' OR state = 'paid_elsewhere' OR state = 'expired' OR
            state = 'cancelled' OR state = 'voided'";
        self.select_payments(&format!("SELECT {COLUMNS} FROM payment WHERE NOT ({ended}) ORDER BY created_at, id"), [])
    }

    /// Payments that want a call made, the earliest due bill first: nothing that is stuck holds up what follows it.
    pub fn pending_payments(&self) -> Result<Vec<PaymentRecord>> {
        self.select_payments(
            &format!("SELECT {COLUMNS} FROM payment WHERE call IS NOT NULL ORDER BY due IS NULL, due, created_at, id"),
            [],
        )
    }

    /// Payments of which somebody had a call under way.
    pub fn payments_under_way(&self) -> Result<Vec<PaymentRecord>> {
        self.select_payments(
            &format!(
                "SELECT {COLUMNS} FROM payment WHERE call IS NOT NULL AND state IN ('checking', 'submitting')
                 ORDER BY created_at, id"
            ),
            [],
        )
    }

    pub fn payments_of_bill(&self, bill: &str) -> Result<Vec<PaymentRecord>> {
        self.select_payments(&format!("SELECT {COLUMNS} FROM payment WHERE bill = ?1 ORDER BY created_at, id"), [bill])
    }

    /// Payments of a bill row that wait to learn its amount.
    pub(super) fn payments_waiting_for(&self, bill: &str) -> Result<Vec<PaymentRecord>> {
        self.select_payments(
            &format!(
                "SELECT {COLUMNS} FROM payment WHERE bill = ?1 AND state = 'needs_inquiry' ORDER BY created_at, id"
            ),
            [bill],
        )
    }

    /// Payments of a bill other than one.
    pub(super) fn payments_beside(&self, lookup: &Lookup, id: PaymentId) -> Result<Vec<PaymentRecord>> {
        self.select_payments(
            &format!("SELECT {COLUMNS} FROM payment WHERE lookup = ?1 AND id <> ?2 ORDER BY created_at, id"),
            (lookup, id.to_string()),
        )
    }

    pub(super) fn payments_by_lookup(&self, lookup: &Lookup) -> Result<Vec<PaymentRecord>> {
        self.select_payments(
            &format!("SELECT {COLUMNS} FROM payment WHERE lookup = ?1 ORDER BY created_at, id"),
            [lookup],
        )
    }

    fn select_payments(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<PaymentRecord>> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, Stored::read)?;
        // A damaged row hides no other; that there is one is remembered, and told.
        rows.filter_map(|row| {
            self.intact(row.map_err(Error::from).and_then(|row| self.payment_record(&row))).transpose()
        })
        .collect()
    }

    fn payment_record(&self, stored: &Stored) -> Result<PaymentRecord> {
        let payment: Payment = self.open(&stored.place(), &stored.sealed)?;
        if payment.state.as_str() != stored.state || payment.id.to_string() != stored.id {
            return Err(Code::StoreCorrupt.into());
        }
        Ok(PaymentRecord { bill: stored.bill.clone(), payment })
    }

    /// Writes the row and the call it wants.
    pub fn keep_payment(&self, record: &PaymentRecord) -> Result<()> {
        let payment = &record.payment;
        let mut stored = Stored {
            id: payment.id.to_string(),
            bill: record.bill.clone(),
            lookup: self.store.keys.lookup(&payment.bill),
            origin: if payment.restored { "elsewhere" } else { "here" }.to_owned(),
            holds: !payment.restored && payment.state.holds_bill(),
            state: payment.state.as_str().to_owned(),
            call: payment.pending.map(|pending| pending.call.as_str().to_owned()),
            not_before: payment.pending.map(|pending| pending.not_before.0),
            floor: payment.pending.map(|pending| pending.floor.0),
            attempt: payment.pending.map(|pending| i64::from(pending.attempt)),
            due: payment.terms.and_then(|terms| terms.due).map(CivilDate::ordinal),
            created_at: payment.created_at.0,
            updated_at: payment.updated_at.0,
            sealed: Vec::new(),
        };
        stored.sealed = self.seal(&stored.place(), payment)?;
        self.written.borrow_mut().insert(payment.id, Wanted::of(payment));
        self.shelve(|shelf| shelf.put_payment(record));
        // Mostly a step: what the row is of stays, and so do the indexes on that.
        let stepped = self
            .tx
            .prepare_cached(
                "UPDATE payment
                 SET state = ?6, call = ?7, not_before = ?8, floor = ?9, attempt = ?10, updated_at = ?13, sealed = ?14
                 WHERE id = ?1 AND bill = ?2 AND lookup = ?3 AND origin = ?4 AND holds = ?5 AND due IS ?11
                     AND created_at = ?12",
            )?
            .execute(&stored.columns()[..]);
        let written = match stepped {
            Ok(0) => self
                .tx
                .prepare_cached(
                    "INSERT INTO payment (id, bill, lookup, origin, holds, state, call, not_before, floor, attempt, due,
                         created_at, updated_at, sealed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                     ON CONFLICT (id) DO UPDATE SET bill = ?2, lookup = ?3, origin = ?4, holds = ?5, state = ?6,
                         call = ?7, not_before = ?8, floor = ?9, attempt = ?10, due = ?11, created_at = ?12,
                         updated_at = ?13, sealed = ?14",
                )?
                .execute(&stored.columns()[..]),
            stepped => stepped,
        };
        match written {
            Ok(_) => Ok(()),
            Err(error) if is_one_per_bill(&error) => Err(Code::AlreadyBeingPaid.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Which drainer may make calls: the generation that the last one took.
    pub fn lease(&self) -> Result<i64> {
        Ok(self.tx.prepare_cached("SELECT generation FROM lease")?.query_row([], |row| row.get(0))?)
    }

    /// Makes the caller the one drainer, and gives its generation.
    pub fn take_lease(&self) -> Result<i64> {
        let sql = "UPDATE lease SET generation = generation + 1 RETURNING generation";
        Ok(self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// One step of one payment, written where it changed anything.
    pub fn advance(
        &self,
        mut record: PaymentRecord,
        event: Event,
        now: Timestamp,
    ) -> Result<(PaymentRecord, Vec<Effect>)> {
        let (next, effects) = step(&record.payment, event, now, self.store.dice()?)?;
        if next != record.payment {
            record.payment = next;
            if record.payment.state == State::NeedsConsent {
                self.promise(&mut record.payment, now)?;
            }
            self.keep_payment(&record)?;
            match record.payment.state {
                State::Settled => self.bill_was_paid(&record.bill, now)?,
                State::Refunded => self.bill_is_in_doubt(&record.bill)?,
                _ => {}
            }
            for effect in &effects {
                if let Effect::Keep(receipt) = effect {
                    self.keep_receipt(&record.bill, receipt, now)?;
                }
            }
        }
        Ok((record, effects))
    }

    /// The receipt of a payment that had ended. What this phone wanted to pay for the same bill since, and has not sent, is
    /// ended by it.
    fn keep_receipt(&self, bill: &str, receipt: &Payment, now: Timestamp) -> Result<()> {
        if let (true, Some(own)) = (receipt.state.holds_bill(), self.holding(&receipt.bill)?) {
            self.advance(own, Event::Held { by: receipt.id, state: receipt.state }, now)?;
        }
        self.keep_payment(&PaymentRecord { bill: bill.to_owned(), payment: receipt.clone() })?;
        if receipt.state == State::Settled { self.bill_was_paid(bill, now) } else { Ok(()) }
    }
}

impl Store {
    /// One step of one payment in a transaction of its own: committed, durably, before this returns.
    pub fn advance(&self, id: PaymentId, event: Event) -> Result<PaymentRecord> {
        let now = self.clock.now();
        self.write(|work| {
            let record = work.payment(id)?.ok_or(Code::PaymentUnknown)?;
            Ok(work.advance(record, event, now)?.0)
        })
    }
}

/// Whether SQLite refused because the bill has a payment already. `SQLITE_CONSTRAINT_UNIQUE` names the index's columns.
fn is_one_per_bill(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(code, Some(message))
        if code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE && message.contains("payment.lookup"))
}
