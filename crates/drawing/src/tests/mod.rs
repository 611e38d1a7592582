//! Drawings of the flows in `flows/` and of random graphs keep what the crate promises.

mod geometry;
mod random;
mod svg;

use crate::{Sheet, Subject};
use ringbolt_core::{
    flow::{Flow, graph::Graph},
    identity::FlowName,
};
use std::path::Path;

/// Every flow in `flows/`, by its file's name.
fn examples() -> Vec<(String, Flow)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../flows");
    let mut flows: Vec<(String, Flow)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .filter(|path| !path.to_string_lossy().ends_with(".calls.yaml"))
        .map(|path| (path.display().to_string(), Flow::load(&std::fs::read_to_string(&path).unwrap()).unwrap()))
        .collect();
    flows.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(flows.len() > 8);
    flows
}

fn sheet_of(graph: &Graph) -> Sheet {
    let name = FlowName::parse("random").unwrap();
    Sheet::new(&Subject { name: &name, graph, starts: None, offending: &[] })
}
