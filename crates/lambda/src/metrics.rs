//! One line per invocation that serves as log and metrics: CloudWatch's embedded metric format ("Specification:
//! Embedded metric format"). Nothing is sent over the network, so no caller waits for a metric.

use crate::{answer::Report, enrolment::Response, flows::FlowVersion};
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use serde_json::{Map, Value, json};
use std::{io::Write as _, time::Duration};

/// The namespace of the metrics.
pub const NAMESPACE: &str = "Ringbolt";

/// The dimensions of every metric in AWS: the stack's name and the function's package name. Both together are one set,
/// because CloudWatch bills each metric once for each set.
pub const DIMENSIONS: [&str; 2] = ["Stack", "Function"];

/// All metrics, which alarms and dashboards may refer to.
pub const NAMES: [&str; 24] = [
    "BadSignatures",
    "ClockOff",
    "ColdStarts",
    "Duress",
    "Enrolled",
    "Fallbacks",
    "Kept",
    "LatencyMs",
    "Locked",
    "NotEnrolled",
    "NotStored",
    "Queued",
    "Refused",
    "Repeated",
    "Requests",
    "Suspended",
    "TooManyAttempts",
    "TurnedAway",
    "Unanswered",
    "Unknown",
    "Unrecorded",
    "Verified",
    "Wrong",
    "WrongGuesses",
];

/// One invocation of a function.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<'a> {
    /// The name of the stack. Without one, the metrics have no such dimension.
    pub stack: Option<&'a str>,
    /// The name of the function's package.
    pub function: &'a str,
    /// Lambda's request id.
    pub request_id: &'a str,
    /// Whether this is the instance's first invocation.
    pub cold: bool,
    /// When it ended.
    pub at: EpochMs,
    /// How long it took.
    pub elapsed: Duration,
}

/// The status of a request whose signature is refused. No function gives it for another reason.
const BAD_SIGNATURE: u16 = 403;

/// The line about an answered request. Every answer counts under its outcome, but a refused signature as `BadSignatures`;
/// `Repeated` also counts those that repeat an earlier attempt's answer, `Unrecorded` those whose call's record was not
/// stored in time, `WrongGuesses` those to a PIN that was compared and is wrong, whatever was answered, `Duress` those to a
/// duress PIN, and `ClockOff` those by an instance whose clock is off.
#[must_use]
pub fn answered(invocation: &Invocation<'_>, flow: &str, report: &Report, status: u16) -> Value {
    let mut metrics = Metrics::of(invocation);
    metrics.count("Requests", 1);
    metrics.add("LatencyMs", "Milliseconds", json!(millis(invocation.elapsed)));
    match report.outcome {
        // A kind of its own: a wrong key or URL makes all calls of a provider fail, and has another remedy.
        Outcome::Refused if status == BAD_SIGNATURE => metrics.count("BadSignatures", 1),
        outcome => outcome.metric().into_iter().for_each(|name| metrics.count(name, 1)),
    }
    if report.repeated || report.outcome == Outcome::Repeated {
        metrics.count("Repeated", 1);
    }
    if report.unrecorded {
        metrics.count("Unrecorded", 1);
    }
    let noticed = report.noticed();
    if noticed.failed_try.is_some_and(|failed| failed.guess.is_some()) {
        metrics.count("WrongGuesses", 1);
        // An alarm compares both. Metric math over a metric without data may have no value.
        metrics.count("Verified", 0);
    }
    if noticed.duress {
        metrics.count("Duress", 1);
    }
    if noticed.clock_off_ms.is_some() {
        metrics.count("ClockOff", 1);
    }
    let mut line = json!({
        "level": "INFO",
        "message": "answered",
        "flow": flow,
        "call": report.call,
        "outcome": report.outcome.word(),
        "repeated": report.repeated,
        "status": status,
    });
    for (name, value) in facts(report) {
        line[name] = value;
    }
    if let Some(version) = report.version {
        line["version"] = match version {
            FlowVersion::Published(number) => json!(number),
            FlowVersion::File => json!(version.to_string()),
        };
    }
    metrics.line(line)
}

/// What is known about the place in the flow, and why this was answered. Absent facts are omitted.
fn facts(report: &Report) -> impl Iterator<Item = (&'static str, Value)> {
    let (visited, noticed) = (report.visited.as_deref(), report.noticed());
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| json!(text));
    [
        ("session", text(visited.and_then(|visited| visited.session.as_deref()))),
        ("ivr", text(visited.and_then(|visited| visited.name.as_deref()))),
        ("ivr_id", text(visited.and_then(|visited| visited.id.as_deref()))),
        ("rule", report.rule().map(|rule| json!(rule.to_string()))),
        ("line", report.line().map(|line| json!(line))),
        ("why", report.why().map(|why| json!(why))),
        ("failed", text(report.failed.as_ref().map(|failed| failed.kind))),
        ("account", noticed.failed_try.map(|failed| json!(failed.account.to_string()))),
        ("guess", noticed.failed_try.and_then(|failed| failed.guess).map(|guess| json!(guess.to_string()))),
        ("duress", noticed.duress.then_some(Value::Bool(true))),
        ("clock_off_ms", noticed.clock_off_ms.map(|ms| json!(ms))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

/// The line about a batch from the queue: how many messages were stored and how many stay. They do not count as
/// requests.
#[must_use]
pub fn drained(invocation: &Invocation<'_>, kept: usize, failed: usize) -> Value {
    let mut metrics = Metrics::of(invocation);
    metrics.count("Kept", kept);
    let level = if failed == 0 { "INFO" } else { "WARN" };
    metrics.line(json!({ "level": level, "message": "drained", "kept": kept, "failed": failed }))
}

/// The line about a request to the enrolment function: how many callers were enrolled, how many were left as they are
/// (skipped, refused, or missing), and how many failed. A request that was refused as a whole has its reason.
#[must_use]
pub fn enrolled(invocation: &Invocation<'_>, response: &Response) -> Value {
    let tally = response.tally();
    let mut metrics = Metrics::of(invocation);
    metrics.count("Enrolled", tally.enrolled);
    if tally.failed > 0 {
        metrics.count("NotEnrolled", tally.failed);
    }
    let refused = match response {
        Response::Refused(refusal) => Some(refusal.to_string()),
        Response::Ready { .. } | Response::Outcomes(_) => None,
    };
    let level = if tally.failed == 0 && refused.is_none() { "INFO" } else { "WARN" };
    let mut line = json!({
        "level": level,
        "message": "enrolled",
        "enrolled": tally.enrolled,
        "not_written": tally.not_written,
        "failed": tally.failed,
    });
    if let Some(refused) = refused {
        line["refused"] = json!(refused);
    }
    metrics.line(line)
}

/// Writes a line to standard output, where Lambda collects it.
pub fn write(line: &Value) {
    let written = serde_json::to_vec(line).map_err(std::io::Error::from).and_then(|mut line| {
        line.push(b'\n');
        std::io::stdout().lock().write_all(&line)
    });
    if let Err(error) = written {
        tracing::error!(reason = %error, "a metrics line was lost");
    }
}

struct Metrics<'a> {
    invocation: &'a Invocation<'a>,
    named: Vec<Value>,
    values: Map<String, Value>,
}

impl<'a> Metrics<'a> {
    fn of(invocation: &'a Invocation<'a>) -> Self {
        let mut metrics = Self { invocation, named: Vec::new(), values: Map::new() };
        if invocation.cold {
            metrics.count("ColdStarts", 1);
        }
        metrics
    }

    fn count(&mut self, name: &str, count: usize) {
        self.add(name, "Count", json!(count));
    }

    fn add(&mut self, name: &str, unit: &str, value: Value) {
        self.named.push(json!({ "Name": name, "Unit": unit }));
        self.values.insert(name.to_owned(), value);
    }

    /// Adds the metrics to the log line.
    fn line(self, mut line: Value) -> Value {
        let Invocation { stack, function, request_id, at, elapsed, .. } = *self.invocation;
        let [of_stack, of_function] = DIMENSIONS;
        line["requestId"] = json!(request_id);
        line["elapsed_ms"] = json!(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        let mut dimensions = vec![of_function];
        if let Some(stack) = stack {
            dimensions.insert(0, of_stack);
            line[of_stack] = json!(stack);
        }
        line[of_function] = json!(function);
        for (name, value) in self.values {
            line[name] = value;
        }
        let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": self.named });
        line["_aws"] = json!({ "Timestamp": at.0, "CloudWatchMetrics": [directive] });
        line
    }
}

/// Milliseconds with three decimal places, since a verification takes only a few.
fn millis(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e3
}

#[cfg(test)]
mod tests;
