//! Everything that this phone knows, opened, in the order of lists: ten thousand bills are searched without opening one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use paytaipei_bill::{BillKey, BillNumber, BillerId, CivilDate, Twd};
use paytaipei_payment::deal::Earlier;
use paytaipei_payment::{PaymentId, Provider, State, Timestamp};

use super::fetched::city_day;
use super::{BillRecord, KnownNumber, PaymentRecord, Work};
use crate::error::Result;
use crate::finding::haystack;

/// No due date last, the earlier due, the earlier kept: the order of [`Work::bills`].
type Turn = (bool, Option<i64>, i64, String);

/// A bill, and the words by which it is found.
pub(crate) struct Shelved {
    pub record: BillRecord,
    pub haystack: String,
}

/// What lists need to know of a payment.
pub(crate) struct Note {
    pub bill: String,
    pub biller: BillerId,
    pub provider: Provider,
    pub state: State,
    pub consented_on: Option<CivilDate>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub charged: Option<Twd>,
    pub cashback: Twd,
    /// The receipt of a payment that is here too.
    pub is_receipt: bool,
}

impl Note {
    fn of(record: &PaymentRecord) -> Self {
        let payment = &record.payment;
        Self {
            bill: record.bill.clone(),
            biller: payment.bill.biller.clone(),
            provider: payment.provider,
            state: payment.state,
            consented_on: payment.consent.as_ref().map(|consent| city_day(consent.at)),
            created_at: payment.created_at,
            settled_at: payment.settled_at,
            charged: payment.charged,
            cashback: payment.cashback.total(),
            is_receipt: payment.receipt_of.is_some(),
        }
    }

    /// The day on which deals count it, if they do: charged once, or agreed to and not ended.
    fn counted_on(&self) -> Option<CivilDate> {
        match self.state {
            State::Settled | State::Refunded => Some(city_day(self.settled_at.unwrap_or(self.created_at))),
            state if state.is_terminal() || state == State::NeedsConsent => None,
            _ => self.consented_on,
        }
    }
}

pub(crate) struct Shelf {
    /// `PRAGMA data_version` when it was filled: another process has written since where it differs.
    foreign: i64,
    /// Whether a transaction that altered it has not been committed yet.
    uncommitted: bool,
    bills: BTreeMap<Turn, Shelved>,
    turns: HashMap<String, Turn>,
    payments: HashMap<PaymentId, Note>,
    /// The payments that hold a bill, by its row.
    holders: HashMap<String, BTreeSet<PaymentId>>,
    /// By biller and number.
    numbers: HashMap<(BillerId, BillNumber), KnownNumber>,
}

impl Shelf {
    fn fill(work: &Work<'_>, foreign: i64) -> Result<Self> {
        let mut shelf = Self {
            foreign,
            uncommitted: false,
            bills: BTreeMap::new(),
            turns: HashMap::new(),
            payments: HashMap::new(),
            holders: HashMap::new(),
            numbers: HashMap::new(),
        };
        for bill in work.bills()? {
            shelf.put_bill(bill);
        }
        for payment in work.payments()? {
            shelf.put_payment(&payment);
        }
        for number in work.numbers()? {
            shelf.put_number(number);
        }
        Ok(shelf)
    }

    pub fn put_number(&mut self, known: KnownNumber) {
        self.numbers.insert((known.biller.clone(), known.number.clone()), known);
    }

    pub fn remove_number(&mut self, key: &BillKey) {
        self.numbers.remove(&(key.biller.clone(), key.number.clone()));
    }

    pub fn put_bill(&mut self, record: BillRecord) {
        self.remove_bill(&record.id);
        let due = record.facts.due.map(CivilDate::ordinal);
        let turn = (due.is_none(), due, record.created_at.0, record.id.clone());
        self.turns.insert(record.id.clone(), turn.clone());
        let haystack = haystack(&record);
        self.bills.insert(turn, Shelved { record, haystack });
    }

    pub fn remove_bill(&mut self, id: &str) {
        if let Some(turn) = self.turns.remove(id) {
            self.bills.remove(&turn);
        }
    }

    pub fn put_payment(&mut self, record: &PaymentRecord) {
        let (id, note) = (record.payment.id, Note::of(record));
        if let Some(former) = self.payments.get(&id)
            && let Some(holders) = self.holders.get_mut(&former.bill)
        {
            holders.remove(&id);
        }
        if note.state.holds_bill() {
            self.holders.entry(note.bill.clone()).or_default().insert(id);
        }
        self.payments.insert(id, note);
    }

    pub fn committed(&mut self) {
        self.uncommitted = false;
    }

    /// All bills, the earliest due first.
    pub fn bills(&self) -> impl Iterator<Item = &Shelved> {
        self.bills.values()
    }

    /// Those that come after this one, of whatever state it is by now.
    pub fn bills_after(&self, id: &str) -> Option<impl Iterator<Item = &Shelved>> {
        use std::ops::Bound::{Excluded, Unbounded};
        let turn = self.turns.get(id)?.clone();
        Some(self.bills.range((Excluded(turn), Unbounded)).map(|(_, bill)| bill))
    }

    /// The payment that holds this bill: the one made first, where there are more.
    pub fn holder(&self, bill: &str) -> Option<PaymentId> {
        self.holders.get(bill)?.first().copied()
    }

    /// What is known of the number that a bill is of.
    pub fn number_of(&self, key: &BillKey) -> Option<&KnownNumber> {
        self.numbers.get(&(key.biller.clone(), key.number.clone()))
    }

    pub fn numbers(&self) -> impl Iterator<Item = &KnownNumber> {
        self.numbers.values()
    }

    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.payments.values()
    }

    pub fn earlier(&self, without: Option<PaymentId>) -> Vec<Earlier> {
        let others = self.payments.iter().filter(|(id, note)| Some(**id) != without && !note.is_receipt);
        others
            .filter_map(|(_, note)| {
                let day = note.counted_on()?;
                Some(Earlier { biller: note.biller.clone(), provider: note.provider, day })
            })
            .collect()
    }
}

impl Work<'_> {
    /// Looks at the shelf, filled first where nobody looked yet, another process wrote, or a change of it came to nothing.
    pub fn with_shelf<T>(&self, look: impl FnOnce(&Shelf) -> Result<T>) -> Result<T> {
        let mut held = self.store.lock_shelf();
        let foreign = self.foreign_version()?;
        let fresh =
            held.as_ref().is_some_and(|shelf| shelf.foreign == foreign && (!shelf.uncommitted || self.shelved.get()));
        if !fresh {
            let mut filled = Shelf::fill(self, foreign)?;
            filled.uncommitted = self.writes;
            self.shelved.set(self.writes);
            *held = Some(filled);
        }
        match held.as_ref() {
            Some(shelf) => look(shelf),
            None => look(&Shelf::fill(self, foreign)?),
        }
    }

    /// Keeps the shelf up with what this transaction writes, where there is one.
    pub(super) fn shelve(&self, change: impl FnOnce(&mut Shelf)) {
        let mut held = self.store.lock_shelf();
        // What another transaction left behind that was not committed is filled anew.
        if held.as_ref().is_some_and(|shelf| shelf.uncommitted && !self.shelved.get()) {
            *held = None;
        }
        if let Some(shelf) = held.as_mut() {
            shelf.uncommitted = true;
            self.shelved.set(true);
            change(shelf);
        }
    }
}
