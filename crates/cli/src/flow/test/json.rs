//! Results for programs.

use super::{
    results::{CallResult, FlowCoverage, FlowExplored, Results},
    suite::Suite,
};
use ringbolt_core::outcome::Outcome;
use schemars::JsonSchema;
use serde::Serialize;

/// How scripted calls went, what they reached, and what exploration found.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TestResults {
    /// How many scripted calls went as scripted.
    passed_calls: usize,
    /// How many did not.
    failed_calls: usize,
    /// What is wrong with flow files and files of scripted calls.
    mistakes: Vec<FileMistake>,
    /// The scripted calls.
    calls: Vec<ScriptedCall>,
    /// What the calls reached, by flow. Empty with `--filter`.
    coverage: Vec<Coverage>,
    /// What `--explore` found, by flow. Empty without it.
    exploration: Vec<Exploration>,
}

/// A mistake in a file.
#[derive(Serialize, JsonSchema)]
struct FileMistake {
    /// The file.
    file: String,
    /// The line, from 1; null if it is about the whole file.
    line: Option<usize>,
    /// The column in characters, from 1; null if it is about the whole file.
    column: Option<usize>,
    /// What is wrong.
    message: String,
    /// What to do; null if the message says it.
    help: Option<String>,
}

/// A scripted call that was played.
#[derive(Serialize, JsonSchema)]
struct ScriptedCall {
    /// The flow's name.
    flow: String,
    /// The file of scripted calls.
    file: String,
    /// The line where the call begins, from 1.
    line: usize,
    /// The call's name.
    call: String,
    /// Whether it went as scripted.
    passed: bool,
    /// Where it did not; null if it passed.
    failure: Option<CallFailure>,
    /// How long it took, in seconds.
    seconds: f64,
}

/// A step that did not go as scripted.
#[derive(Serialize, JsonSchema)]
struct CallFailure {
    /// The line of the step, from 1.
    line: usize,
    /// Its column in characters, from 1.
    column: usize,
    /// What the step expects.
    expected: String,
    /// What happened instead.
    heard: String,
    /// The call so far, a line each.
    transcript: Vec<String>,
}

/// Which rules and outcomes of a flow the calls reached.
#[derive(Serialize, JsonSchema)]
struct Coverage {
    /// The flow's name.
    flow: String,
    /// Its file.
    file: String,
    /// How much was reached, in percent of `rules`, rounded down.
    percent: usize,
    /// How many rules and outcomes were reached.
    reached_rules: usize,
    /// How many rules and outcomes there are.
    rules: usize,
    /// Those that were not reached.
    unreached: Vec<UnreachedRule>,
}

/// A rule that no call reached.
#[derive(Serialize, JsonSchema)]
struct UnreachedRule {
    /// Its id, such as `ivr:login/wrong/1`.
    rule: String,
    /// The IVR or webhook that it belongs to.
    place: String,
    /// The outcome of an attempt at a PIN that it belongs to; null outside `verify_pin`.
    outcome: Option<&'static str>,
    /// Its number, from 1; null for the fallback.
    number: Option<usize>,
    /// Its line in the flow, from 1.
    line: usize,
    /// Its condition; null without one.
    when: Option<String>,
}

/// What exploration found in a flow.
#[derive(Serialize, JsonSchema)]
struct Exploration {
    /// The flow's name.
    flow: String,
    /// Its file.
    file: String,
    /// How many calls were tried.
    calls: usize,
    /// How many different states they came to.
    states: usize,
    /// Whether everything was tried; false if a limit ended the search.
    complete: bool,
    /// What does not hold, each with a shortest call.
    findings: Vec<ExplorationFinding>,
}

/// Something that does not hold for every call.
#[derive(Serialize, JsonSchema)]
struct ExplorationFinding {
    /// What kind of thing, in one word.
    kind: &'static str,
    /// What happened.
    message: String,
    /// The id of the rule that answered last; null if none did.
    rule: Option<String>,
    /// The line of that rule, from 1; null if none answered.
    line: Option<usize>,
    /// A scripted call that shows it, in YAML.
    script: String,
}

pub(super) fn document(suite: &Suite, results: &Results, coverage: &[FlowCoverage]) -> TestResults {
    let mistakes = suite.mistaken().iter().flat_map(|file| {
        file.findings.iter().map(|finding| {
            let (line, column) = finding.place.unzip();
            let (message, help) = (finding.message.clone(), finding.help.clone());
            FileMistake { file: file.name.clone(), line, column, message, help }
        })
    });
    TestResults {
        passed_calls: results.calls.len() - results.failed(),
        failed_calls: results.failed(),
        mistakes: mistakes.collect(),
        calls: results.calls.iter().map(|one| call(suite, one)).collect(),
        coverage: coverage.iter().map(covered).collect(),
        exploration: results.explored(suite).iter().map(explored).collect(),
    }
}

fn call(suite: &Suite, call: &CallResult) -> ScriptedCall {
    let tested = &suite.flows[call.flow];
    let failure = call.played.failure.as_ref().map(|failure| CallFailure {
        line: failure.at.line,
        column: failure.at.column,
        expected: failure.expected.clone(),
        heard: failure.heard.clone(),
        transcript: failure.transcript.clone(),
    });
    ScriptedCall {
        flow: tested.flow.name.to_string(),
        file: tested.calls_file.display().to_string(),
        line: call.line,
        call: call.name.clone(),
        passed: failure.is_none(),
        failure,
        seconds: call.took.as_secs_f64(),
    }
}

fn covered(one: &FlowCoverage) -> Coverage {
    let unreached = one.coverage.unreached().into_iter().map(|rule| UnreachedRule {
        rule: rule.id.to_string(),
        place: rule.id.place.to_string(),
        outcome: rule.id.outcome.map(Outcome::word),
        number: rule.id.number,
        line: rule.line,
        when: rule.when.clone(),
    });
    Coverage {
        flow: one.flow.clone(),
        file: one.file.clone(),
        percent: one.coverage.percent(),
        reached_rules: one.coverage.count(),
        rules: one.coverage.total(),
        unreached: unreached.collect(),
    }
}

fn explored(explored: &FlowExplored<'_>) -> Exploration {
    let findings = explored.findings.iter().map(|finding| ExplorationFinding {
        kind: finding.kind.word(),
        message: finding.message.clone(),
        rule: finding.rule.clone(),
        line: finding.line,
        script: finding.script.clone(),
    });
    Exploration {
        flow: explored.flow.to_owned(),
        file: explored.file.to_owned(),
        calls: explored.calls,
        states: explored.states,
        complete: !explored.cut,
        findings: findings.collect(),
    }
}
