//! Where things lie.

use super::{examples, random, sheet_of};
use crate::{Layout, Point, Rect, RowKind, Sheet, Subject};
use ringbolt_core::flow::graph::{Graph, RuleId};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn in_the_examples_no_line_runs_through_a_card_or_along_another_line() {
    for (name, flow) in examples() {
        let graph = Graph::of(&flow);
        check(&name, &graph, &Sheet::new(&Subject::of(&flow, &graph)));
    }
}

#[test]
fn in_random_graphs_no_line_runs_through_a_card_or_along_another_line() {
    for seed in 0..250 {
        let graph = random::graph(seed, 1 + seed as usize % 33);
        check(&format!("seed {seed}"), &graph, &sheet_of(&graph));
    }
}

#[test]
fn a_thousand_ivrs_are_laid_out() {
    let graph = random::graph(7, 1_000);
    check("a thousand", &graph, &sheet_of(&graph));
}

#[test]
fn a_chain_of_a_thousand_ivrs_that_all_lead_back_is_laid_out() {
    let graph = random::chain(1_000);
    check("a chain", &graph, &sheet_of(&graph));
}

#[test]
fn a_graph_without_places_is_an_empty_drawing() {
    let graph = Graph::default();
    let layout = Layout::of(&sheet_of(&graph));
    assert_eq!((layout.width, layout.height), (0.0, 0.0));
}

fn check(name: &str, graph: &Graph, sheet: &Sheet) {
    let layout = Layout::of(sheet);
    assert_eq!(layout, Layout::of(sheet), "{name}: the same sheet, another layout");
    every_rule_has_a_row(name, graph, sheet);
    lines_lead_from_rows_to_cards(name, sheet, &layout);
    cards_and_rows_are_apart(name, &layout);
    lines_avoid_cards(name, &layout);
    lines_are_apart(name, sheet, &layout);
}

fn every_rule_has_a_row(name: &str, graph: &Graph, sheet: &Sheet) {
    let rules: BTreeSet<String> = graph.edges.iter().map(|edge| RuleId::of(edge).to_string()).collect();
    let rows: Vec<String> = sheet
        .cards
        .iter()
        .flat_map(|card| &card.rows)
        .filter(|row| row.kind == RowKind::Rule)
        .map(|row| row.rule.clone())
        .collect();
    assert_eq!(rows.len(), rules.len(), "{name}");
    assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), rules, "{name}");
    assert_eq!(sheet.wires.len(), graph.edges.len(), "{name}");
}

fn lines_lead_from_rows_to_cards(name: &str, sheet: &Sheet, layout: &Layout) {
    for (wire, line) in sheet.wires.iter().zip(&layout.lines) {
        let (row, to) = (layout.rows[wire.from][wire.row], layout.cards[wire.to]);
        let begin = Point { x: row.right(), y: row.y + row.height / 2.0 };
        assert_eq!(line.first(), Some(&begin), "{name}: {}", wire.rule);
        let end = line.last().unwrap();
        let x = if wire.from == wire.to { to.right() } else { to.x };
        assert!(end.x == x && to.y < end.y && end.y < to.bottom(), "{name}: {}", wire.rule);
        for step in line.windows(2) {
            assert!(step[0].x == step[1].x || step[0].y == step[1].y, "{name}: {} is slanted", wire.rule);
        }
        let inside =
            |point: &Point| (0.0..=layout.width).contains(&point.x) && (0.0..=layout.height).contains(&point.y);
        assert!(line.iter().all(inside), "{name}: {} leaves the drawing", wire.rule);
    }
}

fn cards_and_rows_are_apart(name: &str, layout: &Layout) {
    let mut cards = layout.cards.clone();
    cards.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    for pair in cards.windows(2) {
        assert!(pair[0].x != pair[1].x || pair[0].bottom() < pair[1].y, "{name}: {pair:?}");
    }
    for (card, rows) in layout.cards.iter().zip(&layout.rows) {
        for row in rows {
            assert!(row.x == card.x && row.width == card.width && row.bottom() < card.bottom(), "{name}");
        }
        assert!(rows.windows(2).all(|pair| pair[0].bottom() <= pair[1].y), "{name}");
    }
}

fn lines_avoid_cards(name: &str, layout: &Layout) {
    let mut columns: BTreeMap<u64, Vec<&Rect>> = BTreeMap::new();
    for card in &layout.cards {
        columns.entry(card.x.to_bits()).or_default().push(card);
    }
    for cards in columns.values_mut() {
        cards.sort_by(|a, b| a.y.total_cmp(&b.y));
    }
    for line in &layout.lines {
        for step in line.windows(2) {
            let (left, right) = (step[0].x.min(step[1].x), step[0].x.max(step[1].x));
            let (top, bottom) = (step[0].y.min(step[1].y), step[0].y.max(step[1].y));
            for cards in columns.values() {
                let first = cards.partition_point(|card| card.bottom() <= top);
                let hit = cards[first..].iter().take_while(|card| card.y < bottom.max(top + 0.1)).find(|card| {
                    card.x < right && left < card.right() && card.y < bottom.max(top + 0.1) && top < card.bottom()
                });
                assert!(hit.is_none(), "{name}: {step:?} runs through {hit:?}");
            }
        }
    }
}

/// Lines to one card may come together at its left side, or at its right side if they are loops.
fn lines_are_apart(name: &str, sheet: &Sheet, layout: &Layout) {
    let mut upright: BTreeMap<u64, Vec<(f64, f64, usize)>> = BTreeMap::new();
    let mut level: BTreeMap<u64, Vec<(f64, f64, usize)>> = BTreeMap::new();
    for (n, line) in layout.lines.iter().enumerate() {
        for step in line.windows(2) {
            let (a, b) = (step[0], step[1]);
            if a.y == b.y && a.x != b.x {
                level.entry(a.y.to_bits()).or_default().push((a.x.min(b.x), a.x.max(b.x), n));
            } else if a.y != b.y {
                upright.entry(a.x.to_bits()).or_default().push((a.y.min(b.y), a.y.max(b.y), n));
            }
        }
    }
    for (is_level, at, mut steps) in level
        .into_iter()
        .map(|(y, steps)| (true, y, steps))
        .chain(upright.into_iter().map(|(x, steps)| (false, x, steps)))
    {
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (n, &(_, end, wire)) in steps.iter().enumerate() {
            for &(_, _, other) in steps[n + 1..].iter().take_while(|other| other.0 < end) {
                let meet = is_level && sheet.wires[wire].to == sheet.wires[other].to && {
                    let last = layout.lines[wire].last().unwrap();
                    last.y.to_bits() == at
                };
                let (a, b) = (&sheet.wires[wire].rule, &sheet.wires[other].rule);
                assert!(wire == other || meet, "{name}: {a} runs along {b} at {}", f64::from_bits(at));
            }
        }
    }
}
