//! A track in its gap for each piece of a line, and with it the places of columns from left to right.

use super::{
    Layout, Point, Rect,
    measure::Size,
    net::{Net, Tip},
};
use crate::sheet::{CardKind, Sheet};

/// Between tracks.
const PITCH: f64 = 9.0;
/// From a column to the first track, and from the last one to the next column with its arrow heads.
const BEFORE: f64 = 16.0;
const AFTER: f64 = 24.0;
/// With more pieces in a gap, their order is not improved.
const MANY_PIECES: usize = 400;

/// A piece with its heights.
struct Vertical {
    piece: usize,
    top: f64,
    bottom: f64,
    /// Heights at which it is at the left and at the right edge of the gap.
    left: [f64; 2],
    right: [f64; 2],
    track: usize,
}

/// The whole layout.
pub(super) fn drawn(sheet: &Sheet, sizes: &[Size], net: &Net, tops: &[f64], beneath: &[f64], height: f64) -> Layout {
    let mut gaps: Vec<Vec<Vertical>> = (0..=net.columns).map(|_| Vec::new()).collect();
    let mut passes = vec![false; net.columns + 1];
    let ends: Vec<(f64, f64)> = net
        .pieces
        .iter()
        .map(|piece| {
            let y = |tip| net.y(tip, piece.wire, sheet, tops, beneath);
            (y(piece.begin), y(piece.end))
        })
        .collect();
    for (n, (piece, &(begin, end))) in net.pieces.iter().zip(&ends).enumerate() {
        passes[piece.gap] = true;
        if begin == end {
            continue;
        }
        let (mut left, mut right) = ([f64::NAN; 2], [f64::NAN; 2]);
        for (at, (tip, y)) in [(piece.begin, begin), (piece.end, end)].into_iter().enumerate() {
            match tip {
                Tip::Left(..) => left[at] = y,
                Tip::Right(..) => right[at] = y,
                Tip::Beneath(_) => {}
            }
        }
        gaps[piece.gap].push(Vertical { piece: n, top: begin.min(end), bottom: begin.max(end), left, right, track: 0 });
    }

    let mut widths = vec![0.0_f64; net.columns];
    for (node, size) in net.nodes.iter().zip(sizes) {
        widths[node.column] = widths[node.column].max(size.width);
    }
    let (mut column_at, mut track_at) = (vec![0.0; net.columns], vec![0.0; net.pieces.len()]);
    let mut x = 0.0;
    for (gap, verticals) in gaps.iter_mut().enumerate() {
        let tracks = assign(verticals);
        let left = if gap == 0 { x } else { x + BEFORE };
        for vertical in verticals.iter() {
            track_at[vertical.piece] = left + vertical.track as f64 * PITCH;
        }
        if passes[gap] {
            let after = if gap == net.columns { 0.0 } else { AFTER };
            x = left + tracks.saturating_sub(1) as f64 * PITCH + after;
        }
        if gap < net.columns {
            column_at[gap] = x;
            x += widths[gap];
        }
    }

    let mut layout = Layout { width: x, height, ..Layout::default() };
    for (card, size) in sizes.iter().enumerate() {
        let column = net.nodes[card].column;
        let is_end = sheet.cards[card].kind == CardKind::End;
        let width = if is_end { size.width } else { widths[column] };
        let rect = Rect { x: column_at[column], y: tops[card], width, height: size.height };
        layout.cards.push(rect);
        let row = |&(top, height): &(f64, f64)| Rect { y: rect.y + top, height, ..rect };
        layout.rows.push(size.rows.iter().map(row).collect());
    }
    layout.lines = vec![Vec::new(); sheet.wires.len()];
    for (n, (piece, &(begin, end))) in net.pieces.iter().zip(&ends).enumerate() {
        let line = &mut layout.lines[piece.wire];
        if line.is_empty() {
            line.push(Point { x: layout.cards[sheet.wires[piece.wire].from].right(), y: begin });
        }
        if begin != end {
            line.extend([begin, end].map(|y| Point { x: track_at[n], y }));
        }
    }
    for (wire, line) in sheet.wires.iter().zip(&mut layout.lines) {
        let (card, size) = (&layout.cards[wire.to], &sizes[wire.to]);
        let x = if wire.from == wire.to { card.right() } else { card.x };
        line.push(Point { x, y: card.y + size.entry() });
    }
    layout
}

/// Gives each piece a track, from 0; returns how many there are.
fn assign(verticals: &mut Vec<Vertical>) -> usize {
    verticals.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    if verticals.len() <= MANY_PIECES {
        for _ in 0..4 {
            sift(verticals);
        }
    }
    let mut tracks = 0;
    for n in 0..verticals.len() {
        let (earlier, rest) = verticals.split_at_mut(n);
        let Some(vertical) = rest.first_mut() else { break };
        let overlaps = |other: &&Vertical| other.top < vertical.bottom + PITCH && vertical.top < other.bottom + PITCH;
        vertical.track = earlier.iter().filter(overlaps).map(|other| other.track + 1).max().unwrap_or(0);
        tracks = tracks.max(vertical.track + 1);
    }
    tracks
}

/// A first order: loops at the left, the short ones first; then what leads down, from below; then what leads up, from
/// above; then what turns round at the right.
fn key(vertical: &Vertical) -> (u8, f64) {
    let length = vertical.bottom - vertical.top;
    let ends = |ends: &[f64; 2]| ends.iter().filter(|y| !y.is_nan()).count();
    match (ends(&vertical.left), ends(&vertical.right)) {
        (2, _) => (0, length),
        (_, 2) => (3, -length),
        _ if vertical.left.contains(&vertical.top) || vertical.right.contains(&vertical.bottom) => (1, -vertical.top),
        _ => (2, vertical.bottom),
    }
}

/// Moves each piece to where it crosses the fewest others.
fn sift(verticals: &mut Vec<Vertical>) {
    for n in 0..verticals.len() {
        // Which pieces are moved must not depend on where the earlier ones went: by their number.
        let Some(at) = nth(verticals, n) else { continue };
        let moved = verticals.remove(at);
        let mut balance = 0_i64;
        let mut best = (0, 0);
        let mut here = 0;
        for (before, other) in verticals.iter().enumerate() {
            balance += crossings(other, &moved) - crossings(&moved, other);
            if balance < best.0 {
                best = (balance, before + 1);
            }
            if before + 1 == at {
                here = balance;
            }
        }
        let to = if here == best.0 { at } else { best.1 };
        verticals.insert(to, moved);
    }
}

fn nth(verticals: &[Vertical], n: usize) -> Option<usize> {
    let mut numbers: Vec<(usize, usize)> = verticals.iter().enumerate().map(|(at, v)| (v.piece, at)).collect();
    let (_, found, _) = (n < numbers.len()).then(|| numbers.select_nth_unstable(n))?;
    Some(found.1)
}

/// How often two pieces cross if the first has its track at the left of the second.
fn crossings(left: &Vertical, right: &Vertical) -> i64 {
    let within = |y: &f64, other: &Vertical| other.top < *y && *y < other.bottom;
    let of_right = right.left.iter().filter(|y| within(y, left)).count();
    let of_left = left.right.iter().filter(|y| within(y, right)).count();
    (of_right + of_left) as i64
}
