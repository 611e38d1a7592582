//! The page's clock: read from a person's words, and written for one.

use jiff::{SignedDuration, Span, Timestamp, Zoned, civil, tz::TimeZone};
use ringbolt_core::{flow::Flow, time::EpochMs};
use std::sync::Arc;

/// The zone of a flow's first calendar, or UTC.
pub(super) fn zone(flows: &[Arc<Flow>]) -> TimeZone {
    let calendars = flows.iter().flat_map(|flow| flow.definitions.hours.values());
    calendars.map(|calendar| calendar.zone.clone()).next().unwrap_or(TimeZone::UTC)
}

/// `Mon 9 Mar 2026, 10:00`.
pub(super) fn shown(at: EpochMs, zone: &TimeZone) -> String {
    zoned(at, zone).strftime("%a %-d %b %Y, %H:%M").to_string()
}

/// Where the clock is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// To this time.
    To(EpochMs),
    /// Back to the real time.
    Back,
}

/// Reads `Saturday 10:30`, `10:30`, `2026-12-25 09:00`, `+31 minutes`, `-1 day`, `now`.
pub(super) fn parse(text: &str, now: EpochMs, zone: &TimeZone) -> Option<Moved> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") {
        return Some(Moved::Back);
    }
    if text.is_empty() {
        return None;
    }
    let here = zoned(now, zone);
    let to = |at: Zoned| Some(Moved::To(EpochMs(at.timestamp().as_millisecond())));
    if text.starts_with(['+', '-']) {
        return to(later(&here, text)?);
    }
    let (day, time) = match text.rsplit_once([' ', 'T']) {
        Some((day, time)) => (day.trim().trim_end_matches(','), time),
        None if text.contains(':') => ("", text),
        None => (text, "12:00"),
    };
    let time: civil::Time = civil::Time::strptime("%H:%M", time).ok()?;
    let date = match day {
        "" => here.date(),
        day => match weekday(day) {
            // The next such day, today included.
            Some(weekday) => (0..7)
                .map(|days| here.date().checked_add(Span::new().days(days)).ok())
                .find_map(|date| date.filter(|date| date.weekday() == weekday))?,
            None => day.parse().ok()?,
        },
    };
    to(date.to_datetime(time).to_zoned(zone.clone()).ok()?)
}

fn zoned(at: EpochMs, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone())
}

/// `+31 minutes`, `+2h`, `-1 day`.
fn later(here: &Zoned, text: &str) -> Option<Zoned> {
    let (sign, rest) = text.split_at_checked(1)?;
    let rest = rest.trim();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let number: i64 = rest.get(..end)?.parse().ok().filter(|number| *number <= 100_000)?;
    let number = if sign == "-" { -number } else { number };
    let unit = rest.get(end..)?.trim().to_ascii_lowercase();
    match unit.as_str() {
        "s" | "sec" | "second" | "seconds" => here.checked_add(SignedDuration::from_secs(number)).ok(),
        "m" | "min" | "minute" | "minutes" => here.checked_add(SignedDuration::from_mins(number)).ok(),
        "h" | "hour" | "hours" => here.checked_add(SignedDuration::from_hours(number)).ok(),
        "d" | "day" | "days" => here.checked_add(Span::new().try_days(number).ok()?).ok(),
        "w" | "week" | "weeks" => here.checked_add(Span::new().try_weeks(number).ok()?).ok(),
        _ => None,
    }
}

fn weekday(word: &str) -> Option<civil::Weekday> {
    let word = word.to_ascii_lowercase();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let index = days.iter().position(|day| word.len() >= 3 && day.starts_with(&word))?;
    civil::Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_moved_by_words() {
        let zone = TimeZone::get("America/New_York").unwrap();
        // Monday 9 March 2026, 10:00 in New York.
        let now = EpochMs(1_773_064_800_000);
        assert_eq!(shown(now, &zone), "Mon 9 Mar 2026, 10:00");
        for (text, expected) in [
            ("Saturday 10:30", "Sat 14 Mar 2026, 10:30"),
            ("sat", "Sat 14 Mar 2026, 12:00"),
            ("monday 9:00", "Mon 9 Mar 2026, 09:00"),
            ("10:30", "Mon 9 Mar 2026, 10:30"),
            ("2026-12-25 09:00", "Fri 25 Dec 2026, 09:00"),
            ("2026-12-25", "Fri 25 Dec 2026, 12:00"),
            ("2026-12-25T09:00", "Fri 25 Dec 2026, 09:00"),
            ("+31 minutes", "Mon 9 Mar 2026, 10:31"),
            ("+ 2h", "Mon 9 Mar 2026, 12:00"),
            ("-1 day", "Sun 8 Mar 2026, 10:00"),
        ] {
            let Some(Moved::To(at)) = parse(text, now, &zone) else { panic!("{text}") };
            assert_eq!(shown(at, &zone), expected, "{text}");
        }
        assert_eq!(parse(" Now ", now, &zone), Some(Moved::Back));
        for text in ["", "someday", "25:00", "+", "+5", "+5 fortnights", "+999999999999 days", "99", "su", "2026-13-01"]
        {
            assert_eq!(parse(text, now, &zone), None, "{text}");
        }
    }
}
