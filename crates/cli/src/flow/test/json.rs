//! Results for programs.

use super::{
    results::{CallResult, FlowCoverage, Results},
    suite::Suite,
};
use serde_json::{Value, json};

pub(super) fn document(suite: &Suite, results: &Results, coverage: &[FlowCoverage]) -> Value {
    let mistaken = suite.mistaken().iter().flat_map(|file| {
        file.findings.iter().map(|finding| {
            let (line, column) = finding.place.unzip();
            json!({ "file": file.name, "line": line, "column": column, "message": finding.message, "help": finding.help })
        })
    });
    let explored = results.explored(suite).into_iter().map(|explored| {
        let findings = explored.findings.iter().map(|finding| {
            json!({
                "kind": finding.kind.word(),
                "message": finding.message,
                "rule": finding.rule,
                "line": finding.line,
                "script": finding.script,
            })
        });
        json!({
            "flow": explored.flow,
            "file": explored.file,
            "calls": explored.calls,
            "states": explored.states,
            "complete": !explored.cut,
            "findings": findings.collect::<Vec<_>>(),
        })
    });
    json!({
        "passed": results.calls.len() - results.failed(),
        "failed": results.failed(),
        "mistakes": mistaken.collect::<Vec<_>>(),
        "calls": results.calls.iter().map(|one| call(suite, one)).collect::<Vec<_>>(),
        "coverage": coverage.iter().map(covered).collect::<Vec<_>>(),
        "exploration": explored.collect::<Vec<_>>(),
    })
}

fn call(suite: &Suite, call: &CallResult) -> Value {
    let tested = &suite.flows[call.flow];
    let failure = call.played.failure.as_ref().map(|failure| {
        json!({
            "line": failure.at.line,
            "column": failure.at.column,
            "expected": failure.expected,
            "heard": failure.heard,
            "transcript": failure.transcript,
        })
    });
    json!({
        "flow": tested.flow.name.as_str(),
        "file": tested.calls_file.display().to_string(),
        "line": call.line,
        "call": call.name,
        "passed": failure.is_none(),
        "failure": failure,
        "seconds": call.took.as_secs_f64(),
    })
}

fn covered(one: &FlowCoverage) -> Value {
    let unreached = one.coverage.unreached().into_iter().map(|rule| {
        json!({
            "rule": rule.id.to_string(),
            "place": rule.id.place.to_string(),
            "outcome": rule.id.outcome.map(|outcome| outcome.word()),
            "number": rule.id.number,
            "line": rule.line,
            "when": rule.when,
        })
    });
    json!({
        "flow": one.flow,
        "file": one.file,
        "percent": one.coverage.percent(),
        "reached": one.coverage.count(),
        "total": one.coverage.total(),
        "unreached": unreached.collect::<Vec<_>>(),
    })
}
