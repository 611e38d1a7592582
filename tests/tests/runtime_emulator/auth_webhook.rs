//! Tests the auth webhook under the emulator.

use crate::{
    cases::{self, Case, NO_TOKEN, status, text},
    emulator::Emulated,
    environment::{Environment, hasher},
};
use ringbolt_tests::{TestApp, TestDatabase, app::Function, caller};

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE: &str = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";
const LOCKED: &str = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22";
const DISCONNECT: &str = "";

const SINGLE: [Case; 17] = [
    text("right-pin", "verified", SUCCESS),
    text("second-pin", "verified", SUCCESS),
    text("banned", "banned", DISCONNECT),
    text("suspended", "suspended", LOCKED),
    text("unknown-user", "unknown", DISCONNECT),
    text("missing-user", "unknown", DISCONNECT),
    text("letters", "wrong", FAILURE),
    text("empty-input", "unanswered", FAILURE),
    text("not-json", "fallback", DISCONNECT),
    text("bad-base64", "fallback", DISCONNECT),
    text("nul-and-non-utf8", "fallback", DISCONNECT),
    text("illegal-host", "verified", SUCCESS),
    text("raw-characters-in-query", "verified", SUCCESS),
    text("unusual-content-type", "verified", SUCCESS),
    text("base64-body", "verified", SUCCESS),
    status(401, "no-token", "refused", NO_TOKEN),
    status(401, "bad-token", "refused", NO_TOKEN),
];

const LOCKOUT: [Case; 7] = [
    text("wrong-pin", "wrong", FAILURE),
    // The same guess in the same call, repeated at once, is a retry and is not counted.
    text("wrong-pin", "wrong", FAILURE),
    text("wrong-pin-2", "wrong", FAILURE),
    text("wrong-pin-3", "wrong", FAILURE),
    text("second-pin", "locked", LOCKED),
    text("base64-body", "locked", LOCKED),
    // Another caller is not affected; their own attempt in this call was counted before and is not counted again.
    text("right-pin", "verified", SUCCESS),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_auth_event_gets_its_answer_and_the_third_wrong_pin_locks() {
    cases::assert_complete(Function::Auth, SINGLE.iter().chain(&LOCKOUT));
    let database = TestDatabase::start().await;
    let app = enrolled(&database).await;
    let function = Emulated::start(Function::Auth, &Environment::on(&database, Function::Auth)).await;

    let mut outcomes = cases::send(&function, &SINGLE).await;
    outcomes.extend(cases::send(&function, &LOCKOUT).await);

    let ada = caller("602efa31-01d8-482d-8ff2-26910b026703");
    assert_eq!(app.app.webhook.store.caller(&ada).await.unwrap().unwrap().attempts, 3);
    let output = function.stop();
    assert_eq!(output.outcomes(), outcomes);
    let answered = output.logs.iter().filter(|log| log["message"] == "answered").enumerate();
    let repeats: Vec<usize> = answered.filter(|(_, log)| log["repeated"] == true).map(|(index, _)| index).collect();
    assert_eq!(repeats, [SINGLE.len() + 1, SINGLE.len() + 6]);
}

/// Enrols the demo callers, with PINs hashed like the functions do.
pub async fn enrolled(database: &TestDatabase) -> TestApp {
    let mut app = TestApp::demo(database).await;
    app.app.hasher = hasher();
    app.enrol_demo().await;
    app
}
