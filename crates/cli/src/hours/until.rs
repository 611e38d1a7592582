//! `--until`: a time that a clock in the calendar's zone will read.

use crate::exit::Usage;
use jiff::{
    Timestamp, ToSpan as _, Unit,
    civil::{DateTime, Time},
    tz::TimeZone,
};
use ringbolt_core::time::EpochMs;

/// The longest closure, in days: what lasts longer is a holiday, and belongs in the flow.
const MOST_DAYS: i32 = 31;

/// Reads a time of today, or a date and a time, in a time zone.
///
/// # Errors
/// It is neither, is over, or is more than 31 days away.
pub(super) fn until(text: &str, zone: &TimeZone, now: EpochMs) -> anyhow::Result<EpochMs> {
    let unread = || {
        Usage::new(format!(
            "--until is a time of today such as 18:00, or a date and a time such as 2026-11-27T09:00, not `{text}`"
        ))
    };
    let now = Timestamp::from_millisecond(now.0)?.to_zoned(zone.clone());
    let today = now.date();
    let (reading, has_date) = match (text, time(text), date_and_time(text)) {
        ("24:00", ..) => (today.tomorrow()?.to_datetime(Time::midnight()), false),
        (_, Some(time), _) => (today.to_datetime(time), false),
        (_, None, Some(reading)) => (reading, true),
        (_, None, None) => return Err(unread()),
    };
    let until = reading.to_zoned(zone.clone()).map_err(|_| unread())?;
    if until <= now {
        let clock = now.strftime("%Y-%m-%d %H:%M %Z");
        let hint = if has_date { "" } else { "; for a later day, give the date as well" };
        return Err(Usage::new(format!("--until {text} is over: it is {clock}{hint}")));
    }
    if until > now.checked_add(MOST_DAYS.days())? {
        return Err(Usage::new(format!(
            "--until {text} is more than {MOST_DAYS} days away: write longer closures under `holidays` in the flow"
        )));
    }
    Ok(EpochMs(until.timestamp().as_millisecond()))
}

/// `18:00`
fn time(text: &str) -> Option<Time> {
    if text.len() > 5 {
        return None;
    }
    let (hour, minute) = text.split_once(':')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let fits = plain(hour) && plain(minute) && minute.len() == 2;
    fits.then(|| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok())?
}

/// `2026-11-27T09:00`, also with a space between the two, and with seconds. A date alone does not say when.
fn date_and_time(text: &str) -> Option<DateTime> {
    let reading: DateTime = Some(text).filter(|text| text.len() >= 16)?.parse().ok()?;
    reading.round(Unit::Second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> EpochMs {
        EpochMs(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    /// Read in New York, on 2026-11-26 at ten in the morning.
    fn read(text: &str) -> anyhow::Result<EpochMs> {
        until(text, &TimeZone::get("America/New_York").unwrap(), at("2026-11-26T10:00-05:00"))
    }

    #[test]
    fn a_time_is_of_today_and_of_the_calendars_zone() {
        for (text, expected) in [
            ("18:00", "2026-11-26T18:00-05:00"),
            ("10:01", "2026-11-26T10:01-05:00"),
            ("24:00", "2026-11-27T00:00-05:00"),
            ("2026-11-27T09:00", "2026-11-27T09:00-05:00"),
            ("2026-11-27 9:00", ""),
            ("2026-11-27 09:00", "2026-11-27T09:00-05:00"),
            ("2026-12-27T10:00", "2026-12-27T10:00-05:00"),
        ] {
            assert_eq!(read(text).ok(), (!expected.is_empty()).then(|| at(expected)), "{text}");
        }
        let in_the_night_of_the_change = at("2026-03-08T01:00-05:00");
        let new_york = TimeZone::get("America/New_York").unwrap();
        assert_eq!(until("05:00", &new_york, in_the_night_of_the_change).unwrap(), at("2026-03-08T05:00-04:00"));
    }

    #[test]
    fn what_is_no_time_is_over_or_is_far_away_is_refused_in_a_sentence() {
        for (text, part) in [
            ("", "--until is a time of today such as 18:00"),
            ("6pm", "not `6pm`"),
            ("25:00", "not `25:00`"),
            ("18:0", "not `18:0`"),
            ("2026-11-27", "not `2026-11-27`"),
            ("tomorrow", "not `tomorrow`"),
            ("10:00", "--until 10:00 is over: it is 2026-11-26 10:00 EST; for a later day, give the date as well"),
            ("2026-11-26T09:00", "--until 2026-11-26T09:00 is over: it is 2026-11-26 10:00 EST"),
            ("2026-12-27T10:01", "more than 31 days away"),
            ("2062-11-27T09:00", "write longer closures under `holidays`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.is::<Usage>() && error.to_string().contains(part), "{text}: {error}");
        }
    }
}
