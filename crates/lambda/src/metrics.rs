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
pub const NAMES: [&str; 20] = [
    "ColdStarts",
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

/// The line about an answered request. Every answer counts under its outcome; `Repeated` also counts those that repeat
/// an earlier attempt's answer, and `Unrecorded` those whose call's record was not stored in time.
#[must_use]
pub fn answered(invocation: &Invocation<'_>, flow: &str, report: &Report, status: u16) -> Value {
    let mut metrics = Metrics::of(invocation);
    metrics.count("Requests", 1);
    metrics.add("LatencyMs", "Milliseconds", json!(millis(invocation.elapsed)));
    if let Some(name) = report.outcome.metric() {
        metrics.count(name, 1);
    }
    if report.repeated || report.outcome == Outcome::Repeated {
        metrics.count("Repeated", 1);
    }
    if report.unrecorded {
        metrics.count("Unrecorded", 1);
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
    let visited = report.visited.as_deref();
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(|text| json!(text));
    [
        ("session", text(visited.and_then(|visited| visited.session.as_deref()))),
        ("ivr", text(visited.and_then(|visited| visited.name.as_deref()))),
        ("ivr_id", text(visited.and_then(|visited| visited.id.as_deref()))),
        ("rule", report.rule().map(|rule| json!(rule.to_string()))),
        ("line", report.line().map(|line| json!(line))),
        ("why", report.why().map(|why| json!(why))),
        ("failed", text(report.failed.as_ref().map(|failed| failed.kind))),
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
    let line = format!("{line}\n");
    if let Err(error) = std::io::stdout().lock().write_all(line.as_bytes()) {
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
mod tests {
    use super::*;
    use crate::{Failed, answer::Visited};

    const INVOCATION: Invocation<'static> = Invocation {
        stack: Some("ringbolt"),
        function: "next-action",
        request_id: "85dc8f94-eb58-4356-b415-e4a90777a5a8",
        cold: false,
        at: EpochMs(1_795_262_400_000),
        elapsed: Duration::from_micros(12_345),
    };

    fn report(outcome: Outcome, repeated: bool) -> Report {
        Report { outcome, call: "c-1".to_owned(), repeated, ..Report::default() }
    }

    /// Asserts what the specification requires of every line; returns the metrics' names and values.
    fn metrics(line: &Value) -> Vec<(String, f64)> {
        assert!(line["_aws"]["Timestamp"].is_i64() || line["_aws"]["Timestamp"].is_u64());
        let [directive] = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().as_slice() else { panic!("{line}") };
        assert_eq!(directive["Namespace"], "Ringbolt");
        assert_eq!(directive["Dimensions"], json!([["Stack", "Function"]]));
        assert_eq!((&line["Stack"], &line["Function"]), (&json!("ringbolt"), &json!("next-action")));
        let named = directive["Metrics"].as_array().unwrap();
        assert!(!named.is_empty() && named.len() <= 100);
        named
            .iter()
            .map(|metric| {
                let name = metric["Name"].as_str().unwrap();
                let unit = if name == "LatencyMs" { "Milliseconds" } else { "Count" };
                assert_eq!(metric["Unit"], unit, "{name}");
                (name.to_owned(), line[name].as_f64().unwrap_or_else(|| panic!("{name} has no number: {line}")))
            })
            .collect()
    }

    fn names(line: &Value) -> Vec<String> {
        metrics(line).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn one_line_is_log_and_metrics() {
        let report = Report { version: Some(FlowVersion::Published(7)), ..report(Outcome::Verified, true) };
        let failed = Failed { kind: "deadline", text: "the deadline has passed".to_owned(), rule: None, line: None };
        let visited = Visited {
            name: Some("login".to_owned()),
            id: Some("12345".to_owned()),
            line: Some(44),
            session: Some("s-1".to_owned()),
        };
        let visited = Some(Box::new(visited));
        let report = Report { failed: Some(Box::new(failed)), visited, ..report };
        let line = answered(&Invocation { cold: true, ..INVOCATION }, "demo", &report, 200);
        let expected = json!({
            "_aws": {
                "Timestamp": 1_795_262_400_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Ringbolt",
                    "Dimensions": [["Stack", "Function"]],
                    "Metrics": [
                        { "Name": "ColdStarts", "Unit": "Count" },
                        { "Name": "Requests", "Unit": "Count" },
                        { "Name": "LatencyMs", "Unit": "Milliseconds" },
                        { "Name": "Verified", "Unit": "Count" },
                        { "Name": "Repeated", "Unit": "Count" },
                    ],
                }],
            },
            "Stack": "ringbolt", "Function": "next-action",
            "ColdStarts": 1, "Requests": 1, "LatencyMs": 12.345, "Verified": 1, "Repeated": 1,
            "level": "INFO", "message": "answered", "requestId": "85dc8f94-eb58-4356-b415-e4a90777a5a8",
            "flow": "demo", "version": 7, "call": "c-1", "why": "the deadline has passed (IVR login, line 44)",
            "failed": "deadline", "session": "s-1", "ivr": "login", "ivr_id": "12345", "line": 44, "outcome": "verified", "repeated": true, "status": 200, "elapsed_ms": 12,
        });
        assert_eq!(line, expected);
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn a_flow_from_a_file_has_no_number_and_a_refusal_no_version() {
        let of_file = Report { version: Some(FlowVersion::File), ..report(Outcome::Verified, false) };
        assert_eq!(answered(&INVOCATION, "demo", &of_file, 200)["version"], "file");
        assert_eq!(answered(&INVOCATION, "demo", &report(Outcome::Refused, false), 401).get("version"), None);
    }

    #[test]
    fn every_outcome_counts_under_its_metric() {
        for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Repeated) {
            let expected: Vec<&str> = ["Requests", "LatencyMs"].into_iter().chain(outcome.metric()).collect();
            let line = answered(&INVOCATION, "demo", &report(outcome, false), 200);
            assert_eq!(names(&line), expected, "{outcome}");
            assert!(names(&line).iter().all(|name| NAMES.contains(&name.as_str())), "{outcome}");
        }
        let unrecorded = Report { unrecorded: true, ..report(Outcome::Said, false) };
        assert_eq!(names(&answered(&INVOCATION, "demo", &unrecorded, 200)), ["Requests", "LatencyMs", "Unrecorded"]);
        assert!(NAMES.contains(&"Unrecorded"));
        let repeated = answered(&INVOCATION, "demo", &report(Outcome::Repeated, false), 204);
        assert_eq!(names(&repeated), ["Requests", "LatencyMs", "Kept", "Repeated"]);
    }

    #[test]
    fn enrolled_and_failed_callers_are_counted() {
        use crate::enrolment::{Fault, Outcome, Refusal};
        let outcomes = [Outcome::Done, Outcome::First, Outcome::Skipped, Outcome::Failed { fault: Fault::Throttled }];
        let line = enrolled(&INVOCATION, &Response::Outcomes(outcomes.into()));
        assert_eq!(metrics(&line), [("Enrolled".to_owned(), 2.0), ("NotEnrolled".to_owned(), 1.0)]);
        assert_eq!(
            (&line["message"], &line["not_written"], &line["level"]),
            (&json!("enrolled"), &json!(1), &json!("WARN"))
        );
        let refused = enrolled(&INVOCATION, &Response::Refused(Refusal::Unreadable { line: 1, column: 7 }));
        assert_eq!(refused["refused"], "it cannot read line 1, column 7 of the request");
        assert!(names(&line).iter().all(|name| NAMES.contains(&name.as_str())));
    }

    #[test]
    fn without_a_stack_the_function_is_the_only_dimension() {
        let line = answered(&Invocation { stack: None, ..INVOCATION }, "demo", &report(Outcome::Verified, false), 200);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["Function"]]));
        assert_eq!(line.get("Stack"), None);
    }

    #[test]
    fn a_drained_batch_does_not_count_as_a_request() {
        let line = drained(&INVOCATION, 3, 1);
        assert_eq!(metrics(&line), [("Kept".to_owned(), 3.0)]);
        assert_eq!((&line["message"], &line["failed"], &line["level"]), (&json!("drained"), &json!(1), &json!("WARN")));
        assert_eq!(names(&drained(&Invocation { cold: true, ..INVOCATION }, 0, 0)), ["ColdStarts", "Kept"]);
    }
}
