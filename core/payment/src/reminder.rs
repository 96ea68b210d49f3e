//! When to remind of a bill that nobody pays yet.

use paytaipei_bill::{BillerId, CivilDate, Lang};

use crate::Timestamp;

/// Days before the bill is due. On the day itself it can still be paid.
const DAYS_BEFORE: [i64; 3] = [7, 1, 0];
/// Nine in the morning in the city, which is one o'clock UTC.
const HOUR_UTC_MS: i64 = 60 * 60 * 1_000;
const DAY_MS: i64 = 24 * HOUR_UTC_MS;
/// What a system takes at most: iOS keeps 64 local notifications.
pub const MOST: usize = 60;

/// A bill that is still to be paid.
#[derive(Clone, Copy)]
pub struct Due<'a> {
    pub bill: &'a str,
    pub biller: &'a BillerId,
    pub on: CivilDate,
}

#[derive(Clone, Copy)]
pub struct Reminder<'a> {
    pub bill: &'a str,
    pub biller: &'a BillerId,
    pub at: Timestamp,
    days: i64,
}

/// All that lie ahead, the soonest first, at most [`MOST`].
#[must_use]
pub fn schedule<'a>(bills: impl IntoIterator<Item = Due<'a>>, now: Timestamp) -> Vec<Reminder<'a>> {
    let mut reminders: Vec<Reminder<'a>> = bills
        .into_iter()
        .flat_map(|due| DAYS_BEFORE.map(|days| (due, days)))
        .map(|(due, days)| Reminder { bill: due.bill, biller: due.biller, at: morning(due.on.plus_days(-days)), days })
        .filter(|reminder| reminder.at > now)
        .collect();
    reminders.sort_by(|a, b| (a.at, a.bill).cmp(&(b.at, b.bill)));
    reminders.truncate(MOST);
    reminders
}

fn morning(day: CivilDate) -> Timestamp {
    // 1970-01-01 is day 719,162 of the calendar that counts from 0001-01-01.
    let days = day.ordinal().saturating_sub(719_162);
    Timestamp(days.saturating_mul(DAY_MS).saturating_add(HOUR_UTC_MS))
}

impl Reminder<'_> {
    /// Names the biller, and neither number, amount nor owner: others may see the screen.
    #[must_use]
    pub fn words(&self, biller: &str, lang: Lang) -> String {
        match (lang, self.days) {
            (Lang::ZhHant, 0) => format!("{biller}的帳單今天到期"),
            (Lang::ZhHant, 1) => format!("{biller}的帳單明天到期"),
            (Lang::ZhHant, days) => format!("{biller}的帳單 {days} 天後到期"),
            (Lang::En, 0) => format!("A bill of {biller} is due today"),
            (Lang::En, 1) => format!("A bill of {biller} is due tomorrow"),
            (Lang::En, days) => format!("A bill of {biller} is due in {days} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap();
        Timestamp(at.unix_timestamp() * 1_000)
    }

    #[test]
    fn a_bill_is_remembered_at_nine_a_week_and_a_day_before_and_on_the_day() {
        let biller = BillerId::new("kinmen-water").unwrap();
        let due = Due { bill: "b", biller: &biller, on: "2026-12-20".parse().unwrap() };
        let all = schedule([due], at("2026-12-01T00:00:00Z"));
        let times: Vec<Timestamp> = all.iter().map(|reminder| reminder.at).collect();
        // Nine o'clock in Taipei, UTC+8.
        let nine = ["2026-12-13T09:00:00+08:00", "2026-12-19T09:00:00+08:00", "2026-12-20T09:00:00+08:00"];
        assert_eq!(times, nine.map(at));
        let words: Vec<String> = all.iter().map(|reminder| reminder.words("金門縣自來水廠", Lang::ZhHant)).collect();
        assert_eq!(words[0], "金門縣自來水廠的帳單 7 天後到期");
        assert_eq!(words[1..], ["金門縣自來水廠的帳單明天到期", "金門縣自來水廠的帳單今天到期"]);
    }

    #[test]
    fn what_lies_behind_is_not_said_and_no_more_than_a_system_takes() {
        let biller = BillerId::new("taipei-parking").unwrap();
        let names: Vec<String> = (0..100).map(|n| format!("{n:03}")).collect();
        let bills = |on: &str| {
            let on = on.parse().unwrap();
            names.iter().map(|bill| Due { bill, biller: &biller, on }).collect::<Vec<_>>()
        };
        assert_eq!(schedule(bills("2026-12-20"), at("2026-12-01T00:00:00Z")).len(), MOST);
        let left = schedule(bills("2026-12-20"), at("2026-12-19T01:00:00Z"));
        assert!(left.iter().all(|reminder| reminder.days == 0), "nine o'clock of the day before is over");
        assert!(schedule(bills("2026-12-20"), at("2026-12-20T01:00:00Z")).is_empty());
    }
}
