//! The phone page's routes, as its browser uses them.

use crate::dev::{Ringbolt, Start, http::Address};
use serde_json::{Value, json};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

fn demo() -> Ringbolt {
    Start::new().with(&["--memory"]).run()
}

/// A request as the page sends it.
fn page(address: Address, method: &str, target: &str, body: &Value) -> Value {
    let reply = raw(address, method, target, &format!("127.0.0.1:{}", address.port), None, body);
    serde_json::from_str(&reply.1).unwrap_or_else(|error| panic!("{target}: {error}: {}", reply.1))
}

fn raw(address: Address, method: &str, target: &str, host: &str, origin: Option<&str>, body: &Value) -> (u16, String) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let origin = origin.map(|origin| format!("origin: {origin}\r\n")).unwrap_or_default();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\n{origin}connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let reply = address.raw(&[head.as_bytes(), body.as_bytes()].concat());
    (reply.status, reply.body)
}

fn dial(address: Address, provider: &str, user: Option<&str>) -> String {
    let call = json!({
        "flow": "demo", "provider": provider, "from": "2125550142", "dialled": "8005550123", "user": user,
    });
    page(address, "POST", "/api/calls", &call)["id"].as_str().unwrap().to_owned()
}

fn key(address: Address, call: &str, keys: &str) -> Value {
    let mut last = Value::Null;
    for key in keys.chars() {
        last = page(address, "POST", &format!("/api/calls/{call}"), &json!({ "key": key.to_string() }));
    }
    last
}

fn webhooks(call: &Value) -> Vec<&Value> {
    call["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "webhook").collect()
}

#[test]
fn a_call_shows_what_was_answered_and_why() {
    let dev = demo();
    let call = dial(dev.address, "dialogtech", None);
    let shown = key(dev.address, &call, "90786#1111#90786#4711#");
    let webhooks = webhooks(&shown);
    assert_eq!(webhooks[0]["title"], "Wrong PIN");
    assert_eq!(webhooks[0]["rule"], "ivr:login/wrong/1");
    assert_eq!(webhooks[0]["tags"][0]["text"], "1 of 3");
    let why = webhooks[0]["why"].as_str().unwrap();
    assert!(why.starts_with("`wrong` of login (demo.yaml line ") && why.ends_with("One write, counted."), "{why}");
    assert_eq!(webhooks[1]["title"], "Right PIN");
    let state = &webhooks[1]["details"]["reply"]["state"];
    assert_eq!((&state["signature"], &state["verified"]), (&json!("holds"), &json!("90786")));
    assert_eq!(shown["prompt"], "Hello Ada. From 1 to 5, how was our service? To hear your balance, press 0.");
    assert_eq!((&shown["caller"]["attempts"], &shown["caller"]["known"]), (&json!(0), &json!(true)));
    assert_eq!(shown["way"], json!(["ivr:login", "ivr:login", "ivr:survey"]));
}

#[test]
fn no_pin_is_in_anything_that_the_page_gets() {
    let dev = demo();
    let call = dial(dev.address, "dialogtech", None);
    key(dev.address, &call, "90786#8302#90786#97531");
    for target in [format!("/api/calls/{call}"), format!("/api/calls/{call}/script"), "/api/phone".to_owned()] {
        let (status, body) = raw(dev.address, "GET", &target, &host(&dev), None, &Value::Null);
        assert_eq!(status, 200, "{target}");
        assert!(body.contains("90786") && !body.contains("8302") && !body.contains("97531"), "{target}: {body}");
    }
    let shown = page(dev.address, "GET", &format!("/api/calls/{call}"), &Value::Null);
    assert_eq!((&shown["question"]["keyed"], &shown["question"]["shown"]), (&json!(5), &Value::Null));
}

fn host(dev: &Ringbolt) -> String {
    format!("127.0.0.1:{}", dev.address.port)
}

#[test]
fn a_lock_ends_when_the_clock_is_moved() {
    let dev = demo();
    let call = dial(dev.address, "dialogtech", None);
    let locked = key(dev.address, &call, "90786#8301#90786#8302#90786#8303#");
    assert!(locked["caller"]["locked_until_ms"].is_i64(), "{}", locked["caller"]);
    assert_eq!(locked["phase"], "talking", "support has the call");
    let call = dial(dev.address, "dialogtech", None);
    let refused = key(dev.address, &call, "90786#4711#");
    let refused = webhooks(&refused)[0];
    assert_eq!(refused["title"], "The account is locked");
    let is_counted = refused["why"].as_str().unwrap().contains("counted");
    assert!(
        !is_counted && refused["tags"].as_array().unwrap().len() == 1,
        "a refused attempt counts nothing: {refused}"
    );
    let moved = page(dev.address, "POST", "/api/clock", &json!({ "set": "+31 minutes" }));
    assert_eq!(moved["clock"]["moved"], true);
    let call = dial(dev.address, "dialogtech", None);
    assert_eq!(webhooks(&key(dev.address, &call, "90786#4711#"))[0]["title"], "Right PIN");
    let back = page(dev.address, "POST", "/api/clock", &json!({ "set": "now" }));
    assert_eq!(back["clock"]["moved"], false);
}

#[test]
fn with_a_broken_database_the_caller_hears_the_fallback() {
    let dev = demo();
    for fault in ["down", "throttled"] {
        let faults = page(dev.address, "POST", "/api/faults", &json!({ "database": fault }));
        assert_eq!(faults["faults"]["database"], fault);
        let call = dial(dev.address, "dialogtech", None);
        let shown = key(dev.address, &call, "90786#4711#");
        assert_eq!(webhooks(&shown)[0]["title"], "The fallback answers", "{fault}");
        assert_eq!(webhooks(&shown)[0]["tone"], "fault");
        assert_eq!(shown["place"], "end:transfer:8005550100", "{fault}");
    }
    page(dev.address, "POST", "/api/faults", &json!({ "database": "ok" }));
    let call = dial(dev.address, "dialogtech", None);
    assert_eq!(webhooks(&key(dev.address, &call, "90786#4711#"))[0]["title"], "Right PIN");
}

#[test]
fn a_webhook_that_comes_twice_counts_once() {
    let dev = demo();
    page(dev.address, "POST", "/api/faults", &json!({ "provider_retries": true }));
    let call = dial(dev.address, "dialogtech", None);
    let shown = key(dev.address, &call, "90786#8301#");
    assert_eq!(shown["caller"]["attempts"], 1);
    assert!(webhooks(&shown)[0]["tags"].as_array().unwrap().iter().any(|tag| tag["text"] == "repeated"));
}

#[test]
fn wix_answers_calls_for_the_user_it_has_found() {
    let dev = demo();
    let call = dial(dev.address, "wix-answers", Some("602efa31-01d8-482d-8ff2-26910b026703"));
    let shown = key(dev.address, &call, "4321#");
    assert_eq!(webhooks(&shown)[0]["title"], "Right PIN");
    assert_eq!(shown["prompt"], "Thank you. You are logged in.");
}

#[test]
fn a_saved_call_is_a_scripted_call_that_passes() {
    let dev = demo();
    let call = dial(dev.address, "dialogtech", None);
    key(dev.address, &call, "90786#8301#90786#4711#3");
    let act = |body: Value| page(dev.address, "POST", &format!("/api/calls/{call}"), &body);
    act(json!({ "person": 1, "does": "answers" }));
    act(json!({ "person": 1, "does": "accepts" }));
    let (_, script) = raw(dev.address, "GET", &format!("/api/calls/{call}/script"), &host(&dev), None, &Value::Null);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.calls.yaml");
    std::fs::write(&file, &script).unwrap();
    let flow = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/demo.yaml");
    let played = std::process::Command::new(env!("CARGO_BIN_EXE_ringbolt"))
        .args(["flow", "test", flow, "--calls"])
        .arg(&file)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&played.stdout);
    assert!(shown.contains("1 passed, 0 failed"), "{shown}\n{script}");
}

#[test]
fn a_foreign_page_sees_nothing() {
    let dev = demo();
    let own = host(&dev);
    for target in ["/", "/phone/main.js", "/api/phone", "/api/events", "/api/flows/demo"] {
        for (host, origin) in [
            ("ringbolt.example.com", None),
            ("127.0.0.1:1", None),
            (own.as_str(), Some("https://example.com")),
            (own.as_str(), Some("null")),
        ] {
            let (status, body) = raw(dev.address, "GET", target, host, origin, &Value::Null);
            assert_eq!(status, 403, "{target} {host} {origin:?}");
            assert!(!body.contains("demo"), "{body}");
        }
    }
    let call = json!({ "flow": "demo", "provider": "dialogtech", "from": "2125550142", "dialled": "8005550123" });
    assert_eq!(raw(dev.address, "POST", "/api/calls", &own, Some("http://example.com"), &call).0, 403);
    assert_eq!(page(dev.address, "GET", "/api/phone", &Value::Null)["calls"], json!([]));
}

#[test]
fn bad_requests_are_explained() {
    let dev = demo();
    let call = dial(dev.address, "dialogtech", None);
    let acts = format!("/api/calls/{call}");
    for (target, body, status, says) in [
        ("/api/calls", json!({ "flow": "nowhere" }), 404, "no such flow"),
        ("/api/calls", json!({ "flow": "demo", "provider": "carrier-pigeon" }), 400, "Choose a provider"),
        ("/api/calls/c99", json!({ "key": "1" }), 404, "no such call"),
        (acts.as_str(), json!({ "key": "12" }), 400, "One key at a time"),
        (acts.as_str(), json!({ "key": "x" }), 409, "isn't a key"),
        (acts.as_str(), json!({ "say": "hello" }), 409, "isn't recorded"),
        (acts.as_str(), json!({ "person": 0, "does": "sleeps" }), 400, "A person answers"),
        (acts.as_str(), json!({ "transcription": 7 }), 409, "no such transcription"),
        (acts.as_str(), json!([]), 400, "Nothing to do"),
        ("/api/clock", json!({ "set": "teatime" }), 400, "isn't a time"),
        ("/api/faults", json!({ "database": "haunted" }), 400, "ok, slow, throttled or down"),
    ] {
        let (found, text) = raw(dev.address, "POST", target, &host(&dev), None, &body);
        assert_eq!(found, status, "{target} {body}: {text}");
        assert!(text.contains(says), "{target} {body}: {text}");
    }
}

/// Pages that are open and never read: their browser is stopped, or a stranger holds them open.
#[test]
fn event_streams_that_are_not_read_hold_up_nothing() {
    let dev = demo();
    let mut streams: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(("127.0.0.1", dev.address.port)).unwrap()).collect();
    for stream in &mut streams {
        write!(stream, "GET /api/events HTTP/1.1\r\nhost: {}\r\n\r\n", host(&dev)).unwrap();
        // The stream has begun.
        stream.read_exact(&mut [0; 12]).unwrap();
    }
    for _ in 0..20 {
        let call = dial(dev.address, "dialogtech", None);
        let shown = key(dev.address, &call, "90786####90786####90786####");
        assert_eq!(shown["events"].as_array().unwrap()[0]["kind"], "start");
    }
    drop(streams);
}
