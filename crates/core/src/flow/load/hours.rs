//! `hours:`.

use super::super::hours::{Calendar, Holiday, Span};
use super::super::language;
use super::super::mistake::{Mistake, did_you_mean};
use super::reader::Reader;
use super::yaml::{Key, Node, Value};
use jiff::{
    civil::Date,
    tz::{self, TimeZone},
};
use std::collections::BTreeMap;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn calendar(r: &mut Reader, node: &Node) -> Option<Calendar> {
    let fields = r.fields(node, "opening hours, a mapping of `zone`, `open` and `holidays`", &language::CALENDAR)?;
    let zone = r.require(&fields, "zone").and_then(|n| {
        let name = r.text(n, "a time zone")?;
        // `local` and the like would be the machine's; `Etc/Unknown` is UTC in disguise.
        let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown());
        if zone.is_none() {
            let known: Vec<_> = tz::db().available().collect();
            let near = did_you_mean(name, known.iter().map(|known| known.as_str()));
            let message = format!("there is no time zone `{name}` (IANA), such as `America/New_York`");
            r.mistakes.push(Mistake::new(n.at, message).help(near));
        }
        zone
    });
    let week = r.require(&fields, "open").and_then(|n| Some((n.at, week(r, n)?)));
    let holidays = fields.get("holidays").map_or_else(|| Some(BTreeMap::new()), |n| holidays(r, n));
    let closed = |spans: &Vec<Span>| spans.is_empty();
    if let (Some((at, week)), Some(holidays)) = (&week, &holidays)
        && week.iter().all(closed)
        && holidays.values().all(closed)
    {
        r.findings.push(Mistake::warning(*at, "these hours never open"));
    }
    let week = week.map(|(_, week)| week);
    Some(Calendar { zone: zone?, week: week?, holidays: holidays? })
}

fn week(r: &mut Reader, node: &Node) -> Option<[Vec<Span>; 7]> {
    let listed = r.entries(node, "a mapping from weekdays (`mon-fri`, `sat`, `daily`) to spans of time")?;
    let mut week: [Option<Vec<Span>>; 7] = Default::default();
    let mut fits = true;
    for (key, node) in listed.entries() {
        let (Some(days), Some(spans)) = (weekdays(r, key), spans(r, node)) else {
            fits = false;
            continue;
        };
        for day in days {
            if week[day].is_some() {
                r.mistake(key.at, format!("the hours of `{}` stand here a second time", DAYS[day]));
                fits = false;
            }
            week[day] = Some(spans.clone());
        }
    }
    fits.then(|| week.map(Option::unwrap_or_default))
}

/// `mon`, `mon-fri`, `sat, sun` or `daily`.
fn weekdays(r: &mut Reader, key: &Key) -> Option<Vec<usize>> {
    let index = |day: &str| DAYS.iter().position(|name| *name == day.trim());
    let days = |part: &str| match part.split_once('-') {
        None if part.trim() == "daily" => Some((0..7).collect::<Vec<_>>()),
        None => index(part).map(|day| vec![day]),
        Some((from, to)) => {
            let (from, to) = (index(from)?, index(to)?);
            // `sat-mon` goes over the end of the week.
            Some((0..=(to + 7 - from) % 7).map(|offset| (from + offset) % 7).collect())
        }
    };
    let read: Option<Vec<Vec<usize>>> = key.name.split(',').map(days).collect();
    if read.is_none() {
        r.mistake_with_help(
            key.at,
            "weekdays are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun` or `daily`",
            meant(&key.name)
                .map_or("also `mon-fri` and `sat, sun`".to_owned(), |meant| format!("did you mean `{meant}`?")),
        );
    }
    read.map(|parts| parts.concat())
}

/// `mon-fri` for `Monday - Friday`.
fn meant(key: &str) -> Option<String> {
    let short = |word: &str| {
        let word = word.trim().to_lowercase();
        let day = WEEKDAYS.into_iter().find(|day| word.len() >= 3 && day.starts_with(&word)).map(|day| &day[..3]);
        day.or_else(|| ["daily", "every day", "everyday"].contains(&word.as_str()).then_some("daily"))
    };
    let span = |part: &str| Some(part.split(['-', '–', '—']).map(short).collect::<Option<Vec<_>>>()?.join("-"));
    Some(key.split(',').map(span).collect::<Option<Vec<_>>>()?.join(", "))
}

/// `08:00-12:00, 13:00-18:00`, a list of such, or `closed`.
fn spans(r: &mut Reader, node: &Node) -> Option<Vec<Span>> {
    let expected = "spans of time such as `08:00-12:00, 13:00-18:00`, or `closed`";
    let read = |r: &mut Reader, node: &Node| {
        r.parsed(node, expected, |text| {
            if text.trim() == "closed" {
                return Ok(Vec::new());
            }
            text.split(',')
                .map(|part| span(part).ok_or_else(|| wrong_span(expected, part.trim())))
                .collect::<Result<_, _>>()
        })
    };
    match &node.value {
        Value::List(items) => {
            let read: Vec<Option<Vec<Span>>> = items.iter().map(|item| read(r, item)).collect();
            read.into_iter().collect::<Option<Vec<_>>>().map(|spans| spans.concat())
        }
        _ => read(r, node),
    }
}

fn span(text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    let (from_minute, to_minute) = (minute(from)?, minute(to)?);
    // Midnight at the end of a day is written 24:00 or 00:00.
    let to_minute = if to_minute == 0 { 1440 } else { to_minute };
    (from_minute < 1440 && from_minute != to_minute).then_some(Span { from_minute, to_minute })
}

/// What is wrong with a span that cannot be read.
fn wrong_span(expected: &str, part: &str) -> String {
    let part: String = part.chars().take(40).collect();
    if let Some((from, to)) = part.split_once('-')
        && minute(from).is_some_and(|from| minute(to) == Some(from))
    {
        return format!("`{part}` begins and ends at the same time: a whole day is `00:00-24:00`");
    }
    if part.contains(['–', '—']) {
        return format!("expected {expected}, with a hyphen between the times, found `{part}`");
    }
    format!("expected {expected}, found `{part}`")
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |digits: &str| {
        (digits.len() <= 2 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())?
    };
    let (hour, minute) = (two(hour)?, two(minute).filter(|_| minute.len() == 2)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

fn holidays(r: &mut Reader, node: &Node) -> Option<BTreeMap<Holiday, Vec<Span>>> {
    let listed = r.entries(node, "holidays, a mapping from dates to spans of time or `closed`")?;
    let mut holidays = BTreeMap::new();
    for (key, node) in listed.entries() {
        let date = holiday(&key.name);
        if date.is_none() {
            r.mistake(key.at, "a holiday is a date such as `2026-12-25`, or `12-25` for every year");
        }
        let spans = spans(r, node);
        holidays.extend(date.zip(spans));
    }
    (holidays.len() == listed.entries().len()).then_some(holidays)
}

fn holiday(text: &str) -> Option<Holiday> {
    // A year with a 29th of February.
    let (date, yearly) = if text.len() == 5 { (format!("2028-{text}"), true) } else { (text.to_owned(), false) };
    let plain = date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date: Date = plain.then(|| date.parse().ok())??;
    Some(if yearly { Holiday::Yearly(date.month(), date.day()) } else { Holiday::On(date) })
}
