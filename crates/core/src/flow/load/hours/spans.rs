//! Spans of time within a day.

use super::super::super::hours::Span;
use super::super::super::mistake::Mistake;
use super::super::reader::Reader;
use crate::flow::yaml::{Node, Value};

/// `08:00-12:00, 13:00-18:00`, a list of such, or `closed`.
pub(super) fn spans(r: &mut Reader, node: &Node) -> Option<Vec<Span>> {
    let spans = read_spans(r, node)?;
    if spans.iter().any(|span| span.to_minute == 1439) {
        let warning = Mistake::warning(node.at, "these hours are closed for the last minute before midnight");
        r.findings.push(warning.help("a day ends at `24:00`".to_owned()));
    }
    if overlap(&spans) {
        r.findings.push(Mistake::warning(node.at, "two of these spans overlap"));
    }
    Some(spans)
}

fn overlap(spans: &[Span]) -> bool {
    let end = |span: &Span| span.to_minute + if span.ends_tomorrow() { 1440 } else { 0 };
    let mut spans: Vec<_> = spans.iter().map(|span| (span.from_minute, end(span))).collect();
    spans.sort_unstable();
    spans.windows(2).any(|pair| pair[1].0 < pair[0].1)
}

fn read_spans(r: &mut Reader, node: &Node) -> Option<Vec<Span>> {
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
    // `00:00-00:00` could be the whole day as well as nothing.
    if from_minute == to_minute {
        return None;
    }
    // Midnight at the end of a day is written 24:00 or 00:00.
    let to_minute = if to_minute == 0 { 1440 } else { to_minute };
    (from_minute < 1440).then_some(Span { from_minute, to_minute })
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
