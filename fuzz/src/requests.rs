//! What every webhook reads first: the event of API Gateway, and the token.

// The crate around them needs the AWS SDK, whose build takes minutes; these files don't.
#[allow(dead_code)]
#[path = "../../crates/lambda/src/event.rs"]
mod event;
#[allow(dead_code)]
#[path = "../../crates/lambda/src/token.rs"]
mod token;

use crate::input::Input;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use event::Request;
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use serde_json::Value;
use std::sync::LazyLock;
use token::{Admitted, WebhookTokens};

/// An event.
///
/// What is read of it is what is in it, whatever else is.
pub fn event(data: &[u8]) {
    let text = Input::new(data).rest_as_text();
    let Ok(request) = Request::from_event(&text) else { return };
    // What is not read may have half of a character as an escape.
    let Ok(event) = serde_json::from_str::<Value>(&text) else { return };
    let field = |name: &str| event.get(name).and_then(Value::as_str);
    assert_eq!(request.query, field("rawQueryString").unwrap_or_default());
    assert_eq!(request.path, field("rawPath").unwrap_or_default());
    let is_base64 = event.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default();
    let body = match (field("body"), is_base64) {
        (None, _) => Some(Vec::new()),
        (Some(body), false) => Some(body.as_bytes().to_vec()),
        (Some(body), true) => STANDARD.decode(body).ok(),
    };
    assert_eq!(request.body, body);
    assert!(request.form().is_none() || request.method == "POST");
    // Nothing that a log could show has a token, a PIN or a number in it.
    let (method, flow) = (&request.method, &request.flow);
    assert_eq!(format!("{request:?}"), format!("Request {{ method: {method:?}, flow: {flow:?}, .. }}"));
}

const CURRENT: &str = "current-token-0123";
const PREVIOUS: &str = "previous-token-012";

static TOKENS: LazyLock<WebhookTokens> = LazyLock::new(|| {
    WebhookTokens::from_json(&format!(r#"{{"current":"{CURRENT}","previous":"{PREVIOUS}"}}"#)).expect("they are tokens")
});

/// A line for the query, then one for each header.
///
/// Exactly one token is admitted, wherever it is, and nothing else.
pub fn token(data: &[u8]) {
    let mut input = Input::new(data);
    let query = input.line();
    let mut headers = HeaderMap::new();
    let mut given: Vec<Option<Vec<u8>>> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "auth")
        .map(|(_, token)| Some(token.as_bytes().to_vec()))
        .collect();
    for _ in 0..4 {
        if input.is_empty() {
            break;
        }
        let Ok(value) = HeaderValue::from_bytes(input.bytes()) else { continue };
        given.push(value.to_str().ok().and_then(in_header));
        headers.append(AUTHORIZATION, value);
    }
    let expected = match given.as_slice() {
        [Some(one)] if one == CURRENT.as_bytes() => Some(Admitted::Current),
        [Some(one)] if one == PREVIOUS.as_bytes() => Some(Admitted::Previous),
        _ => None,
    };
    assert_eq!(TOKENS.admitted(&query, &headers), expected, "{query} {headers:?}");
}

fn in_header(value: &str) -> Option<Vec<u8>> {
    let at = value.find(' ')?;
    let credentials = value[at..].trim();
    match value[..at].to_ascii_lowercase().as_str() {
        "bearer" => Some(credentials.as_bytes().to_vec()),
        "basic" => {
            let decoded = STANDARD.decode(credentials).ok()?;
            let colon = decoded.iter().position(|byte| *byte == b':')?;
            Some(decoded[colon + 1..].to_vec())
        }
        _ => None,
    }
}
