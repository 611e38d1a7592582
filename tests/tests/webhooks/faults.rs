//! The database dies in mid-call, and the caller hears a person at the support line.

use crate::webhooks::destination;
use ringbolt_core::caller::Status;
use ringbolt_dynamodb::{Store, client};
use ringbolt_tests::{Fault, NOBODY, TestApp, TestDatabase, Wire, app::demo_flow};
use std::time::{Duration, Instant};

/// The default deadline is one second, and a test machine may be busy. Without a deadline the SDK was still waiting for
/// each of the three after 40 seconds.
const IN_TIME: Duration = Duration::from_secs(60);

/// The three functions with the timeouts and the deadline that they have in Lambda.
async fn impatient(database: &TestDatabase, endpoint: &str) -> TestApp {
    let client =
        client::webhook_client(&client::local_config(endpoint, ringbolt_tests::ACCESS_KEY), Duration::from_secs(1));
    let mut app = TestApp::on(Store::new(client, database.tables.clone()), &demo_flow());
    app.app.webhook.deadline = Duration::from_secs(1);
    app
}

/// Right PINs, and a transcription: none may get what it asks for.
async fn assert_closed(app: &TestApp, what: &str) {
    let began = Instant::now();
    let auth = app.auth("c-1", "ada", "4711").await;
    assert_eq!((auth.status, auth.body.as_str(), auth.report.outcome.word()), (200, "", "fallback"), "{what}");
    let login = "ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&account=ada&pin=4711";
    let next = app.next(login).await;
    assert_eq!((destination(&next).as_str(), next.report.outcome.word()), ("8005550100", "fallback"), "{what}");
    let transcribed = app.transcribed("survo_id=12345&unique_id=r-1&question=1&text=hello").await;
    assert_eq!((transcribed.status, transcribed.report.outcome.word()), (503, "not_stored"), "{what}");
    // What needs no database is answered as ever.
    let fixed = app.next("ivr_id=40007&ivr_response_id=r-1").await;
    assert_eq!((destination(&fixed).as_str(), fixed.report.outcome.word()), ("8005550122", "answered"), "{what}");
    assert!(began.elapsed() < IN_TIME, "{what}: {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_database_does_nobody_is_let_through_and_everybody_is_answered() {
    let database = TestDatabase::start().await;
    TestApp::demo(&database).await.enrol("ada", &["4711"], Status::Active).await;
    let wire = Wire::to(&database.endpoint).await;
    let app = impatient(&database, &wire.endpoint).await;
    for fault in
        [Fault::Delay(Duration::from_secs(120)), Fault::Throttle, Fault::Nonsense, Fault::ServerError, Fault::Denied]
    {
        wire.set(fault);
        assert_closed(&app, &format!("{fault:?}")).await;
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_no_reason_to_hang() {
    let database = TestDatabase::start().await;
    assert_closed(&impatient(&database, NOBODY).await, "a closed port").await;
}

#[tokio::test]
async fn a_database_without_tables_is_no_reason_to_let_anybody_through() {
    let mut database = TestDatabase::start().await;
    database.tables.callers.push_str("-elsewhere");
    database.tables.calls.push_str("-elsewhere");
    database.tables.counters.push_str("-elsewhere");
    let endpoint = database.endpoint.clone();
    assert_closed(&impatient(&database, &endpoint).await, "no tables").await;
}
