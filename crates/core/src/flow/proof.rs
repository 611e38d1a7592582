//! What is proved of every flow when it is loaded: that every call has a way to its end, and that no caller is asked for
//! a PIN once he has no tries left, nor by the fallback, which does not know the tries. What is only likely to be a slip
//! is found beside it: loops that silence does not end, and a login that leads to itself.
//!
//! That there is a way to an end does not mean that a caller takes it: the rules choose, and people.
//!
//! IVRs that the flow says nothing about count as ends: the portal decides what follows them. The tries themselves are
//! counted while the call runs, so a wrong PIN may well lead back to the question.

use super::graph::{Edge, Graph, OUT_OF_TRIES, Place};
use crate::dialogtech::number::BuildingBlockId;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What cannot be proved, with the shortest way that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offence {
    /// The IVR where the way begins; none where it is the fallback.
    pub(super) ivr: Option<BuildingBlockId>,
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
        Self { ivr: Some(ivr.clone()), kind, way: in_words(way), steps }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offending {
    /// From here no end can be reached.
    Endless,
    /// From here a caller without tries comes to a PIN question.
    AskedAgain,
    /// The fallback leads to a PIN question: it knows nothing of the call, so the tries would begin anew.
    FallbackAsks,
    /// A caller who keys nothing comes round here again and again. It can be meant.
    EndlessSilence,
    /// The right PIN leads to its own question. It can be meant.
    LoginToItself,
}

impl Offending {
    /// Whether a flow cannot be used because of it.
    pub(super) fn is_error(self) -> bool {
        matches!(self, Self::Endless | Self::AskedAgain | Self::FallbackAsks)
    }
}

/// Everything that cannot be proved, one offence for each loop and for each PIN question.
pub(super) fn offences(graph: &Graph) -> Vec<Offence> {
    let mut away: BTreeMap<&Place, Vec<&Edge>> = BTreeMap::new();
    for edge in &graph.edges {
        away.entry(&edge.from).or_default().push(edge);
    }
    let mut offences = endless(graph, &away, Offending::Endless);
    if offences.is_empty() {
        let mut in_silence = away.clone();
        in_silence.values_mut().for_each(|edges| edges.retain(|edge| edge.in_silence));
        offences.extend(endless(graph, &in_silence, Offending::EndlessSilence));
    }
    offences.extend(asked_again(graph, &away));
    offences.extend(login_to_itself(graph));
    offences
}

type Away<'g> = BTreeMap<&'g Place, Vec<&'g Edge>>;

/// The loops out of which none of these edges leads.
fn endless(graph: &Graph, away: &Away<'_>, kind: Offending) -> Vec<Offence> {
    // Backwards from every end: what is not met has no way out.
    let mut back: BTreeMap<&Place, Vec<&Place>> = BTreeMap::new();
    for edge in away.values().flatten() {
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
        offences.push(Offence::new(ivr, kind, &way));
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
    // The way on from a place, as far as a PIN question.
    let on_from = |place: &Place| {
        let mut way: Vec<&Edge> = Vec::new();
        let mut place = place;
        while !asking.contains(place) {
            let next = towards.get(place)?;
            way.push(next);
            place = &next.to;
        }
        Some(way)
    };
    let mut offences = Vec::new();
    let from_fallback = graph.fallback.iter().filter_map(|place| Some((place, on_from(place)?)));
    if let Some((place, way)) = from_fallback.min_by_key(|(_, way)| way.len()) {
        let words = if way.is_empty() { place.to_string() } else { in_words(&way) };
        let steps = way.into_iter().cloned().collect();
        let way = format!("the fallback → {words}");
        offences.push(Offence { ivr: None, kind: Offending::FallbackAsks, way, steps });
    }
    // Once the fallback is mended, the steps that it answers are.
    let in_fallback = |place: &Place| !offences.is_empty() && graph.fallback.contains(place);
    let mut of_outcomes = Vec::new();
    for ivr in &graph.asks_for_pin {
        let over = |edge: &&&Edge| edge.outcome.is_some_and(|outcome| OUT_OF_TRIES.contains(&outcome));
        let ways = away.get(&Place::Ivr(ivr.clone())).into_iter().flatten().filter(over);
        let ways = ways
            .filter(|first| !in_fallback(&first.to))
            .filter_map(|first| Some([*first].into_iter().chain(on_from(&first.to)?).collect::<Vec<_>>()));
        if let Some(way) = ways.min_by_key(Vec::len) {
            of_outcomes.push(Offence::new(ivr, Offending::AskedAgain, &way));
        }
    }
    offences.extend(of_outcomes);
    offences
}

fn login_to_itself(graph: &Graph) -> Vec<Offence> {
    let itself = |edge: &&Edge| edge.outcome == Some("verified") && edge.to == edge.from;
    let mut offences: Vec<Offence> = Vec::new();
    for edge in graph.edges.iter().filter(itself) {
        let Place::Ivr(ivr) = &edge.from else { continue };
        if offences.last().is_none_or(|last| last.ivr.as_ref() != Some(ivr)) {
            offences.push(Offence::new(ivr, Offending::LoginToItself, &[edge]));
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
