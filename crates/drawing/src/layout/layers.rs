//! Which column each card is in.

use crate::sheet::{CardKind, Sheet};
use std::collections::VecDeque;

/// With more lanes than this, a card is as near to where calls begin as it can be; with fewer, it is to the right of
/// everything that leads to it, which reads better.
const MANY_LANES: usize = 2_000;

/// The column of each card, from 0.
pub(super) fn layers(sheet: &Sheet) -> Vec<usize> {
    let mut away = vec![Vec::new(); sheet.cards.len()];
    let mut led_to = vec![false; sheet.cards.len()];
    for wire in sheet.wires.iter().filter(|wire| wire.from != wire.to) {
        away[wire.from].push(wire.to);
        led_to[wire.to] = true;
    }
    let begins = |&card: &usize| sheet.cards[card].begins;
    let all = 0..sheet.cards.len();
    let others = all.clone().filter(|card| !led_to[*card]);
    let roots: Vec<usize> = all.clone().filter(begins).chain(others).chain(all).collect();
    let far = farthest(&away, &roots);
    let mut layers = if lanes(sheet, &far) <= MANY_LANES { far } else { nearest(&away, &roots, &led_to, sheet) };
    // What nothing leads to is next to where it leads, unless calls begin there.
    for card in 0..layers.len() {
        let is_free = !led_to[card] && !sheet.cards[card].begins && sheet.cards[card].kind == CardKind::Steps;
        if let (true, Some(nearest)) = (is_free, away[card].iter().map(|&to| layers[to]).min()) {
            layers[card] = nearest.saturating_sub(1);
        }
    }
    layers
}

/// How many columns lines pass.
fn lanes(sheet: &Sheet, layers: &[usize]) -> usize {
    sheet.wires.iter().map(|wire| passed(layers[wire.from], layers[wire.to])).sum()
}

/// How many columns a line passes that leads from one column to another card in another.
pub(super) fn passed(from: usize, to: usize) -> usize {
    if from < to { to - from - 1 } else { from - to + 1 }
}

/// By the longest way, without the edges that close a cycle.
fn farthest(away: &[Vec<usize>], roots: &[usize]) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Never,
        Open,
        Done,
    }
    let mut seen = vec![Seen::Never; away.len()];
    let mut finished = Vec::with_capacity(away.len());
    let mut forward = vec![Vec::new(); away.len()];
    for &root in roots {
        if seen[root] != Seen::Never {
            continue;
        }
        seen[root] = Seen::Open;
        let mut stack = vec![(root, 0)];
        while let Some((card, next)) = stack.pop() {
            let Some(&to) = away[card].get(next) else {
                seen[card] = Seen::Done;
                finished.push(card);
                continue;
            };
            stack.push((card, next + 1));
            if seen[to] != Seen::Open {
                forward[card].push(to);
            }
            if seen[to] == Seen::Never {
                seen[to] = Seen::Open;
                stack.push((to, 0));
            }
        }
    }
    let mut layers = vec![0; away.len()];
    for &card in finished.iter().rev() {
        for &to in &forward[card] {
            layers[to] = layers[to].max(layers[card] + 1);
        }
    }
    layers
}

/// By the shortest way.
fn nearest(away: &[Vec<usize>], roots: &[usize], led_to: &[bool], sheet: &Sheet) -> Vec<usize> {
    let mut layers = vec![None; away.len()];
    let mut next: VecDeque<usize> = VecDeque::new();
    let is_first = |card: usize| sheet.cards[card].begins || !led_to[card];
    let first: Vec<usize> = roots.iter().copied().filter(|&card| is_first(card)).collect();
    // A cycle to which nothing leads begins anywhere.
    for group in [first, roots.to_vec()] {
        for root in group {
            if layers[root].is_none() {
                layers[root] = Some(0);
                next.push_back(root);
            }
            if !is_first(root) {
                spread(away, &mut layers, &mut next);
            }
        }
        spread(away, &mut layers, &mut next);
    }
    layers.into_iter().map(Option::unwrap_or_default).collect()
}

fn spread(away: &[Vec<usize>], layers: &mut [Option<usize>], next: &mut VecDeque<usize>) {
    while let Some(card) = next.pop_front() {
        let layer = layers[card].unwrap_or_default() + 1;
        for &to in &away[card] {
            if layers[to].is_none() {
                layers[to] = Some(layer);
                next.push_back(to);
            }
        }
    }
}
