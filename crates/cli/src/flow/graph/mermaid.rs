//! The drawing as Mermaid text (mermaid.js.org/syntax/flowchart.html), which GitHub shows in Markdown.

use super::drawing::{Arrow, Drawing, Kind, PlaceBox};
use std::fmt::Write as _;

/// Mermaid's `maxEdges` by default.
pub(super) const MAX_ARROWS: usize = 500;
/// Mermaid's `maxTextSize` by default, in characters.
pub(super) const MAX_TEXT: usize = 50_000;

const CLASSES: [(Kind, &str, &str); 4] = [
    (Kind::AsksForPin, "pin", "fill:#ddf4ff,stroke:#0969da,color:#1f2328"),
    (Kind::HangUp, "hangup", "fill:#ffebe9,stroke:#cf222e,color:#1f2328"),
    (Kind::People, "people", "fill:#dafbe1,stroke:#1a7f37,color:#1f2328"),
    (Kind::Portal, "portal", "fill:#fff8c5,stroke:#9a6700,color:#1f2328"),
];
const OFFENDING: &str = "stroke:#cf222e,stroke-width:3px";

/// The text, with a line break at its end.
pub(super) fn mermaid(drawing: &Drawing) -> String {
    let mut text = format!("flowchart LR\n    accTitle: {}\n", drawing.title);
    let mut lines: Vec<String> = drawing.boxes.iter().map(place).collect();
    lines.extend(drawing.arrows.iter().map(|arrow| line(drawing, arrow)));
    lines.extend(CLASSES.iter().filter_map(|(kind, class, style)| {
        let of_kind = drawing.boxes.iter().any(|place| place.kind == *kind);
        of_kind.then(|| format!("classDef {class} {style}"))
    }));
    let offending: Vec<String> =
        drawing.arrows.iter().enumerate().filter(|(_, arrow)| arrow.offending).map(|(n, _)| n.to_string()).collect();
    if !offending.is_empty() {
        lines.push(format!("linkStyle {} {OFFENDING}", offending.join(",")));
    }
    for line in lines {
        text.push_str("    ");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn place(place: &PlaceBox) -> String {
    let (open, close) = match place.kind {
        Kind::AsksForPin => ("{{", "}}"),
        Kind::ReadsText => ("[/", "/]"),
        Kind::Ivr => ("[", "]"),
        Kind::HangUp | Kind::People | Kind::Portal => ("([", "])"),
    };
    let class = CLASSES.iter().find(|(kind, ..)| *kind == place.kind);
    let class = class.map_or_else(String::new, |(_, class, _)| format!(":::{class}"));
    format!("{}{open}\"{}\"{close}{class}", place.id, escaped(&place.text))
}

fn line(drawing: &Drawing, arrow: &Arrow) -> String {
    let (from, to) = (&drawing.boxes[arrow.from].id, &drawing.boxes[arrow.to].id);
    let shaft = if arrow.unless_answered { "-.->" } else { "-->" };
    if arrow.labels.is_empty() {
        return format!("{from} {shaft} {to}");
    }
    let labels: Vec<String> = arrow.labels.iter().map(|label| escaped(label)).collect();
    format!("{from} {shaft}|\"{}\"| {to}", labels.join("<br/>"))
}

/// A text as it can stand between quotes. Mermaid takes what is there for its own syntax, then for Markdown, then for
/// HTML, so that only what means nothing in any of them is left as it is; the rest becomes `#…;`, Mermaid's entities.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let within_word = is_word(before) && is_word(chars.peek().copied());
        let plain = match c {
            c if c.is_alphanumeric() => true,
            ' ' | ',' | '=' | '?' | '/' | '(' | '…' => true,
            // Within a word these begin no list, no emphasis and no link.
            '_' | '-' => within_word,
            // Nor do these, unless a number precedes them.
            ')' => !before.is_some_and(char::is_numeric),
            '.' => before.is_some_and(char::is_alphabetic) && !safe.to_ascii_lowercase().ends_with("www"),
            _ => false,
        };
        if plain {
            safe.push(c);
        } else {
            write!(safe, "#{};", u32::from(c)).unwrap_or_default();
        }
        before = Some(c);
    }
    safe
}

#[cfg(test)]
mod tests;
