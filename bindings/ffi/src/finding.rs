//! Pages, filters, search, reminders and spending.

use std::fmt;

use crate::bills::Bills;
use crate::error::Result;
use crate::guard::guarded;
use crate::open::PayTaipei;
use crate::records::{Bill, BillStatus, all};

/// Which bills. What is left out matches all.
#[derive(Clone, uniffi::Record)]
pub struct BillQuery {
    /// Words that a bill has all of: in its number, its biller's name, owner, address, amount or day.
    #[uniffi(default = "")]
    pub text: String,
    #[uniffi(default = None)]
    pub biller: Option<String>,
    #[uniffi(default = None)]
    pub status: Option<BillStatus>,
    /// Only what is still to be paid, nobody pays it yet, and it is due within so many days from today.
    #[uniffi(default = None)]
    pub due_within_days: Option<u32>,
    /// The last bill of the page before.
    #[uniffi(default = None)]
    pub after: Option<String>,
    /// At most so many, 1 to 200.
    #[uniffi(default = 50)]
    pub limit: u32,
}

/// A page of bills, the earliest due first.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct BillPage {
    pub bills: Vec<Bill>,
    /// Where the next page begins: the query's `after`. Absent where this is the last.
    pub next: Option<String>,
}

impl fmt::Debug for BillPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BillPage({} bills)", self.bills.len())
    }
}

/// When a bill is to be remembered. Its text names neither number nor amount: it shows on a locked screen.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reminder {
    pub bill: String,
    /// RFC 3339, UTC.
    pub at: String,
    pub text: String,
}

/// What was spent in one month of the city's calendar. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Month {
    /// `YYYY-MM`.
    pub month: String,
    pub payments: u32,
    pub charged: i64,
    /// What was given back of it.
    pub cashback: i64,
    /// The dearest first.
    pub billers: Vec<Spent>,
}

#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Spent {
    pub biller: String,
    pub biller_name: String,
    pub payments: u32,
    pub charged: i64,
    pub cashback: i64,
}

#[uniffi::export]
impl Bills {
    /// One page of the bills that are asked for.
    pub fn find(&self, query: BillQuery) -> Result<BillPage> {
        guarded(|| {
            let query = paytaipei_app::BillQuery {
                text: query.text,
                biller: query.biller,
                status: query.status.map(|status| status.name().to_owned()),
                due_within_days: query.due_within_days,
                after: query.after,
                limit: query.limit,
            };
            let page = self.shared.core.find_bills(&query)?;
            Ok(BillPage { bills: all(page.bills)?, next: page.next })
        })
    }

    /// When to remind of which bills, the soonest first: to be scheduled anew whenever bills or payments changed.
    pub fn reminders(&self) -> Result<Vec<Reminder>> {
        guarded(|| {
            let reminders = self.shared.core.reminders()?;
            Ok(reminders.into_iter().map(|one| Reminder { bill: one.bill, at: one.at, text: one.text }).collect())
        })
    }
}

#[uniffi::export]
impl PayTaipei {
    /// Every month from the first to the last in which something was paid.
    pub fn spending(&self) -> Result<Vec<Month>> {
        guarded(|| Ok(self.shared.core.spending()?.into_iter().map(Month::from).collect()))
    }

    /// The last twelve months as an SVG, which loads nothing.
    pub fn spending_picture(&self) -> Result<String> {
        guarded(|| self.shared.core.spending_picture())
    }
}

impl From<paytaipei_app::MonthView> for Month {
    fn from(view: paytaipei_app::MonthView) -> Self {
        let spent = |one: paytaipei_app::SpentView| Spent {
            biller: one.biller,
            biller_name: one.biller_name,
            payments: one.payments,
            charged: one.charged,
            cashback: one.cashback,
        };
        Self {
            month: view.month,
            payments: view.payments,
            charged: view.charged,
            cashback: view.cashback,
            billers: view.billers.into_iter().map(spent).collect(),
        }
    }
}
