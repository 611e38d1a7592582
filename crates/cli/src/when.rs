//! Times and days: shown in the local time zone for people and in UTC for programs.

use crate::exit::Usage;
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use ringbolt_core::time::EpochMs;
use std::ops::Range;

/// A time zone: the one of this machine (TZ), or another that is named.
#[derive(Clone, Debug)]
pub(crate) struct LocalTime(TimeZone);

impl LocalTime {
    /// The system's time zone, or UTC if it has none.
    pub(crate) fn of_this_machine() -> Self {
        Self(TimeZone::try_system().unwrap_or(TimeZone::UTC))
    }

    /// Another zone.
    pub(crate) fn of(zone: TimeZone) -> Self {
        Self(zone)
    }

    #[cfg(test)]
    pub(crate) fn named(zone: &str) -> Self {
        Self(TimeZone::get(zone).unwrap())
    }

    /// Date, time and zone: `2026-11-21 13:00:00 CET`.
    pub(crate) fn date_and_time(&self, at: EpochMs) -> String {
        self.format(at, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// The time of the day: `13:00:00`.
    pub(crate) fn time(&self, at: EpochMs) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// The day: `2026-11-21`.
    pub(crate) fn date(&self, at: EpochMs) -> String {
        self.format(at, "%Y-%m-%d")
    }

    /// The name of the time zone at that time: `CET`.
    pub(crate) fn zone(&self, at: EpochMs) -> String {
        self.format(at, "%Z")
    }

    fn format(&self, at: EpochMs, pattern: &str) -> String {
        let timestamp = Timestamp::from_millisecond(at.0).unwrap_or_default();
        timestamp.to_zoned(self.0.clone()).strftime(pattern).to_string()
    }

    /// A day from midnight to midnight, which has 23 or 25 hours when clocks change.
    ///
    /// # Errors
    /// The text is not `YYYY-MM-DD`, `today` or `yesterday`.
    pub(crate) fn day(&self, text: &str, now: EpochMs) -> anyhow::Result<Range<EpochMs>> {
        let today = Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(self.0.clone()).date();
        let date = match text {
            "today" => Some(today),
            "yesterday" => today.checked_sub(1.day()).ok(),
            text => text.parse::<Date>().ok().filter(|_| text.len() == 10),
        };
        let span = date.and_then(|date| {
            let midnight = |date: Date| Some(EpochMs(date.to_zoned(self.0.clone()).ok()?.timestamp().as_millisecond()));
            Some(midnight(date)?..midnight(date.checked_add(1.day()).ok()?)?)
        });
        span.ok_or_else(|| {
            Usage::new(format!("--day must be a date such as 2026-11-21, `today` or `yesterday`, not `{text}`"))
        })
    }
}

/// Date and time in this machine's time zone, with its name.
pub(crate) fn local(at: EpochMs) -> String {
    LocalTime::of_this_machine().date_and_time(at)
}

/// The time for programs: `2026-11-21T12:00:00Z`.
pub(crate) fn utc(at: EpochMs) -> Option<String> {
    Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}

/// Parses a timestamp, or a local time or day (meaning its start) in this machine's time zone.
///
/// # Errors
/// The text is none of these.
pub(crate) fn parse(text: &str) -> anyhow::Result<EpochMs> {
    let zone = || LocalTime::of_this_machine().0;
    let local = |at: DateTime| Some(at.to_zoned(zone()).ok()?.timestamp());
    // `Date` would also parse the text of a time.
    let local_time = || local(if text.len() == 10 { text.parse::<Date>().ok()?.into() } else { text.parse().ok()? });
    let at = text.parse::<Timestamp>().ok().or_else(local_time);
    at.map(|at| EpochMs(at.as_millisecond())).ok_or_else(|| {
        Usage::new(format!(
            "`{text}` is not a time: give a day such as 2026-11-01, or a time such as 2026-11-01T09:30:00Z"
        ))
    })
}

/// The time that lies `span` before `at`.
pub(crate) fn before(at: EpochMs, span: SignedDuration) -> EpochMs {
    EpochMs(at.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: EpochMs = EpochMs(1_795_262_400_000);
    const HOUR: i64 = 3_600_000;

    #[test]
    fn a_time_keeps_its_hour_and_a_day_starts_at_midnight() {
        assert_eq!(parse("2026-11-21T12:00:00Z").unwrap(), NOON);
        let day = parse("2026-11-21").unwrap();
        assert_eq!(parse("2026-11-21T09:30").unwrap(), EpochMs(day.0 + 9 * HOUR + HOUR / 2));
        assert_eq!(parse("2026-11-21T09:30:00").unwrap(), parse("2026-11-21 09:30:00").unwrap());
        for bad in ["", "yesterday", "2026-11-31", "21.11.2026", "2026-11-21T25:00"] {
            assert!(parse(bad).unwrap_err().is::<Usage>(), "{bad}");
        }
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_in_the_local_time_zone() {
        let berlin = LocalTime::named("Europe/Berlin");
        assert_eq!(berlin.day("today", NOON).unwrap(), EpochMs(NOON.0 - 13 * HOUR)..EpochMs(NOON.0 + 11 * HOUR));
        assert_eq!(berlin.day("2026-11-20", NOON).unwrap(), berlin.day("yesterday", NOON).unwrap());
        let long = berlin.day("2026-10-25", NOON).unwrap();
        assert_eq!(long.end.0 - long.start.0, 25 * HOUR);
        assert_eq!(berlin.date_and_time(NOON), "2026-11-21 13:00:00 CET");
        for bad in ["", "tomorrow", "21.11.2026", "2026-02-30", "2026-1-1"] {
            assert!(berlin.day(bad, NOON).unwrap_err().is::<Usage>(), "{bad}");
        }
    }
}
