//! A ledger that is not empty: payments that the city had processed long before the phones of a test came.
//!
//! What is written is what the platform and the businesses themselves would have written, settled one by one: bills that
//! are paid, payments, orders, charges and accounts. Everybody in it is invented; no bill of it has a period after 2019.

use crate::business::BUSINESSES;
use crate::clock::now_ms;
use crate::entropy;
use crate::store::lock;
use rusqlite::{Connection, params};
use std::sync::Mutex;

/// 2015-09-01T00:00:00Z, when the platform opened, in milliseconds.
const FIRST_MS: i64 = 1_441_065_600_000;
/// 2019-11-30T00:00:00Z.
const LAST_MS: i64 = 1_575_072_000_000;
/// People among whom the payments are spread: a multiple of the number of businesses, so that each keeps to one.
pub const PEOPLE: u64 = 240_000;
/// No more than there are numbers for.
pub const MOST: u64 = 10_000_000;

/// The payment at one place of the preloaded ledger.
pub struct Past {
    pub id: String,
    pub msisdn: String,
    pub business: usize,
    pub biller: &'static str,
    pub number: String,
    pub period: &'static str,
    pub payable: i64,
    pub order_id: String,
    pub trade_no: String,
    pub at: i64,
}

impl Past {
    /// Payment `place` of `all`: always the same but for the time's share in its identifier.
    pub fn at(place: u64, all: u64) -> Self {
        let part = |of: u64| i64::try_from(of).unwrap_or(i64::MAX);
        let at = FIRST_MS.saturating_add(
            (LAST_MS - FIRST_MS).saturating_mul(part(place)).checked_div(part(all).max(1)).unwrap_or_default(),
        );
        let id = past_id(at, place);
        let person = place % PEOPLE;
        let business = usize::try_from(person).unwrap_or_default() % BUSINESSES.len();
        let (biller, number, period) = match place % 50 {
            0 => ("kinmen-water", format!("{:07}", place / 50), "10806"),
            odd if odd % 2 == 1 => ("taipei-water", format!("208{:07}", place / 2), "20190620"),
            _ => ("taipei-parking", format!("Q9{place:013}"), ""),
        };
        let prefix = BUSINESSES.get(business).map_or("", |business| business.prefix);
        Self {
            order_id: crate::platform::payments::order_id(&id),
            id,
            msisdn: format!("+88697{person:07}"),
            business,
            biller,
            number,
            period,
            payable: 100_i64.saturating_add(part(place * 37 % 900)),
            trade_no: format!("{prefix}{place:014}"),
            at,
        }
    }
}

/// A UUIDv7 (RFC 9562, section 5.7) of that time, told apart by `place`.
fn past_id(at: i64, place: u64) -> String {
    let time = format!("{at:012x}");
    let (high, low) = time.split_at_checked(8).unwrap_or((&time, ""));
    format!("{high}-{low}-7{:03x}-8{:03x}-{:012x}", place >> 24 & 0xfff, place >> 12 & 0xfff, place)
}

/// Runs `fill` in one transaction that no crash needs to survive: a sandbox that dies in it is to be thrown away.
pub fn in_bulk(db: &Mutex<Connection>, fill: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let mut db = lock(db);
    let cache: i64 = db.pragma_query_value(None, "cache_size", |row| row.get(0))?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    // Kibibytes, negative: the indexes of random names are built in memory.
    db.pragma_update(None, "cache_size", -1_500_000)?;
    let tx = db.transaction()?;
    let filled = fill(&tx).and_then(|()| tx.commit());
    db.pragma_update(None, "cache_size", cache)?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.execute_batch("PRAGMA shrink_memory")?;
    filled
}

/// The platform's side: bills paid, payments settled.
pub fn fill_platform(db: &Connection, count: u64) -> rusqlite::Result<()> {
    // Indexes that are not needed while filling are built afterwards, sorted.
    db.execute_batch("DROP INDEX payments_by_number; DROP INDEX payments_by_bill")?;
    let due = "2019-12-31";
    let recorded = now_ms();
    let mut bill = db.prepare(
        "INSERT INTO bills(biller, number, period, amount, fee, discount, due, owner, address, paid_at, paid_by)
         VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, '王小明', '金門縣金城鎮民生路1號', ?6, ?7)",
    )?;
    let mut payment = db.prepare(
        "INSERT INTO payments(id, msisdn, state, biller, number, period, payable, provider, order_id, body_sha256,
             receipt, recorded_at, settled_at, puts)
         VALUES (?1, ?2, 'settled', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, 1)",
    )?;
    for place in 0..count {
        let past = Past::at(place, count);
        let provider = BUSINESSES.get(past.business).map_or("", |business| business.id);
        bill.execute(params![past.biller, past.number, past.period, past.payable, due, past.at, past.id])?;
        let at = past.at.min(recorded);
        let body = entropy::sha256_hex(past.id.as_bytes());
        payment.execute(params![
            past.id,
            past.msisdn,
            past.biller,
            past.number,
            past.period,
            past.payable,
            provider,
            past.order_id,
            body,
            past.trade_no,
            at
        ])?;
    }
    db.execute_batch(
        "CREATE INDEX payments_by_number ON payments(msisdn, seq);
         CREATE INDEX payments_by_bill ON payments(biller, number, period)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_payments_of_the_past_share_a_name() {
        let all: Vec<Past> = (0..20_000).chain(3_840_000..3_860_000).map(|place| Past::at(place, 3_860_000)).collect();
        let ids: HashSet<&str> = all.iter().map(|past| past.id.as_str()).collect();
        let bills: HashSet<_> = all.iter().map(|past| (past.biller, past.number.as_str(), past.period)).collect();
        let orders: HashSet<&str> = all.iter().map(|past| past.order_id.as_str()).collect();
        assert_eq!((ids.len(), bills.len(), orders.len()), (all.len(), all.len(), all.len()));
    }

    #[test]
    fn the_past_has_numbers_that_its_billers_give_and_identifiers_of_version_seven() {
        for place in [0, 1, 2, 49, 50, 16_777_216, MOST - 1] {
            let past = Past::at(place, MOST);
            let biller = crate::platform::billers::biller(past.biller).unwrap();
            assert!(biller.numbers_so(&past.number) && biller.periods_so(past.period), "{place}");
            let parts: Vec<usize> = past.id.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12]);
            assert!(past.id.as_bytes()[14] == b'7' && past.id.as_bytes()[19] == b'8');
        }
    }
}
