//! What `ringbolt dev` and its database refuse: web pages, foreign names, and programs without the key.

use crate::dev::{
    Ringbolt, Start,
    http::{Address, Reply},
};
use ringbolt_core::dialects::twiml::signature::sign_twilio;
use ringbolt_simulator::LOCAL_TWIML_KEY;
use serde_json::Value;

const SCAN: &str = r#"{"TableName":"ringbolt-callers"}"#;

/// The database of a running `ringbolt dev`, and its key.
fn database(dev: &Ringbolt) -> (Address, String) {
    let announced = std::fs::read_to_string(dev.folder().join(".ringbolt/dev.json")).unwrap();
    let announced: Value = serde_json::from_str(&announced).unwrap();
    let (_, port) = announced["database"].as_str().unwrap().rsplit_once(':').unwrap();
    (Address { port: port.parse().unwrap() }, announced["database_key"].as_str().unwrap().to_owned())
}

fn scan(database: Address, key: &str, headers: &[(&str, &str)]) -> Reply {
    let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20261126/eu-west-1/dynamodb/aws4_request, Signature=0");
    let own = [
        ("authorization", signed.as_str()),
        ("content-type", "application/x-amz-json-1.0"),
        ("x-amz-target", "DynamoDB_20120810.Scan"),
    ];
    database.request("POST", "/", &[&own, headers].concat(), SCAN.as_bytes())
}

#[test]
fn the_database_answers_programs_that_have_its_key_and_nobody_else() {
    let dev = Start::new().run();
    let (database, key) = database(&dev);
    let found = scan(database, &key, &[]);
    assert_eq!((found.status, found.body.contains("first_name")), (200, true), "{found:?}");

    let own = format!("127.0.0.1:{}", database.port);
    let foreign = format!("ringbolt.example.com:{}", database.port);
    let page = format!("http://{own}");
    let refused = [
        scan(database, "local", &[]),
        scan(database, "", &[]),
        scan(database, &key[1..], &[]),
        scan(database, &key, &[("origin", "http://example.com")]),
        // Not even a page of its own: it has none.
        scan(database, &key, &[("origin", &page)]),
        scan(database, &key, &[("origin", "null")]),
        scan(database, &key, &[("sec-fetch-site", "same-origin")]),
        scan(database, &key, &[("host", &foreign)]),
        scan(database, &key, &[("host", "127.0.0.1")]),
        database.request("POST", "/", &[("x-amz-target", "DynamoDB_20120810.Scan")], SCAN.as_bytes()),
        database.request("OPTIONS", "/", &[("origin", "http://example.com"), ("host", &own)], b""),
        database.get("/"),
        database.get("/shell"),
    ];
    for reply in refused {
        assert!((400..500).contains(&reply.status), "{reply:?}");
        assert!(reply.body.contains("This database") && !reply.body.contains("first_name"), "{reply:?}");
    }
}

#[test]
fn no_page_may_read_an_answer_of_the_database() {
    let dev = Start::new().run();
    let (database, _) = database(&dev);
    let preflight = "OPTIONS / HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://example.com\r\nconnection: close\r\n\
                     access-control-request-method: POST\r\naccess-control-request-headers: x-amz-target\r\n\r\n";
    let reply = database.raw_text(preflight);
    assert!(reply.starts_with("HTTP/1.1 403") && !reply.contains("access-control-allow"), "{reply}");
}

#[test]
fn the_key_is_new_in_each_run_and_only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let start = Start::new();
    let dev = start.run();
    let (_, first) = database(&dev);
    let mode = dev.folder().join(".ringbolt/dev.json").metadata().unwrap().permissions().mode();
    assert_eq!((first.len(), mode & 0o777), (32, 0o600));
    let (out, err) = dev.end("INT");
    assert!(!out.contains(&first) && !err.contains(&first));
    let (_, second) = database(&start.run());
    assert_ne!(first, second);
}

#[test]
fn the_webhooks_refuse_web_pages_and_foreign_names() {
    let dev = Start::new().with(&["--memory"]).run();
    let webhook = "/dialogtech/demo/next-action?auth=dev-token-not-secret&ivr_id=12345&account=90786&pin=4711";
    let (name, page) = (format!("localhost:{}", dev.address.port), format!("http://127.0.0.1:{}", dev.address.port));
    for allowed in [&[("host", name.as_str())][..], &[("origin", &page)], &[("sec-fetch-site", "none")]] {
        assert_eq!(dev.address.request("GET", webhook, allowed, b"").status, 200, "{allowed:?}");
    }
    for refused in [
        ("host", "ringbolt.example.com"),
        ("host", "127.0.0.1:1"),
        ("origin", "http://example.com"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let reply = dev.address.request("GET", webhook, &[refused], b"");
        reply.refuses(403, "with a --token of your own");
    }
    let (out, _) = dev.end("INT");
    assert_eq!(out.matches("->  403").count(), 6, "each is printed: {out}");
}

#[test]
fn with_a_token_of_its_own_a_tunnel_reaches_the_webhooks_and_pages_still_do_not() {
    let dev = Start::new().with(&["--memory", "--token", "a-token-of-my-own-0123456789"]).run();
    let webhook = "/dialogtech/demo/next-action?auth=a-token-of-my-own-0123456789&ivr_id=12345&account=90786&pin=4711";
    let tunnel = ("host", "calls.example.com");
    assert_eq!(dev.address.request("GET", webhook, &[tunnel], b"").status, 200);
    for page in
        [("origin", "https://example.com"), ("origin", "https://calls.example.com"), ("sec-fetch-site", "cross-site")]
    {
        dev.address.request("GET", webhook, &[tunnel, page], b"").refuses(403, "not for web pages");
    }
    // The phone page has no token.
    for path in ["/", "/api/phone", "/api/events"] {
        assert_eq!(dev.address.request("GET", path, &[tunnel], b"").status, 403, "{path}");
    }
}

/// A request of a call to the demo flow, signed for this address with this key.
fn signed(key: &str, public_url: &str) -> (String, &'static [u8]) {
    let form: &[u8] = b"CallSid=CA1&AccountSid=AC1&From=%2B12125550142&To=%2B18005550123&CallStatus=ringing";
    (sign_twilio(key, &format!("{public_url}{VOICE}"), form), form)
}

const VOICE: &str = "/twiml/demo/voice";

#[test]
fn a_twiml_provider_signs_with_the_local_key_on_this_machine_and_with_its_own_through_a_tunnel() {
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    let tunnel = ("host", "calls.example.com");
    let form_type = ("content-type", "application/x-www-form-urlencoded");
    // The local key is known to everybody, so that not even a token of one's own opens the door to it.
    let dev = Start::new().with(&["--memory", "--token", "a-token-of-my-own-0123456789"]).run();
    let local = format!("http://127.0.0.1:{}", dev.address.port);
    let (signature, form) = signed(LOCAL_TWIML_KEY, &local);
    let headers = [form_type, ("x-twilio-signature", signature.as_str())];
    let answer = dev.address.request("POST", VOICE, &headers, form);
    assert!(answer.status == 200 && answer.body.contains("<Gather"), "{}", answer.body);
    let through = [form_type, ("x-twilio-signature", signature.as_str()), tunnel];
    dev.address.request("POST", VOICE, &through, form).refuses(403, "with --public-url");
    dev.post(VOICE, "application/x-www-form-urlencoded", "CallSid=CA1").refuses(403, "has no signature");

    let start = Start::new().with(&["--memory", "--public-url", "https://calls.example.com"]);
    let dev = start.env("RINGBOLT_TWIML_KEYS", &format!(r#"{{"twilio":["{KEY}"]}}"#)).run();
    for (key, status) in [(KEY, 200), (LOCAL_TWIML_KEY, 403)] {
        let (signature, form) = signed(key, "https://calls.example.com");
        let headers = [form_type, ("x-twilio-signature", signature.as_str()), tunnel];
        assert_eq!(dev.address.request("POST", VOICE, &headers, form).status, status);
    }
}

#[test]
fn a_path_that_no_webhook_has_is_printed_and_logged() {
    let dev = Start::new().run();
    dev.get("/dialogtech/demo/nextaction?ivr_id=1").refuses(404, "The webhooks are");
    dev.get("/secret-looking-path/8302").refuses(404, "The webhooks are");
    let log = std::fs::read_to_string(dev.folder().join(".ringbolt/dev.log")).unwrap_or_default();
    let (out, _) = dev.end("INT");
    assert_eq!(out.matches("a path that no webhook has  ->  404").count(), 2, "{out}");
    assert!(!out.contains("8302") && !log.contains("8302"));
}
