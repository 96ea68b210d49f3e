//! The registry of bills, as the billers fill it.

use super::Platform;
use crate::clock::{city_day_in, day_text, now_ms, parse_day};
use crate::control::types::{BillChange, BillName, IssuedBill, NewBill};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// Whole NT dollars on a bill: as the contract bounds them.
const MOST: i64 = 9_999_999_999;
const FORTNIGHT_DAYS: i64 = 14;
const OWNER: &str = "王小明";

/// A row of the registry.
pub struct BillRow {
    pub name: BillName,
    pub amount: i64,
    pub fee: i64,
    pub discount: i64,
    /// `YYYY-MM-DD`, the city's day.
    pub due: String,
    pub owner: String,
    pub address: String,
    pub paid_at: Option<i64>,
}

impl BillRow {
    pub const COLUMNS: &'static str = "biller, number, period, amount, fee, discount, due, owner, address, paid_at";

    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: BillName { biller: row.get(0)?, number: row.get(1)?, period: row.get(2)? },
            amount: row.get(3)?,
            fee: row.get(4)?,
            discount: row.get(5)?,
            due: row.get(6)?,
            owner: row.get(7)?,
            address: row.get(8)?,
            paid_at: row.get(9)?,
        })
    }

    /// amount + fee − discount.
    pub fn payable(&self) -> i64 {
        self.amount.saturating_add(self.fee).saturating_sub(self.discount)
    }

    fn check(&self) -> Result<(), Problem> {
        let bounded = [self.amount, self.fee, self.discount].iter().all(|part| (0..=MOST).contains(part));
        if !bounded || !(0..=MOST).contains(&self.payable()) {
            return Err(Problem::malformed(
                "amount, fee, discount and amount + fee − discount must be whole dollars from 0 to 9999999999",
            ));
        }
        if parse_day(&self.due).is_none() {
            return Err(Problem::malformed("due must be a day, YYYY-MM-DD"));
        }
        if self.owner.chars().count() > 40 || self.address.chars().count() > 120 {
            return Err(Problem::malformed("owner may have 40 characters, address 120"));
        }
        Ok(())
    }
}

/// A bill by its whole name.
pub fn find(db: &Connection, name: &BillName) -> rusqlite::Result<Option<BillRow>> {
    let columns = BillRow::COLUMNS;
    db.prepare_cached(&format!("SELECT {columns} FROM bills WHERE biller = ?1 AND number = ?2 AND period = ?3"))?
        .query_row(params![name.biller, name.number, name.period], BillRow::read)
        .optional()
}

/// Fields as they are stored and compared.
pub fn fields_text(fields: Option<&BTreeMap<String, String>>) -> String {
    fields.and_then(|fields| serde_json::to_string(fields).ok()).unwrap_or_default()
}

/// 王小明 → 王○明, 王明 → 王○; what is masked already stays.
pub fn mask_owner(owner: &str) -> String {
    if owner.contains(['○', '*']) {
        return owner.to_owned();
    }
    let letters: Vec<char> = owner.chars().collect();
    let last = letters.len().saturating_sub(1);
    let hidden = |at: usize| at > 0 && (at < last || letters.len() == 2);
    letters.iter().enumerate().map(|(at, &letter)| if hidden(at) { '○' } else { letter }).collect()
}

/// County and township stay; what follows the sixth character is hidden.
pub fn mask_address(address: &str) -> String {
    if address.contains(['○', '*']) || address.is_empty() {
        return address.to_owned();
    }
    address.chars().take(6).chain("○○○".chars()).collect()
}

fn no_bill() -> Problem {
    Problem::new(404, "bill_not_found", "no such bill was issued")
}

impl Platform {
    /// Issues a bill. What isn't given is made up.
    pub fn issue(&self, new: NewBill) -> Result<IssuedBill, Problem> {
        let biller = self
            .biller(&new.biller)
            .ok_or_else(|| Problem::new(404, "biller_unknown", "no such biller in the catalogue"))?;
        let due = new.due.unwrap_or_else(|| day_text(city_day_in(FORTNIGHT_DAYS)));
        let day = parse_day(&due).ok_or_else(|| Problem::malformed("due must be a day, YYYY-MM-DD"))?;
        let bill = BillRow {
            name: BillName {
                biller: new.biller,
                number: new.number.unwrap_or_else(|| biller.make_number()),
                period: new.period.unwrap_or_else(|| biller.make_period(day)),
            },
            amount: new.amount,
            fee: new.fee,
            discount: new.discount,
            due,
            owner: new.owner.unwrap_or_else(|| OWNER.to_owned()),
            address: new.address.unwrap_or_else(|| biller.address.to_owned()),
            paid_at: None,
        };
        if !biller.numbers_so(&bill.name.number) || !biller.periods_so(&bill.name.period) {
            return Err(Problem::malformed("number or period are not such as this biller gives"));
        }
        bill.check()?;
        let inserted = lock(&self.db).execute(
            "INSERT OR IGNORE INTO bills(biller, number, period, amount, fee, discount, due, owner, address)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                bill.name.biller,
                bill.name.number,
                bill.name.period,
                bill.amount,
                bill.fee,
                bill.discount,
                bill.due,
                bill.owner,
                bill.address
            ],
        )?;
        if let Some(fields) = new.fields.as_ref().filter(|_| inserted > 0) {
            lock(&self.db).execute(
                "INSERT OR IGNORE INTO customers(biller, fields, number) VALUES (?1, ?2, ?3)",
                params![bill.name.biller, fields_text(Some(fields)), bill.name.number],
            )?;
        }
        if inserted == 0 {
            return Err(Problem::new(409, "bill_exists", "this bill was issued before: change it instead"));
        }
        Ok(IssuedBill {
            biller: bill.name.biller,
            number: bill.name.number,
            period: bill.name.period,
            amount: bill.amount,
            due: bill.due,
            owner: bill.owner,
            address: bill.address,
        })
    }

    /// Changes what a bill says. Tokens given before stay alive: a payment of the old amount is refused by the amount.
    pub fn change(&self, change: &BillChange) -> Result<(), Problem> {
        let name =
            BillName { biller: change.biller.clone(), number: change.number.clone(), period: change.period.clone() };
        let db = lock(&self.db);
        let mut bill = find(&db, &name)?.ok_or_else(no_bill)?;
        bill.amount = change.amount.unwrap_or(bill.amount);
        bill.fee = change.fee.unwrap_or(bill.fee);
        bill.discount = change.discount.unwrap_or(bill.discount);
        bill.due = change.due.clone().unwrap_or(bill.due);
        bill.check()?;
        db.execute(
            "UPDATE bills SET amount = ?4, fee = ?5, discount = ?6, due = ?7
             WHERE biller = ?1 AND number = ?2 AND period = ?3",
            params![name.biller, name.number, name.period, bill.amount, bill.fee, bill.discount, bill.due],
        )?;
        Ok(())
    }

    /// Somebody pays the bill at a shop's counter.
    pub fn pay_elsewhere(&self, name: &BillName) -> Result<(), Problem> {
        let changed = lock(&self.db).execute(
            "UPDATE bills SET paid_at = coalesce(paid_at, ?4), paid_by = coalesce(paid_by, 'elsewhere')
             WHERE biller = ?1 AND number = ?2 AND period = ?3",
            params![name.biller, name.number, name.period, now_ms()],
        )?;
        if changed == 0 { Err(no_bill()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked_but_for_its_ends() {
        assert_eq!(mask_owner("王小明"), "王○明");
        assert_eq!(mask_owner("王明"), "王○");
        assert_eq!(mask_owner("歐陽小明"), "歐○○明");
        assert_eq!(mask_owner("王○明"), "王○明");
    }

    #[test]
    fn an_address_keeps_county_and_township() {
        assert_eq!(mask_address("金門縣金城鎮民生路1號"), "金門縣金城鎮○○○");
    }
}
