//! Instants (UTC) and the city's day (Asia/Taipei: UTC+8, no daylight saving time).

use std::time::{SystemTime, UNIX_EPOCH};
use time::{Date, Duration, OffsetDateTime, UtcOffset};

const TAIPEI_HOURS: i8 = 8;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

fn moment(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// RFC 3339 in UTC, with milliseconds.
pub fn instant(ms: i64) -> String {
    let at = moment(ms);
    format!("{}T{:02}:{:02}:{:02}.{:03}Z", day_text(at.date()), at.hour(), at.minute(), at.second(), at.millisecond())
}

/// The day in Taipei at an instant.
pub fn city_day(ms: i64) -> Date {
    let taipei = UtcOffset::from_hms(TAIPEI_HOURS, 0, 0).unwrap_or(UtcOffset::UTC);
    moment(ms).to_offset(taipei).date()
}

/// The day in Taipei some days from now.
pub fn city_day_in(days: i64) -> Date {
    let today = city_day(now_ms());
    today.checked_add(Duration::days(days)).unwrap_or(today)
}

/// `YYYY-MM-DD`.
pub fn day_text(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// Reads `YYYY-MM-DD`; nothing else is a day.
pub fn parse_day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let field = |range: std::ops::Range<usize>| -> Option<u16> {
        let digits = text.get(range)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let month = u8::try_from(field(5..7)?).ok().and_then(|month| time::Month::try_from(month).ok())?;
    Date::from_calendar_date(i32::from(field(0..4)?), month, u8::try_from(field(8..10)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_citys_day_begins_at_sixteen_hours_utc() {
        // 2026-11-24T15:59:59.999Z and one millisecond later.
        assert_eq!(day_text(city_day(1_795_535_999_999)), "2026-11-24");
        assert_eq!(day_text(city_day(1_795_536_000_000)), "2026-11-25");
        assert_eq!(instant(1_795_536_000_000), "2026-11-24T16:00:00.000Z");
    }

    #[test]
    fn a_day_is_read_only_in_its_one_form() {
        assert_eq!(parse_day("2028-02-29").map(day_text).as_deref(), Some("2028-02-29"));
        for text in ["2026-02-29", "2026-2-01", "20260201", "2026-02-01 ", "+026-02-01", "2026-13-01"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
