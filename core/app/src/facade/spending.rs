//! What was spent, as numbers and as a picture.

use paytaipei_bill::{BillerId, Lang};
use paytaipei_draw::{Bar, Chart, Slice, chart};
use paytaipei_payment::State;
use paytaipei_payment::spending::{Month, Spent, by_month};
use serde::Serialize;

use super::Core;
use crate::error::Result;
use crate::store::city_day;
use crate::view::money;

/// One month in the city. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthView {
    /// `YYYY-MM`.
    pub month: String,
    pub payments: u32,
    pub charged: i64,
    /// What was given back of it.
    pub cashback: i64,
    /// The dearest first.
    pub billers: Vec<SpentView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpentView {
    pub biller: String,
    pub biller_name: String,
    pub payments: u32,
    pub charged: i64,
    pub cashback: i64,
}

/// The picture shows so many months at most, the latest.
const SHOWN: usize = 12;

impl Core {
    /// Every month from the first to the last in which something was paid. What was given back whole is not in it.
    pub fn spending(&self) -> Result<Vec<MonthView>> {
        let catalogue = self.catalogue();
        let view = |month: &Month| MonthView {
            month: format!("{:04}-{:02}", month.year, month.month),
            payments: month.all.payments,
            charged: month.all.charged,
            cashback: month.all.cashback,
            billers: month
                .billers
                .iter()
                .map(|(biller, sum)| SpentView {
                    biller: biller.as_str().to_owned(),
                    biller_name: catalogue.name(biller, self.lang),
                    payments: sum.payments,
                    charged: sum.charged,
                    cashback: sum.cashback,
                })
                .collect(),
        };
        Ok(self.months()?.iter().map(view).collect())
    }

    /// The last twelve months as an SVG, which loads nothing.
    pub fn spending_picture(&self) -> Result<String> {
        let (months, catalogue) = (self.months()?, self.catalogue());
        let shown = months.iter().skip(months.len().saturating_sub(SHOWN)).collect::<Vec<_>>();
        let mut parts: Vec<&BillerId> = Vec::new();
        for (biller, _) in shown.iter().flat_map(|month| &month.billers) {
            if !parts.contains(&biller) {
                parts.push(biller);
            }
        }
        let bar = |month: &&Month| {
            let slice = |(biller, sum): &(BillerId, paytaipei_payment::spending::Sum)| Slice {
                part: parts.iter().position(|part| *part == biller).unwrap_or_default(),
                amount: u64::try_from(sum.charged).unwrap_or_default(),
            };
            let name = match self.lang {
                Lang::ZhHant => format!("{}年{}月", month.year - 1911, month.month),
                Lang::En => format!("{:04}-{:02}", month.year, month.month),
            };
            Bar { name, slices: month.billers.iter().map(slice).collect(), label: money(month.all.charged) }
        };
        Ok(chart(&Chart {
            title: self.lang.pick("每月繳費", "Paid by month").to_owned(),
            parts: parts.iter().map(|biller| catalogue.name(biller, self.lang)).collect(),
            bars: shown.iter().map(bar).collect(),
        }))
    }

    fn months(&self) -> Result<Vec<Month>> {
        self.verified()?;
        self.store.read(|work| {
            work.with_shelf(|shelf| {
                let charged = shelf.notes().filter(|note| note.state == State::Settled);
                Ok(by_month(charged.filter_map(|note| {
                    let on = city_day(note.settled_at.unwrap_or(note.created_at));
                    Some(Spent { biller: &note.biller, on, charged: note.charged?, cashback: note.cashback })
                })))
            })
        })
    }
}
