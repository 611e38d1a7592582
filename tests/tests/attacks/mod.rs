//! An attacker's suite, one test for each attack: what the attacker gets, and what the log tells the operators.

mod clocks;
mod doors;
mod duress;
mod spray;

use ringbolt_core::caller::Status;
use ringbolt_lambda::{
    Answer,
    metrics::{self, Invocation},
};
use ringbolt_tests::{TestApp, TestDatabase, app::Function, figures};
use serde_json::Value;
use std::time::Duration;

/// The demo flow with as many callers, whose accounts are 90000, 90001 and so on, all with the PIN 4711.
async fn callers(count: usize) -> (TestApp, TestDatabase) {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    for account in accounts(count) {
        app.enrol(&account, &["4711"], Status::Active).await;
    }
    (app, database)
}

fn accounts(count: usize) -> impl Iterator<Item = String> {
    (90_000..90_000 + count).map(|account| account.to_string())
}

/// Keys a PIN for an account in a DialogTech call of its own.
async fn login(app: &TestApp, call: &str, account: &str, pin: &str) -> Answer {
    let query = format!("ivr_id=12345&ivr_session_id={call}&ivr_response_id={call}&account={account}&pin={pin}");
    app.next(&query).await
}

/// The line that the function logs about an answer.
fn line(app: &TestApp, function: Function, answer: &Answer) -> Value {
    let invocation = Invocation {
        stack: Some("ringbolt"),
        function: function.name(),
        request_id: "85dc8f94-eb58-4356-b415-e4a90777a5a8",
        cold: false,
        at: app.clock.now(),
        elapsed: Duration::from_millis(131),
    };
    metrics::answered(&invocation, "demo", &answer.report, answer.status)
}

/// A text of a line; empty without it.
fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap_or_default().to_owned()
}

#[test]
fn the_number_of_attacks_is_noted() {
    let sources =
        [include_str!("clocks.rs"), include_str!("doors.rs"), include_str!("duress.rs"), include_str!("spray.rs")];
    let rows: usize = sources.iter().map(|source| source.matches("\n#[tokio::test").count()).sum();
    assert!(rows >= 24, "{rows}");
    figures::note("abuse", "attacks played", rows);
}
