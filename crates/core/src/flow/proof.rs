//! What is proved of every flow when it is loaded: every call has a way to its end; no caller is asked for a PIN once they
//! have no tries left, nor by the fallback, which doesn't know the tries; and nobody unverified comes where the right PIN
//! leads ([`verified`]). Likely slips are found as well: loops that silence doesn't end, and a login that leads to itself.
//!
//! That there is a way to an end doesn't mean that a caller takes it: rules and people choose.
//!
//! IVRs after which the portal decides count as ends. The tries themselves are counted while the call runs, so a wrong PIN
//! may well lead back to the question.

mod offence;
mod verified;

pub(super) use offence::{At, Offence, Offending};

use super::destination::Destination;
use super::file::Flow;
use super::graph::{Edge, Graph, Place};
use super::ids::IvrName;
use super::ivr::Step;
use super::template::Template;
use crate::outcome::Outcome;
use offence::in_words;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The outcomes of a PIN question after which a caller has no tries left.
const OUT_OF_TRIES: [Outcome; 2] = [Outcome::TooManyAttempts, Outcome::Locked];

/// Everything that can't be proved, one offence for each loop and for each PIN question.
pub(super) fn offences(graph: &Graph, flow: &Flow) -> Vec<Offence> {
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
    offences.extend(fallback_fails(graph, flow));
    offences.extend(login_to_itself(graph));
    offences.extend(verified::offences(graph, flow));
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
    let mut reported: BTreeSet<&Place> = BTreeSet::new();
    let mut offences = Vec::new();
    for start in graph.places.iter().filter(|place| matches!(place, Place::Ivr(_))) {
        if has_way_out.contains(start) || reported.contains(start) {
            continue;
        }
        // A loop is reported once, at the first IVR from which it can be walked round; loops that share a part with it
        // wait until it is fixed.
        let Some(way) = shortest(away, start, |place| place == start) else { continue };
        if way.iter().any(|edge| reported.contains(&edge.to)) {
            continue;
        }
        reported.extend(way.iter().map(|edge| &edge.to));
        offences.extend(way.first().map(|edge| Offence::new(At::Here(edge.at), kind, &way)));
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
        offences.push(Offence { at: At::Fallback, kind: Offending::FallbackAsks, way, steps });
    }
    // Once the fallback is fixed, so are the steps that it answers.
    let in_fallback = |place: &Place| !offences.is_empty() && graph.fallback.contains(place);
    let mut of_outcomes = Vec::new();
    for ivr in &graph.asks_for_pin {
        let over = |edge: &&&Edge| edge.outcome.is_some_and(|outcome| OUT_OF_TRIES.contains(&outcome));
        let ways = away.get(&Place::Ivr(ivr.clone())).into_iter().flatten().filter(over);
        let ways = ways
            .filter(|first| !in_fallback(&first.to))
            .filter_map(|first| Some([*first].into_iter().chain(on_from(&first.to)?).collect::<Vec<_>>()));
        if let Some(way) = ways.min_by_key(Vec::len) {
            of_outcomes.extend(way.first().map(|edge| Offence::new(At::Here(edge.at), Offending::AskedAgain, &way)));
        }
    }
    offences.extend(of_outcomes);
    offences
}

/// What is filled in can fail for some callers, and so can rules of which none need hold: the fallback follows then.
fn fallback_fails(graph: &Graph, flow: &Flow) -> Option<Offence> {
    let can_fail = |place: &Place| match place {
        Place::Ivr(name) => flow.ivrs.get(name).and_then(|ivr| ivr.step.as_ref()).is_some_and(step_can_fail),
        Place::AuthWebhook | Place::End(_) => false,
    };
    let mut on: Away<'_> = BTreeMap::new();
    for edge in graph.edges.iter().filter(|edge| !edge.is_fallback) {
        on.entry(&edge.from).or_default().push(edge);
    }
    let way_from = |place: &'_ Place| match can_fail(place) {
        true => Some(Vec::new()),
        false => shortest(&on, place, can_fail),
    };
    let ways = graph.fallback.iter().filter_map(|place| Some((place, way_from(place)?)));
    let (place, way) = ways.min_by_key(|(_, way)| way.len())?;
    let words = if way.is_empty() { place.to_string() } else { in_words(&way) };
    let steps = way.into_iter().cloned().collect();
    let way = format!("the fallback → {words}");
    Some(Offence { at: At::Fallback, kind: Offending::FallbackFails, way, steps })
}

/// Whether a step can answer the fallback. A PIN question is left out: the fallback never leads to one.
fn step_can_fail(step: &Step) -> bool {
    match step {
        Step::Say(rules) => !rules.is_exhaustive() || rules.iter().any(|rule| rule.then.may_fail().is_some()),
        Step::Do(rules) => {
            // What a caller says may be no number.
            let may_fail = |text: &Template| text.may_fail().is_some() || text.chosen_by_caller().is_some();
            let fails = |action| Destination::templates(action).any(may_fail);
            !rules.is_exhaustive() || rules.iter().any(|rule| fails(&rule.then))
        }
        Step::VerifyPin(_) => false,
    }
}

fn login_to_itself(graph: &Graph) -> Vec<Offence> {
    let mut reported: BTreeSet<&IvrName> = BTreeSet::new();
    let mut offences: Vec<Offence> = Vec::new();
    for edge in graph.edges.iter().filter(|edge| edge.outcome == Some(Outcome::Verified) && edge.to == edge.from) {
        let Place::Ivr(ivr) = &edge.from else { continue };
        if reported.insert(ivr) {
            offences.push(Offence::new(At::Here(edge.at), Offending::LoginToItself, &[edge]));
        }
    }
    offences
}

/// The shortest way from a place to one that is wanted, at least one edge long.
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
