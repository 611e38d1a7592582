//! Genuine requests with one change each. All are refused.

use super::requests::{
    JSON, NOW, OTHER_KEY, Request, SHARED_KEY, SIGNALWIRE_KEY, TWILIO_KEY, good, hexadecimal, keys, other_telnyx,
    telnyx,
};
use crate::dialects::twiml::signature::sign_twilio;
use crate::time::EpochMs;
use ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
use std::collections::BTreeSet;
use std::time::Duration;

/// A changed request, and the word of the refusal.
pub struct Mutation {
    pub name: String,
    pub request: Request,
    pub refused: &'static str,
}

type Change = (&'static str, fn(&mut Request), &'static str);

const TWILIO: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
const SIGNALWIRE: &str = "x-signalwire-signature";
const SIGNALWIRE_SHA256: &str = "x-signalwire-sha256-signature";
const TELNYX: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

fn in_body(request: &mut Request, from: &str, to: &str) {
    assert!(request.body.contains(from), "{from}");
    request.body = request.body.replace(from, to);
}

/// The header with the request's signature.
fn header(request: &Request) -> String {
    let found = request.headers.keys().find(|name| name.contains("-signature") && !name.ends_with("settings"));
    found.unwrap().clone()
}

fn in_signature(request: &mut Request, change: impl Fn(&str) -> String) {
    let name = header(request);
    let changed = change(&request.headers[&name]);
    request.set(&name, &changed);
}

/// Changes of a body and of a signature, which every scheme must notice.
const ANY: &[Change] = &[
    ("a value of the body", |r| in_body(r, "Digits=1234", "Digits=1235"), "wrong-signature"),
    ("a value without its last character", |r| in_body(r, "Digits=1234", "Digits=123"), "wrong-signature"),
    ("an empty value", |r| in_body(r, "Digits=1234", "Digits="), "wrong-signature"),
    ("a value that was empty", |r| in_body(r, "ForwardedFrom=", "ForwardedFrom=%2B18005550102"), "wrong-signature"),
    ("a value trimmed", |r| in_body(r, "Gather+End", "GatherEnd"), "wrong-signature"),
    ("a value in other capitals", |r| in_body(r, "Gather+End", "gather+end"), "wrong-signature"),
    ("a plus that becomes a space", |r| in_body(r, "From=%2B1800", "From=+1800"), "wrong-signature"),
    ("an umlaut in Latin-1", |r| in_body(r, "Z%C3%BCrich", "Z%FCrich"), "wrong-signature"),
    ("an umlaut in two characters", |r| in_body(r, "Z%C3%BCrich", "Zu%CC%88rich"), "wrong-signature"),
    ("a value encoded twice", |r| in_body(r, "FinishedOnKey=%23", "FinishedOnKey=%2523"), "wrong-signature"),
    ("two values swapped", |r| in_body(r, "0100&To=%2B18005550101", "0101&To=%2B18005550100"), "wrong-signature"),
    ("a parameter added", |r| r.body.push_str("&SpeechResult=yes"), "wrong-signature"),
    ("a parameter without a value added", |r| r.body.push_str("&test"), "wrong-signature"),
    ("a parameter removed", |r| in_body(r, "&Digits=1234", ""), "wrong-signature"),
    ("a parameter renamed", |r| in_body(r, "Digits=", "Digit="), "wrong-signature"),
    ("a parameter's name in other capitals", |r| in_body(r, "Digits=", "digits="), "wrong-signature"),
    ("one of two values changed", |r| in_body(r, "Tag=two", "Tag=tow"), "wrong-signature"),
    ("one of two values removed", |r| in_body(r, "&Tag=two", ""), "wrong-signature"),
    ("a third value", |r| in_body(r, "&Tag=two", "&Tag=two&Tag=three"), "wrong-signature"),
    ("a parameter moved to the query", move_to_query, "wrong-signature"),
    ("a signature of a few bytes less", |r| in_signature(r, |s| s[..s.len() - 8].to_owned()), "wrong-signature"),
    ("no signature", |r| in_signature(r, |_| String::new()), "no-signature"),
];

fn move_to_query(request: &mut Request) {
    in_body(request, "&Digits=1234", "");
    request.query.push_str("&Digits=1234");
}

/// Changes of a URL, which HMAC covers and Telnyx doesn't.
const URL: &[Change] = &[
    ("the scheme", |r| r.public_url = r.public_url.replace("https", "http"), "wrong-signature"),
    ("the host", |r| r.public_url = r.public_url.replace("calls", "falls"), "wrong-signature"),
    ("a domain above the host's", |r| r.public_url = r.public_url.replace("calls.", ""), "wrong-signature"),
    ("the stage", |r| r.public_url = r.public_url.replace("/prod", "/dev"), "wrong-signature"),
    ("no stage", |r| r.public_url = r.public_url.replace("/prod", ""), "wrong-signature"),
    ("the flow", |r| r.path = r.path.replace("bank", "shop"), "wrong-signature"),
    ("the path in other capitals", |r| r.path = r.path.replace("bank", "Bank"), "wrong-signature"),
    ("the webhook", |r| r.path = r.path.replace("voice", "transcription"), "wrong-signature"),
    ("a slash at the end of the path", |r| r.path.push('/'), "wrong-signature"),
    ("a slash twice", |r| r.path = r.path.replace("/bank", "//bank"), "wrong-signature"),
    ("a letter of the path encoded", |r| r.path = r.path.replace("bank", "%62ank"), "wrong-signature"),
    ("dots in the path", |r| r.path = r.path.replace("/bank", "/x/../bank"), "wrong-signature"),
    ("a query parameter's value", |r| r.query = r.query.replace("AZaz", "AZay"), "wrong-signature"),
    ("a query parameter removed", |r| r.query = r.query.replace("at=login.1&", ""), "wrong-signature"),
    ("a query parameter added", |r| r.query.push_str("&x=1"), "wrong-signature"),
    ("a query parameter twice", |r| r.query.push_str("&s=AZaz09-_"), "wrong-signature"),
    ("the order of the query", |r| r.query = "s=AZaz09-_&at=login.1".to_owned(), "wrong-signature"),
    ("a query encoded twice", |r| r.query = r.query.replace("login.1", "login%252E1"), "wrong-signature"),
    ("no query", |r| r.query.clear(), "wrong-signature"),
];

/// Changes of Twilio's headers.
const OF_TWILIO: &[Change] = &[
    ("another key", |r| *r = r.clone().by_twilio(OTHER_KEY), "wrong-signature"),
    ("a key in other capitals", |r| *r = r.clone().by_twilio(&TWILIO_KEY.to_uppercase()), "wrong-signature"),
    ("a port that nobody configured", signed_with_port, "wrong-signature"),
    ("no header", |r| drop(r.headers.remove(TWILIO)), "no-signature"),
    ("a signature without its end", |r| in_signature(r, |s| s[..s.len() - 2].to_owned()), "undecodable"),
    ("a signature with more at its end", |r| in_signature(r, |s| format!("{s}AAAA")), "undecodable"),
    ("a signature with a space", |r| in_signature(r, |s| format!("{s} ")), "undecodable"),
    ("a signature in hexadecimal", in_hexadecimal, "wrong-signature"),
    (
        "a signature of something else",
        |r| in_signature(r, |_| "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()),
        "wrong-signature",
    ),
    ("two signature headers", two_headers, "undecodable"),
    ("the algorithm of another signature", |r| r.set(SETTINGS, "key=k,algorithm=HMAC_SHA256"), "wrong-signature"),
    ("an unknown algorithm", |r| r.set(SETTINGS, "key=k,algorithm=HMAC_MD5"), "unknown-algorithm"),
    ("two algorithms", |r| r.set(SETTINGS, "algorithm=HMAC_SHA256,algorithm=HMAC_SHA1"), "unknown-algorithm"),
    ("a signature of Telnyx in Twilio's header", telnyx_in_twilio_header, "wrong-signature"),
    ("the headers of two providers", |r| *r = r.clone().by_telnyx(&telnyx()), "several-providers"),
    ("an untrue header of SignalWire", |r| r.set(SIGNALWIRE, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), "wrong-signature"),
];

fn signed_with_port(request: &mut Request) {
    let url = request.url().replace("example.com", "example.com:8443");
    let signature = sign_twilio(TWILIO_KEY, &url, request.body.as_bytes());
    request.set(TWILIO, &signature);
}

fn in_hexadecimal(request: &mut Request) {
    let signature = hexadecimal(HMAC_SHA1_FOR_LEGACY_USE_ONLY, TWILIO_KEY, &(request.url() + &request.body));
    request.set(TWILIO, &signature);
}

fn two_headers(request: &mut Request) {
    let (name, genuine) = (header(request), request.headers[&header(request)].clone());
    request.add(&name, &genuine);
}

fn telnyx_in_twilio_header(request: &mut Request) {
    let signed = telnyx().sign(request.now, request.body.as_bytes());
    request.set(TWILIO, &signed.signature);
}

const OF_SHARED_KEY: &[Change] = &[
    ("no settings", |r| drop(r.headers.remove(SETTINGS)), "wrong-signature"),
    ("settings of HMAC_SHA1", |r| r.set(SETTINGS, "key=k,algorithm=HMAC_SHA1"), "wrong-signature"),
    ("another key", |r| *r = r.clone().by_shared_key(OTHER_KEY), "wrong-signature"),
    ("the key of SignalWire", |r| *r = r.clone().by_shared_key(SIGNALWIRE_KEY), "wrong-signature"),
];

const OF_JSON: &[Change] = &[
    ("the body", |r| r.body = r.body.replace("1234", "1235"), "body-hash"),
    ("a space in the body", |r| r.body.push(' '), "body-hash"),
    ("no body", |r| r.body.clear(), "body-hash"),
    ("another digest", |r| r.query = r.query.replace("bodySHA256=", "bodySHA256=0"), "wrong-signature"),
    ("no digest", |r| r.query.clear(), "wrong-signature"),
    ("two digests, both signed", two_digests, "body-hash"),
    ("an empty digest, signed", empty_digest, "body-hash"),
    ("a form", |r| r.set("content-type", "application/x-www-form-urlencoded"), "wrong-signature"),
];

fn two_digests(request: &mut Request) {
    request.query = format!("bodySHA256=00&{}", request.query);
    request.set(TWILIO, &sign_twilio(TWILIO_KEY, &request.url(), b""));
}

fn empty_digest(request: &mut Request) {
    request.query = "bodySHA256=".to_owned();
    request.set(TWILIO, &sign_twilio(TWILIO_KEY, &request.url(), b""));
}

const OF_SIGNALWIRE: &[Change] = &[
    ("another key", |r| *r = r.clone().by_signalwire(OTHER_KEY), "wrong-signature"),
    ("the key of Twilio", |r| *r = r.clone().by_signalwire(TWILIO_KEY), "wrong-signature"),
    ("two signature headers", two_headers, "undecodable"),
    ("a signature without its end", |r| in_signature(r, |s| s[..s.len() - 2].to_owned()), "undecodable"),
    ("an untrue signature and a true one of Twilio", untrue_with_twilio, "wrong-signature"),
    ("an untrue SHA-256", |r| *r = other_sha256(r), "wrong-signature"),
];

fn untrue_with_twilio(request: &mut Request) {
    *request = request.clone().by_signalwire(OTHER_KEY).by_twilio(TWILIO_KEY);
}

fn other_sha256(request: &Request) -> Request {
    request.clone().by_signalwire(OTHER_KEY).by_signalwire_sha256(OTHER_KEY)
}

const OF_RAW: &[Change] = &[
    ("a copy of a parameter", |r| r.body.push_str("&Digits=1234"), "wrong-signature"),
    ("the order of two values", |r| in_body(r, "Tag=one&Tag=two", "Tag=two&Tag=one"), "wrong-signature"),
    (
        "the order of two parameters",
        |r| in_body(r, "CallSid=CA0123&AccountSid=AC0123", "AccountSid=AC0123&CallSid=CA0123"),
        "wrong-signature",
    ),
    ("the boundary of a name", |r| in_body(r, "Digits=1234", "Digits1=234"), "wrong-signature"),
    ("how a character is encoded", |r| in_body(r, "Ada", "%41da"), "wrong-signature"),
    ("a line break at the end", |r| r.body.push('\n'), "wrong-signature"),
];

const OF_HEX: &[Change] = &[
    ("the URL signed alone, in hexadecimal", url_alone_in_hexadecimal, "wrong-signature"),
    ("the URL signed alone", url_alone, "wrong-signature"),
    ("a SHA-1 signature in the SHA-256 header", as_sha256, "wrong-signature"),
    ("no hexadecimal digits", |r| in_signature(r, |s| s.replace(|c: char| c.is_ascii_digit(), "x")), "undecodable"),
];

/// SignalWire's newer libraries accept this with any body.
fn url_alone(request: &mut Request) {
    let signature = sign_twilio(SIGNALWIRE_KEY, &request.url(), b"");
    request.set(SIGNALWIRE, &signature);
}

fn url_alone_in_hexadecimal(request: &mut Request) {
    let signature = hexadecimal(HMAC_SHA1_FOR_LEGACY_USE_ONLY, SIGNALWIRE_KEY, &request.url());
    request.set(SIGNALWIRE, &signature);
}

fn as_sha256(request: &mut Request) {
    let signature = request.headers.remove(SIGNALWIRE).unwrap();
    request.set(SIGNALWIRE_SHA256, &signature);
}

const OF_TELNYX: &[Change] = &[
    ("another key", |r| *r = r.clone().by_telnyx(&other_telnyx()), "wrong-signature"),
    ("a stale timestamp", |r| r.now = NOW.plus(Duration::from_secs(301)), "stale"),
    ("a timestamp in the future", |r| r.now = NOW.minus(Duration::from_secs(301)), "stale"),
    ("a timestamp in milliseconds", in_milliseconds, "stale"),
    ("a fresher timestamp", |r| r.set(TIMESTAMP, "1795000001"), "wrong-signature"),
    ("a timestamp with a zero before it", |r| r.set(TIMESTAMP, "01795000000"), "wrong-signature"),
    ("no timestamp", |r| drop(r.headers.remove(TIMESTAMP)), "no-timestamp"),
    ("an empty timestamp", |r| r.set(TIMESTAMP, ""), "no-timestamp"),
    ("a timestamp with a sign", |r| r.set(TIMESTAMP, "+1795000000"), "undecodable-timestamp"),
    ("a timestamp with a space", |r| r.set(TIMESTAMP, " 1795000000"), "undecodable-timestamp"),
    ("a timestamp with a fraction", |r| r.set(TIMESTAMP, "1795000000.0"), "undecodable-timestamp"),
    ("a timestamp of words", |r| r.set(TIMESTAMP, "now"), "undecodable-timestamp"),
    ("a timestamp too large to read", |r| r.set(TIMESTAMP, "99999999999999999999"), "undecodable-timestamp"),
    ("two timestamps", |r| r.add(TIMESTAMP, "1795000000"), "undecodable-timestamp"),
    ("two signature headers", two_headers, "undecodable"),
    ("a signature without its end", |r| in_signature(r, |s| s[..s.len() - 2].to_owned()), "undecodable"),
    ("a signature of Twilio in Telnyx's header", twilio_in_telnyx_header, "wrong-signature"),
    ("the headers of two providers", |r| *r = r.clone().by_twilio(TWILIO_KEY), "several-providers"),
    ("a body moved to the query, as by GET", get, "empty-body"),
    ("a body without what is signed before it", |r| r.body.insert(0, '|'), "wrong-signature"),
];

fn in_milliseconds(request: &mut Request) {
    *request = Request { now: EpochMs(NOW.0 * 1000), ..request.clone() }.by_telnyx(&telnyx());
    request.now = NOW;
}

fn twilio_in_telnyx_header(request: &mut Request) {
    let signature = sign_twilio(TWILIO_KEY, &request.url(), request.body.as_bytes());
    request.set(TELNYX, &signature);
}

fn get(request: &mut Request) {
    request.query = std::mem::take(&mut request.body);
    *request = request.clone().by_telnyx(&telnyx());
}

/// Every mutation of every kind of signature.
pub fn mutations() -> Vec<Mutation> {
    let form = Request::form;
    let signalwire = form().by_signalwire(SIGNALWIRE_KEY);
    let raw = form().by_signalwire_raw(SIGNALWIRE_KEY);
    let sha256 = form().by_signalwire_sha256(SIGNALWIRE_KEY);
    let mut all = Vec::new();
    for (kind, genuine, tables) in [
        ("twilio", form().by_twilio(TWILIO_KEY), &[ANY, URL, OF_TWILIO][..]),
        ("twilio HMAC_SHA256", form().by_shared_key(SHARED_KEY), &[ANY, URL, OF_SHARED_KEY]),
        ("twilio JSON", Request::json_by_twilio(TWILIO_KEY), &[OF_JSON]),
        ("signalwire", signalwire, &[ANY, URL, OF_SIGNALWIRE]),
        ("signalwire raw", raw, &[ANY, URL, OF_RAW, OF_HEX]),
        ("signalwire SHA-256", sha256, &[ANY, URL, OF_RAW]),
        ("telnyx", form().by_telnyx(&telnyx()), &[ANY, OF_RAW, OF_TELNYX]),
    ] {
        for (name, change, refused) in tables.iter().copied().flatten() {
            let mut request = genuine.clone();
            change(&mut request);
            all.push(Mutation { name: format!("{kind}: {name}"), request, refused });
        }
    }
    all
}

#[test]
fn every_mutation_is_refused_for_its_reason() {
    let mut names = BTreeSet::new();
    for Mutation { name, request, refused } in mutations() {
        let verdict = request.verify(&keys()).map_err(|refused| refused.word());
        assert_eq!(verdict, Err(refused), "{name}: {request:?}");
        assert!(names.insert(name.clone()), "{name} is there twice");
    }
    let own: BTreeSet<&str> = names.iter().filter_map(|name| Some(name.split_once(": ")?.1)).collect();
    assert!(own.len() >= 30 && names.len() >= 150, "{} mutations of {} requests", own.len(), names.len());
}

#[test]
fn every_part_of_a_genuine_request_is_changed() {
    let genuine: Vec<Request> = good().into_iter().map(|(_, request, _)| request).collect();
    assert!(genuine.iter().any(|request| request.body == JSON));
    for Mutation { name, request, .. } in mutations() {
        assert!(
            genuine.iter().all(|genuine| format!("{genuine:?}") != format!("{request:?}")),
            "{name} changes nothing"
        );
    }
}
