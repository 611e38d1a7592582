//! Requests that no provider has signed, and states that are not the call's.

use ringbolt_core::{caller::Status, dialects::twiml::signature::sign_twilio};
use ringbolt_tests::{
    TestApp, TestDatabase, TwimlCall, Wire,
    app::{Function, PUBLIC_URL, TWILIO_KEYS, demo_flow},
    twiml::{event, heard, signed_event},
};
use serde_json::{Value, json};

struct Wired {
    app: TestApp,
    wire: Wire,
    _database: TestDatabase,
}

async fn wired() -> Wired {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let app = TestApp::through(&database, &wire.endpoint, &demo_flow()).await;
    app.enrol("90786", &["4711"], Status::Active).await;
    wire.take_operations();
    Wired { app, wire, _database: database }
}

/// A request with a PIN that would be compared, and the same request changed after it was signed.
fn changed(url: &str, form: &str) -> Vec<(&'static str, Value)> {
    let good = signed_event(url, form);
    let mut events = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Value)| {
        let mut event = good.clone();
        change(&mut event);
        events.push((what, event));
    };
    let header = |event: &mut Value, name: &str, value: Value| event["headers"][name] = value;
    with("no signature", &|e| {
        e["headers"].as_object_mut().unwrap().remove("x-twilio-signature");
    });
    with("an empty signature", &|e| header(e, "x-twilio-signature", json!("")));
    with("no base64", &|e| header(e, "x-twilio-signature", json!("!!!")));
    with("another key's", &|e| {
        header(e, "x-twilio-signature", json!(sign_twilio("0000000000000000000000000000ffff", url, form.as_bytes())));
    });
    with("of another form", &|e| {
        header(e, "x-twilio-signature", json!(sign_twilio(TWILIO_KEYS[0], url, b"CallSid=CA1")));
    });
    with("of another URL", &|e| {
        let other = format!("{PUBLIC_URL}/twiml/bank/voice");
        header(e, "x-twilio-signature", json!(sign_twilio(TWILIO_KEYS[0], &other, form.as_bytes())));
    });
    with("another PIN", &|e| e["body"] = json!(form.replace("4711", "4712")));
    with("a field more", &|e| e["body"] = json!(format!("{form}&Extra=1")));
    with("a field less", &|e| e["body"] = json!(form.replace("&CallStatus=in-progress", "")));
    with("no body", &|e| e["body"] = json!(""));
    with("another query", &|e| {
        let query = e["rawQueryString"].as_str().unwrap().to_owned();
        e["rawQueryString"] = json!(format!("{query}&x=1"));
    });
    with("no query", &|e| e["rawQueryString"] = json!(""));
    with("another flow", &|e| e["rawPath"] = json!("/twiml/bank/voice"));
    with("another webhook", &|e| e["rawPath"] = json!("/twiml/demo/transcription"));
    with("two signatures", &|e| {
        let signature = e["headers"]["x-twilio-signature"].as_str().unwrap().to_owned();
        header(e, "x-twilio-signature", json!(format!("{signature},{signature}")));
    });
    with("another provider's header", &|e| {
        let signature = e["headers"].as_object_mut().unwrap().remove("x-twilio-signature").unwrap();
        header(e, "telnyx-signature-ed25519", signature);
    });
    with("a token in its place", &|e| {
        e["headers"].as_object_mut().unwrap().remove("x-twilio-signature");
        header(e, "authorization", json!("Bearer dev-token-not-secret"));
    });
    with("a body that is no base64", &|e| e["isBase64Encoded"] = json!(true));
    events
}

#[tokio::test]
async fn whatever_is_not_as_it_was_signed_is_refused_without_the_database_and_without_its_data() {
    let wired = wired().await;
    let mut call = TwimlCall::to(&wired.app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("90786").await;
    let form = call.form(&[("Digits", "4711")]);
    let changed = changed(&call.url, &form);
    assert!(changed.len() >= 18);
    for (what, event) in changed {
        let answer = wired.app.send(Function::Voice, &event).await;
        assert_eq!((answer.status, answer.report.outcome.word()), (403, "refused"), "{what}: {answer:?}");
        assert!(answer.body.contains("signature") || answer.body.contains("signed"), "{what}: {}", answer.body);
        for secret in ["4711", "CA1", "2125550142", TWILIO_KEYS[0], "calls.example.com"] {
            assert!(!answer.body.contains(secret), "{what}: {}", answer.body);
        }
    }
    assert_eq!(wired.wire.take_operations(), Vec::<String>::new());
    let answer = wired.app.send(Function::Voice, &signed_event(&call.url, &form)).await;
    assert_eq!(answer.report.outcome.word(), "verified", "unchanged");
}

#[tokio::test]
async fn without_keys_everybody_is_refused() {
    let mut wired = wired().await;
    wired.app.app.signatures = None;
    let url = format!("{PUBLIC_URL}/twiml/demo/voice");
    let answer = wired.app.send(Function::Voice, &signed_event(&url, "CallSid=CA1")).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn an_unknown_flow_is_404_another_method_405_and_a_huge_body_413() {
    let wired = wired().await;
    let url = format!("{PUBLIC_URL}/twiml/nowhere/voice");
    assert_eq!(wired.app.send(Function::Voice, &signed_event(&url, "CallSid=CA1")).await.status, 404);
    let url = format!("{PUBLIC_URL}/twiml/demo/voice");
    let mut get = signed_event(&url, "");
    get["requestContext"]["http"]["method"] = json!("GET");
    assert_eq!(wired.app.send(Function::Voice, &get).await.status, 405);
    let huge = format!("CallSid=CA1&x={}", "x".repeat(300_000));
    assert_eq!(wired.app.send(Function::Voice, &signed_event(&url, &huge)).await.status, 413);
}

#[tokio::test]
async fn a_state_that_is_not_this_calls_counts_as_absent() {
    let wired = wired().await;
    let mut call = TwimlCall::to(&wired.app, "demo", "CA1");
    call.ask(&[]).await;
    call.key("90786").await;
    let (head, state) = call.url.split_once("&s=").map(|(head, state)| (head.to_owned(), state.to_owned())).unwrap();
    let mut flipped = state.clone().into_bytes();
    flipped[30] = if flipped[30] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).unwrap();
    let welcome = "Welcome. Please key your account number, then pound.";
    for (what, query) in [
        ("none", head.clone()),
        ("empty", format!("{head}&s=")),
        ("truncated", format!("{head}&s={}", &state[..state.len() - 3])),
        ("one character", format!("{head}&s=A")),
        ("a byte changed", format!("{head}&s={flipped}")),
        ("twice, the false one first", format!("{head}&s=x&s={state}")),
        ("no base64", format!("{head}&s=%00%ff")),
        ("doubled", format!("{head}&s={state}{state}")),
        ("in another parameter", format!("{head}&state={state}")),
    ] {
        let form = call.form(&[("Digits", "4711")]);
        let answer = wired.app.send(Function::Voice, &signed_event(&query, &form)).await;
        assert_eq!(heard(&answer), welcome, "{what}");
    }
    // Replayed from another call, and after a day.
    let other = TwimlCall::to(&wired.app, "demo", "CA2");
    let form = other.form(&[("Digits", "4711")]);
    assert_eq!(heard(&wired.app.send(Function::Voice, &signed_event(&call.url, &form)).await), welcome);
    wired.app.clock.pass(std::time::Duration::from_secs(86_400));
    assert_eq!(heard(&call.key("4711").await), welcome);
    assert_eq!(wired.wire.take_operations(), Vec::<String>::new());
}

#[tokio::test]
async fn hostile_forms_are_answered_and_never_panic() {
    let wired = wired().await;
    let url = format!("{PUBLIC_URL}/twiml/demo/voice");
    for body in
        ["", "&&&", "=", "%", "%ff=%fe", "CallSid=%00&From=%00", "Digits", "CallSid=&AccountSid=", "\u{feff}a=b"]
    {
        let signature = sign_twilio(TWILIO_KEYS[0], &url, body.as_bytes());
        let answer = wired.app.send(Function::Voice, &event(&url, body, &[("x-twilio-signature", &signature)])).await;
        assert_eq!(answer.status, 200, "{body}: {answer:?}");
        assert!(answer.body.contains("<Response>"), "{body}");
    }
}
