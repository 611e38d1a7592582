//! What is kept of a call.

use crate::demo;
use serde_json::Value;

async fn visit(app: &ringbolt_tests::TestApp, response: &str) -> Value {
    let call = app.app.webhook.store.call(response).await.unwrap();
    call[0]["visits"][0].clone()
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

#[tokio::test]
async fn unknown_fields_and_source_data_are_kept_and_the_token_is_not() {
    let (app, _database) = demo().await;
    app.next("ivr_id=40006&ivr_response_id=r-1&st_campaign=spring&st_new=x&ivr_new=y&branch=north").await;
    let told = visit(&app, "r-1").await["told"].clone();
    assert_eq!((&told["source"]["st_campaign"], &told["source"]["st_new"]), (&"spring".into(), &"x".into()));
    assert_eq!((&told["call"]["ivr_new"], &told["answers"]["branch"]), (&"y".into(), &"north".into()));
    assert!(!told.to_string().contains("dev-token"));
}
