//! What is said about definitions: opening hours, holidays, numbers and constants.

use super::super::hours::{Holiday, Holidays, Week};
use super::super::*;
use jiff::civil::{Date, Weekday};

fn flow(line: &str) -> String {
    format!("flow: a\nrealm: a\n{line}\nfallback: {{ do: hangup }}\nivrs: {{ a: {{ id: 1, do: hangup }} }}\n")
}

/// What is found in a flow with this line in it: each finding with its place, and with its help in brackets.
fn found(line: &str, severity: Severity) -> Vec<String> {
    let Checked { flow, findings, .. } = Flow::check(&flow(line), None);
    assert_eq!(flow.is_none(), findings.iter().any(|found| found.severity == Severity::Error), "{line}");
    findings.into_iter().filter(|found| found.severity == severity).map(|found| found.to_string()).collect()
}

fn hours(zone: &str, further: &str) -> String {
    format!("hours: {{ a: {{ zone: {zone}, {further} }} }}")
}

/// The help for a holiday that cannot be read.
fn holiday_help(key: &str) -> Option<String> {
    let mistakes =
        found(&hours("Europe/Paris", &format!("open: {{}}, holidays: {{ \"{key}\": 08:00-09:00 }}")), Severity::Error);
    let [mistake] = &mistakes[..] else { panic!("{key}: {mistakes:?}") };
    let (_, help) = mistake.split_once("`easter-2`")?;
    Some(help.trim().trim_start_matches('(').trim_end_matches(')').to_owned()).filter(|help| !help.is_empty())
}

#[test]
fn holidays_are_read_as_they_are_written() {
    let date = |text: &str| text.parse::<Date>().unwrap();
    let weekday = |week, weekday, month| Holiday::Weekday { week, weekday, month };
    for (key, expected) in [
        ("2026-12-25", Holiday::On(date("2026-12-25"))),
        ("02-29", Holiday::Yearly((2, 29))),
        ("4th thu nov", weekday(Week::Nth(4), Weekday::Thursday, 11)),
        ("last mon may", weekday(Week::Last, Weekday::Monday, 5)),
        ("1st sun dec", weekday(Week::Nth(1), Weekday::Sunday, 12)),
        ("easter", Holiday::Easter { days: 0 }),
        ("easter+1", Holiday::Easter { days: 1 }),
        ("easter-80", Holiday::Easter { days: -80 }),
        ("2026-07-03..2026-07-06", Holiday::Between(date("2026-07-03"), date("2026-07-06"))),
        ("12-30 .. 01-02", Holiday::YearlyBetween((12, 30), (1, 2))),
    ] {
        let line = hours("Europe/Paris", &format!("open: {{ mon: 08:00-09:00 }}, holidays: {{ {key}: closed }}"));
        let flow = Flow::load(&flow(&line)).unwrap_or_else(|mistakes| panic!("{key}: {mistakes}"));
        assert_eq!(flow.definitions.hours["a"].holidays, Holidays::new(vec![(expected, Vec::new())]), "{key}");
    }
}

#[test]
fn a_holiday_that_cannot_be_read_is_answered_with_the_form_that_is_meant() {
    for (key, meant) in [
        ("Thanksgiving", "4th thu nov"),
        ("4th Thursday of November", "4th thu nov"),
        ("Last Monday in May", "last mon may"),
        ("5th mon may", "last mon may"),
        ("New Year's Day", "01-01"),
        ("Good Friday", "easter-2"),
        ("Easter + 1", "easter+1"),
        ("12/25", "12-25"),
        ("12/25/2026", "2026-12-25"),
        ("2026-7-4", "2026-07-04"),
        ("12-24 to 12-26", "12-24..12-26"),
        ("2026-12-24 - 2026-12-26", "2026-12-24..2026-12-26"),
    ] {
        assert_eq!(holiday_help(key), Some(format!("did you mean `{meant}`?")), "{key}");
    }
    assert_eq!(holiday_help("2026-02-30").as_deref(), Some("no calendar has the day `2026-02-30`"));
    assert_eq!(holiday_help("12-26..2026-12-28").as_deref(), Some("both ends of a range have a year, or neither has"));
    for key in ["", "bank holiday", "13/45", "easter+x", "easter+é", "0th mon may", "..", "éé-éé", "2026-éé"] {
        assert_eq!(holiday_help(key), None, "{key}");
    }
}

#[test]
fn a_zone_without_daylight_saving_is_a_warning_with_the_city_that_is_meant() {
    let warnings = |zone: &str| found(&hours(zone, "open: { mon: 08:00-09:00 }"), Severity::Warning);
    for (zone, city) in [
        ("EST", "America/New_York"),
        ("MST", "America/Denver"),
        ("GMT", "Europe/London"),
        ("Etc/GMT+5", "America/New_York"),
        ("GMT0", "Europe/London"),
    ] {
        let expected = format!(
            "line 3, column 21: the time zone `{zone}` has no daylight saving time (name a city whose clocks are meant, \
             such as `{city}`)"
        );
        assert_eq!(warnings(zone), [expected]);
    }
    for zone in ["America/New_York", "US/Eastern", "EST5EDT", "CET", "UTC", "Etc/UTC", "America/Phoenix", "HST"] {
        assert_eq!(warnings(zone), [""; 0], "{zone}");
    }
    for (zone, near) in
        [("PST", "America/Los_Angeles"), ("Eastern Standard Time", "America/New_York"), ("UK", "Europe/London")]
    {
        let mistakes = found(&hours(zone, "open: { mon: 08:00-09:00 }"), Severity::Error);
        assert!(mistakes.len() == 1 && mistakes[0].ends_with(&format!("(did you mean `{near}`?)")), "{mistakes:?}");
    }
}

#[test]
fn a_yearly_range_that_is_nearly_the_whole_year_is_a_warning() {
    let warnings = |key: &str| {
        let holidays = format!("open: {{ mon: 08:00-09:00 }}, holidays: {{ {key}: closed }}");
        found(&hours("Europe/Paris", &holidays), Severity::Warning)
    };
    for (key, days, meant) in [
        ("12-26..12-24", 365, "12-24..12-26"),
        ("01-02 .. 12-30", 364, "12-30..01-02"),
        ("08-31..07-01", 306, "07-01..08-31"),
    ] {
        let expected = format!(
            "line 3, column 75: `{key}` is on {days} days of every year (a range begins with its first day: did you mean \
             `{meant}`?)"
        );
        assert_eq!(warnings(key), [expected]);
    }
    for key in ["12-24..12-26", "12-30..01-02", "10-01..05-31"] {
        assert_eq!(warnings(key), [""; 0], "{key}");
    }
}

#[test]
fn a_span_of_no_length_is_a_mistake_also_at_midnight() {
    for span in ["00:00-00:00", "12:00-12:00", "24:00-24:00"] {
        let mistakes = found(&hours("Europe/Paris", &format!("open: {{ mon: \"{span}\" }}")), Severity::Error);
        let says = format!("`{span}` begins and ends at the same time: a whole day is `00:00-24:00`");
        assert!(mistakes.len() == 1 && mistakes[0].ends_with(&says), "{mistakes:?}");
    }
    assert_eq!(found(&hours("Europe/Paris", "open: { mon: 22:00-00:00 }"), Severity::Error), [""; 0]);
}

#[test]
fn spans_that_are_hardly_meant_are_warnings() {
    let warnings = |open: &str| found(&hours("Europe/Paris", &format!("open: {{ {open} }}")), Severity::Warning);
    let last_minute = "these hours are closed for the last minute before midnight (a day ends at `24:00`)";
    let overlap = "two of these spans overlap";
    let night = |one: &str, two: &str| {
        format!("the night of `{one}` reaches into the hours of `{two}` (end the night where the next day begins)")
    };
    for (open, expected) in [
        ("daily: 00:00-23:59", vec![format!("line 3, column 50: {last_minute}")]),
        ("mon: \"08:00-12:30, 12:00-18:00\"", vec![format!("line 3, column 48: {overlap}")]),
        ("mon: [22:00-02:00, 23:00-24:00]", vec![format!("line 3, column 48: {overlap}")]),
        ("mon: 22:00-09:00, tue: 08:00-10:00", vec![format!("line 3, column 43: {}", night("mon", "tue"))]),
        ("daily: \"00:00-04:00, 22:00-01:00\"", vec![format!("line 3, column 43: {}", night("mon", "tue"))]),
        ("sun: 22:00-09:00, mon: 08:00-10:00", vec![format!("line 3, column 43: {}", night("sun", "mon"))]),
        ("mon: \"08:00-12:00, 12:00-18:00\"", vec![]),
        ("mon: 22:00-08:00, tue: 08:00-10:00", vec![]),
        ("daily: 00:00-24:00", vec![]),
    ] {
        assert_eq!(warnings(open), expected, "{open}");
    }
}
