//! `holidays:` of a calendar.

use super::super::super::hours::{Holiday, Holidays, Span, Week};
use super::super::super::mistake::Mistake;
use super::super::reader::Reader;
use super::days::{DAYS, WEEKDAYS};
use super::spans::spans;
use crate::flow::yaml::Node;
use jiff::civil::{Date, Weekday};

/// The most holidays of a calendar: each costs a caller on the line some nanoseconds.
const MOST: usize = 1_000;

/// The most days of a range that is meant to come every year. A line may be closed for a season of more than half a year,
/// but a range whose ends are the wrong way round is nearly always longer.
const MOST_DAYS_OF_A_YEAR: i32 = 270;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKS: [(&str, Week); 5] =
    [("1st", Week::Nth(1)), ("2nd", Week::Nth(2)), ("3rd", Week::Nth(3)), ("4th", Week::Nth(4)), ("last", Week::Last)];

/// Names of holidays and other words for weeks, as people write them, and what they mean here.
const SPOKEN: [(&str, &str); 17] = [
    ("christmas eve", "12-24"),
    ("christmas", "12-25"),
    ("boxing day", "12-26"),
    ("new years eve", "12-31"),
    ("new years day", "01-01"),
    ("new year", "01-01"),
    ("independence day", "07-04"),
    ("good friday", "easter-2"),
    ("easter sunday", "easter"),
    ("easter monday", "easter+1"),
    ("whit monday", "easter+50"),
    ("martin luther king day", "3rd mon jan"),
    ("presidents day", "3rd mon feb"),
    ("memorial day", "last mon may"),
    ("labor day", "1st mon sep"),
    ("thanksgiving day", "4th thu nov"),
    ("thanksgiving", "4th thu nov"),
];

const FORMS: &str = "a holiday is a date such as `2026-12-25`, or `12-25` for every year; a range such as `12-24..12-26`; \
                     a rule such as `4th thu nov`, `last mon may`; or `easter`, `easter-2`";

pub(super) fn holidays(r: &mut Reader, node: &Node) -> Option<Holidays> {
    let listed = r.entries(node, "holidays, a mapping from dates to spans of time or `closed`")?;
    if listed.entries().len() > MOST {
        r.mistake(listed.at, format!("a calendar has at most {MOST} holidays"));
        return None;
    }
    let mut found: Vec<(Holiday, Vec<Span>)> = Vec::new();
    for (key, node) in listed.entries() {
        let holiday = match holiday(&key.name) {
            Ok(holiday) if found.iter().any(|(other, _)| *other == holiday) => {
                r.mistake(key.at, "this holiday is here a second time");
                None
            }
            Ok(holiday) => {
                if let Some(days) = holiday.days_of_every_year().filter(|days| *days > MOST_DAYS_OF_A_YEAR) {
                    let message = format!("`{}` is on {days} days of every year", key.name);
                    let swapped = key.name.split_once("..").map(|(from, to)| format!("{}..{}", to.trim(), from.trim()));
                    let help =
                        swapped.map(|range| format!("a range begins with its first day: did you mean `{range}`?"));
                    r.findings.push(Mistake::warning(key.at, message).help(help));
                }
                Some(holiday)
            }
            Err(help) => {
                match help.or_else(|| meant(&key.name)) {
                    Some(help) => r.mistake_with_help(key.at, FORMS, help),
                    None => r.mistake(key.at, FORMS),
                }
                None
            }
        };
        let spans = spans(r, node);
        found.extend(holiday.zip(spans));
    }
    (found.len() == listed.entries().len()).then(|| Holidays::new(found))
}

/// Reads one of the forms. The error says what is wrong with it, if that is clear.
fn holiday(text: &str) -> Result<Holiday, Option<String>> {
    if let Some((from, to)) = text.split_once("..") {
        return range(text, day(from.trim())?, day(to.trim())?);
    }
    if let Some(days) = text.strip_prefix("easter") {
        return easter(days);
    }
    if let [week, weekday, month] = text.split(' ').collect::<Vec<_>>()[..] {
        return rule(week, weekday, month).ok_or(None);
    }
    Ok(match day(text)? {
        Day::Dated(date) => Holiday::On(date),
        Day::Yearly(month, day) => Holiday::Yearly((month, day)),
    })
}

/// A date with its year, or a month and a day.
enum Day {
    Dated(Date),
    Yearly(i8, i8),
}

fn day(text: &str) -> Result<Day, Option<String>> {
    let plain = text.bytes().enumerate().all(|(at, b)| {
        let is_hyphen = at + 3 == text.len() || at + 6 == text.len();
        if is_hyphen { b == b'-' } else { b.is_ascii_digit() }
    });
    let no_such_day = || Some(format!("no calendar has the day `{text}`"));
    match text.len() {
        10 if plain => text.parse().map(Day::Dated).map_err(|_| no_such_day()),
        5 if plain => {
            // A year with a 29th of February.
            let date: Date = format!("2028-{text}").parse().map_err(|_| no_such_day())?;
            Ok(Day::Yearly(date.month(), date.day()))
        }
        _ => Err(None),
    }
}

fn range(text: &str, from: Day, to: Day) -> Result<Holiday, Option<String>> {
    match (from, to) {
        (Day::Dated(from), Day::Dated(to)) if from <= to => Ok(Holiday::Between(from, to)),
        (Day::Dated(_), Day::Dated(_)) => Err(Some(format!("`{text}` ends before it begins"))),
        (Day::Yearly(m, d), Day::Yearly(to_m, to_d)) => Ok(Holiday::YearlyBetween((m, d), (to_m, to_d))),
        _ => Err(Some("both ends of a range have a year, or neither has".to_owned())),
    }
}

fn easter(days: &str) -> Result<Holiday, Option<String>> {
    if days.is_empty() {
        return Ok(Holiday::Easter { days: 0 });
    }
    let plain = days.starts_with(['+', '-']) && days[1..].bytes().all(|b| b.is_ascii_digit());
    let days: i8 = Some(days).filter(|days| plain && days.len() <= 3).and_then(|days| days.parse().ok()).ok_or(None)?;
    let most = Holiday::MOST_DAYS_FROM_EASTER;
    if days.abs() > most {
        return Err(Some(format!("at most {most} days before or after Easter Sunday")));
    }
    Ok(Holiday::Easter { days })
}

fn rule(week: &str, weekday: &str, month: &str) -> Option<Holiday> {
    let (_, week) = WEEKS.into_iter().find(|(name, _)| *name == week)?;
    let weekday = i8::try_from(DAYS.into_iter().position(|day| day == weekday)?).ok()?;
    let month = i8::try_from(MONTHS.into_iter().position(|name| name[..3] == *month)? + 1).ok()?;
    Some(Holiday::Weekday { week, weekday: Weekday::from_monday_zero_offset(weekday).ok()?, month })
}

/// `did you mean` with a form that means what people write: `Thanksgiving`, `4th Thursday of November`, `12/25`.
fn meant(text: &str) -> Option<String> {
    if text.len() > 60 {
        return None;
    }
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    let lower = lower.trim();
    let spoken = || SPOKEN.into_iter().find(|(spoken, _)| *spoken == lower).map(|(_, meant)| meant.to_owned());
    let meant = spoken().or_else(|| range_meant(lower)).or_else(|| rule_meant(lower)).or_else(|| date_meant(lower))?;
    Some(format!("did you mean `{meant}`?")).filter(|_| holiday(&meant).is_ok())
}

/// `2026-12-24 to 2026-12-26`, `12-24 - 12-26`, `12-24...12-26`
fn range_meant(lower: &str) -> Option<String> {
    let (from, to) = ["...", "..", " to ", " - ", "–", "—", "…"].into_iter().find_map(|sign| lower.split_once(sign))?;
    let (from, to) = (date_meant(from.trim())?, date_meant(to.trim())?);
    Some(format!("{from}..{to}"))
}

/// `first Monday in September`, `easter + 1`
fn rule_meant(lower: &str) -> Option<String> {
    if let Some(days) = lower.strip_prefix("easter") {
        return Some(format!("easter{}", days.replace(' ', "")));
    }
    let words: Vec<&str> = lower.split([' ', ',']).filter(|word| !["", "of", "in", "the"].contains(word)).collect();
    let [week, weekday, month] = words[..] else { return None };
    let week = match week {
        "first" | "1" | "1." => "1st",
        "second" | "2" | "2." => "2nd",
        "third" | "3" | "3." => "3rd",
        "fourth" | "4" | "4." => "4th",
        "fifth" | "5th" | "5" | "5." => "last",
        week => week,
    };
    let short = |word: &str, names: &'static [&'static str]| {
        names.iter().find(|name| word.len() >= 3 && name.starts_with(word)).map(|name| &name[..3])
    };
    Some(format!("{week} {} {}", short(weekday, &WEEKDAYS)?, short(month, &MONTHS)?))
}

/// `12/25`, `12/25/2026` and `2026/12/25`, `1-1` and `2026-1-1`
fn date_meant(lower: &str) -> Option<String> {
    let parts: Vec<&str> = lower.split(['/', '-']).collect();
    if parts.iter().any(|part| part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    match parts[..] {
        [month, day] => Some(format!("{month:0>2}-{day:0>2}")),
        [year, month, day] if year.len() == 4 => Some(format!("{year}-{month:0>2}-{day:0>2}")),
        [month, day, year] if year.len() == 4 => Some(format!("{year}-{month:0>2}-{day:0>2}")),
        _ => None,
    }
}
