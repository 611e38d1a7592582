//! Points in time, for people and for programs.

use crate::exit::Usage;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use ringbolt_core::time::EpochMs;

/// In this machine's time zone, which is named.
pub(crate) fn local(at: EpochMs) -> String {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return at.0.to_string() };
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// For programs: `2026-11-21T12:00:00Z`.
pub(crate) fn utc(at: EpochMs) -> Option<String> {
    Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string())
}

/// A day of this machine's time zone, or a point in time.
///
/// # Errors
/// It is neither.
pub(crate) fn parse(text: &str) -> anyhow::Result<EpochMs> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::system()).ok().map(|day| day.timestamp());
    let at = text.parse::<Timestamp>().ok().or_else(day);
    at.map(|at| EpochMs(at.as_millisecond())).ok_or_else(|| {
        Usage::new(format!(
            "`{text}` is no time: give a day such as 2026-11-01, or a time such as 2026-11-01T09:30:00Z"
        ))
    })
}
