//! How far down cards and lanes lie. Lines are straight if possible.
//!
//! In every gap, no line may run along another. So the last pass keeps a distance between the heights at which lines
//! arrive at a column and the heights at which lines leave the column before it. Two of them are equal only if they
//! belong to the same straight piece.

use super::net::{Link, Net};
use std::collections::BTreeMap;

/// Between connected parts of the drawing.
pub(super) const BETWEEN_PARTS: f64 = 28.0;
/// Between the heights of two lines in a gap.
const APART: f64 = 6.0;
/// How far a card or lane moves to make a line straight.
const SNAP: f64 = 26.0;
const SNAP_PILL: f64 = 14.0;
/// How often lines are made straight after nothing overlaps.
const STRAIGHTENED: usize = 5;
/// A bend of this height or less looks like a mistake, in pixels.
const SMALL_BEND: f64 = 20.0;
/// By how much more than necessary nodes are apart at first, so that one can move without pushing all below it.
const SLACK: f64 = 3.0;
const ROUNDS: usize = 16;
/// The weight of where a node is, if it is linked to nothing.
const INDIFFERENT: f64 = 0.05;

/// Places the nodes of a part below `below`; returns where the part ends.
pub(super) fn place(net: &Net, columns: &[Vec<usize>], below: f64, tops: &mut [f64]) -> f64 {
    for column in columns {
        let mut top = 0.0;
        for (n, &node) in column.iter().enumerate() {
            top += if n == 0 { 0.0 } else { distance(net, column[n - 1], node) };
            tops[node] = top;
        }
    }
    let sides: [&[&[Vec<Link>]]; 3] = [&[&net.to_left], &[&net.to_right], &[&net.to_left, &net.to_right]];
    for round in 0..ROUNDS {
        let [left, right, both] = sides;
        let (there, back) = if round < ROUNDS / 2 { (left, right) } else { (both, both) };
        columns.iter().for_each(|column| align(net, column, there, tops));
        columns.iter().rev().for_each(|column| align(net, column, back, tops));
    }
    let highest =
        columns.iter().filter_map(|column| column.first()).map(|&node| tops[node]).fold(f64::INFINITY, f64::min);
    let highest = if highest.is_finite() { highest } else { 0.0 };
    let mut wanted: Vec<(usize, f64)> = Vec::new();
    for &node in columns.iter().flatten() {
        wanted.push((node, (tops[node] - highest + below).round()));
    }
    wanted.iter().for_each(|&(node, top)| tops[node] = top);
    let mut bottom = settle(net, columns, below, tops);
    for _ in 0..STRAIGHTENED {
        // A line bends where something pushed its lane down. Its other lanes follow.
        let mut lowest: BTreeMap<usize, f64> = BTreeMap::new();
        for &(node, _) in &wanted {
            if let Some(wire) = net.nodes[node].wire {
                let lowest = lowest.entry(wire).or_insert(below);
                *lowest = lowest.max(tops[node]);
            }
        }
        let of_line = |node: usize| net.nodes[node].wire.and_then(|wire| lowest.get(&wire).copied());
        let mut bends = false;
        let is_card = |node: usize| net.nodes[node].card.is_some() && !net.nodes[node].is_pill;
        let mut follow: BTreeMap<usize, f64> = BTreeMap::new();
        for &(node, _) in wanted.iter().filter(|(node, _)| is_card(*node)) {
            // The same for a card a little below the row that leads to it.
            let down = |link: &Link| tops[node] + link.here - tops[link.to] - link.there;
            let from_cards = net.to_left[node].iter().filter(|link| is_card(link.to));
            let nearest = from_cards.map(|link| (down(link), link.to)).min_by(|a, b| a.0.abs().total_cmp(&b.0.abs()));
            if let Some((down, from)) = nearest.filter(|(down, _)| *down > 0.0 && *down <= SMALL_BEND) {
                follow.entry(from).or_insert(tops[from] + down);
            }
        }
        for (node, top) in &mut wanted {
            if let Some(lower) = follow.get(node) {
                bends = true;
                *top = top.max(*lower);
            }
        }
        for &(node, top) in &wanted {
            bends |= of_line(node).is_some_and(|lowest| lowest > tops[node]);
            tops[node] = of_line(node).unwrap_or(top);
        }
        bottom = settle(net, columns, below, tops);
        if !bends {
            break;
        }
    }
    bottom
}

/// Gives each node a top, at its present one or below it, at which nothing overlaps and no line runs along another;
/// returns where the part ends.
fn settle(net: &Net, columns: &[Vec<usize>], below: f64, tops: &mut [f64]) -> f64 {
    let mut bottom = below;
    let mut before: Vec<f64> = Vec::new();
    for column in columns {
        let mut last: Option<usize> = None;
        for &node in column {
            let first = last.map_or(below, |last| tops[last] + distance(net, last, node));
            let wanted = tops[node].max(first);
            tops[node] = settled(net, node, wanted, first, &before, tops);
            bottom = bottom.max(tops[node] + net.nodes[node].height);
            last = Some(node);
        }
        before.clear();
        for &node in column {
            before.extend(net.exits[node].iter().map(|exit| tops[node] + exit));
        }
        before.sort_by(f64::total_cmp);
        before.dedup();
    }
    bottom
}

/// The top of a node, at `wanted` or near it, at which no line that arrives there runs along another.
fn settled(net: &Net, node: usize, wanted: f64, first: f64, before: &[f64], tops: &[f64]) -> f64 {
    let entry = net.nodes[node].entry;
    let straight = |link: &Link| tops[link.to] + link.there - entry;
    let snap = if net.nodes[node].is_pill && net.to_left[node].len() > 1 { SNAP_PILL } else { SNAP };
    let is_near = |top: &f64| (top - wanted).abs() <= snap && *top >= first;
    let nearest = net.to_left[node]
        .iter()
        .map(straight)
        .filter(is_near)
        .min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()));
    if let Some(top) = nearest {
        return top;
    }
    let mut arrival = wanted + entry;
    let mut next = before.partition_point(|&line| line <= arrival - APART);
    while let Some(&line) = before.get(next).filter(|&&line| line < arrival + APART) {
        arrival = line + APART;
        next += 1;
    }
    arrival - entry
}

/// From the top of a node to that of the one below it.
fn distance(net: &Net, above: usize, below: usize) -> f64 {
    let (a, b) = (&net.nodes[above], &net.nodes[below]);
    let gap = match (a.card, b.card) {
        (None, None) => 12.0,
        (None, Some(_)) | (Some(_), None) => 14.0,
        (Some(_), Some(_)) if a.is_pill && b.is_pill => 10.0,
        (Some(_), Some(_)) => 22.0,
    };
    a.height + gap
}

/// Moves the nodes of a column to where their lines to a neighbouring column are straight, as far as their order and
/// distances allow: least squares, by pooling neighbours that would overlap.
fn align(net: &Net, column: &[usize], sides: &[&[Vec<Link>]], tops: &mut [f64]) {
    // Of each pool: the sum of weights, the weighted sum of wishes, and how many nodes it has.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0.0;
    for (n, &node) in column.iter().enumerate() {
        offset += if n == 0 { 0.0 } else { distance(net, column[n - 1], node) + SLACK };
        offsets.push(offset);
        let (mut weight, mut sum) = wishes(net, node, sides.iter().flat_map(|links| &links[node]), tops);
        if weight == 0.0 {
            (weight, sum) = wishes(net, node, net.in_column[node].iter(), tops);
        }
        if weight == 0.0 {
            (weight, sum) = (INDIFFERENT, INDIFFERENT * tops[node]);
        }
        pools.push((weight, sum - weight * offset, 1));
        while let [.., above, below] = pools.as_slice() {
            if above.1 / above.0 <= below.1 / below.0 {
                break;
            }
            let pooled = (above.0 + below.0, above.1 + below.1, above.2 + below.2);
            pools.truncate(pools.len() - 2);
            pools.push(pooled);
        }
    }
    let mut nodes = column.iter().zip(&offsets);
    for (weight, sum, count) in pools {
        for (&node, offset) in nodes.by_ref().take(count) {
            tops[node] = sum / weight + offset;
        }
    }
}

/// How much a node wants to be where its lines are straight, and the weighted sum of where that is. The longer a line,
/// the more a bend in it disturbs.
fn wishes<'l>(net: &Net, node: usize, links: impl Iterator<Item = &'l Link>, tops: &[f64]) -> (f64, f64) {
    let is_lane = |node: usize| net.nodes[node].card.is_none();
    links.fold((0.0, 0.0), |(weight, sum), link| {
        let more = match (is_lane(node), is_lane(link.to)) {
            (true, true) => 8.0,
            (false, false) => 1.0,
            _ => 2.0,
        };
        (weight + more, sum + more * (tops[link.to] + link.there - link.here))
    })
}
