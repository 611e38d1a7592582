//! Calendars whose dated holidays have passed, or will soon have.

use super::super::definitions::Definitions;
use crate::time::EpochMs;
use jiff::{Timestamp, ToSpan as _, civil::Date};

/// A calendar whose holidays need new dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleHolidays {
    /// The name of the calendar.
    pub calendar: String,
    /// The last day that a holiday with a year names.
    pub until: Date,
    /// Whether that day is over in the calendar's time zone.
    pub passed: bool,
}

/// The calendars of which every dated holiday has passed, and those that know dated holidays alone of which the last one
/// passes within a year: after it, the line is open on every holiday. In the order of their names.
#[must_use]
pub fn stale_holidays(definitions: &Definitions, now: EpochMs) -> Vec<StaleHolidays> {
    let Ok(now) = Timestamp::from_millisecond(now.0) else { return Vec::new() };
    let stale = definitions.hours.iter().filter_map(|(name, calendar)| {
        let until = calendar.holidays_until()?;
        let today = now.to_zoned(calendar.zone.clone()).date();
        let passed = until < today;
        let passes_soon = today.checked_add(1.year()).is_ok_and(|in_a_year| until < in_a_year);
        let is_stale = passed || (passes_soon && calendar.holidays.are_all_dated());
        is_stale.then(|| StaleHolidays { calendar: name.clone(), until, passed })
    });
    stale.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Calendar, Holiday, Holidays};
    use super::*;
    use jiff::tz::TimeZone;
    use std::collections::BTreeMap;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn stale(holidays: &[Holiday], now: &str) -> Option<(Date, bool)> {
        let holidays = holidays.iter().map(|holiday| (*holiday, Vec::new())).collect();
        let zone = TimeZone::get("America/New_York").unwrap();
        let calendar = Calendar { zone, week: Default::default(), holidays: Holidays::new(holidays) };
        let hours = BTreeMap::from([("support".to_owned(), calendar)]);
        let now = EpochMs(now.parse::<Timestamp>().unwrap().as_millisecond());
        let mut found = stale_holidays(&Definitions { hours, ..Definitions::default() }, now);
        assert!(found.len() <= 1 && found.iter().all(|found| found.calendar == "support"));
        found.pop().map(|found| (found.until, found.passed))
    }

    #[test]
    fn dated_holidays_are_stale_once_they_have_passed_or_if_nothing_follows_them_within_a_year() {
        let christmas = Holiday::On(date("2026-12-25"));
        let until = date("2026-12-25");
        for (holidays, now, expected) in [
            (&[christmas][..], "2025-12-24T12:00Z", None),
            (&[christmas], "2026-03-01T12:00Z", Some((until, false))),
            // It is still that day in New York.
            (&[christmas], "2026-12-26T04:59Z", Some((until, false))),
            (&[christmas], "2026-12-26T05:00Z", Some((until, true))),
            // Yearly holidays need no new dates, but a date that has passed can be deleted.
            (&[christmas, Holiday::Easter { days: 1 }], "2026-03-01T12:00Z", None),
            (&[christmas, Holiday::Easter { days: 1 }], "2027-03-01T12:00Z", Some((until, true))),
            (&[Holiday::Between(date("2026-07-03"), until)], "2026-11-01T12:00Z", Some((until, false))),
            (&[christmas, Holiday::On(date("2027-12-24"))], "2026-11-01T12:00Z", None),
            (&[Holiday::Yearly((12, 25))], "2050-01-01T12:00Z", None),
            (&[], "2050-01-01T12:00Z", None),
        ] {
            assert_eq!(stale(holidays, now), expected, "{holidays:?} at {now}");
        }
    }
}
