//! The flow files as they are on disk, mistakes included.

use super::Phone;
use crate::flows::DEMO;
use ringbolt_core::flow::{Flow, Mistake, Severity};
use serde_json::{Value, json};
use std::{fs, path::PathBuf, sync::Arc};

/// A flow's file.
pub(super) struct FlowFile {
    /// `None` for the built-in demo flow.
    pub(super) path: Option<PathBuf>,
    pub(super) text: String,
}

/// The file of a flow; `None` if it can't be read.
pub(super) fn of(phone: &Phone, flow: &str) -> Option<FlowFile> {
    match phone.gateway.flows.file_of(flow) {
        Some(path) => fs::read_to_string(&path).ok().map(|text| FlowFile { path: Some(path), text }),
        None => Some(FlowFile { path: None, text: DEMO.to_owned() }),
    }
}

/// The name of a flow's file without its folder.
pub(super) fn name_of(phone: &Phone, flow: &str) -> String {
    let path = phone.gateway.flows.file_of(flow);
    let name = path.as_ref().and_then(|path| path.file_name());
    name.map_or_else(|| "demo.yaml".to_owned(), |name| name.to_string_lossy().into_owned())
}

impl FlowFile {
    pub(super) fn findings(&self, phone: &Phone) -> Vec<Mistake> {
        Flow::check(&self.text, phone.gateway.flows.stage()).findings
    }

    /// How many errors the file has: while there are any, the flow before the change stays live.
    pub(super) fn errors(&self, phone: &Phone) -> usize {
        self.findings(phone).iter().filter(|found| found.severity == Severity::Error).count()
    }
}

/// A flow for the page: its file, what is wrong with it, and the drawing of the flow that is live.
pub(super) fn document(phone: &Phone, flow: &Arc<Flow>) -> Option<Value> {
    let file = of(phone, flow.name.as_str())?;
    let finding = |found: &Mistake| {
        let severity = if found.severity == Severity::Error { "error" } else { "warning" };
        let help = found.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        json!({
            "severity": severity,
            "line": found.line,
            "column": found.column,
            "message": format!("{}{help}", found.message),
        })
    };
    Some(json!({
        "name": flow.name.as_str(),
        "file": file.path.as_ref().map(|path| path.display().to_string()),
        "text": file.text,
        "findings": file.findings(phone).iter().map(finding).collect::<Vec<_>>(),
        "svg": super::view::drawing(flow),
    }))
}
