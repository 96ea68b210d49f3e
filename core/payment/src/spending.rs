//! What was spent, month by month and biller by biller.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;

use paytaipei_bill::{BillerId, CivilDate, Twd};

/// One charge that was not given back.
#[derive(Clone, Copy)]
pub struct Spent<'a> {
    pub biller: &'a BillerId,
    /// The city's day.
    pub on: CivilDate,
    pub charged: Twd,
    pub cashback: Twd,
}

/// A sum over many payments, in whole dollars: it may be larger than any single amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub payments: u32,
    pub charged: i64,
    pub cashback: i64,
}

impl Sum {
    fn add(&mut self, spent: &Spent<'_>) {
        self.payments = self.payments.saturating_add(1);
        self.charged = self.charged.saturating_add(spent.charged.dollars());
        self.cashback = self.cashback.saturating_add(spent.cashback.dollars());
    }
}

/// One month of the city's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    pub year: i32,
    pub month: u8,
    pub all: Sum,
    /// The dearest first.
    pub billers: Vec<(BillerId, Sum)>,
}

/// Every month from the first to the last in which something was paid, the empty ones between them too.
#[must_use]
pub fn by_month<'a>(spent: impl IntoIterator<Item = Spent<'a>>) -> Vec<Month> {
    let mut sums: BTreeMap<(i32, u8), BTreeMap<&'a BillerId, Sum>> = BTreeMap::new();
    for one in spent {
        sums.entry((one.on.year(), one.on.month())).or_default().entry(one.biller).or_default().add(&one);
    }
    let (Some(first), Some(last)) = (sums.keys().next().copied(), sums.keys().next_back().copied()) else {
        return Vec::new();
    };
    let mut months = Vec::new();
    let mut at = first;
    while at <= last {
        months.push(month(at, sums.remove(&at).unwrap_or_default()));
        at = if at.1 >= 12 { (at.0.saturating_add(1), 1) } else { (at.0, at.1.saturating_add(1)) };
    }
    months
}

fn month((year, month): (i32, u8), sums: BTreeMap<&BillerId, Sum>) -> Month {
    let mut all = Sum::default();
    let mut billers: Vec<(BillerId, Sum)> = Vec::with_capacity(sums.len());
    for (biller, sum) in sums {
        all.payments = all.payments.saturating_add(sum.payments);
        all.charged = all.charged.saturating_add(sum.charged);
        all.cashback = all.cashback.saturating_add(sum.cashback);
        billers.push((biller.clone(), sum));
    }
    billers.sort_by(|(a, x), (b, y)| (y.charged, a).cmp(&(x.charged, b)));
    Month { year, month, all, billers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole_and_the_dearest_biller_comes_first() {
        let (water, parking) = (BillerId::new("kinmen-water").unwrap(), BillerId::new("taipei-parking").unwrap());
        let spent = |biller, on: &str, charged, cashback| Spent {
            biller,
            on: on.parse().unwrap(),
            charged: Twd::new(charged).unwrap(),
            cashback: Twd::new(cashback).unwrap(),
        };
        let months = by_month([
            spent(&parking, "2026-11-30", 48, 0),
            spent(&water, "2026-11-01", 428, 20),
            spent(&parking, "2026-11-02", 20, 0),
            spent(&water, "2027-01-31", 316, 8),
        ]);
        let names: Vec<(i32, u8, i64)> =
            months.iter().map(|month| (month.year, month.month, month.all.charged)).collect();
        assert_eq!(names, [(2026, 11, 496), (2026, 12, 0), (2027, 1, 316)]);
        let november = &months[0];
        assert_eq!(november.all, Sum { payments: 3, charged: 496, cashback: 20 });
        assert_eq!(november.billers[0], (water, Sum { payments: 1, charged: 428, cashback: 20 }));
        assert_eq!(november.billers[1], (parking, Sum { payments: 2, charged: 68, cashback: 0 }));
    }

    #[test]
    fn nothing_paid_has_no_months() {
        assert!(by_month([]).is_empty());
    }
}
