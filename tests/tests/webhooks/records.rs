//! What is kept of a call.

use crate::webhooks::demo;
use ringbolt_dynamodb::Store;
use ringbolt_tests::{Fault, TestApp, TestDatabase, Wire, app::demo_flow, caller, database::patient_client};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

async fn visits(app: &TestApp, response: &str) -> Vec<Value> {
    let call = app.app.webhook.store.call(response).await.unwrap();
    let visits = call.into_iter().filter(|item| item["sk"].as_str().unwrap().starts_with("visit#"));
    visits.map(|item| Value::Object(item.into_iter().collect::<Map<_, _>>())).collect()
}

async fn visit(app: &TestApp, response: &str) -> Value {
    let [visit] = visits(app, response).await.try_into().unwrap();
    visit
}

#[tokio::test]
async fn a_pin_is_never_kept_whatever_its_name_and_an_unknown_ivr_keeps_no_answers() {
    let (app, _database) = demo().await;
    app.next("ivr_id=12345&ivr_response_id=r-1&ivr_session_id=s&account=90786&pin=4711&pin=4712&qos=5").await;
    let told = visit(&app, "r-1").await["told"].clone();
    assert_eq!(told["answers"]["pin"], serde_json::json!(["[redacted]", "[redacted]"]));
    assert_eq!((&told["answers"]["qos"], &told["answers"]["account"]), (&"[redacted]".into(), &"90786".into()));
    // A survey that hands on the PIN under the login's name.
    app.next("ivr_id=23456&ivr_response_id=r-2&ivr_session_id=s&qos=5&pin=4711").await;
    let survey = visit(&app, "r-2").await;
    assert_eq!(survey["told"]["answers"]["pin"], "[redacted]");
    assert!(survey["answered"].as_str().unwrap().starts_with("<action><app>findme</app>"));
    app.next("ivr_id=99999&ivr_response_id=r-3&ivr_session_id=s&secret=4711").await;
    assert_eq!(visit(&app, "r-3").await["told"]["answers"]["secret"], "[redacted]");
}

/// A digest of the PIN without Argon2id would let PINs be tried quickly, with the key and the table.
#[tokio::test]
async fn a_records_key_does_not_depend_on_the_pin() {
    let mut keys = Vec::new();
    for pin in ["4711", "4712"] {
        let (app, _database) = demo().await;
        app.next(&format!("ivr_id=12345&ivr_response_id=r-1&ivr_session_id=s&account=90786&pin={pin}")).await;
        keys.push(visit(&app, "r-1").await["sk"].clone());
    }
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn unknown_fields_and_source_data_are_kept_and_the_token_is_not() {
    let (app, _database) = demo().await;
    app.next("ivr_id=40006&ivr_response_id=r-1&st_campaign=spring&st_new=x&ivr_new=y&branch=north").await;
    let told = visit(&app, "r-1").await["told"].clone();
    assert_eq!((&told["source"]["st_campaign"], &told["source"]["st_new"]), (&"spring".into(), &"x".into()));
    assert_eq!((&told["call"]["ivr_new"], &told["answers"]["branch"]), (&"y".into(), &"north".into()));
    assert!(!told.to_string().contains("dev-token"));
}

#[tokio::test]
async fn a_record_says_what_was_answered_by_which_rule_and_why_the_fallback() {
    let (app, _database) = demo().await;
    let login = "ivr_id=12345&ivr_session_id=s-1&account=90786";
    for (response, query, outcome, rule) in [
        ("r-1", format!("{login}&pin=4711"), "verified", "ivr:login/verified/1"),
        ("r-2", format!("{login}&pin=4712"), "wrong", "ivr:login/wrong/1"),
        ("r-3", format!("{login}&pin=NA"), "unanswered", "ivr:login/unanswered/1"),
        ("r-4", "ivr_id=40006".to_owned(), "answered", "ivr:spec-hangup/-/1"),
    ] {
        let answer = app.next(&format!("{query}&ivr_response_id={response}")).await;
        let kept = visit(&app, response).await;
        assert!(!answer.report.unrecorded);
        assert_eq!((&kept["answered"], &kept["outcome"]), (&answer.body.into(), &outcome.into()), "{response}");
        assert_eq!(kept["rule"], rule, "{response}");
        assert_eq!(kept["why"].as_str(), answer.report.reason.map(|reason| reason.to_string()).as_deref());
        assert!(kept["line"].is_u64() && kept["version"] == "file", "{kept}");
    }
    app.next("ivr_id=99999&ivr_response_id=r-5&ivr_session_id=s-1").await;
    let kept = visit(&app, "r-5").await;
    assert_eq!((&kept["outcome"], &kept["failed"]), (&"fallback".into(), &"flow".into()));
    assert!(kept["why"].as_str().unwrap().contains("the flow has no IVR with the id `99999`"), "{kept}");
}

#[tokio::test]
async fn a_record_refers_to_whom_it_is_about_and_names_them_no_further_than_their_own_answers() {
    let (app, database) = demo().await;
    let login = "ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&account=90786&pin=4711";
    let verified = app.next(login).await;
    let passed = crate::webhooks::passed(&verified);
    app.next(&format!("ivr_id=34567&ivr_session_id=s-1&ivr_response_id=r-2&ivr_pass_through={passed}")).await;
    app.next("ivr_id=40006&ivr_session_id=s-2&ivr_response_id=r-3").await;
    let who = app.app.hasher.keys().reference(&caller("90786"));
    for (response, role) in [("r-1", Some("named")), ("r-2", Some("verified")), ("r-3", None)] {
        let kept = visit(&app, response).await;
        assert_eq!((kept["who"].as_str(), kept["who_is"].as_str()), (role.map(|_| who.as_str()), role), "{response}");
    }
    // Verified, and back at the login under another account.
    app.next(&format!(
        "ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-4&account=90787&pin=NA&ivr_pass_through={passed}"
    ))
    .await;
    let call = app.app.webhook.store.call("r-4").await.unwrap();
    let whose: Vec<_> =
        call.iter().map(|item| (item["who"].as_str().unwrap(), item["who_is"].as_str().unwrap())).collect();
    let other = app.app.hasher.keys().reference(&caller("90787"));
    assert_eq!(whose, [(who.as_str(), "verified"), (other.as_str(), "named")]);
    drop(database);
}

#[tokio::test]
async fn of_a_request_that_is_sent_again_later_nothing_is_added() {
    let (app, _database) = demo().await;
    let login = "ivr_id=12345&ivr_session_id=s-1&ivr_response_id=r-1&account=90786&pin=4712";
    app.next(login).await;
    let first = visit(&app, "r-1").await;
    app.clock.pass(Duration::from_secs(5));
    assert!(app.next(login).await.report.repeated);
    assert_eq!(visit(&app, "r-1").await, first);
}

/// Before, an answer that was known waited for its record up to half the deadline.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_record_does_not_hold_up_an_answer_that_is_decided_and_is_counted() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let mut app = TestApp::on(Store::new(patient_client(&wire.endpoint).await, database.tables.clone()), &demo_flow());
    app.app.webhook.deadline = Duration::from_secs(20);
    wire.set(Fault::Delay(Duration::from_secs(4)));
    let began = Instant::now();
    let answer = app.next("ivr_id=40006&ivr_session_id=s-1&ivr_response_id=r-1").await;
    let waited = began.elapsed();
    assert_eq!(answer.report.outcome.word(), "answered");
    assert!(answer.report.unrecorded);
    // A twentieth of the deadline, and no less than that.
    assert!((Duration::from_secs(1)..Duration::from_secs(4)).contains(&waited), "{waited:?}");
    wire.set(Fault::None);
    // Outside Lambda, the write goes on.
    while visits(&app, "r-1").await.is_empty() {
        tokio::task::yield_now().await;
    }
}
