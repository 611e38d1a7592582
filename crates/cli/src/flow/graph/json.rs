//! The graph for programs.

use ringbolt_core::{
    flow::graph::{Edge, Graph, Place},
    identity::FlowName,
    outcome::Outcome,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// A call flow as a graph: where calls can be, and the steps between.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FlowGraph {
    /// The flow's name.
    flow: String,
    /// The IVRs and webhooks, then the ends.
    places: Vec<GraphPlace>,
    /// The steps, in the order of the file.
    edges: Vec<GraphEdge>,
}

/// A place of a call.
#[derive(Serialize, JsonSchema)]
struct GraphPlace {
    /// Its name, as edges have it.
    place: String,
    /// Whether the call leaves the flow here.
    end: bool,
    /// Whether calls can begin here.
    entry: bool,
    /// Whether it asks for a PIN.
    asks_for_pin: bool,
}

/// A step from one place to another.
#[derive(Serialize, JsonSchema)]
struct GraphEdge {
    /// The place that it leaves.
    from: String,
    /// The place that it leads to.
    to: String,
    /// The outcome of an attempt at a PIN that it belongs to; null outside `verify_pin`.
    outcome: Option<&'static str>,
    /// The number of the rule, from 1; null for the fallback.
    rule: Option<usize>,
    /// The rule's condition; null if it has none.
    when: Option<String>,
    /// Its line in the file, from 1.
    line: usize,
    /// Its column in characters, from 1.
    column: usize,
    /// Whether it is taken if nobody answers.
    unless_answered: bool,
    /// Whether a caller who keys nothing takes it.
    in_silence: bool,
    /// Whether only callers take it whose PIN was verified.
    verified: bool,
    /// Whether it belongs to the path that breaks a rule of `flow check`.
    offending: bool,
}

pub(super) fn document(name: &FlowName, graph: &Graph, offending: &[Edge]) -> FlowGraph {
    let ends: BTreeSet<&Place> = graph.edges.iter().map(|edge| &edge.to).filter(|place| is_end(place)).collect();
    let ivrs = graph.places.iter().map(|place| GraphPlace {
        place: place.to_string(),
        end: false,
        entry: graph.entries.contains(place),
        asks_for_pin: matches!(place, Place::Ivr(name) if graph.asks_for_pin.contains(name)),
    });
    let end = |place: &Place| GraphPlace { place: place.to_string(), end: true, entry: false, asks_for_pin: false };
    FlowGraph {
        flow: name.to_string(),
        places: ivrs.chain(ends.into_iter().map(end)).collect(),
        edges: graph.edges.iter().map(|one| edge(one, offending)).collect(),
    }
}

fn edge(edge: &Edge, offending: &[Edge]) -> GraphEdge {
    GraphEdge {
        from: edge.from.to_string(),
        to: edge.to.to_string(),
        outcome: edge.outcome.map(Outcome::word),
        rule: edge.rule,
        when: edge.when.clone(),
        line: edge.at.line,
        column: edge.at.column,
        unless_answered: edge.unless_answered,
        in_silence: edge.in_silence,
        verified: edge.verified,
        offending: offending.contains(edge),
    }
}

fn is_end(place: &Place) -> bool {
    matches!(place, Place::End(_))
}
