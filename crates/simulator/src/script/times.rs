//! Times in scripted calls: `2026-03-09T10:00 America/New_York`.

use jiff::{
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use ringbolt_core::flow::Flow;
use ringbolt_core::time::EpochMs;

/// When a call begins for which the file gives no time: Monday, 9 March 2026, 10:00 in New York.
pub const DEFAULT_START: EpochMs = EpochMs(1_773_064_800_000);

/// Reads a local time with its zone (IANA), separated by a space. Of an hour that comes twice it is the first one.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn parse_time(text: &str) -> Result<EpochMs, String> {
    // A zone begins with a letter: what ends in digits is a time without one.
    let parts = text.trim().rsplit_once(char::is_whitespace).filter(|(_, zone)| zone.starts_with(char::is_alphabetic));
    let (time, zone) = parts.ok_or_else(|| {
        format!("expected a time with its zone, such as `2026-03-09T10:00 America/New_York`, found `{text}`")
    })?;
    let time = time.trim();
    let local: DateTime =
        time.parse().map_err(|_| format!("`{time}` isn't a date and time such as `2026-03-09T10:00`"))?;
    let found = TimeZone::get(zone).map_err(|_| format!("there is no time zone `{zone}`"))?;
    let at = found.to_ambiguous_timestamp(local);
    if matches!(at.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(format!("no clock in {zone} reads `{time}`: clocks go forward over this time"));
    }
    let at = at.compatible().map_err(|_| format!("`{text}` is out of range"))?;
    Ok(EpochMs(at.as_millisecond()))
}

/// Whether a text is meant as a time: it begins with a year.
pub(super) fn looks_like_time(text: &str) -> bool {
    text.len() > 10 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) && text.as_bytes()[4] == b'-'
}

/// A time as people read it, in the zone of the flow's first calendar.
pub(crate) fn written(at: EpochMs, flow: &Flow) -> String {
    let zone = flow.definitions.hours.values().next().map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
    in_zone(at, &zone)
}

/// A time in UTC.
pub(super) fn written_in_utc(at: EpochMs) -> String {
    in_zone(at, &TimeZone::UTC)
}

fn in_zone(at: EpochMs, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
    format!("{} {}", at.strftime("%Y-%m-%dT%H:%M:%S"), zone.iana_name().unwrap_or("UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_a_zone_and_is_read_in_it() {
        for given in ["2026-03-09T10:00 America/New_York", " 2026-03-09 10:00  America/New_York "] {
            assert_eq!(parse_time(given), Ok(DEFAULT_START), "{given}");
        }
        assert!(parse_time("2026-03-09 10:00").unwrap_err().starts_with("expected a time with its zone"));
        assert_eq!(
            in_zone(DEFAULT_START, &TimeZone::get("America/New_York").unwrap()),
            "2026-03-09T10:00:00 America/New_York"
        );
        let gap = parse_time("2026-03-08T02:30 America/New_York").unwrap_err();
        assert_eq!(gap, "no clock in America/New_York reads `2026-03-08T02:30`: clocks go forward over this time");
        for wrong in ["2026-03-09T10:00", "2026-03-09T25:00 UTC", "2026-03-09T10:00 Nowhere/Land", "tomorrow UTC", ""] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
