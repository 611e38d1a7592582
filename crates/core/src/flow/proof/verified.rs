//! Nobody unverified comes where the right PIN leads: not by another outcome, not by a FindMe that nobody answers, not
//! through other IVRs, not by the fallback, and not because calls begin there.
//!
//! What counts is the place, an IVR or a number: with other texts it is the same place.

use super::offence::{At, Offence, Offending, in_words};
use crate::flow::graph::{Edge, End, Graph, Place};
use crate::flow::{Flow, Position, Rules};
use crate::outcome::Outcome;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How somebody unverified comes to a place: from the fallback, from the beginning of a call or by an outcome, then by
/// these edges.
#[derive(Clone)]
struct Way<'g> {
    from: Origin,
    edges: Vec<&'g Edge>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Where a call begins.
    Entry,
    /// An outcome of a PIN question.
    Outcome,
    /// The fallback.
    Fallback,
}

pub(super) fn offences(graph: &Graph, flow: &Flow) -> Vec<Offence> {
    let mut offences = Vec::new();
    let ways = ways_of_the_unverified(graph);
    let questions = graph.asks_for_pin.iter().cloned().map(Place::Ivr).chain([Place::AuthWebhook]);
    for question in questions {
        let right: Vec<&Edge> = graph.from(&question).filter(|edge| edge.verified && edge.to != question).collect();
        let right: Vec<&Edge> = right.into_iter().filter(|edge| edge.to != Place::End(End::HangUp)).collect();
        offences.extend(of_question(&right, &ways, flow));
    }
    offences
}

/// What is wrong with one PIN question: at most one error, or one warning.
fn of_question(right: &[&Edge], ways: &BTreeMap<&Place, Way<'_>>, flow: &Flow) -> Option<Offence> {
    let reached: Vec<(&Edge, &Way<'_>)> = right
        .iter()
        .filter_map(|edge| Some((*edge, ways.get(&edge.to)?)))
        .filter(|(edge, way)| counts(edge, way))
        .collect();
    let (_, shortest) = reached.iter().min_by_key(|(_, way)| way.edges.len())?;
    let asks_who_calls = |edge: &Edge| match &edge.to {
        Place::Ivr(name) => {
            flow.ivrs.get(name).and_then(|ivr| ivr.step.as_ref()).is_some_and(|step| step.asks_who_calls())
        }
        _ => false,
    };
    // Where most callers with the right PIN come is no place for anybody else.
    let for_most = reached.iter().any(|(edge, _)| edge.when.is_none() || edge.when.as_deref() == Some("otherwise"));
    let all = reached.len() == right.len();
    let open = reached.iter().find(|(edge, _)| !asks_who_calls(edge));
    let kind = if (all || for_most) && open.is_some() { Offending::Unverified } else { Offending::PerhapsUnverified };
    let way = if kind == Offending::Unverified { open.map_or(*shortest, |(_, way)| *way) } else { shortest };
    let to = reached.iter().find(|(_, of)| std::ptr::eq(*of, way)).map_or(&reached.first()?.0.to, |(edge, _)| &edge.to);
    Some(way.offence(kind, to, flow))
}

/// Whether it matters that this place is shared: it does for an IVR. For numbers and mailboxes it does if the outcomes of
/// the question lead there directly, since support lines are shared on purpose.
fn counts(edge: &Edge, way: &Way<'_>) -> bool {
    match edge.to {
        Place::Ivr(_) | Place::End(End::PortalIvr(_)) => true,
        _ => way.edges.len() <= 1,
    }
}

/// The shortest way to every place to which somebody unverified can come.
fn ways_of_the_unverified(graph: &Graph) -> BTreeMap<&Place, Way<'_>> {
    let mut ways: BTreeMap<&Place, Way<'_>> = BTreeMap::new();
    let mut next: VecDeque<&Place> = VecDeque::new();
    let mut away: BTreeMap<&Place, Vec<&Edge>> = BTreeMap::new();
    let questions: BTreeSet<Place> =
        graph.asks_for_pin.iter().cloned().map(Place::Ivr).chain([Place::AuthWebhook]).collect();
    for edge in graph.edges.iter().filter(|edge| !edge.verified) {
        away.entry(&edge.from).or_default().push(edge);
    }
    let mut begin = |place, way, next: &mut VecDeque<_>| {
        if let std::collections::btree_map::Entry::Vacant(free) = ways.entry(place) {
            free.insert(way);
            next.push_back(place);
        }
    };
    for place in &graph.fallback {
        begin(place, Way { from: Origin::Fallback, edges: Vec::new() }, &mut next);
    }
    for place in graph.entries.iter().filter(|place| !questions.contains(place)) {
        begin(place, Way { from: Origin::Entry, edges: Vec::new() }, &mut next);
    }
    let outcomes = graph.edges.iter().filter(|edge| edge.outcome.is_some() && !edge.verified);
    for edge in outcomes.filter(|edge| edge.outcome != Some(Outcome::Verified) || edge.to != Place::End(End::HangUp)) {
        begin(&edge.to, Way { from: Origin::Outcome, edges: vec![edge] }, &mut next);
    }
    while let Some(place) = next.pop_front() {
        let Some(way) = ways.get(place).cloned() else { continue };
        for edge in away.get(place).into_iter().flatten() {
            if !ways.contains_key(&edge.to) {
                let edges = way.edges.iter().copied().chain([*edge]).collect();
                ways.insert(&edge.to, Way { from: way.from, edges });
                next.push_back(&edge.to);
            }
        }
    }
    ways
}

impl Way<'_> {
    /// `to` is where it leads, for a way without a step.
    fn offence(&self, kind: Offending, to: &Place, flow: &Flow) -> Offence {
        let at = match (self.from, self.edges.first()) {
            (Origin::Fallback, _) if matches!(to, Place::End(End::WixIvr(_))) => At::WixFallback,
            (Origin::Fallback, _) => At::Fallback,
            (_, Some(edge)) => At::Here(edge.at),
            (_, None) => At::Here(start(to, flow)),
        };
        let mut offence = Offence::new(at, kind, &self.edges);
        let way = if self.edges.is_empty() { to.to_string() } else { in_words(&self.edges) };
        offence.way = match self.from {
            Origin::Entry => format!("a call begins → {way}"),
            Origin::Fallback => format!("the fallback → {way}"),
            Origin::Outcome => way,
        };
        offence
    }
}

/// Where the file says that calls begin at a place: in `starts`, or at the IVR itself.
fn start(place: &Place, flow: &Flow) -> Position {
    let Place::Ivr(name) = place else { return Position::default() };
    let rule = flow.starts.iter().flat_map(Rules::iter).find(|rule| rule.then == *name);
    rule.map(|rule| rule.at).or_else(|| flow.ivrs.get(name).map(|ivr| ivr.at)).unwrap_or_default()
}
