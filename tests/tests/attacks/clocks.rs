//! An instance whose clock is off: it is reported, and decides nothing.

use crate::attacks::{callers, line};
use ringbolt_lambda::Answer;
use ringbolt_tests::{
    TestApp,
    app::{
        Function::{self, Auth, NextAction, Transcription, Voice},
        NOON, PUBLIC_URL, auth_event, get_event,
    },
    twiml,
};
use serde_json::Value;
use std::time::Duration;

const MINUTE_MS: i64 = 60_000;

/// Sends an event that API Gateway received at a time by its clock.
async fn sent_at(app: &TestApp, function: Function, mut event: Value, at_ms: i64) -> Answer {
    event["requestContext"]["timeEpoch"] = at_ms.into();
    app.send(function, &event).await
}

/// A request to each function.
fn requests() -> [(Function, Value); 4] {
    let voice = twiml::signed_event(&format!("{PUBLIC_URL}/twiml/demo/voice"), "CallSid=CA1&From=%2B12125550142");
    [
        (Auth, auth_event("c-1", "90000", "4711")),
        (NextAction, get_event(NextAction, "ivr_id=12345&ivr_session_id=s-1&account=90000&pin=4711")),
        (Transcription, get_event(Transcription, "survo_id=1&unique_id=r-1&question=1&text=hello")),
        (Voice, voice),
    ]
}

#[tokio::test]
async fn a_clock_ten_minutes_ahead_or_behind_is_counted_in_each_function_and_changes_no_answer() {
    for (function, event) in requests() {
        for off_ms in [0, 10 * MINUTE_MS, -10 * MINUTE_MS] {
            let (app, _database) = callers(1).await;
            let right = app.send(function, &event).await;
            let (other, _other_database) = callers(1).await;
            let answer = sent_at(&other, function, event.clone(), NOON.0 - off_ms).await;
            let line = line(&other, function, &answer);
            assert_eq!((answer.status, answer.report.outcome), (right.status, right.report.outcome), "{function:?}");
            assert_eq!(line["ClockOff"].as_u64(), (off_ms != 0).then_some(1), "{function:?} {off_ms}");
            let told = line["clock_off_ms"].as_i64().unwrap_or_default();
            // The request itself takes a part of it.
            assert!((told - off_ms).abs() < MINUTE_MS / 2, "{function:?} {off_ms}: {told}");
        }
    }
}

/// What it costs: the lock of the account ends early for this instance, by as much as its clock is ahead.
#[tokio::test]
async fn a_clock_that_ends_a_lock_early_says_so_in_the_same_line() {
    let (app, _database) = callers(1).await;
    for pin in ["1593", "1594", "1595"] {
        app.auth(&format!("c-{pin}"), "90000", pin).await;
    }
    app.clock.pass(Duration::from_secs(31 * 60));
    let answer = sent_at(&app, Auth, auth_event("c-1", "90000", "4711"), NOON.0).await;
    let line = line(&app, Auth, &answer);
    assert_eq!((answer.report.outcome.word(), &line["ClockOff"]), ("verified", &1.into()));
}

#[tokio::test]
async fn an_event_without_a_time_or_with_the_time_0_says_nothing_about_the_clock() {
    let (app, _database) = callers(1).await;
    let without = app.send(Auth, &auth_event("c-1", "90000", "4711")).await;
    let zero = sent_at(&app, Auth, auth_event("c-2", "90000", "4711"), 0).await;
    for answer in [without, zero] {
        assert_eq!((answer.report.outcome.word(), answer.report.noticed().clock_off_ms), ("verified", None));
    }
}

#[tokio::test]
async fn a_refused_request_tells_about_the_clock_too() {
    let (app, _database) = callers(1).await;
    let mut event = auth_event("c-1", "90000", "4711");
    event["rawQueryString"] = "".into();
    event["headers"] = serde_json::json!({});
    let answer = sent_at(&app, Auth, event, NOON.0 - 5 * MINUTE_MS).await;
    assert_eq!((answer.status, &line(&app, Auth, &answer)["ClockOff"]), (401, &1.into()));
}
