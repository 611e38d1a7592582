//! Round trips are what a caller waits for: they are counted on the wire.

use crate::webhooks::demo_flow_with;
use ringbolt_core::caller::Status;
use ringbolt_tests::{TestApp, TestDatabase, Wire, app::demo_flow};

struct Wired {
    app: TestApp,
    wire: Wire,
    _database: TestDatabase,
}

async fn wired(flow: &str) -> Wired {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let app = TestApp::through(&database, &wire.endpoint, flow).await;
    app.enrol("ada", &["4711"], Status::Active).await;
    app.enrol("eve", &["4711"], Status::Suspended).await;
    wire.take_operations();
    Wired { app, wire, _database: database }
}

/// What the auth webhook sends for every outcome.
async fn operations_by_outcome(wired: &Wired) -> Vec<(&'static str, bool, Vec<String>)> {
    let mut seen = Vec::new();
    for (call, user, pin) in [
        ("c1", "ada", "4711"),
        ("c2", "ada", "9999"),
        ("c2", "ada", "9999"),
        ("c3", "ada", "9998"),
        ("c4", "ada", "9997"),
        ("c5", "ada", "4711"),
        ("c6", "nobody", "4711"),
        ("c7", "eve", "4711"),
    ] {
        let report = wired.app.auth(call, user, pin).await.report;
        seen.push((report.outcome.word(), report.repeated, wired.wire.take_operations()));
    }
    seen
}

const OUTCOMES: [(&str, bool); 8] = [
    ("verified", false),
    ("wrong", false),
    ("wrong", true),
    ("wrong", false),
    ("wrong", false),
    ("locked", false),
    ("unknown", false),
    ("suspended", false),
];

#[tokio::test]
async fn the_auth_webhook_sends_exactly_one_request_whatever_comes_of_it() {
    let wired = wired(&demo_flow()).await;
    let expected = OUTCOMES.map(|(outcome, repeated)| (outcome, repeated, vec!["UpdateItem".to_owned()]));
    assert_eq!(operations_by_outcome(&wired).await, expected);
}

#[tokio::test]
async fn with_a_limit_on_calling_numbers_it_sends_two() {
    let flow =
        demo_flow_with("attempts_per_call: 3 }", "attempts_per_call: 3, per_ani: { attempts: 100, window: 1h } }");
    let wired = wired(&flow).await;
    let expected = OUTCOMES.map(|(outcome, repeated)| (outcome, repeated, vec!["UpdateItem".to_owned(); 2]));
    assert_eq!(operations_by_outcome(&wired).await, expected);
}

#[tokio::test]
async fn whoever_needs_no_attempt_costs_the_auth_webhook_none() {
    let wired = wired(&demo_flow()).await;
    for case in ["banned", "missing-user", "empty-input", "not-json", "bad-token"] {
        wired.app.send_file(ringbolt_tests::app::Function::Auth, case).await;
    }
    assert_eq!(wired.wire.take_operations(), Vec::<String>::new());
}

/// The answer's record comes after the answer is decided, and has a small part of the deadline.
#[tokio::test]
async fn the_next_action_webhook_counts_the_try_makes_the_attempt_and_then_records_the_answer() {
    let wired = wired(&demo_flow()).await;
    let login = |pin: &str, passed: &str| {
        format!("ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&account=ada&pin={pin}&ivr_pass_through={passed}")
    };
    let silent = wired.app.next(&login("NA", "")).await;
    wired.wire.take_operations();
    let verified = wired.app.next(&login("4711", &crate::webhooks::passed(&silent))).await;
    assert_eq!(verified.report.outcome.word(), "verified");
    assert_eq!(wired.wire.take_operations(), ["UpdateItem"; 4], "two are the record with its link to the session");
    let passed = crate::webhooks::passed(&verified);
    let said = format!("ivr_id=34567&ivr_session_id=s-1&ivr_response_id=r-2&ivr_pass_through={passed}");
    assert_eq!(wired.app.next(&said).await.body, "Your balance is 12.50.");
    // The caller and the call's counter are read, and then the record is written.
    assert_eq!(wired.wire.take_operations(), ["GetItem", "GetItem", "UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn a_flow_without_records_writes_none() {
    let wired = wired(&demo_flow_with("fallback:\n", "records: false\nfallback:\n")).await;
    let call = "ivr_session_id=s-1&ivr_response_id=r-1";
    let verified = wired.app.next(&format!("ivr_id=12345&{call}&account=ada&pin=4711")).await;
    assert_eq!((verified.report.outcome.word(), verified.report.unrecorded), ("verified", false));
    assert_eq!(wired.wire.take_operations(), ["UpdateItem"; 2], "the attempt and the call's counter");
    let passed = crate::webhooks::passed(&verified);
    let said = wired.app.next(&format!("ivr_id=34567&{call}&ivr_pass_through={passed}")).await;
    assert_eq!((&*said.body, said.report.unrecorded), ("Your balance is 12.50.", false));
    assert_eq!(wired.wire.take_operations(), ["GetItem"; 2]);
    assert_eq!(wired.app.app.webhook.store.call("r-1").await.unwrap(), []);
}

/// How many attempts are counted if somebody tries a PIN at twenty accounts in one call. `passed` is what each try passes back.
async fn counted_at_twenty_accounts(wired: &Wired, passed: &str) -> u32 {
    let users: Vec<String> = (0..20).map(|number| format!("9{number:04}")).collect();
    let mut counted = 0;
    for user in &users {
        wired.app.enrol(user, &["4711"], Status::Active).await;
        let guess = format!("account={user}&pin=9999&ivr_pass_through={passed}");
        wired.app.next(&format!("ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&{guess}")).await;
        let item = wired.app.app.webhook.store.caller(&ringbolt_tests::caller(user)).await.unwrap().unwrap();
        counted += item.attempts;
    }
    counted
}

/// Without a state nothing says how many tries a call has made. Somebody who throws it away reaches three accounts, however
/// many they name.
#[tokio::test]
async fn a_call_without_a_state_is_counted_before_anybodys_attempts_are() {
    assert_eq!(counted_at_twenty_accounts(&wired(&demo_flow()).await, "").await, 3);
}

/// A state that was kept from an earlier answer says too little. Whoever sends it again and again reaches three accounts, too.
#[tokio::test]
async fn a_call_whose_state_is_old_is_counted_before_anybodys_attempts_are() {
    let wired = wired(&demo_flow()).await;
    let first = wired.app.next("ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&account=ada&pin=9999").await;
    assert_eq!(counted_at_twenty_accounts(&wired, &crate::webhooks::passed(&first)).await, 2);
}

/// What is asked of the database for a failure, if the flow answers unknown accounts as wrong PINs.
#[tokio::test]
async fn a_failure_costs_the_same_requests_whether_or_not_somebody_has_the_account() {
    let wired = wired(&demo_flow()).await;
    for (call, user, pin, outcome) in [
        ("s-1", "ada", "9999", "wrong"),
        ("s-2", "nobody", "9999", "unknown"),
        ("s-3", "ada", "9998", "wrong"),
        ("s-4", "nobody", "9998", "unknown"),
        ("s-5", "ada", "9997", "too_many_attempts"),
        ("s-6", "nobody", "9997", "too_many_attempts"),
        ("s-7", "ada", "4711", "locked"),
        ("s-8", "nobody", "4711", "locked"),
        ("s-9", "eve", "4711", "suspended"),
    ] {
        let query = format!("ivr_id=12345&ivr_session_id={call}&account={user}&pin={pin}");
        let answer = wired.app.next(&query).await;
        assert_eq!(answer.report.outcome.word(), outcome, "{user}, {call}");
        // The call's counter, the attempt, and the failure under the account's name. Nothing is recorded without an id.
        assert_eq!(wired.wire.take_operations(), ["UpdateItem"; 3], "{user}, {call}");
    }
}
