//! Dates on bills: ROC (民國) years on paper, the city's day on the clock.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

/// A calendar day in Taiwan. Written `YYYY-MM-DD` (ISO 8601) to machines and as ROC year, month, day to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CivilDate(Date);

/// Why digits are not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DateError {
    #[error("a date is written in digits only")]
    NotDigits,
    #[error("a date of this kind has another number of digits")]
    Length,
    #[error("there is no such day")]
    NoSuchDay,
}

/// ROC year 0 is AD 1911: 民國 1 年 is 1912.
const ROC_EPOCH: i32 = 1911;

impl CivilDate {
    /// From a Gregorian year (AD 1912 to 9999), month and day.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Result<Self, DateError> {
        if year <= ROC_EPOCH {
            return Err(DateError::NoSuchDay);
        }
        let month = Month::try_from(month).map_err(|_| DateError::NoSuchDay)?;
        Date::from_calendar_date(year, month, day).map(Self).map_err(|_| DateError::NoSuchDay)
    }

    /// From eight digits, `YYYYMMDD` with a Gregorian year (TWQRP D4).
    pub fn from_yyyymmdd(digits: &str) -> Result<Self, DateError> {
        let [y, m, d] = split(digits, [4, 2, 2])?;
        Self::from_ymd(y, small(m)?, small(d)?)
    }

    /// From six digits, `YYMMDD`: the last two of the ROC year (民國 115 年 is `15`), or, as some billers print it, of
    /// the Gregorian one. Of all years that fit, the one nearest `today` is taken, an ROC year where two are as near.
    pub fn from_yymmdd(digits: &str, today: Self) -> Result<Self, DateError> {
        Self::nearest(digits, &[ROC_EPOCH, ROC_EPOCH + 100, ROC_EPOCH + 200, 1900, 2000, 2100], today)
    }

    /// From six digits, `YYMMDD`, by a biller who prints ROC years only: the year nearest `today`.
    pub fn from_roc_yymmdd(digits: &str, today: Self) -> Result<Self, DateError> {
        Self::nearest(digits, &[ROC_EPOCH, ROC_EPOCH + 100, ROC_EPOCH + 200], today)
    }

    /// Of the years that two digits may mean, counted from each of `bases`, the one nearest `today`.
    fn nearest(digits: &str, bases: &[i32], today: Self) -> Result<Self, DateError> {
        let [yy, m, d] = split(digits, [2, 2, 2])?;
        let (month, day) = (small(m)?, small(d)?);
        bases
            .iter()
            .map(|base| base + yy)
            .filter_map(|year| Self::from_ymd(year, month, day).ok())
            .min_by_key(|date| (date.0 - today.0).whole_days().abs())
            .ok_or(DateError::NoSuchDay)
    }

    /// The city's day at an instant: Asia/Taipei is UTC+8 and has kept no summer time since 1979 (tz database, `asia`).
    #[must_use]
    pub fn of_instant(instant: OffsetDateTime) -> Self {
        Self(instant.to_offset(UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC)).date())
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The ROC year: 2026 is 115.
    #[must_use]
    pub fn roc_year(self) -> i32 {
        self.0.year() - ROC_EPOCH
    }

    #[must_use]
    pub fn month(self) -> u8 {
        u8::from(self.0.month())
    }

    #[must_use]
    pub fn day(self) -> u8 {
        self.0.day()
    }

    /// Days since 0001-01-01, for ordering in a store.
    #[must_use]
    pub fn ordinal(self) -> i64 {
        i64::from(self.0.to_julian_day()) - 1_721_426
    }

    /// Days from `other` to this day; negative when this is the earlier.
    #[must_use]
    pub fn days_since(self, other: Self) -> i64 {
        (self.0 - other.0).whole_days()
    }

    /// `days` later, or the nearest day that exists.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(Duration::days(days)))
    }

    /// Eight digits with a Gregorian year, as [`Self::from_yyyymmdd`] reads.
    #[must_use]
    pub fn yyyymmdd(self) -> String {
        format!("{:04}{:02}{:02}", self.year(), self.month(), self.day())
    }

    /// As a person in Taiwan writes it: 民國115年10月20日; in English 20 Oct 2026.
    #[must_use]
    pub fn for_people(self, lang: crate::Lang) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        match lang {
            crate::Lang::ZhHant => format!("民國{}年{}月{}日", self.roc_year(), self.month(), self.day()),
            crate::Lang::En => {
                let month = MONTHS.get(usize::from(self.month()).saturating_sub(1)).unwrap_or(&"");
                format!("{} {month} {}", self.day(), self.year())
            }
        }
    }
}

/// `widths` fields of ASCII digits that fill the text exactly.
fn split<const N: usize>(digits: &str, widths: [usize; N]) -> Result<[i32; N], DateError> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::NotDigits);
    }
    if digits.len() != widths.iter().sum::<usize>() {
        return Err(DateError::Length);
    }
    let mut fields = [0; N];
    let mut rest = digits;
    for (field, width) in fields.iter_mut().zip(widths) {
        let (head, tail) = rest.split_at(width);
        *field = head.parse().map_err(|_| DateError::NotDigits)?;
        rest = tail;
    }
    Ok(fields)
}

fn small(field: i32) -> Result<u8, DateError> {
    u8::try_from(field).map_err(|_| DateError::NoSuchDay)
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for CivilDate {
    type Err = DateError;
    /// `YYYY-MM-DD`.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return Err(DateError::Length);
        }
        Self::from_yyyymmdd(&text.replace('-', ""))
    }
}

impl TryFrom<String> for CivilDate {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<CivilDate> for String {
    fn from(date: CivilDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    #[test]
    fn two_digit_years_are_roc_years_near_today() {
        assert_eq!(CivilDate::from_yymmdd("151020", day("2026-11-24")), Ok(day("2026-10-20")));
        assert_eq!(CivilDate::from_yymmdd("991231", day("2010-12-01")), Ok(day("2010-12-31")));
        assert_eq!(CivilDate::from_yymmdd("000105", day("2010-12-20")), Ok(day("2011-01-05")), "民國 100 年");
    }

    #[test]
    fn a_biller_that_prints_gregorian_years_is_understood() {
        assert_eq!(CivilDate::from_yymmdd("261020", day("2026-09-24")), Ok(day("2026-10-20")));
    }

    #[test]
    fn a_biller_of_roc_years_alone_is_never_read_as_gregorian() {
        assert_eq!(CivilDate::from_roc_yymmdd("261020", day("2026-09-24")), Ok(day("2037-10-20")));
        assert_eq!(CivilDate::from_roc_yymmdd("990101", day("2026-09-24")), Ok(day("2010-01-01")));
        assert_eq!(CivilDate::from_roc_yymmdd("010101", day("2099-09-24")), Ok(day("2112-01-01")), "民國 201 年");
        assert_eq!(CivilDate::from_roc_yymmdd("150229", day("2026-09-24")), Err(DateError::NoSuchDay));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(CivilDate::from_yyyymmdd("20260229"), Err(DateError::NoSuchDay));
        assert_eq!(CivilDate::from_yyyymmdd("20261301"), Err(DateError::NoSuchDay));
        assert_eq!(CivilDate::from_yyyymmdd("2026130"), Err(DateError::Length));
        assert_eq!(CivilDate::from_yyyymmdd("2026-1-1"), Err(DateError::NotDigits));
        assert_eq!(CivilDate::from_yyyymmdd("00000101"), Err(DateError::NoSuchDay));
        assert!("2026-02-29".parse::<CivilDate>().is_err());
    }

    #[test]
    fn the_citys_day_begins_eight_hours_before_utcs() {
        let evening = OffsetDateTime::from_unix_timestamp(1_795_535_999).unwrap(); // 2026-11-24T15:59:59Z
        assert_eq!(CivilDate::of_instant(evening), day("2026-11-24"));
        assert_eq!(CivilDate::of_instant(evening + Duration::SECOND), day("2026-11-25"));
    }

    #[test]
    fn people_read_roc_years() {
        assert_eq!(day("2026-10-20").for_people(crate::Lang::ZhHant), "民國115年10月20日");
        assert_eq!(day("2026-10-20").for_people(crate::Lang::En), "20 Oct 2026");
    }
}
