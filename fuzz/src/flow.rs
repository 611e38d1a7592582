//! Flow files.

use crate::input::Input;
use ringbolt_core::dialects::{DIALECTS, dialogtech, twiml, wix_answers};
use ringbolt_core::flow::graph::Graph;
use ringbolt_core::flow::{Checked, Flow, Mistake, Severity};

/// A file.
///
/// It loads, or each mistake has its place in the file; nothing in a flow that loads surprises whoever reads it.
pub fn flow(data: &[u8]) {
    let text = Input::new(data).rest_as_text();
    let Checked { flow, unproven, findings } = Flow::check(&text, Some("dev"));
    are_in_file(&findings, &text);
    let has_errors = findings.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(flow.is_none(), has_errors);
    assert!(unproven.is_none() || has_errors);
    let loaded = Flow::load_at(&text, Some("dev"));
    assert_eq!(loaded.is_ok(), flow.is_some());
    let Some(flow) = flow.or(unproven.map(|unproven| *unproven.flow)) else { return };
    let graph = Graph::of(&flow);
    assert!(graph.edges.iter().all(|edge| edge.at.line >= 1));
    for checked in [dialogtech::check(&flow), twiml::check(&flow), wix_answers::check(&flow)] {
        are_in_file(&checked, &text);
    }
    // What a provider plays there may still be missing: a TwiML provider needs more than a place where a call begins.
    let is_reached = flow.starts.is_some() || DIALECTS.iter().any(|dialect| dialect.is_answered_by(&flow));
    assert!(is_reached || has_errors, "a flow that nobody can reach loads");
    for template in flow.templates() {
        assert!(template.source().len() <= ringbolt_core::flow::Template::MAX_BYTES);
    }
}

/// # Panics
/// A mistake is outside the file, says nothing, or comes before one that is further up.
pub fn are_in_file(mistakes: &[Mistake], text: &str) {
    // In YAML 1.2, a line ends with CR LF, LF or CR. A file that ends with a line break ends on the line after it.
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split(['\n', '\r']).collect();
    let mut last = (1, 1);
    for mistake in mistakes {
        assert!(!mistake.message.is_empty());
        let place = (mistake.line, mistake.column);
        assert!(mistake.line >= 1 && mistake.line <= lines.len(), "{mistake} of {} lines", lines.len());
        let columns = lines[mistake.line - 1].chars().count() + 1;
        assert!(mistake.column >= 1 && mistake.column <= columns.max(1), "{mistake} of {columns} columns");
        assert!(place >= last, "{mistake} after {last:?}");
        last = place;
    }
}
