//! Calls over TwiML, through the real function.

use crate::webhooks::{demo, destination, passed};
use ringbolt_core::caller::Status;
use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_tests::{
    Fault, TestApp, TestDatabase, TwimlCall, Wire,
    app::{Function, PUBLIC_URL, TWILIO_KEYS, demo_flow},
    database::patient_client,
    twiml::{dialled, event, heard, signed_event},
};
use serde_json::json;
use std::time::{Duration, Instant};

const SUPPORT: &str = "+18005550111";

/// Keys an account and a PIN, from the account's question on.
async fn login(call: &mut TwimlCall<'_>, pin: &str) -> ringbolt_lambda::Answer {
    call.key("90786").await;
    call.key(pin).await
}

#[tokio::test]
async fn the_third_wrong_pin_goes_to_support_and_so_does_the_right_one_until_the_lock_ends() {
    let (app, _database) = demo().await;
    let mut first = TwimlCall::to(&app, "demo", "CA1");
    assert_eq!(heard(&first.ask(&[]).await), "Welcome. Please key your account number, then pound.");
    for _ in 0..2 {
        let again = login(&mut first, "999999").await;
        assert_eq!(again.report.outcome.word(), "wrong");
        assert_eq!(heard(&again), "Welcome. Please key your account number, then pound.");
    }
    let third = login(&mut first, "999999").await;
    assert_eq!((dialled(&third), third.report.outcome.word()), (vec![SUPPORT.to_owned()], "too_many_attempts"));

    let mut second = TwimlCall::to(&app, "demo", "CA2");
    second.ask(&[]).await;
    let locked = login(&mut second, "4711").await;
    assert_eq!((dialled(&locked), locked.report.outcome.word()), (vec![SUPPORT.to_owned()], "locked"));

    app.clock.pass(Duration::from_secs(30 * 60));
    let mut third = TwimlCall::to(&app, "demo", "CA3");
    third.ask(&[]).await;
    let verified = login(&mut third, "4711").await;
    assert_eq!(verified.report.outcome.word(), "verified");
    assert!(heard(&verified).starts_with("Hello Ada."), "{}", heard(&verified));
    // What the call knows of her is said once she asks for it.
    third.key("0").await;
    let balance = third.ask(&[]).await;
    assert!(heard(&balance).contains("12.50"), "{}", heard(&balance));
}

#[tokio::test]
async fn wrong_pins_count_together_whichever_provider_the_caller_comes_by() {
    let (app, _database) = demo().await;
    let keyed = |response: &str, passed: &str| {
        format!(
            "ivr_id=12345&ivr_session_id=s-1&ivr_response_id={response}&account=90786&pin=9999&ivr_pass_through={passed}"
        )
    };
    let first = app.next(&keyed("r-1", "")).await;
    app.next(&keyed("r-2", &passed(&first))).await;
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    assert_eq!(login(&mut call, "9999").await.report.outcome.word(), "too_many_attempts");
    let back = app.next("ivr_id=12345&ivr_session_id=s-2&ivr_response_id=r-3&account=90786&pin=4711").await;
    assert_eq!((destination(&back).as_str(), back.report.outcome.word()), ("8005550111", "locked"));
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_and_counts_once() {
    let (app, _database) = demo().await;
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("90786").await;
    let (url, form) = (call.url.clone(), call.form(&[("Digits", "9999")]));
    let mut repeated = signed_event(&url, &form);
    let first = app.send(Function::Voice, &repeated).await;
    repeated["headers"]["i-twilio-idempotency-token"] = json!("0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11");
    let second = app.send(Function::Voice, &repeated).await;
    assert_eq!((first.report.repeated, second.report.repeated), (false, true));
    assert_eq!((&first.body, first.report.outcome), (&second.body, second.report.outcome));
    let item = app.app.webhook.store.caller(&ringbolt_tests::caller("90786")).await.unwrap().unwrap();
    assert_eq!(item.attempts, 1);
    let visits = app.app.webhook.store.call("CA1-r1").await.unwrap();
    assert_eq!(visits.iter().filter(|item| item["sk"].as_str().unwrap().starts_with("visit#")).count(), 1);
}

#[tokio::test]
async fn going_back_to_an_older_url_gains_no_try() {
    let (app, _database) = demo().await;
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("90786").await;
    let pin_question = call.url.clone();
    for (pin, outcome) in [("1000", "wrong"), ("1001", "wrong"), ("1002", "too_many_attempts"), ("4711", "locked")] {
        call.url.clone_from(&pin_question);
        assert_eq!(call.key(pin).await.report.outcome.word(), outcome);
    }
    // Nor does a URL without its state: the call begins anew, and its tries are counted under its id.
    app.clock.pass(Duration::from_secs(3600));
    call.url = format!("{PUBLIC_URL}/twiml/demo/voice");
    call.ask(&[]).await;
    assert_eq!(login(&mut call, "4711").await.report.outcome.word(), "too_many_attempts");
}

#[tokio::test]
async fn a_pin_is_in_no_url_document_record_or_report() {
    let (app, _database) = demo().await;
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    let answer = login(&mut call, "837461").await;
    assert_eq!(answer.report.outcome.word(), "wrong");
    let stored = app.app.webhook.store.call("CA1-r1").await.unwrap();
    let stored = serde_json::to_string(&stored).unwrap();
    for text in [&call.seen, &stored, &format!("{:?}", answer.report)] {
        assert!(!text.contains("837461"), "{text}");
    }
    assert!(stored.contains("[redacted]") || !stored.contains("\"pin\""), "{stored}");
    assert!(stored.contains("\"90786\"") && !stored.contains("&amp;s=") && !stored.contains("&s="), "{stored}");
    assert!(!call.seen.contains("90786"), "{}", call.seen);
}

#[tokio::test]
async fn an_attempt_is_one_round_trip_and_a_question_none() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let app = TestApp::through(&database, &wire.endpoint, &demo_flow()).await;
    app.enrol("90786", &["4711"], Status::Active).await;
    wire.take_operations();
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("").await;
    call.key("90786").await;
    assert_eq!(wire.take_operations(), Vec::<String>::new());
    // The attempt and the call's counter pass once both are there.
    wire.set(Fault::HoldUntil(2));
    assert_eq!(call.key("4711").await.report.outcome.word(), "verified");
    assert_eq!(wire.take_operations(), ["UpdateItem"; 4], "two are the record with its link to the session");
}

#[tokio::test]
async fn a_caller_hears_the_flows_sentence_and_support_while_the_database_is_down() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let mut app = TestApp::through(&database, &wire.endpoint, &demo_flow()).await;
    app.app.webhook.deadline = Duration::from_secs(1);
    app.app.webhook.store =
        ringbolt_dynamodb::Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    wire.set(Fault::Delay(Duration::from_secs(30)));
    let mut call = TwimlCall::to(&app, "demo", "CA1");
    call.ask(&[]).await;
    let began = Instant::now();
    let answer = login(&mut call, "4711").await;
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!((answer.report.outcome.word(), dialled(&answer)), ("fallback", vec!["+18005550100".to_owned()]));
    assert!(heard(&answer).starts_with("We are sorry"), "{}", heard(&answer));
}

#[tokio::test]
async fn a_recorded_answer_is_stored_once_however_often_and_late_it_comes() {
    let (app, _database) = recording().await;
    let mut call = TwimlCall::to(&app, "story", "CA1");
    let document = call.ask(&[]).await;
    let parsed = roxmltree::Document::parse(&document.body).unwrap();
    let record = parsed.descendants().find(|node| node.has_tag_name("Record")).unwrap();
    let to = record.attribute("transcribeCallback").unwrap().to_owned();
    call.ask(&[("RecordingUrl", "https://example.com/RE1"), ("RecordingDuration", "7")]).await;
    app.clock.pass(Duration::from_secs(600));
    for (text, outcome) in [("It was slow", "stored"), ("It was slow", "repeated"), ("It was too slow", "superseded")] {
        let form = call.form(&[
            ("TranscriptionText", text),
            ("TranscriptionStatus", "completed"),
            ("CallStatus", "completed"),
        ]);
        let answer = app.send(Function::Voice, &signed_event(&to, &form)).await;
        assert_eq!((answer.status, answer.report.outcome.word()), (204, outcome), "{answer:?}");
    }
    let stored = app.app.webhook.store.call("CA1-r1").await.unwrap();
    let transcript = stored.iter().find(|item| item["sk"] == "transcript#777#1").unwrap();
    assert_eq!(transcript["fields"]["text"], "It was too slow");
    let other = TwimlCall::to(&app, "story", "CA2");
    let foreign = app.send(Function::Voice, &signed_event(&to, &other.form(&[("TranscriptionText", "x")]))).await;
    assert_eq!(foreign.status, 400);
}

async fn recording() -> (TestApp, TestDatabase) {
    let database = TestDatabase::start().await;
    let flow = "{ flow: story, realm: story, fallback: { do: hangup }, starts: story, ivrs: { story: { id: 777, \
                asks: [{ prompt: 'What went wrong?', as: story, record: 60s, transcribe: true }], do: hangup } } }";
    let app = TestApp::with_flow(&database, flow).await;
    (app, database)
}

#[tokio::test]
async fn what_cannot_be_played_is_the_spoken_fallback_and_says_why() {
    let database = TestDatabase::start().await;
    let flow = "{ flow: f, realm: f, fallback: { do: { transfer: { destination: '8005550100' } }, say: 'We are sorry.' }, \
                starts: a, ivrs: { a: { id: 1, says: Hello., do: { vr: { id: 601 } } } } }";
    let app = TestApp::with_flow(&database, flow).await;
    let mut call = TwimlCall::to(&app, "f", "CA1");
    call.ask(&[]).await;
    let answer = call.ask(&[]).await;
    assert_eq!((heard(&answer).as_str(), dialled(&answer)), ("We are sorry.", vec!["+18005550100".to_owned()]));
    let why = answer.report.why().unwrap();
    assert!(why.contains("`twiml.vr` doesn't say what stands in for the virtual receptionist 601"), "{why}");
}

#[tokio::test]
async fn a_custom_domain_a_stage_and_a_value_that_is_not_ascii_verify() {
    let (mut app, _database) = demo().await;
    let form = "CallSid=CA1&AccountSid=AC0123&CallStatus=in-progress&From=%2B12125550142&To=%2B18005550123\
                &CallerName=Ren%C3%A9e+%26+S%C3%B8n&CallerCity=%E6%9D%B1%E4%BA%AC";
    // A custom domain with a base path: API Gateway gives the path with the name of the stage before it.
    let keys =
        ringbolt_core::dialects::twiml::signature::TwimlKeys::from_json(&json!({ "twilio": TWILIO_KEYS }).to_string());
    let keys = keys.unwrap();
    for (public, configured, domain, raw_path) in [
        (
            "https://voice.example.com",
            Some("https://voice.example.com/"),
            "x.execute-api.example.com",
            "/twiml/demo/voice",
        ),
        ("https://example.com/ivr", Some("https://example.com/ivr"), "example.com", "/ivr/twiml/demo/voice"),
        ("https://example.com", Some("https://example.com"), "example.com", "/prod/twiml/demo/voice"),
        ("https://x.execute-api.example.com", None, "x.execute-api.example.com", "/twiml/demo/voice"),
    ] {
        app.app.signatures =
            Some(ringbolt_lambda::signed::Signatures::new(keys.clone(), configured.map(|url| url.parse().unwrap())));
        let url = format!("{public}/twiml/demo/voice");
        let signature = sign_twilio(TWILIO_KEYS[1], &url, form.as_bytes());
        let mut event = event(&url, form, &[("x-twilio-signature", &signature)]);
        event["rawPath"] = json!(raw_path);
        event["rawQueryString"] = json!("");
        event["pathParameters"]["flow"] = json!("demo");
        event["requestContext"]["domainName"] = json!(domain);
        let answer = app.send(Function::Voice, &event).await;
        assert_eq!(answer.status, 200, "{public}: {answer:?}");
        assert!(answer.body.contains(&format!("{public}/twiml/demo/voice?at=login.1")), "{}", answer.body);
    }
}
