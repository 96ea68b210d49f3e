//! Bills that this phone has seen, for use without a network.

use std::collections::HashMap;
use std::fmt;

use paytaipei_bill::{BillKey, CivilDate};
use paytaipei_payment::{
    BillStatus, ConfirmedBill, Event, InquiryOutcome, Payment, PaymentId, State, Terms, Timestamp, step,
};
use rusqlite::{OptionalExtension, Row, ToSql};
use serde::{Deserialize, Serialize};

use super::Work;
use super::payments::PaymentRecord;
use super::seal::{Lookup, Place};
use crate::error::{Code, Error, Result};

/// What is known of a bill's state, and by whose word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillState {
    /// Only paper or a person said so far that it exists.
    Unchecked,
    Payable,
    Paid,
    Expired,
    NotFound,
}

impl BillState {
    const ALL: [Self; 5] = [Self::Unchecked, Self::Payable, Self::Paid, Self::Expired, Self::NotFound];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Payable => "payable",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::NotFound => "not_found",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl From<BillStatus> for BillState {
    fn from(status: BillStatus) -> Self {
        match status {
            BillStatus::Payable => Self::Payable,
            BillStatus::Paid => Self::Paid,
            BillStatus::Expired => Self::Expired,
        }
    }
}

/// A bill as this phone knows it.
#[derive(Clone)]
pub struct BillRecord {
    /// Random, and so safe to show and to log.
    pub id: String,
    pub state: BillState,
    pub created_at: Timestamp,
    pub checked_at: Option<Timestamp>,
    pub facts: BillFacts,
}

/// The personal part, sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillFacts {
    pub key: BillKey,
    /// Claimed by paper before the first check, confirmed by the platform afterwards.
    pub terms: Option<Terms>,
    pub due: Option<CivilDate>,
    /// How it came in: a code's format, or `keyed`.
    pub source: String,
    pub owner: Option<String>,
    pub address: Option<String>,
    /// The three segments printed on its paper, where they were read.
    #[serde(default)]
    pub barcodes: Option<[String; 3]>,
}

/// A bill in the platform's words.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformBill {
    pub key: BillKey,
    pub status: BillStatus,
    pub terms: Terms,
    pub owner: Option<String>,
    pub address: Option<String>,
    pub token: Option<String>,
}

impl fmt::Debug for PlatformBill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlatformBill({:?})", self.status)
    }
}

const COLUMNS: &str = "id, lookup, status, due, created_at, checked_at, sealed";

struct Stored {
    id: String,
    lookup: Lookup,
    status: String,
    due: Option<i64>,
    created_at: i64,
    checked_at: Option<i64>,
    sealed: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            lookup: row.get(1)?,
            status: row.get(2)?,
            due: row.get(3)?,
            created_at: row.get(4)?,
            checked_at: row.get(5)?,
            sealed: row.get(6)?,
        })
    }

    fn place(&self) -> Place {
        Place::new("bill", &self.id)
            .bytes(&self.lookup)
            .text(&self.status)
            .number(self.due)
            .number(Some(self.created_at))
            .number(self.checked_at)
    }
}

impl Work<'_> {
    pub fn bill(&self, id: &str) -> Result<Option<BillRecord>> {
        let sql = format!("SELECT {COLUMNS} FROM bill WHERE id = ?1");
        self.tx
            .prepare_cached(&sql)?
            .query_row([id], Stored::read)
            .optional()?
            .map(|stored| self.bill_record(&stored))
            .transpose()
    }

    pub fn bill_by_key(&self, key: &BillKey) -> Result<Option<BillRecord>> {
        let sql = format!("SELECT {COLUMNS} FROM bill WHERE lookup = ?1");
        let lookup = self.store.keys.lookup(key);
        self.tx
            .prepare_cached(&sql)?
            .query_row([lookup], Stored::read)
            .optional()?
            .map(|stored| self.bill_record(&stored))
            .transpose()
    }

    /// All bills, the earliest due first.
    pub fn bills(&self) -> Result<Vec<BillRecord>> {
        let mut statement =
            self.tx.prepare_cached(&format!("SELECT {COLUMNS} FROM bill ORDER BY due IS NULL, due, created_at, id"))?;
        let rows = statement.query_map([], Stored::read)?;
        rows.filter_map(|row| self.intact(row.map_err(Error::from).and_then(|row| self.bill_record(&row))).transpose())
            .collect()
    }

    fn bill_record(&self, stored: &Stored) -> Result<BillRecord> {
        let facts: BillFacts = self.open(&stored.place(), &stored.sealed)?;
        let state = BillState::from_name(&stored.status).ok_or(Code::StoreCorrupt)?;
        Ok(BillRecord {
            id: stored.id.clone(),
            state,
            created_at: Timestamp(stored.created_at),
            checked_at: stored.checked_at.map(Timestamp),
            facts,
        })
    }

    pub fn keep_bill(&self, bill: &BillRecord) -> Result<()> {
        let mut stored = Stored {
            id: bill.id.clone(),
            lookup: self.store.keys.lookup(&bill.facts.key),
            status: bill.state.as_str().to_owned(),
            due: bill.facts.due.map(CivilDate::ordinal),
            created_at: bill.created_at.0,
            checked_at: bill.checked_at.map(|at| at.0),
            sealed: Vec::new(),
        };
        stored.sealed = self.seal(&stored.place(), &bill.facts)?;
        let columns: [&dyn ToSql; 7] = [
            &stored.id,
            &stored.lookup,
            &stored.status,
            &stored.due,
            &stored.created_at,
            &stored.checked_at,
            &stored.sealed,
        ];
        // Mostly the same bill, better known: the index on its key stays.
        let known = self
            .tx
            .prepare_cached(
                "UPDATE bill SET status = ?3, due = ?4, checked_at = ?6, sealed = ?7
                 WHERE id = ?1 AND lookup = ?2 AND created_at = ?5",
            )?
            .execute(&columns[..])?;
        if known == 0 {
            self.tx
                .prepare_cached(
                    "INSERT INTO bill (id, lookup, status, due, created_at, checked_at, sealed)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT (id) DO UPDATE SET lookup = ?2, status = ?3, due = ?4, created_at = ?5, checked_at = ?6,
                         sealed = ?7",
                )?
                .execute(&columns[..])?;
        }
        self.shelve(|shelf| shelf.put_bill(bill.clone()));
        Ok(())
    }

    /// The bill of this key, kept now if it was not known. What is known already stays, unless it is better known now.
    pub fn remember_bill(&self, facts: BillFacts, now: Timestamp) -> Result<BillRecord> {
        let lookup = self.store.keys.lookup(&facts.key);
        let Some(known) = self.intact(self.bill_by_key(&facts.key))? else {
            // Its row is damaged: what is known now is written over it, and its payments stay with it.
            let id = self.tx.query_row("SELECT id FROM bill WHERE lookup = ?1", [lookup], |row| row.get(0))?;
            let record = BillRecord { id, state: BillState::Unchecked, created_at: now, checked_at: None, facts };
            self.keep_bill(&record)?;
            return Ok(record);
        };
        if let Some(mut known) = known {
            let better = known.state == BillState::Unchecked && known.facts.terms.is_none() && facts.terms.is_some();
            let barcodes = known.facts.barcodes.clone().or_else(|| facts.barcodes.clone());
            if better || barcodes != known.facts.barcodes {
                if better {
                    known.facts = facts;
                }
                known.facts.barcodes = barcodes;
                self.keep_bill(&known)?;
            }
            return Ok(known);
        }
        let record = BillRecord {
            id: self.new_bill_id(now)?,
            state: BillState::Unchecked,
            created_at: now,
            checked_at: None,
            facts,
        };
        self.keep_bill(&record)?;
        Ok(record)
    }

    /// This phone paid it.
    pub(super) fn bill_was_paid(&self, id: &str, now: Timestamp) -> Result<()> {
        if let Some(mut bill) = self.bill(id)? {
            bill.state = BillState::Paid;
            self.keep_bill(&bill)?;
            self.number_was_paid(&bill.facts.key, now)?;
        }
        Ok(())
    }

    /// What this phone paid came back: whether it is owed again, the next inquiry tells.
    pub(super) fn bill_is_in_doubt(&self, id: &str) -> Result<()> {
        if let Some(mut bill) = self.bill(id)?.filter(|bill| bill.state == BillState::Paid) {
            bill.state = BillState::Unchecked;
            self.keep_bill(&bill)?;
        }
        Ok(())
    }

    fn new_bill_id(&self, now: Timestamp) -> Result<String> {
        Ok(PaymentId::new(now, self.store.random()?).to_string())
    }

    /// Takes in what the platform says of the bills of one number, `asked` being the key that it was asked about.
    ///
    /// Where that key was provisional, it is merged into the bill's own: the row takes the bill's key, or gives its payments
    /// to the row that has it already, and a payment that waited to learn its amount learns it. Returns the bills' records
    /// and the one that answers the question, if one does.
    pub fn absorb(
        &self,
        asked: &BillKey,
        bills: &[PlatformBill],
        now: Timestamp,
    ) -> Result<(Vec<BillRecord>, Option<PlatformBill>)> {
        let chosen = choose(asked, bills).cloned();
        if let Some(chosen) = chosen.as_ref().filter(|chosen| chosen.key != *asked) {
            self.merge(asked, chosen, now)?;
        }
        let records = self.take_in(bills, now)?;
        if let Some(chosen) = &chosen
            && let Some(record) = records.iter().find(|record| record.facts.key == chosen.key)
        {
            self.teach_waiting(&record.id, chosen, now)?;
        }
        Ok((records, chosen))
    }

    /// Keeps the platform's word on bills, and gives their records.
    pub fn take_in(&self, bills: &[PlatformBill], now: Timestamp) -> Result<Vec<BillRecord>> {
        let mut records = Vec::with_capacity(bills.len());
        for bill in bills {
            let known = self.bill_by_key(&bill.key)?;
            let (id, created_at, source, barcodes) = match known {
                Some(known) => (known.id, known.created_at, known.facts.source, known.facts.barcodes),
                None => (self.new_bill_id(now)?, now, "platform".to_owned(), None),
            };
            let facts = BillFacts {
                key: bill.key.clone(),
                terms: Some(bill.terms),
                due: bill.terms.due,
                source,
                owner: bill.owner.clone(),
                address: bill.address.clone(),
                barcodes,
            };
            let record = BillRecord { id, state: bill.status.into(), created_at, checked_at: Some(now), facts };
            self.keep_bill(&record)?;
            records.push(record);
        }
        Ok(records)
    }

    /// The row of the provisional key becomes, or gives way to, the row of the bill.
    fn merge(&self, asked: &BillKey, chosen: &PlatformBill, now: Timestamp) -> Result<()> {
        let Some(mut provisional) = self.bill_by_key(asked)? else { return Ok(()) };
        let Some(known) = self.bill_by_key(&chosen.key)? else {
            provisional.facts.key = chosen.key.clone();
            self.keep_bill(&provisional)?;
            return self.rekey_payments(&provisional.id, &provisional.id, &chosen.key, now);
        };
        self.rekey_payments(&provisional.id, &known.id, &chosen.key, now)?;
        self.tx.execute("DELETE FROM bill WHERE id = ?1", [&provisional.id])?;
        self.shelve(|shelf| shelf.remove_bill(&provisional.id));
        Ok(())
    }

    /// Gives the payments of one bill row to another. One that would be the bill's second is closed by what the first is;
    /// one that may have charged keeps the key that it was sent with.
    fn rekey_payments(&self, from: &str, to: &str, key: &BillKey, now: Timestamp) -> Result<()> {
        for mut record in self.payments_of_bill(from)? {
            if let Some((by, state)) = self.holder(key, record.payment.id)? {
                record.payment = step(&record.payment, Event::Held { by, state }, now, self.store.dice()?)?.0;
            }
            if !record.payment.state.may_have_charged() {
                record.payment.bill = key.clone();
            }
            record.bill = to.to_owned();
            self.keep_payment(&record)?;
        }
        Ok(())
    }

    /// A payment that waited to learn its amount learns it, whoever asked.
    fn teach_waiting(&self, row: &str, bill: &PlatformBill, now: Timestamp) -> Result<()> {
        for payment in self.payments_waiting_for(row)? {
            let confirmed = self.confirmed(bill, payment.payment.id)?;
            self.advance(payment, Event::Inquired(InquiryOutcome::Bill(Box::new(confirmed))), now)?;
        }
        Ok(())
    }

    /// The platform's bill, with the payment of this phone that holds it already.
    pub fn confirmed(&self, bill: &PlatformBill, payment: PaymentId) -> Result<ConfirmedBill> {
        Ok(ConfirmedBill {
            key: bill.key.clone(),
            status: bill.status,
            terms: bill.terms,
            token: bill.token.clone(),
            held_by: self.holder(&bill.key, payment)?,
        })
    }

    /// A payment other than `payment` that holds the bill of this key.
    pub fn holder(&self, key: &BillKey, payment: PaymentId) -> Result<Option<(PaymentId, State)>> {
        let others = self.payments_beside(&self.store.keys.lookup(key), payment)?;
        let holder = others.into_iter().find(|record| record.payment.state.holds_bill());
        Ok(holder.map(|held| (held.payment.id, held.payment.state)))
    }

    /// The payment that holds the bill of this key.
    pub fn holding(&self, key: &BillKey) -> Result<Option<PaymentRecord>> {
        let lookup = self.store.keys.lookup(key);
        Ok(self.payments_by_lookup(&lookup)?.into_iter().find(|record| record.payment.state.holds_bill()))
    }

    /// Every payment that holds a bill, by the bill's key: one query for a whole list.
    pub fn holders(&self) -> Result<HashMap<BillKey, Payment>> {
        let mut holders = HashMap::new();
        for record in self.payments()? {
            if record.payment.state.holds_bill() {
                holders.entry(record.payment.bill.clone()).or_insert(record.payment);
            }
        }
        Ok(holders)
    }
}

/// Of the bills of a number, the one that was asked about: by its period; without one, the earliest that can be paid.
fn choose<'a>(asked: &BillKey, bills: &'a [PlatformBill]) -> Option<&'a PlatformBill> {
    if asked.is_provisional() {
        return bills.iter().find(|bill| bill.status == BillStatus::Payable).or_else(|| bills.last());
    }
    // A biller may know the period by another name than paper does; a single answer to a single question is the answer.
    bills.iter().find(|bill| bill.key == *asked).or(match bills {
        [only] => Some(only),
        _ => None,
    })
}
