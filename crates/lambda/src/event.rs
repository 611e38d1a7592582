//! Parses an API Gateway event into a request.
//!
//! `lambda_http` builds an `http::Request` and panics if it cannot: on a raw `<`, `>`, `"` or space in the query
//! string, a query over 64 KB, an illegal Host or bad base64 (seen with 1.3.2). Such a request still needs an answer,
//! because a caller is on the line, so this module parses the event itself. It reads the fields that a webhook uses and
//! skips all others, so one illegal header that nobody reads does no harm.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, Method, header};
use ringbolt_core::dialects::dialogtech::Form;
use ringbolt_core::time::EpochMs;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};
use std::{
    borrow::Cow,
    fmt,
    time::{Duration, Instant},
};

/// The maximum size of body and query string together, in bytes. A provider's request has a few KB; a transcription
/// arrives in the query string, which API Gateway limits to 10 KB.
pub const LARGEST_REQUEST: usize = 256 * 1024;

/// A clock that differs from API Gateway's by more than this is reported. An event is minutes old only if a clock is off: API
/// Gateway gives a function 30 seconds to answer. Locks and the freshness of signatures are counted in minutes.
pub const MOST_CLOCK_DIFFERENCE: Duration = Duration::from_secs(60);

/// The headers that any webhook reads.
const HEADERS: [&str; 8] = [
    "authorization",
    "content-type",
    "x-twilio-signature",
    "x-twilio-webhooks-signature-settings",
    "x-signalwire-signature",
    "x-signalwire-sha256-signature",
    "telnyx-signature-ed25519",
    "telnyx-timestamp",
];

/// The parts of a webhook request that Ringbolt uses.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// `{flow}` from the path, not yet validated.
    pub flow: String,
    /// The path, percent-encoded as it came. It begins with the name of the API's stage, unless that is `$default`.
    pub path: String,
    /// The API's domain at which the request came; empty in a hand-written event.
    pub domain: String,
    /// The raw query string, without `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded if API Gateway encoded it with base64; `None` if decoding failed.
    pub body: Option<Vec<u8>>,
    /// When the event came: the deadline counts from here.
    pub received: Instant,
    /// When API Gateway received the request, by its clock; `None` in a hand-written event.
    pub sent_at: Option<EpochMs>,
}

/// What is read of an event ("Payload format version 2.0", in API Gateway's developer guide).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpEvent {
    raw_path: Option<String>,
    raw_query_string: Option<String>,
    #[serde(default)]
    headers: KnownHeaders,
    path_parameters: Option<PathParameters>,
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Default, Deserialize)]
struct PathParameters {
    flow: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    http: Http,
    domain_name: Option<String>,
    #[serde(default)]
    time_epoch: i64,
}

#[derive(Deserialize)]
struct Http {
    method: HttpMethod,
}

struct HttpMethod(Method);

impl<'de> Deserialize<'de> for HttpMethod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let method = Cow::<str>::deserialize(deserializer)?;
        method.parse().map(Self).map_err(D::Error::custom)
    }
}

/// The [`HEADERS`] of an event.
#[derive(Default)]
struct KnownHeaders(HeaderMap);

impl<'de> Deserialize<'de> for KnownHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Self::default())
    }
}

impl<'de> Visitor<'de> for KnownHeaders {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("headers")
    }

    fn visit_none<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut headers: A) -> Result<Self, A::Error> {
        while let Some(name) = headers.next_key::<Cow<'_, str>>()? {
            match HEADERS.iter().find(|known| name.eq_ignore_ascii_case(known)) {
                // A header that matters is refused if it is illegal: a token must not be overlooked.
                Some(known) => {
                    let value = headers.next_value::<Cow<'_, str>>()?.parse().map_err(A::Error::custom)?;
                    self.0.insert(*known, value);
                }
                None => {
                    let IgnoredAny = headers.next_value()?;
                }
            }
        }
        Ok(self)
    }
}

/// The event does not come from an HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an event of an API Gateway HTTP API (payload format 2.0).")]
pub struct NotAnHttpEvent;

impl Request {
    /// Parses an event.
    ///
    /// # Errors
    /// [`NotAnHttpEvent`] if the event does not come from an HTTP API with payload format 2.0.
    pub fn from_event(event: &str) -> Result<Self, NotAnHttpEvent> {
        serde_json::from_str(event).map(Self::from_v2).map_err(|_| NotAnHttpEvent)
    }

    fn from_v2(event: HttpEvent) -> Self {
        let flow = event.path_parameters.unwrap_or_default().flow.unwrap_or_else(|| {
            // A hand-written event may lack the parameter; the path is `/{dialect}/{flow}/{webhook}`.
            let path = event.raw_path.as_deref().unwrap_or_default();
            path.split('/').nth(2).unwrap_or_default().to_owned()
        });
        let body = match (event.body, event.is_base64_encoded) {
            (None, _) => Some(Vec::new()),
            (Some(text), false) => Some(text.into_bytes()),
            (Some(text), true) => STANDARD.decode(text).ok(),
        };
        Self {
            domain: event.request_context.domain_name.unwrap_or_default(),
            method: event.request_context.http.method.0,
            flow,
            path: event.raw_path.unwrap_or_default(),
            query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers.0,
            body,
            received: Instant::now(),
            sent_at: Some(EpochMs(event.request_context.time_epoch)).filter(|at| at.0 > 0),
        }
    }

    /// Whether body and query string exceed [`LARGEST_REQUEST`].
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.query.len() + self.body.as_ref().map_or(0, Vec::len) > LARGEST_REQUEST
    }

    /// How far the clock that shows `now` is ahead of API Gateway's, in milliseconds, or behind (negative), if that is more
    /// than [`MOST_CLOCK_DIFFERENCE`].
    #[must_use]
    pub fn clock_off_ms(&self, now: EpochMs) -> Option<i64> {
        let received_at = now.minus(self.received.elapsed());
        let difference = received_at.0.saturating_sub(self.sent_at?.0);
        (u128::from(difference.unsigned_abs()) > MOST_CLOCK_DIFFERENCE.as_millis()).then_some(difference)
    }

    /// The body of a POST as a form, whatever its content type: no provider promises one.
    #[must_use]
    pub fn form(&self) -> Option<Form<'_>> {
        let bytes = self.body.as_deref().filter(|_| self.method == Method::POST)?;
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Some(Form { bytes, content_type })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Query, headers and body contain tokens, PINs and phone numbers.
        f.debug_struct("Request").field("method", &self.method).field("flow", &self.flow).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illegal_header_does_not_make_the_event_unreadable() {
        let event = serde_json::json!({
            "version": "2.0",
            "routeKey": "POST /wix-answers/{flow}/auth",
            "rawPath": "/wix-answers/demo/auth",
            "rawQueryString": "a=b",
            "headers": { "content-type": "application/json", "x-odd": "a\u{1}b", "bad name": "x" },
            "requestContext": { "http": { "method": "POST", "path": "/wix-answers/demo/auth" } },
            "body": "{}",
            "isBase64Encoded": false,
        });
        let request = Request::from_event(&event.to_string()).unwrap();
        assert_eq!((request.method, request.flow.as_str(), request.query.as_str()), (Method::POST, "demo", "a=b"));
        assert_eq!(request.headers.len(), 1);
    }

    #[test]
    fn an_illegal_header_that_matters_is_refused() {
        let event = |authorization: serde_json::Value| {
            serde_json::json!({
                "rawPath": "/", "headers": { "Authorization": authorization },
                "requestContext": { "http": { "method": "POST" } },
            })
        };
        assert_eq!(Request::from_event(&event("Bearer a".into()).to_string()).unwrap().headers.len(), 1);
        for illegal in ["a\u{1}b".into(), 1.into(), serde_json::json!(["Bearer a", "Bearer b"])] {
            assert_eq!(Request::from_event(&event(illegal).to_string()).unwrap_err(), NotAnHttpEvent);
        }
    }

    #[test]
    fn a_clock_is_off_if_it_differs_by_more_than_a_minute_either_way() {
        let request = |time_epoch: serde_json::Value| {
            let context = serde_json::json!({ "http": { "method": "POST", "path": "/" }, "timeEpoch": time_epoch });
            let event = serde_json::json!({
                "version": "2.0", "routeKey": "$default", "rawPath": "/", "headers": {}, "isBase64Encoded": false,
                "requestContext": context,
            });
            Request::from_event(&event.to_string()).unwrap()
        };
        let sent: i64 = 1_795_262_400_000;
        for (behind_ms, expected) in
            [(0, None), (-59_000, None), (59_000, None), (600_000, Some(-600_000)), (-600_000, Some(600_000))]
        {
            let off = request(sent.into()).clock_off_ms(EpochMs(sent - behind_ms));
            // The request has a few milliseconds behind it by now.
            let off = off.map(|ms| (ms + 5_000).div_euclid(10_000) * 10_000);
            assert_eq!(off, expected, "{behind_ms}");
        }
        assert_eq!(request(0.into()).clock_off_ms(EpochMs(sent)), None);
        assert_eq!(request((-5).into()).clock_off_ms(EpochMs(sent)), None);
        assert_eq!(request(i64::MAX.into()).clock_off_ms(EpochMs(i64::MIN)), Some(i64::MIN));
    }

    #[test]
    fn other_events_are_refused() {
        for event in ["", "{}", "[]", r#"{"version":"1.0","httpMethod":"GET","headers":{}}"#] {
            assert_eq!(Request::from_event(event).unwrap_err(), NotAnHttpEvent, "{event}");
        }
    }
}
