//! Whole webhooks, and the enrolment function: events through the real functions, onto a real DynamoDB.

mod auth;
mod enrolment;
mod faults;
mod hostile;
mod login;
mod next_action;
mod one_request;
mod parallel;
mod published;
mod records;
mod transcription;
mod twiml;
mod twiml_refused;

use ringbolt_core::caller::Status;
use ringbolt_lambda::Answer;
use ringbolt_tests::{TestApp, TestDatabase};

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE: &str = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";
const LOCKED: &str = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22";

/// The demo with its callers; the database lives as long as it.
async fn demo() -> (TestApp, TestDatabase) {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    app.enrol_demo().await;
    (app, database)
}

/// A flow with one caller, `ada`, PIN 4711.
async fn with_ada(flow: &str) -> (TestApp, TestDatabase) {
    let database = TestDatabase::start().await;
    let app = TestApp::with_flow(&database, flow).await;
    app.enrol("ada", &["4711"], Status::Active).await;
    (app, database)
}

/// The demo flow with something else in the place of a line.
fn demo_flow_with(line: &str, other: &str) -> String {
    let flow = ringbolt_tests::app::demo_flow();
    assert!(flow.contains(line), "{line}");
    flow.replace(line, other)
}

/// What `<destination>` of a transfer says.
fn destination(answer: &Answer) -> String {
    element(answer, "destination").unwrap_or_else(|| panic!("{answer:?}"))
}

/// The text of the first element of this name.
fn element(answer: &Answer, name: &str) -> Option<String> {
    assert_eq!((answer.status, answer.content_type), (200, "text/xml; charset=utf-8"), "{answer:?}");
    let document = roxmltree::Document::parse(&answer.body).unwrap();
    let found = document.descendants().find(|node| node.has_tag_name(name))?;
    Some(found.text().unwrap_or_default().to_owned())
}

/// The pass-through data of an answer, as a value of a query string.
fn passed(answer: &Answer) -> String {
    let passed = element(answer, "p_t").unwrap_or_default();
    passed.replace('%', "%25").replace('|', "%7C")
}
