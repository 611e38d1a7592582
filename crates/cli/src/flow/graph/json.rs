//! The graph for programs.

use ringbolt_core::{
    flow::graph::{Edge, Graph, Place},
    identity::FlowName,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn document(name: &FlowName, graph: &Graph, offending: &[Edge]) -> Value {
    let ends: BTreeSet<&Place> = graph.edges.iter().map(|edge| &edge.to).filter(|place| is_end(place)).collect();
    let ivrs = graph.starts.iter().map(|place| {
        let asks_for_pin = matches!(place, Place::Ivr(id) if graph.asks_for_pin.contains(id));
        json!({ "place": place.to_string(), "end": false, "asks_for_pin": asks_for_pin })
    });
    let ends = ends.into_iter().map(|place| json!({ "place": place.to_string(), "end": true, "asks_for_pin": false }));
    let edges = graph.edges.iter().map(|edge| {
        json!({
            "from": edge.from.to_string(),
            "to": edge.to.to_string(),
            "outcome": edge.outcome,
            "when": edge.when,
            "unless_answered": edge.unless_answered,
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
