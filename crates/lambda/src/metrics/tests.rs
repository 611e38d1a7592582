use super::*;
use crate::{
    Failed,
    answer::{Noticed, Visited},
};

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
fn a_refused_signature_counts_apart_from_other_refusals() {
    for (status, counted) in [(401, "Refused"), (403, "BadSignatures"), (404, "Refused")] {
        let line = answered(&INVOCATION, "", &report(Outcome::Refused, false), status);
        assert_eq!(names(&line), ["Requests", "LatencyMs", counted], "{status}");
        assert!(NAMES.contains(&counted));
    }
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

/// Digests of one day.
fn failed_try(compared: bool) -> Option<Box<Noticed>> {
    use ringbolt_core::{
        identity::{CallerId, IdentifierForm, Realm, UserId},
        pin::{DayKey, Guess, PinKeys},
    };
    let keys = PinKeys::from_json(&format!(r#"{{"current":"{}"}}"#, "k".repeat(90))).unwrap();
    let day = DayKey::of(keys.current(), INVOCATION.at);
    let user = UserId::parse("90786", IdentifierForm::Text).unwrap();
    let caller = CallerId { realm: Realm::parse("bank").unwrap(), user };
    let guess = compared.then(|| day.guess(&Guess::keyed("4711").unwrap()));
    let failed_try = Some(crate::FailedTry { account: day.account(&caller), guess });
    Some(Box::new(Noticed { failed_try, ..Noticed::default() }))
}

#[test]
fn a_wrong_guess_is_counted_with_its_digest_whatever_was_answered() {
    for outcome in [Outcome::Wrong, Outcome::Unknown, Outcome::TooManyAttempts, Outcome::Fallback] {
        let report = Report { noticed: failed_try(true), ..report(outcome, false) };
        let line = answered(&INVOCATION, "demo", &report, 200);
        let counted = metrics(&line);
        assert_eq!(&counted[3..], [("WrongGuesses".to_owned(), 1.0), ("Verified".to_owned(), 0.0)], "{outcome}");
        assert!(names(&line).iter().all(|name| NAMES.contains(&name.as_str())), "{outcome}");
        for digest in ["guess", "account"] {
            assert_eq!(line[digest].as_str().map(str::len), Some(10), "{outcome}");
        }
        assert!(!line.to_string().contains("4711"));
    }
    let locked = Report { noticed: failed_try(false), ..report(Outcome::Locked, false) };
    let line = answered(&INVOCATION, "demo", &locked, 200);
    assert_eq!(names(&line), ["Requests", "LatencyMs", "Locked"], "its PIN was not compared");
    assert_eq!((line.get("guess"), line["account"].is_string()), (None, true));
}

#[test]
fn a_clock_that_is_off_is_counted() {
    let noticed = Noticed { clock_off_ms: Some(-90_000), ..Noticed::default() };
    let report = Report { noticed: Some(Box::new(noticed)), ..report(Outcome::Verified, false) };
    let line = answered(&INVOCATION, "demo", &report, 200);
    assert_eq!(names(&line), ["Requests", "LatencyMs", "Verified", "ClockOff"]);
    assert_eq!(line["clock_off_ms"], -90_000);
    assert!(NAMES.contains(&"ClockOff"));
}

#[test]
fn a_duress_pin_is_a_verified_one_that_is_told() {
    let noticed = Some(Box::new(Noticed { duress: true, ..Noticed::default() }));
    let line = answered(&INVOCATION, "demo", &Report { noticed, ..report(Outcome::Verified, false) }, 200);
    assert_eq!(names(&line), ["Requests", "LatencyMs", "Verified", "Duress"]);
    assert_eq!((&line["duress"], &line["outcome"]), (&json!(true), &json!("verified")));
    assert!(NAMES.contains(&"Duress"));
    assert_eq!(answered(&INVOCATION, "demo", &report(Outcome::Verified, false), 200).get("duress"), None);
}
