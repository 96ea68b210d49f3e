//! Inquiries: what is owed under a number, and the token that a payment must carry.

use super::Platform;
use super::billers;
use super::registry::{self, BillRow};
use super::verification::Session;
use crate::clock::{city_day, day_text, now_ms};
use crate::control::types::{BillName, FaultKind, Route};
use crate::entropy;
use crate::faults::Facts;
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Connection, TransactionBehavior, params};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A biller shows a paid bill for so long.
const SHOWN_PAID_DAYS: i64 = 60;
/// When to ask a biller again that is switched off.
const CLOSED_S: u64 = 600;
const DAY_MS: i64 = 86_400_000;
/// The contract's most bills of an answer.
const MOST_BILLS: usize = 24;

/// The contract's `Inquiry`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inquiry {
    pub biller: String,
    /// Or `fields`: one of the two.
    pub number: Option<String>,
    pub period: Option<String>,
    pub fields: Option<BTreeMap<String, String>>,
    pub purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Status,
    Pay,
}

/// How a bill stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BillStatus {
    Payable,
    /// A payment of it is recorded and not finished: shown as payable, but nobody gets a token.
    InPayment,
    Paid,
    Expired,
}

impl BillStatus {
    fn text(self) -> &'static str {
        match self {
            Self::Payable | Self::InPayment => "payable",
            Self::Paid => "paid",
            Self::Expired => "expired",
        }
    }
}

/// How a bill stands now: paid by anyone, being paid, past its deadline, or payable.
pub fn status(db: &Connection, bill: &BillRow) -> rusqlite::Result<BillStatus> {
    if bill.paid_at.is_some() {
        return Ok(BillStatus::Paid);
    }
    let under_way: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM payments WHERE biller = ?1 AND number = ?2 AND period = ?3
                            AND state IN ('processing', 'awaiting_hand_off'))",
        )?
        .query_row(params![bill.name.biller, bill.name.number, bill.name.period], |row| row.get(0))?;
    if under_way {
        return Ok(BillStatus::InPayment);
    }
    // Both are YYYY-MM-DD: they compare as text. The deadline's own day still counts.
    let paid_late = billers::biller(&bill.name.biller).is_some_and(|biller| biller.paid_late);
    let expired = !paid_late && bill.due < day_text(city_day(now_ms()));
    Ok(if expired { BillStatus::Expired } else { BillStatus::Payable })
}

/// Gives a new token of a bill to a number, and ends the life of any earlier one.
fn give_token(db: &Connection, bill: &BillName, msisdn: &str) -> rusqlite::Result<String> {
    db.prepare_cached("UPDATE tokens SET live = 0 WHERE biller = ?1 AND number = ?2 AND period = ?3 AND live = 1")?
        .execute(params![bill.biller, bill.number, bill.period])?;
    let token = entropy::opaque();
    db.prepare_cached("INSERT INTO tokens(hash, biller, number, period, msisdn, live) VALUES (?1, ?2, ?3, ?4, ?5, 1)")?
        .execute(params![entropy::sha256_hex(token.as_bytes()), bill.biller, bill.number, bill.period, msisdn])?;
    Ok(token)
}

/// Is this token alive, of this bill, and of this number?
pub fn token_is_live(db: &Connection, token: &str, bill: &BillName, msisdn: &str) -> rusqlite::Result<bool> {
    db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM tokens WHERE hash = ?1 AND live = 1 AND biller = ?2 AND number = ?3
                        AND period = ?4 AND msisdn = ?5)",
    )?
    .query_row(params![entropy::sha256_hex(token.as_bytes()), bill.biller, bill.number, bill.period, msisdn], |row| {
        row.get(0)
    })
}

/// Ends a token's life, if it is this number's: nobody can burn another's.
pub fn burn_token(db: &Connection, token: &str, msisdn: &str) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE tokens SET live = 0 WHERE hash = ?1 AND msisdn = ?2")?
        .execute(params![entropy::sha256_hex(token.as_bytes()), msisdn])
        .map(|_| ())
}

impl Platform {
    /// `POST /v1/inquiries`. With a period exactly that bill; without, the payable bills of number or fields and those paid
    /// lately.
    pub fn inquire(&self, session: &Session, inquiry: &Inquiry) -> Result<Value, Problem> {
        let not_found = || Problem::new(404, "bill_not_found", "The biller shows no bill of this number.");
        let biller = self
            .biller(&inquiry.biller)
            .ok_or_else(|| Problem::new(404, "biller_unknown", "The catalogue has no such biller."))?;
        if inquiry.number.as_ref().is_some_and(|number| !biller.numbers_so(number)) {
            return Err(not_found());
        }
        if self.biller_is_closed(&inquiry.biller) {
            let closed = Problem::new(409, "quiet_hours", "This biller is switched off.");
            return Err(Problem { retry_after_s: Some(CLOSED_S), ..closed });
        }
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let facts = Facts {
            route: Some(Route::Inquire),
            provider: None,
            biller: Some(inquiry.biller.clone()),
            number: inquiry.number.clone(),
        };
        let mut bills = Vec::new();
        for (bill, mut status) in self.shown(&tx, inquiry)? {
            let settled = matches!(status, BillStatus::Paid | BillStatus::InPayment);
            if settled && self.faults.take(&[FaultKind::StaleBill], &facts).is_some() {
                status = BillStatus::Payable;
            }
            let token = if inquiry.purpose == Purpose::Pay && status == BillStatus::Payable {
                Some(give_token(&tx, &bill.name, &session.msisdn)?)
            } else {
                None
            };
            bills.push(answer(&bill, status, token));
        }
        tx.commit()?;
        if bills.is_empty() { Err(not_found()) } else { Ok(json!({"bills": bills})) }
    }

    fn shown(&self, db: &Connection, inquiry: &Inquiry) -> rusqlite::Result<Vec<(BillRow, BillStatus)>> {
        let Some(number) = &inquiry.number else {
            return Self::visible(
                db,
                "number IN (SELECT number FROM customers WHERE biller = ?1 AND fields = ?2)",
                [&inquiry.biller, &registry::fields_text(inquiry.fields.as_ref())],
            );
        };
        if let Some(period) = &inquiry.period {
            let name = BillName { biller: inquiry.biller.clone(), number: number.clone(), period: period.clone() };
            return match registry::find(db, &name)? {
                None => Ok(Vec::new()),
                Some(bill) => {
                    let status = status(db, &bill)?;
                    Ok(vec![(bill, status)])
                }
            };
        }
        Self::visible(db, "number = ?2", [&inquiry.biller, number])
    }

    /// The bills of a biller's customer that it still shows.
    fn visible(db: &Connection, which: &str, of: [&String; 2]) -> rusqlite::Result<Vec<(BillRow, BillStatus)>> {
        let columns = BillRow::COLUMNS;
        let mut query = db.prepare_cached(&format!(
            "SELECT {columns} FROM bills WHERE biller = ?1 AND {which} ORDER BY due, period, number"
        ))?;
        let rows = query.query_map(of, BillRow::read)?;
        let shown_since = now_ms().saturating_sub(SHOWN_PAID_DAYS.saturating_mul(DAY_MS));
        let mut shown = Vec::new();
        for bill in rows {
            let bill = bill?;
            let status = status(db, &bill)?;
            let visible = match status {
                BillStatus::Payable | BillStatus::InPayment => true,
                BillStatus::Paid => bill.paid_at.is_some_and(|at| at >= shown_since),
                BillStatus::Expired => false,
            };
            if visible && shown.len() < MOST_BILLS {
                shown.push((bill, status));
            }
        }
        Ok(shown)
    }
}

fn answer(bill: &BillRow, status: BillStatus, token: Option<String>) -> Value {
    let mut answer = json!({
        "biller": bill.name.biller,
        "number": bill.name.number,
        "period": bill.name.period,
        "status": status.text(),
        "amount": bill.amount,
        "fee": bill.fee,
        "discount": bill.discount,
        "payable": bill.payable(),
        "due": bill.due,
    });
    if let Some(members) = answer.as_object_mut() {
        let optional = [
            ("owner_masked", Some(registry::mask_owner(&bill.owner)).filter(|text| !text.is_empty())),
            ("address_masked", Some(registry::mask_address(&bill.address)).filter(|text| !text.is_empty())),
            ("bill_token", token),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.into());
            }
        }
    }
    answer
}
