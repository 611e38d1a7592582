//! Where calls come.

use super::Subject;
use ringbolt_core::flow::graph::{Edge, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Every place that a call can come to; `None` if it isn't known where calls begin.
pub(super) fn reached(subject: &Subject<'_>) -> Option<BTreeSet<Place>> {
    let starts = subject.starts.as_ref()?;
    let mut away: BTreeMap<&Place, Vec<&Edge>> = BTreeMap::new();
    for edge in &subject.graph.edges {
        away.entry(&edge.from).or_default().push(edge);
    }
    let begins = starts.iter().map(|&name| Place::Ivr(name.clone()));
    let mut next: Vec<Place> =
        begins.chain([Place::AuthWebhook]).chain(subject.graph.fallback.iter().cloned()).collect();
    let mut reached = BTreeSet::new();
    while let Some(place) = next.pop() {
        if let Some(edges) = away.get(&place).filter(|_| !reached.contains(&place)) {
            next.extend(edges.iter().map(|edge| edge.to.clone()));
        }
        reached.insert(place);
    }
    Some(reached)
}
