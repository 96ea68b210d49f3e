//! Lists that are looked at: pages, filters, search, what is due soon, and when to say so.

use std::collections::HashMap;

use paytaipei_bill::CivilDate;
use paytaipei_payment::reminder::{self, Due};
use serde::Serialize;

use super::Core;
use crate::error::{Code, Result};
use crate::finding;
use crate::store::{BillRecord, BillState, Shelf, Shelved};
use crate::view::{BillView, instant};

/// Which bills. What is left out matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillQuery {
    /// Words that a bill has all of: in its number, the person's name for it, its biller's name, owner, address, amount or day.
    pub text: String,
    pub biller: Option<String>,
    /// `unchecked`, `payable`, `paid`, `expired`, `not_found`.
    pub status: Option<String>,
    /// Only what is still to be paid, nobody pays it yet, and it is due within so many days from today.
    pub due_within_days: Option<u32>,
    /// The last bill of the page before.
    pub after: Option<String>,
    /// At most so many, 1 to [`Self::MOST`].
    pub limit: u32,
}

impl BillQuery {
    pub const MOST: u32 = 200;

    /// The first page of everything.
    #[must_use]
    pub fn first(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }
}

/// A page of bills, the earliest due first.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct BillPage {
    pub bills: Vec<BillView>,
    /// Where the next page begins: the query's `after`. `None` where this is the last.
    pub next: Option<String>,
}

/// When a bill is to be remembered. Its text names neither number nor amount: it shows on a locked screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReminderView {
    pub bill: String,
    /// RFC 3339, UTC.
    pub at: String,
    pub text: String,
}

struct Filter<'a> {
    words: Vec<String>,
    /// Of billers, by their ids.
    names: HashMap<&'a str, String>,
    /// The person's own, by biller and number.
    nicknames: HashMap<(&'a str, &'a str), String>,
    biller: Option<&'a str>,
    status: Option<BillState>,
    last_day: Option<CivilDate>,
    today: CivilDate,
}

impl Filter<'_> {
    fn is_name(&self, bill: &BillRecord, word: &str) -> bool {
        let (biller, number) = (bill.facts.key.biller.as_str(), bill.facts.key.number.as_str());
        self.names.get(biller).is_some_and(|names| names.contains(word))
            || self.nicknames.get(&(biller, number)).is_some_and(|nickname| nickname.contains(word))
    }

    fn takes(&self, shelf: &Shelf, bill: &Shelved) -> bool {
        let record = &bill.record;
        self.biller.is_none_or(|biller| record.facts.key.biller.as_str() == biller)
            && self.status.is_none_or(|status| record.state == status)
            && self.last_day.is_none_or(|last| {
                is_open(shelf, bill) && record.facts.due.is_some_and(|due| self.today <= due && due <= last)
            })
            && self.words.iter().all(|word| bill.haystack.contains(word) || self.is_name(record, word))
    }
}

/// Whether it is still to be paid, as far as this phone knows, and no payment of it is under way.
fn is_open(shelf: &Shelf, bill: &Shelved) -> bool {
    matches!(bill.record.state, BillState::Unchecked | BillState::Payable) && shelf.holder(&bill.record.id).is_none()
}

impl Core {
    /// One page of the bills that are asked for.
    pub fn find_bills(&self, query: &BillQuery) -> Result<BillPage> {
        self.verified()?;
        let today = self.today();
        let status = match &query.status {
            None => None,
            Some(name) => Some(BillState::from_name(name).ok_or(Code::FieldUnknown)?),
        };
        let tongue = self.tongue();
        let limit = usize::try_from(query.limit.clamp(1, BillQuery::MOST)).unwrap_or_default();
        self.store.read(|work| {
            work.with_shelf(|shelf| {
                let filter = Filter {
                    words: finding::words(&query.text),
                    names: finding::names(&tongue.catalogue),
                    nicknames: finding::nicknames(shelf.numbers()),
                    biller: query.biller.as_deref(),
                    status,
                    last_day: query.due_within_days.map(|days| today.plus_days(i64::from(days))),
                    today,
                };
                let mut bills = match &query.after {
                    None => page(shelf.bills(), &filter, shelf, limit),
                    Some(after) => page(shelf.bills_after(after).ok_or(Code::BillUnknown)?, &filter, shelf, limit),
                };
                let more = bills.len() > limit;
                bills.truncate(limit);
                let next = bills.last().filter(|_| more).map(|bill| bill.record.id.clone());
                let view = |bill: &&Shelved| {
                    let known = shelf.number_of(&bill.record.facts.key);
                    BillView::new(&bill.record, &[], shelf.holder(&bill.record.id), known, &tongue)
                };
                Ok(BillPage { bills: bills.iter().map(view).collect(), next })
            })
        })
    }

    /// When to remind of which bills, the soonest first: for the shell to schedule, and to schedule anew whenever something
    /// changed. A week before, a day before, and on the day; nothing of what is paid or being paid.
    pub fn reminders(&self) -> Result<Vec<ReminderView>> {
        self.verified()?;
        let (now, catalogue) = (self.clock.now(), self.catalogue());
        self.store.read(|work| {
            work.with_shelf(|shelf| {
                let open = shelf.bills().filter(|bill| is_open(shelf, bill));
                let due = open.filter_map(|bill| {
                    Some(Due {
                        bill: &bill.record.id,
                        biller: &bill.record.facts.key.biller,
                        on: bill.record.facts.due?,
                    })
                });
                let reminders = reminder::schedule(due, now);
                let view = |reminder: &reminder::Reminder<'_>| ReminderView {
                    bill: reminder.bill.to_owned(),
                    at: instant(reminder.at),
                    text: reminder.words(&catalogue.name(reminder.biller, self.lang), self.lang),
                };
                Ok(reminders.iter().map(view).collect())
            })
        })
    }
}

/// So many of them and one more, which tells whether there is a next page.
fn page<'a>(
    bills: impl Iterator<Item = &'a Shelved>,
    filter: &Filter<'_>,
    shelf: &Shelf,
    limit: usize,
) -> Vec<&'a Shelved> {
    bills.filter(|bill| filter.takes(shelf, bill)).take(limit + 1).collect()
}
