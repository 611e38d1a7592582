//! Weekdays, as a flow names them.

use super::super::reader::Reader;
use crate::flow::yaml::Key;

pub(super) const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// `mon`, `mon-fri`, `sat, sun` or `daily`.
pub(super) fn weekdays(r: &mut Reader, key: &Key) -> Option<Vec<usize>> {
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
