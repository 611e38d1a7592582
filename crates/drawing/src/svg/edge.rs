//! The lines between cards.

use super::{
    Number,
    card::{UNLESS_ANSWERED, add},
    style::Painter,
};
use crate::{
    Layout, Point,
    sheet::{Sheet, Wire},
};
use ringbolt_core::text::xml_text;
use std::fmt::Write as _;

/// The radius of a corner, in pixels.
const ROUND: f64 = 7.0;
/// The length of an arrow head and half its width.
const HEAD: (f64, f64) = (7.0, 3.5);

/// Draws every line. Those that show what is wrong are above the others.
pub(super) fn edges(out: &mut String, painter: Painter, sheet: &Sheet, layout: &Layout) {
    let lines = || sheet.wires.iter().zip(&layout.lines);
    for (wire, line) in lines().filter(|(wire, _)| !wire.offending) {
        edge(out, painter, wire, line);
    }
    for (wire, line) in lines().filter(|(wire, _)| wire.offending) {
        edge(out, painter, wire, line);
    }
}

fn edge(out: &mut String, painter: Painter, wire: &Wire, line: &[Point]) {
    let [.., last] = line else { return };
    // A loop arrives at its card's right side.
    let forward = if wire.from == wire.to { -1.0 } else { 1.0 };
    let mut line = line.to_vec();
    if let Some(end) = line.last_mut() {
        end.x -= forward * (HEAD.0 - 1.0);
    }
    let mut more = String::new();
    if wire.unless_answered {
        more.push_str(" stroke-dasharray=\"4 4\"");
        more.push_str(UNLESS_ANSWERED);
    }
    if wire.unreached {
        more.push_str(" opacity=\"0.42\"");
    }
    let rule = xml_text(&wire.rule);
    let class = painter.class("edge", wire.offending);
    add(out, format_args!("<path {class} data-rule=\"{rule}\" d=\"{}\"{more}/>", rounded(&line)));
    let class = painter.class("head", wire.offending);
    let (x, y, back) = (Number(last.x), Number(last.y), Number(-forward * HEAD.0));
    let faded = if wire.unreached { " opacity=\"0.42\"" } else { "" };
    let unless = if wire.unless_answered { UNLESS_ANSWERED } else { "" };
    let half = Number(HEAD.1);
    let down = Number(2.0 * HEAD.1);
    add(
        out,
        format_args!("<path {class} data-rule=\"{rule}\" d=\"M{x} {y}l{back} -{half}v{down}z\"{faded}{unless}/>\n"),
    );
}

/// A path along the corners, which become arcs.
fn rounded(line: &[Point]) -> String {
    let mut corners: Vec<Point> = Vec::with_capacity(line.len());
    for &point in line {
        if corners.last() != Some(&point) {
            // On the way straight on there is no corner.
            if let [.., a, b] = corners[..]
                && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
            {
                corners.pop();
            }
            corners.push(point);
        }
    }
    let mut path = String::new();
    for (n, &at) in corners.iter().enumerate() {
        let (x, y) = (Number(at.x), Number(at.y));
        match (n.checked_sub(1).and_then(|before| corners.get(before)), corners.get(n + 1)) {
            (None, _) => write!(path, "M{x} {y}"),
            (Some(_), None) => write!(path, "L{x} {y}"),
            (Some(&before), Some(&after)) => {
                let round = ROUND.min(length(before, at) / 2.0).min(length(at, after) / 2.0);
                let (a, b) = (towards(at, before, round), towards(at, after, round));
                let (ax, ay, bx, by) = (Number(a.x), Number(a.y), Number(b.x), Number(b.y));
                write!(path, "L{ax} {ay}Q{x} {y} {bx} {by}")
            }
        }
        .unwrap_or_default();
    }
    path
}

fn length(a: Point, b: Point) -> f64 {
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

fn towards(from: Point, to: Point, far: f64) -> Point {
    let length = length(from, to);
    if length == 0.0 {
        return from;
    }
    Point { x: from.x + (to.x - from.x) * far / length, y: from.y + (to.y - from.y) * far / length }
}
