//! `hours:`.

mod days;
mod holidays;
mod spans;
mod zone;

use super::super::hours::{Calendar, Holidays, Span};
use super::super::language;
use super::super::mistake::{Mistake, Position};
use super::reader::Reader;
use crate::flow::yaml::Node;
use days::{DAYS, weekdays};
use spans::spans;

pub(super) fn calendar(r: &mut Reader, node: &Node) -> Option<Calendar> {
    let fields = r.fields(node, "opening hours, a mapping of `zone`, `open` and `holidays`", &language::CALENDAR)?;
    let zone = r.require(&fields, "zone").and_then(|n| zone::zone(r, n));
    let week = r.require(&fields, "open").and_then(|n| Some((n.at, week(r, n)?)));
    let holidays = fields.get("holidays").map_or_else(|| Some(Holidays::default()), |n| holidays::holidays(r, n));
    if let (Some((at, week)), Some(holidays)) = (&week, &holidays)
        && week.iter().all(Vec::is_empty)
        && holidays.spans().all(<[Span]>::is_empty)
    {
        r.findings.push(Mistake::warning(*at, "these hours never open"));
    }
    let week = week.map(|(_, week)| week);
    Some(Calendar { zone: zone?, week: week?, holidays: holidays? })
}

fn week(r: &mut Reader, node: &Node) -> Option<[Vec<Span>; 7]> {
    let listed = r.entries(node, "a mapping from weekdays (`mon-fri`, `sat`, `daily`) to spans of time")?;
    let mut week: [Option<Vec<Span>>; 7] = Default::default();
    let mut places = [node.at; 7];
    let mut fits = true;
    for (key, node) in listed.entries() {
        let (Some(days), Some(spans)) = (weekdays(r, key), spans(r, node)) else {
            fits = false;
            continue;
        };
        for day in days {
            if week[day].is_some() {
                r.mistake(key.at, format!("the hours of `{}` are here a second time", DAYS[day]));
                fits = false;
            }
            week[day] = Some(spans.clone());
            places[day] = key.at;
        }
    }
    let week = fits.then(|| week.map(Option::unwrap_or_default))?;
    overlapping_nights(r, &week, places);
    Some(week)
}

/// Warns of spans past midnight that reach into a span of the next day.
fn overlapping_nights(r: &mut Reader, week: &[Vec<Span>; 7], places: [Position; 7]) {
    let mut said = Vec::new();
    for day in 0..7 {
        let next = (day + 1) % 7;
        let end = week[day].iter().filter(|span| span.ends_tomorrow()).map(|span| span.to_minute).max();
        let begin = week[next].iter().map(|span| span.from_minute).min();
        // One line for several days says it once.
        if end.zip(begin).is_some_and(|(end, begin)| begin < end) && !said.contains(&places[day]) {
            said.push(places[day]);
            let message = format!("the night of `{}` reaches into the hours of `{}`", DAYS[day], DAYS[next]);
            let help = "end the night where the next day begins";
            r.findings.push(Mistake::warning(places[day], message).help(help.to_owned()));
        }
    }
}
