//! Results for people.

use super::{
    results::{CallResult, FlowCoverage, Results},
    suite::Suite,
};
use crate::flow::render::counted;
use crate::output::{Output, Tone, harmless};
use ringbolt_core::{flow::graph::Place, text};
use ringbolt_simulator::coverage::Rule;

/// A line for a call; for one that failed also what was expected and heard, and the call so far.
pub(super) fn call(out: Output, suite: &Suite, call: &CallResult) {
    let tested = &suite.flows[call.flow];
    let name = harmless(&call.name);
    let Some(failure) = &call.played.failure else {
        return out.say(&format!("{}      {}: {name}", out.paint(Tone::Good, "ok"), tested.flow.name));
    };
    out.say(&format!("{}  {}: {name}", out.paint(Tone::Bad, "FAILED"), tested.flow.name));
    let file = harmless(&tested.calls_file.display().to_string());
    out.say(&format!("        at {file}:{}:{}", failure.at.line, failure.at.column));
    out.say(&format!("        expected: {}", harmless(&failure.expected)));
    out.say(&format!("        heard:    {}", harmless(&failure.heard)));
    for line in &failure.transcript {
        out.say(&out.paint(Tone::Faint, &format!("          {}", harmless(line))));
    }
}

/// What was reached in each flow, and what wasn't.
pub(super) fn coverage(out: Output, coverage: &[FlowCoverage], gate: Option<usize>) {
    for FlowCoverage { flow, file, coverage } in coverage {
        let percent = coverage.percent();
        let tone = match gate {
            Some(gate) if percent < gate => Tone::Bad,
            _ if percent == 100 => Tone::Good,
            _ => Tone::Warning,
        };
        let (count, total) = (coverage.count(), coverage.total());
        let percent_shown = out.paint(tone, &format!("{percent} %"));
        out.say(&format!("{flow}: {percent_shown}, {count} of {total} rules and outcomes were reached"));
        for rule in coverage.unreached() {
            out.say(&format!("        {}:{}: {}", harmless(file), rule.line, harmless(&unreached(rule))));
        }
        if let Some(gate) = gate.filter(|gate| percent < *gate) {
            out.say(&out.paint(Tone::Bad, &format!("        at least {gate} % are required")));
        }
    }
}

/// `login, wrong, rule 1 (answers.choice == "1")`.
pub(super) fn unreached(rule: &Rule) -> String {
    let mut text = match &rule.id.place {
        Place::AuthWebhook => "wix_answers".to_owned(),
        place => place.to_string(),
    };
    if let Some(outcome) = rule.id.outcome {
        text.push_str(&format!(", {outcome}"));
    }
    match rule.id.number {
        Some(number) => text.push_str(&format!(", rule {number}")),
        None => text.push_str(", the fallback"),
    }
    if let Some(when) = &rule.when {
        text.push_str(&format!(" ({when})"));
    }
    text
}

/// What exploration has found, each with the shortest call that shows it.
pub(super) fn exploration(out: Output, suite: &Suite, results: &Results) {
    for explored in results.explored(suite) {
        for finding in &explored.findings {
            let place = finding.line.map_or_else(String::new, |line| format!(":{line}"));
            out.say(&format!("{}   {}: {}", out.paint(Tone::Bad, "FOUND"), explored.flow, finding.kind));
            out.say(&format!("        at {}{place}", harmless(explored.file)));
            out.say(&format!("        {}", harmless(&finding.message)));
            if let Some(rule) = &finding.rule {
                out.say(&format!("        by {}", harmless(rule)));
            }
            out.say("        the shortest call, for a file of scripted calls:");
            for line in finding.script.lines() {
                out.say(&out.paint(Tone::Faint, &format!("        {}", harmless(line))));
            }
        }
        let found = counted(explored.findings.len(), "finding").unwrap_or_else(|| "nothing found".to_owned());
        let calls = text::counted(explored.calls, "explored call");
        let states = text::counted(explored.states, "state");
        out.say(&format!("{}: {found} in {calls} and {states}", explored.flow));
        if explored.cut {
            let limit = "        the limit was met, so there is more: raise --depth or --most-calls";
            out.say(&out.paint(Tone::Warning, limit));
        }
    }
}

/// The last line.
pub(super) fn counts(out: Output, suite: &Suite, results: &Results) {
    let failed = results.failed();
    let passed = results.calls.len() - failed;
    let flows = counted(suite.flows.len(), "flow").unwrap_or_else(|| "no flow".to_owned());
    out.say(&format!("{passed} passed, {failed} failed ({flows})"));
}
