//! The reference of the language, in Markdown.

use super::tables::FLOW;
use super::{Kind, Mapping, Presence};
use std::fmt::Write as _;

/// Every mapping with its keys, from the whole file inwards.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    let mut written: Vec<&str> = Vec::new();
    let mut next: Vec<&'static Mapping> = vec![&FLOW];
    while !next.is_empty() {
        let mapping = next.remove(0);
        if written.contains(&mapping.name) {
            continue;
        }
        written.push(mapping.name);
        section(&mut text, mapping);
        mapping.keys.iter().for_each(|key| mappings(&key.value, &mut next));
    }
    text
}

fn section(text: &mut String, mapping: &Mapping) {
    let mut lines = format!("### {}\n\n", mapping.name);
    if !mapping.about.is_empty() {
        lines.push_str(mapping.about);
        lines.push_str("\n\n");
    }
    lines.push_str("| key | takes | if left out | meaning |\n|---|---|---|---|\n");
    for key in mapping.keys {
        let absent = match key.presence {
            Presence::Required => "(required)".to_owned(),
            Presence::Default(default) => default.to_owned(),
            Presence::Optional => String::new(),
        };
        // A cell ends at a bar, in code as well.
        let cells = [format!("`{}`", key.name), takes(&key.value), absent, key.about.to_owned()];
        let cells: Vec<String> = cells.into_iter().map(|cell| cell.replace('|', "\\|")).collect();
        // Writing to a String cannot fail.
        writeln!(lines, "| {} |", cells.join(" | ")).unwrap_or_default();
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&lines);
}

fn takes(kind: &Kind) -> String {
    match kind {
        Kind::Name => "a name: `a-z`, `0-9`, `-`, `_`".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Template => "a text, with `{{ ... }}` or without".to_owned(),
        Kind::Condition => "a condition".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
        Kind::Whole(from, to) => format!("{from} to {to}"),
        Kind::Flag => "`true` or `false`".to_owned(),
        Kind::Duration => "a time such as `30s`, `30m`, `24h`, `1d`".to_owned(),
        Kind::Id => "an id of the portal".to_owned(),
        Kind::IdByStage => "an id of the portal, or a mapping from stages to ids".to_owned(),
        Kind::IvrName => "the name of an IVR".to_owned(),
        Kind::Prompt => "what the caller hears; `@name` is a user parameter".to_owned(),
        Kind::Digits => "a number such as `4`, or a range such as `4-10`".to_owned(),
        Kind::Guid => "a GUID".to_owned(),
        Kind::Number => "a telephone number, or a template".to_owned(),
        Kind::Reply => "a name under `ivrs`, a GUID, or `disconnect`".to_owned(),
        Kind::Voice => "a voice such as `Polly.Joanna`".to_owned(),
        Kind::Url => "a URL that begins with `https://`".to_owned(),
        Kind::Zone => "an IANA time zone".to_owned(),
        Kind::Spans => "`08:00-12:00, 13:00-18:00`, or `closed`".to_owned(),
        Kind::Constant => "a text, a number, `true` or `false`".to_owned(),
        Kind::List(items, _, usize::MAX) => format!("a list, each {}", takes(items)),
        Kind::List(items, from, to) => format!("a list of {from} to {to}, each {}", takes(items)),
        Kind::Mapping(mapping) => format!("[{}](#{})", mapping.name, anchor(mapping.name)),
        Kind::Named { keys, values, .. } => format!("by {keys}: {}", takes(values)),
        Kind::Nothing => "nothing".to_owned(),
        Kind::OneOf(kinds) => kinds.iter().map(takes).collect::<Vec<_>>().join("; or "),
    }
}

/// As the common renderers of Markdown make the anchor of a heading.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect::<String>()
        .replace(' ', "-")
}

fn mappings(kind: &'static Kind, found: &mut Vec<&'static Mapping>) {
    match kind {
        Kind::Mapping(mapping) => found.push(mapping),
        Kind::List(inner, ..) | Kind::Named { values: inner, .. } => mappings(inner, found),
        Kind::OneOf(kinds) => kinds.iter().for_each(|kind| mappings(kind, found)),
        _ => {}
    }
}
