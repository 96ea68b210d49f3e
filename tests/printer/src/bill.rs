//! The bill as its sender knows it, before anything is printed.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use crate::PrintError;
use crate::codes::{SLIPS, Slip, SlipCode};

/// Longest owner's name that a page has room for, in characters.
const OWNER_MAX: usize = 40;
/// Longest address that a page has room for, in characters.
const ADDRESS_MAX: usize = 80;
/// Highest amount that the nine digits of a barcode can state, in NT dollars.
const AMOUNT_MAX: i64 = 999_999_999;

/// One bill to print.
///
/// `Debug` shows the biller only: everything else is personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperBill {
    /// `kinmen-water`, `taipei-water`, `taipei-parking`, or a biller of [`crate::SLIPS`].
    pub biller: String,
    /// Water number (Kinmen 7 digits, Taipei 10), parking slip number (`Q` and 14 letters or digits), or a slip's own: 8 to 20
    /// letters or digits, 16 digits of a tax.
    pub number: String,
    /// Kinmen: ROC year and month, `YYYMM`. Taipei water: the deadline, `YYYYMMDD` AD. Taxes: five digits. Others: empty.
    pub period: String,
    /// Whole NT dollars, 1 to 999,999,999.
    pub amount: i64,
    /// Last day of payment, `YYYY-MM-DD` AD.
    pub due: String,
    /// Name of the user or, on a parking slip, the number plate. Names are masked on paper.
    pub owner: String,
    /// Address of the meter or, on a parking slip, the street.
    pub address: String,
}

impl fmt::Debug for PaperBill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaperBill").field("biller", &self.biller).finish_non_exhaustive()
    }
}

/// Which form a bill is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillerLayout {
    KinmenWater,
    TaipeiWater,
    TaipeiParking,
}

impl BillerLayout {
    /// Every form, in the order in which error messages list them.
    pub const ALL: [Self; 3] = [Self::KinmenWater, Self::TaipeiWater, Self::TaipeiParking];

    /// The biller's id as the platform's registry writes it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::KinmenWater => "kinmen-water",
            Self::TaipeiWater => "taipei-water",
            Self::TaipeiParking => "taipei-parking",
        }
    }

    /// The form of a biller.
    ///
    /// # Errors
    /// [`PrintError::UnknownBiller`] when there is none.
    pub fn of(biller: &str) -> Result<Self, PrintError> {
        Self::ALL.into_iter().find(|layout| layout.id() == biller).ok_or(PrintError::UnknownBiller)
    }
}

/// Which paper a bill is printed on.
#[derive(Clone, Copy)]
pub(crate) enum Paper {
    Form(BillerLayout),
    Slip(&'static Slip),
}

impl Paper {
    fn of(biller: &str) -> Result<Self, PrintError> {
        let slip = SLIPS.iter().find(|slip| slip.biller == biller).map(Self::Slip);
        slip.map_or_else(|| BillerLayout::of(biller).map(Self::Form), Ok)
    }
}

/// A bill whose every field was checked, with its form and its date read.
pub(crate) struct CheckedBill<'a> {
    pub paper: Paper,
    pub bill: &'a PaperBill,
    pub due: Date,
}

impl<'a> CheckedBill<'a> {
    pub fn new(bill: &'a PaperBill) -> Result<Self, PrintError> {
        let paper = Paper::of(&bill.biller)?;
        let due = parse_due(&bill.due)?;
        if !(1..=AMOUNT_MAX).contains(&bill.amount) {
            return Err(PrintError::BadField { field: "amount", expected: "1 to 999999999 whole NT dollars" });
        }
        check_printable("owner", &bill.owner, OWNER_MAX)?;
        check_printable("address", &bill.address, ADDRESS_MAX)?;
        let (number, period) = (bill.number.as_str(), bill.period.as_str());
        match paper {
            Paper::Form(BillerLayout::KinmenWater) => {
                require(is_digits(number, 7), "number", "7 digits")?;
                require(is_roc_month(period), "period", "ROC year and month as 5 digits, for example 11510")?;
            }
            Paper::Form(BillerLayout::TaipeiWater) => {
                require(is_digits(number, 10), "number", "10 digits")?;
                let deadline: String = bill.due.chars().filter(|c| *c != '-').collect();
                require(period == deadline, "period", "the day in `due` as YYYYMMDD")?;
            }
            Paper::Form(BillerLayout::TaipeiParking) => {
                require(is_slip_number(number), "number", "Q and 14 digits or capital letters")?;
                require(period.is_empty(), "period", "nothing: a parking slip has no period")?;
            }
            Paper::Slip(Slip { code: SlipCode::Tax(_), .. }) => {
                require(is_digits(number, 16), "number", "16 digits")?;
                require(is_digits(period, 5), "period", "5 digits")?;
            }
            Paper::Slip(_) => {
                let fits = (8..=20).contains(&number.len())
                    && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
                require(fits, "number", "8 to 20 digits or capital letters")?;
                require(period.is_empty(), "period", "nothing: such a slip has no period")?;
            }
        }
        Ok(Self { paper, bill, due })
    }
}

fn require(holds: bool, field: &'static str, expected: &'static str) -> Result<(), PrintError> {
    if holds { Ok(()) } else { Err(PrintError::BadField { field, expected }) }
}

fn check_printable(field: &'static str, text: &str, most: usize) -> Result<(), PrintError> {
    let length = text.chars().count();
    require(
        (1..=most).contains(&length) && !text.chars().any(char::is_control),
        field,
        "a line of text: 1 to 40 characters for the owner, 1 to 80 for the address, no control characters",
    )
}

pub(crate) fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_roc_month(text: &str) -> bool {
    is_digits(text, 5) && matches!(text.get(3..).and_then(|m| m.parse::<u8>().ok()), Some(1..=12))
}

fn is_slip_number(text: &str) -> bool {
    text.len() == 15 && text.starts_with('Q') && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// Reads `YYYY-MM-DD`; the years are those that a three-digit ROC year can write (1912 to 2910).
fn parse_due(text: &str) -> Result<Date, PrintError> {
    let bad = PrintError::BadField { field: "due", expected: "a day as YYYY-MM-DD, year 1912 or later" };
    let mut parts = text.split('-');
    let (Some(y), Some(m), Some(d), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(bad);
    };
    if !(is_digits(y, 4) && is_digits(m, 2) && is_digits(d, 2)) {
        return Err(bad);
    }
    let (Ok(y), Ok(m), Ok(d)) = (y.parse::<i32>(), m.parse::<u8>(), d.parse::<u8>()) else {
        return Err(bad);
    };
    let month = Month::try_from(m).map_err(|_| bad.clone())?;
    if !(1912..=2910).contains(&y) {
        return Err(bad);
    }
    Date::from_calendar_date(y, month, d).map_err(|_| bad)
}

/// ROC year of a day: AD year less 1911.
pub(crate) fn roc_year(day: Date) -> i32 {
    day.year() - 1911
}

/// `YYMMDD` with the ROC year's last two digits, as the first barcode states its day.
pub(crate) fn roc_yymmdd(day: Date) -> String {
    format!("{:02}{:02}{:02}", roc_year(day).rem_euclid(100), u8::from(day.month()), day.day())
}

/// `115年11月30日`.
pub(crate) fn roc_long(day: Date) -> String {
    format!("{}年{:02}月{:02}日", roc_year(day), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parking() -> PaperBill {
        PaperBill {
            biller: "taipei-parking".into(),
            number: "Q0000000A000001".into(),
            period: String::new(),
            amount: 60,
            due: "2026-12-31".into(),
            owner: "AAA-8888".into(),
            address: "信義路五段".into(),
        }
    }

    fn refused(change: impl FnOnce(&mut PaperBill)) -> PrintError {
        let mut bill = parking();
        change(&mut bill);
        match CheckedBill::new(&bill) {
            Ok(_) => panic!("the bill was accepted"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_field_that_cannot_be_printed_is_refused_by_name() {
        for (error, field) in [
            (refused(|b| b.number = "Q123".into()), "number"),
            (refused(|b| b.number = "q0000000a000001".into()), "number"),
            (refused(|b| b.period = "11510".into()), "period"),
            (refused(|b| b.amount = 0), "amount"),
            (refused(|b| b.amount = -5), "amount"),
            (refused(|b| b.amount = 1_000_000_000), "amount"),
            (refused(|b| b.due = "2026-02-30".into()), "due"),
            (refused(|b| b.due = "115-12-31".into()), "due"),
            (refused(|b| b.owner = "王\n明".into()), "owner"),
            (refused(|b| b.owner = String::new()), "owner"),
            (refused(|b| b.address = "路".repeat(81)), "address"),
        ] {
            assert!(matches!(error, PrintError::BadField { field: f, .. } if f == field), "{field}: {error}");
        }
        assert!(matches!(refused(|b| b.biller = "taipei-tuition".into()), PrintError::UnknownBiller));
    }

    #[test]
    fn a_period_that_contradicts_the_deadline_is_refused() {
        let error = refused(|b| {
            b.biller = "taipei-water".into();
            b.number = "2081234560".into();
            b.period = "20261230".into();
        });
        assert!(matches!(error, PrintError::BadField { field: "period", .. }));
    }

    #[test]
    fn debug_output_names_neither_person_nor_number() {
        let shown = format!("{:?}", parking());
        assert!(!shown.contains("8888") && !shown.contains("Q0000") && !shown.contains("信義"), "{shown}");
    }
}
