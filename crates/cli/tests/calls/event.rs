//! `ringbolt event make`: the functions answer each event with the outcome of its case.

use crate::calls::deployment::{Said, bare, run};
use ringbolt_tests::{TestApp, TestDatabase, app::Function};
use serde_json::Value;

async fn make(arguments: &[&str], input: &str) -> Said {
    run(bare(&[&["event", "make"], arguments].concat()), input).await
}

#[tokio::test]
async fn every_case_gets_the_expected_outcome() {
    let database = TestDatabase::start().await;
    let app = TestApp::demo(&database).await;
    app.enrol_demo().await;
    let expected = [
        ("auth-right-pin", "verified"),
        ("auth-wrong-pin", "wrong"),
        ("auth-unknown-user", "unknown"),
        ("auth-no-input", "wrong"),
        ("login-get", "verified"),
        ("login-post", "verified"),
        ("login-wrong-pin", "wrong"),
        ("login-unanswered", "unanswered"),
        ("hang-up", "hung_up"),
        ("survey", "answered"),
        ("read-out", "fallback"),
        ("transcription", "stored"),
        ("no-token", "refused"),
    ];
    let cases = make(&["--list", "--json"], "").await.json();
    let cases = cases["cases"].as_array().unwrap();
    let names: Vec<&str> = cases.iter().map(|case| case["case"].as_str().unwrap()).collect();
    assert_eq!(names, expected.map(|(case, _)| case));
    for (number, ((case, outcome), listed)) in expected.into_iter().zip(cases).enumerate() {
        let call = format!("c-{number}");
        let event = make(&[case, "--call", &call], "").await.json();
        let function = [Function::Auth, Function::NextAction, Function::Transcription]
            .into_iter()
            .find(|function| listed["function"] == function.name())
            .unwrap();
        let answer = app.send(function, &event).await;
        let found = answer.report.outcome.word();
        assert!(found == outcome || (case == "auth-no-input" && found == "unanswered"), "{case}: {found}");
    }
}

#[tokio::test]
async fn a_pin_is_read_from_standard_input_and_never_assumed() {
    let given =
        ["login-get", "--user", "90786", "--pin-stdin", "--flow", "bank", "--ivr", "777", "--field", "ivr_id=8"];
    let event: Value = make(&given, " 629184 \n").await.json();
    let query = event["rawQueryString"].as_str().unwrap();
    assert!(query.contains("account=90786&pin=629184&") && query.contains("ivr_id=8"), "{query}");
    assert!(!query.contains("777"), "{query}");
    assert_eq!(event["rawPath"], "/dialogtech/bank/next-action");

    for ivr in ["login", "12345"] {
        let named: Value = make(&["survey", "--ivr", ivr], "").await.json();
        assert!(named["rawQueryString"].as_str().unwrap().contains("ivr_id=12345&"), "{ivr}: {named}");
    }
    make(&["login-get", "--user", "90786"], "").await.fails(2, &["the PIN of this user is unknown", "--pin-stdin"]);
    make(&["survey", "--flow", "bank"], "").await.fails(2, &["give the id of an IVR of this flow", "--ivr ID"]);
    make(&["survey", "--flow", "B A"], "").await.fails(2, &["--flow", "a name has 1 to 63 characters"]);
    let unknown = make(&["login-gte"], "").await;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("a similar value exists: 'login-get'"), "{unknown:?}");
}
