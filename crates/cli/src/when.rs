//! Times and days: shown in the local time zone for people and in UTC for programs.

use crate::exit::Usage;
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use ringbolt_core::time::EpochMs;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use std::{borrow::Cow, ops::Range};

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
        self.day_of(text, now).ok_or_else(|| {
            Usage::new(format!("--day must be a date such as 2026-11-21, `today` or `yesterday`, not `{text}`"))
        })
    }

    fn day_of(&self, text: &str, now: EpochMs) -> Option<Range<EpochMs>> {
        let today = Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(self.0.clone()).date();
        let date = match text {
            "today" => today,
            "yesterday" => today.checked_sub(1.day()).ok()?,
            // `Date` would also parse the text of a time.
            text => text.parse::<Date>().ok().filter(|_| text.len() == 10)?,
        };
        let midnight = |date: Date| Some(EpochMs(date.to_zoned(self.0.clone()).ok()?.timestamp().as_millisecond()));
        Some(midnight(date)?..midnight(date.checked_add(1.day()).ok()?)?)
    }

    /// A day from midnight to midnight, or a time, which is a range without a length: `--since` takes the start of the range,
    /// and `--until` its end. A time without a zone is in this one.
    ///
    /// # Errors
    /// The text is not `today`, `yesterday`, a date or a time. The sentence names the option.
    pub(crate) fn day_or_time(&self, option: &str, text: &str, now: EpochMs) -> anyhow::Result<Range<EpochMs>> {
        let local_time = || Some(text.parse::<DateTime>().ok()?.to_zoned(self.0.clone()).ok()?.timestamp());
        let time = || Some(EpochMs(text.parse::<Timestamp>().ok().or_else(local_time)?.as_millisecond()));
        self.day_of(text, now).or_else(|| time().map(|at| at..at)).ok_or_else(|| {
            Usage::new(format!(
                "{option} must be a day such as 2026-11-21, `today` or `yesterday`, or a time such as 2026-11-21T09:30 or \
                 2026-11-21T09:30:00Z, not `{text}`"
            ))
        })
    }
}

/// Date and time in this machine's time zone, with its name.
pub(crate) fn local(at: EpochMs) -> String {
    LocalTime::of_this_machine().date_and_time(at)
}

/// A time in a document for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utc(Timestamp);

impl Utc {
    /// A time. One that no calendar has becomes the nearest that one has.
    pub(crate) fn of(at: EpochMs) -> Self {
        let nearest = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Timestamp::from_millisecond(at.0).unwrap_or(nearest))
    }
}

impl Utc {
    /// The same time for people, in this machine's time zone.
    pub(crate) fn local(self) -> String {
        local(EpochMs(self.0.as_millisecond()))
    }
}

impl Serialize for Utc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.subsec_nanosecond() == 0 {
            serializer.collect_str(&self.0)
        } else {
            serializer.collect_str(&format_args!("{:.3}", self.0))
        }
    }
}

impl JsonSchema for Utc {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "A time in UTC by ISO 8601, such as 2026-11-21T12:00:00Z, with milliseconds if they are known.",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$",
        })
    }
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
    fn since_and_until_take_days_and_times() {
        let berlin = LocalTime::named("Europe/Berlin");
        let read = |text: &str| berlin.day_or_time("--since", text, NOON);
        let noon = EpochMs(NOON.0 + 123)..EpochMs(NOON.0 + 123);
        for (text, expected) in [
            ("2026-11-21T12:00:00.123Z", noon.clone()),
            ("2026-11-21T13:00:00.123+01:00", noon.clone()),
            ("2026-11-21T13:00:00.123", noon.clone()),
            ("2026-11-21 13:00:00.123", noon),
            ("today", berlin.day("today", NOON).unwrap()),
            ("yesterday", berlin.day("2026-11-20", NOON).unwrap()),
            ("2026-11-20", berlin.day("yesterday", NOON).unwrap()),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        assert_eq!(read("2026-11-21T09:30").unwrap().start, EpochMs(NOON.0 - 7 * HOUR / 2));
        for bad in ["", "tomorrow", "2026-11-31", "21.11.2026", "2026-11-21T25:00"] {
            let error = read(bad).unwrap_err();
            assert!(error.is::<Usage>() && error.to_string().starts_with("--since must be a day"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_document_has_times_in_utc_and_milliseconds_only_if_they_are_known() {
        let shown = |at| serde_json::to_value(Utc::of(at)).unwrap();
        assert_eq!(shown(NOON), "2026-11-21T12:00:00Z");
        assert_eq!(shown(EpochMs(NOON.0 + 120)), "2026-11-21T12:00:00.120Z");
        assert_eq!(shown(EpochMs(i64::MAX)), "9999-12-30T22:00:00.999Z");
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
