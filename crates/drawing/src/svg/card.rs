//! Cards, their rows, and pills.

use super::{Number, style::Painter};
use crate::{
    Rect,
    layout::{BEGIN_MARK, HEADER, NUMBER, PAD, PIN_MARK, indent},
    sheet::{Card, CardKind, Row, RowKind},
};
use ringbolt_core::{flow::graph::Place, text::xml_text};
use std::fmt::{self, Write as _};

/// From the middle of a line of text to its base line.
const BASE: f64 = 4.3;

/// Tells the second row and edge of a FindMe from the first: they have one rule.
pub(super) const UNLESS_ANSWERED: &str = " data-unless-answered=\"\"";

/// Draws a card, or a pill.
pub(super) fn card(out: &mut String, painter: Painter, card: &Card, at: Rect, rows: &[Rect]) {
    match card.kind {
        CardKind::End => pill(out, painter, card, at, ""),
        CardKind::Steps => steps(out, painter, card, at, rows),
    }
}

/// Draws a pill. `more` is an additional class.
pub(super) fn pill(out: &mut String, painter: Painter, card: &Card, at: Rect, more: &str) {
    open(out, card, more);
    frame(out, painter, at, at.height / 2.0);
    let class = painter.class("pill-name", false);
    text(out, &class, at.x + at.width / 2.0, at.y + at.height / 2.0, " text-anchor=\"middle\"", &card.name);
    out.push_str("</g>\n");
}

fn steps(out: &mut String, painter: Painter, card: &Card, at: Rect, rows: &[Rect]) {
    open(out, card, "");
    frame(out, painter, at, 10.0);
    let middle = at.y + HEADER / 2.0;
    let mut x = at.x + PAD;
    if card.begins {
        begin_mark(out, painter, x, middle);
        x += BEGIN_MARK;
    }
    text(out, &painter.class("name", false), x, middle, "", &card.name);
    if card.asks_for_pin {
        pin_mark(out, painter, at.right() - PAD + 4.0 - PIN_MARK, middle);
    }
    let (y, right) = (Number(at.y + HEADER - 0.5), Number(at.right()));
    let line = painter.class("rule-line", false);
    add(out, format_args!("<path {line} d=\"M{} {y}H{right}\"/>\n", Number(at.x)));
    let mut next = card.rows.iter().zip(rows).peekable();
    while let Some((row, rect)) = next.next() {
        if row.kind == RowKind::Heading {
            text(out, &painter.class("heading", false), rect.x + PAD, middle_of(rect), "", &row.text);
            continue;
        }
        add(out, format_args!("<g class=\"rule\" data-rule=\"{}\" data-line=\"{}\">", xml_text(&row.rule), row.line));
        tooltip(out, row);
        self::row(out, painter, card, row, rect);
        // What else the rule may do belongs to the same rule.
        while let Some((also, rect)) = next.next_if(|(other, _)| other.kind == RowKind::Also) {
            let more = if also.unless_answered { UNLESS_ANSWERED } else { "" };
            add(out, format_args!("<g class=\"also\"{more}>"));
            self::row(out, painter, card, also, rect);
            out.push_str("</g>");
        }
        out.push_str("</g>\n");
    }
    out.push_str("</g>\n");
}

fn row(out: &mut String, painter: Painter, card: &Card, row: &Row, at: &Rect) {
    let middle = middle_of(at);
    // Nothing is seen of it until the page gives it a colour, but it is all over the row, for the pointer.
    let (x, y, width, height) =
        (Number(at.x + 4.0), Number(at.y + 1.0), Number(at.width - 8.0), Number(at.height - 2.0));
    add(
        out,
        format_args!(
            "<rect class=\"row\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\" fill=\"none\" pointer-events=\"all\"/>"
        ),
    );
    if let Some(number) = row.number {
        text(out, &painter.class("number", false), at.x + PAD, middle, "", &number.to_string());
    }
    let class = match row.kind {
        RowKind::Also => "heading",
        _ if row.is_code => "code",
        _ => "words",
    };
    let x = at.x + PAD + if row.indented { indent(card).min(NUMBER) } else { 0.0 };
    text(out, &painter.class(class, row.offending), x, middle, "", &row.text);
    if !row.mark.is_empty() {
        let class = painter.class("mark", false);
        text(out, &class, at.right() - PAD + 2.0, middle, " text-anchor=\"end\"", row.mark);
    }
    let (x, y) = (Number(at.right()), Number(middle));
    add(out, format_args!("<circle {} cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>", painter.class("port", row.offending)));
}

/// The mark that calls begin here: a triangle that points to the name.
pub(super) fn begin_mark(out: &mut String, painter: Painter, x: f64, middle: f64) {
    let class = painter.class("begins", false);
    let (x, y) = (Number(x), Number(middle - 4.5));
    add(out, format_args!("<path {class} d=\"M{x} {y}l8 4.5l-8 4.5z\"/>"));
}

/// The mark of an IVR that asks for a PIN.
pub(super) fn pin_mark(out: &mut String, painter: Painter, x: f64, middle: f64) {
    let (left, top, width) = (Number(x), Number(middle - 8.0), Number(PIN_MARK));
    let class = painter.class("pin-box", false);
    add(out, format_args!("<rect {class} x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"16\" rx=\"5\"/>"));
    let class = painter.class("pin", false);
    let (x, y) = (Number(x + PIN_MARK / 2.0), Number(middle + 3.5));
    add(out, format_args!("<text {class} x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">PIN</text>\n"));
}

/// Writes a text whose middle is at this height.
pub(super) fn text(out: &mut String, class: &str, x: f64, middle: f64, more: &str, text: &str) {
    let (x, y) = (Number(x), Number(middle + BASE));
    add(out, format_args!("<text {class} x=\"{x}\" y=\"{y}\"{more}>{}</text>", xml_text(text)));
}

fn open(out: &mut String, card: &Card, more: &str) {
    let end = if matches!(card.place, Place::End(_)) { " end" } else { "" };
    let unreached = if card.unreached { " unreached\" opacity=\"0.42" } else { "" };
    let id = card.place.id();
    let whole = xml_text(&card.whole);
    add(
        out,
        format_args!(
            "<g class=\"place{end}{more}{unreached}\" data-place=\"{}\"><title>{whole}</title>",
            xml_text(&id)
        ),
    );
}

fn frame(out: &mut String, painter: Painter, at: Rect, round: f64) {
    let (x, y, width, height) = (Number(at.x), Number(at.y), Number(at.width), Number(at.height));
    let class = painter.class("box", false);
    add(
        out,
        format_args!(
            "<rect {class} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"/>",
            Number(round)
        ),
    );
}

fn tooltip(out: &mut String, row: &Row) {
    let line = if row.line > 0 { format!("\nline {}", row.line) } else { String::new() };
    add(out, format_args!("<title>{}{line}</title>", xml_text(&row.whole)));
}

fn middle_of(at: &Rect) -> f64 {
    at.y + at.height / 2.0
}

/// Writing to a string cannot fail.
pub(super) fn add(out: &mut String, text: fmt::Arguments<'_>) {
    out.write_fmt(text).unwrap_or_default();
}
