//! What is proved of every flow when it is loaded: that every call has a way to its end, and that no caller is asked for
//! a PIN once he has no tries left.
//!
//! IVRs that the flow says nothing about count as ends: the portal decides what follows them. The tries themselves are
//! counted while the call runs, so a wrong PIN may well lead back to the question.

use super::graph::{Edge, Graph, OUT_OF_TRIES, Place};
use crate::dialogtech::number::BuildingBlockId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What cannot be proved, with the shortest way that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offence {
    /// The IVR where the way begins.
    pub(super) ivr: BuildingBlockId,
    /// What is wrong.
    pub(super) kind: Offending,
    /// The way, in words.
    pub(super) way: String,
    /// The way itself, step by step.
    pub(super) steps: Vec<Edge>,
}

impl Offence {
    fn new(ivr: &BuildingBlockId, kind: Offending, way: &[&Edge]) -> Self {
        let steps = way.iter().copied().cloned().collect();
        Self { ivr: ivr.clone(), kind, way: in_words(way), steps }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offending {
    /// From here no end can be reached.
    Endless,
    /// From here a caller without tries comes to a PIN question.
    AskedAgain,
}

/// Everything that cannot be proved, one offence for each loop and for each PIN question.
pub(super) fn offences(graph: &Graph) -> Vec<Offence> {
    let mut away: BTreeMap<&Place, Vec<&Edge>> = BTreeMap::new();
    for edge in &graph.edges {
        away.entry(&edge.from).or_default().push(edge);
    }
    let mut offences = endless(graph, &away);
    offences.extend(asked_again(graph, &away));
    offences
}

type Away<'g> = BTreeMap<&'g Place, Vec<&'g Edge>>;

fn endless(graph: &Graph, away: &Away<'_>) -> Vec<Offence> {
    // Backwards from every end: what is not met has no way out.
    let mut back: BTreeMap<&Place, Vec<&Place>> = BTreeMap::new();
    for edge in &graph.edges {
        back.entry(&edge.to).or_default().push(&edge.from);
    }
    let mut ends: VecDeque<&Place> = back.keys().copied().filter(|place| matches!(place, Place::End(_))).collect();
    let mut has_way_out: BTreeSet<&Place> = BTreeSet::new();
    while let Some(place) = ends.pop_front() {
        if has_way_out.insert(place) {
            ends.extend(back.get(place).into_iter().flatten());
        }
    }
    let mut told: BTreeSet<&Place> = BTreeSet::new();
    let mut offences = Vec::new();
    for start in &graph.starts {
        let Place::Ivr(ivr) = start else { continue };
        if has_way_out.contains(start) || told.contains(start) {
            continue;
        }
        // A loop is told once, at the first IVR from which it can be walked round; those that share a part with it
        // wait until it is mended.
        let Some(way) = shortest(away, start, |place| place == start) else { continue };
        if way.iter().any(|edge| told.contains(&edge.to)) {
            continue;
        }
        told.extend(way.iter().map(|edge| &edge.to));
        offences.push(Offence::new(ivr, Offending::Endless, &way));
    }
    offences
}

fn asked_again(graph: &Graph, away: &Away<'_>) -> Vec<Offence> {
    // Backwards from every PIN question: the first step of the shortest way to one.
    let mut back: BTreeMap<&Place, Vec<&Edge>> = BTreeMap::new();
    for edge in &graph.edges {
        back.entry(&edge.to).or_default().push(edge);
    }
    let asking: BTreeSet<Place> = graph.asks_for_pin.iter().cloned().map(Place::Ivr).collect();
    let mut towards: BTreeMap<&Place, &Edge> = BTreeMap::new();
    let mut next: VecDeque<&Place> = asking.iter().collect();
    while let Some(place) = next.pop_front() {
        for edge in back.get(place).into_iter().flatten() {
            if !asking.contains(&edge.from) && !towards.contains_key(&edge.from) {
                towards.insert(&edge.from, edge);
                next.push_back(&edge.from);
            }
        }
    }
    let mut offences = Vec::new();
    for ivr in &graph.asks_for_pin {
        let over = |edge: &&&Edge| edge.outcome.is_some_and(|outcome| OUT_OF_TRIES.contains(&outcome));
        let ways = away.get(&Place::Ivr(ivr.clone())).into_iter().flatten().filter(over).filter_map(|first| {
            let mut way = vec![*first];
            while let Some(last) = way.last().filter(|last| !asking.contains(&last.to)) {
                way.push(towards.get(&last.to)?);
            }
            Some(way)
        });
        if let Some(way) = ways.min_by_key(Vec::len) {
            offences.push(Offence::new(ivr, Offending::AskedAgain, &way));
        }
    }
    offences
}

/// The shortest way from a place to one that is looked for, at least one edge long.
fn shortest<'g>(away: &Away<'g>, from: &Place, found: impl Fn(&Place) -> bool) -> Option<Vec<&'g Edge>> {
    let mut came_by: BTreeMap<&Place, &'g Edge> = BTreeMap::new();
    let mut next: VecDeque<&Place> = VecDeque::from([from]);
    while let Some(place) = next.pop_front() {
        for edge in away.get(place).into_iter().flatten() {
            if came_by.contains_key(&edge.to) {
                continue;
            }
            came_by.insert(&edge.to, edge);
            if found(&edge.to) {
                let mut way = vec![*edge];
                while let Some(first) = way.last().filter(|first| first.from != *from) {
                    way.push(came_by.get(&first.from)?);
                }
                way.reverse();
                return Some(way);
            }
            next.push_back(&edge.to);
        }
    }
    None
}

fn in_words(way: &[&Edge]) -> String {
    let mut words = way.first().map(|edge| edge.from.to_string()).unwrap_or_default();
    for edge in way {
        let label = edge.to_string();
        let by = if label.is_empty() { String::new() } else { format!(" ({label})") };
        words.push_str(&format!("{by} → {}", edge.to));
    }
    words
}
