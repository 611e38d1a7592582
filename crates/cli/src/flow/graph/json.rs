//! The graph for programs.

use ringbolt_core::{
    flow::graph::{Edge, Graph, Place},
    identity::FlowName,
    outcome::Outcome,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn document(name: &FlowName, graph: &Graph, offending: &[Edge]) -> Value {
    let ends: BTreeSet<&Place> = graph.edges.iter().map(|edge| &edge.to).filter(|place| is_end(place)).collect();
    let ivrs = graph.places.iter().map(|place| {
        let asks_for_pin = matches!(place, Place::Ivr(name) if graph.asks_for_pin.contains(name));
        let entry = graph.entries.contains(place);
        json!({ "place": place.to_string(), "end": false, "entry": entry, "asks_for_pin": asks_for_pin })
    });
    let ends = ends
        .into_iter()
        .map(|place| json!({ "place": place.to_string(), "end": true, "entry": false, "asks_for_pin": false }));
    let edges = graph.edges.iter().map(|edge| {
        json!({
            "from": edge.from.to_string(),
            "to": edge.to.to_string(),
            "outcome": edge.outcome.map(Outcome::word),
            "rule": edge.rule,
            "when": edge.when,
            "line": edge.at.line,
            "column": edge.at.column,
            "unless_answered": edge.unless_answered,
            "in_silence": edge.in_silence,
            "verified": edge.verified,
            "offending": offending.contains(edge),
        })
    });
    json!({
        "flow": name.as_str(),
        "places": ivrs.chain(ends).collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}

fn is_end(place: &Place) -> bool {
    matches!(place, Place::End(_))
}
