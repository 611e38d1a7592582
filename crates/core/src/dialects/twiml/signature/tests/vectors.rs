//! The vectors that the providers' own libraries judge (`cargo xtask test --only twiml`), and theirs that we judge.

use super::mutations::mutations;
use super::requests::{Request, SHARED_KEY, SIGNALWIRE_KEY, TWILIO_KEY, good, keys, telnyx};
use crate::dialects::twiml::signature::Provider;
use crate::time::EpochMs;
use serde_json::{Value, json};
use std::{env, fs, path::PathBuf};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/twiml").join(name)
}

fn vector(name: &str, request: &Request, valid: bool) -> Value {
    json!({
        "name": name, "valid": valid, "url": request.url(), "headers": request.headers, "body": request.body,
        "now_secs": request.now.epoch_secs(),
    })
}

fn vectors() -> String {
    let good = good().into_iter().map(|(name, request, _)| vector(name, &request, true));
    let bad = mutations().into_iter().map(|mutation| vector(&mutation.name, &mutation.request, false));
    let keys = json!({
        "twilio": [TWILIO_KEY, SHARED_KEY], "signalwire": [SIGNALWIRE_KEY], "telnyx": [telnyx().public_key()],
    });
    // One vector a line.
    let vectors: Vec<String> = good.chain(bad).map(|vector| vector.to_string()).collect();
    let (seed, vectors) = (hex::encode([7; 32]), vectors.join(",\n"));
    format!("{{\"keys\":{keys},\"telnyx_seed\":\"{seed}\",\"vectors\":[\n{vectors}\n]}}\n")
}

/// If `RINGBOLT_UPDATE_DOCS` is set, the file is written.
#[test]
fn the_vectors_for_the_official_libraries_are_the_tests_own() {
    let expected = vectors();
    if env::var_os("RINGBOLT_UPDATE_DOCS").is_some() {
        fs::write(file("vectors.json"), &expected).unwrap();
    }
    let written = fs::read_to_string(file("vectors.json")).unwrap_or_default();
    assert!(
        written == expected,
        "tests/twiml/vectors.json is not what the tests say: RINGBOLT_UPDATE_DOCS=1 cargo test -p ringbolt-core vectors"
    );
}

/// `cargo xtask test --only twiml` checks that the official libraries have signed what these files have.
#[test]
fn what_the_official_libraries_sign_verifies() {
    let read = |name| fs::read_to_string(file(name)).unwrap();
    let files = ["signed_by_python.json", "signed_by_node.json"].map(read);
    let signed: Vec<Value> = files.iter().flat_map(|file| serde_json::from_str::<Vec<Value>>(file).unwrap()).collect();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for vector in &signed {
        let (name, url) = (text(&vector["name"]), text(&vector["url"]));
        let rest = url.strip_prefix("https://calls.example.com").unwrap();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let request = Request {
            public_url: "https://calls.example.com".to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: serde_json::from_value(vector["headers"].clone()).unwrap(),
            body: text(&vector["body"]),
            now: EpochMs(vector["now_secs"].as_i64().unwrap() * 1000),
        };
        let provider = request.verify(&keys());
        assert_eq!(
            provider.map(Provider::word).map_err(|refused| refused.word()),
            Ok(&*text(&vector["provider"])),
            "{name}"
        );
    }
    assert!(signed.len() >= 60, "{} requests", signed.len());
}
