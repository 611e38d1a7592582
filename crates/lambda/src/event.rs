//! From API Gateway's event to a request.
//!
//! `lambda_http` would build an `http::Request` and panics where that is impossible: on a raw `<`, `>`, `"` or space in
//! the query string, a query over 64 KB, an illegal Host, bad base64 (seen with 1.3.2). A caller is on the line all the
//! same, so the event is taken apart here.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, Method, header};
use lambda_http::{aws_lambda_events::apigw::ApiGatewayV2httpRequest, request::LambdaRequest};
use std::fmt;

/// The most that a body and a query string may have together, in bytes. A provider's request has a few KB; a
/// transcription comes in a query string, which API Gateway limits to 10 KB.
pub const LARGEST_REQUEST: usize = 256 * 1024;

/// A webhook's request, as far as Ringbolt uses it.
#[derive(Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// `{flow}` of the path, not yet looked at.
    pub flow: String,
    /// The query string as it came, without `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decoded from base64 where API Gateway encoded it; `None` where that was impossible.
    pub body: Option<Vec<u8>>,
}

/// The event is not one of an HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an event of an API Gateway HTTP API (payload format 2.0).")]
pub struct NotAnHttpEvent;

impl Request {
    /// Reads an event.
    ///
    /// # Errors
    /// [`NotAnHttpEvent`] where it is no event of an HTTP API with payload format 2.0.
    pub fn from_event(event: &str) -> Result<Self, NotAnHttpEvent> {
        match serde_json::from_str::<LambdaRequest>(event) {
            Ok(LambdaRequest::ApiGatewayV2(event)) => Ok(Self::from_v2(event)),
            _ => Self::without_foreign_headers(event),
        }
    }

    /// One header with a character that is none makes the whole event unreadable. Only two headers matter here.
    fn without_foreign_headers(event: &str) -> Result<Self, NotAnHttpEvent> {
        let mut event: serde_json::Value = serde_json::from_str(event).map_err(|_| NotAnHttpEvent)?;
        let headers = event.get_mut("headers").and_then(serde_json::Value::as_object_mut).ok_or(NotAnHttpEvent)?;
        headers.retain(|name, _| ["authorization", "content-type"].contains(&name.to_ascii_lowercase().as_str()));
        serde_json::from_value(event).map(Self::from_v2).map_err(|_| NotAnHttpEvent)
    }

    fn from_v2(event: ApiGatewayV2httpRequest) -> Self {
        let flow = event.path_parameters.get("flow").cloned().unwrap_or_else(|| {
            // An event made by hand may lack it: `/{dialect}/{flow}/{webhook}`.
            let path = event.raw_path.as_deref().unwrap_or_default();
            path.split('/').nth(2).unwrap_or_default().to_owned()
        });
        let body = match (event.body, event.is_base64_encoded) {
            (None, _) => Some(Vec::new()),
            (Some(text), false) => Some(text.into_bytes()),
            (Some(text), true) => STANDARD.decode(text).ok(),
        };
        Self {
            method: event.request_context.http.method,
            flow,
            query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers,
            body,
        }
    }

    /// Whether there is more of it than any provider sends.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.query.len() + self.body.as_ref().map_or(0, Vec::len) > LARGEST_REQUEST
    }

    /// The body where it is a form, whatever else its content type says (a charset, capitals).
    #[must_use]
    pub fn form(&self) -> Option<&[u8]> {
        let content_type = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let is_form = essence.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        if is_form { self.body.as_deref() } else { None }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Query, headers and body have tokens, PINs and numbers.
        f.debug_struct("Request").field("method", &self.method).field("flow", &self.flow).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_is_none_does_not_make_the_event_unreadable() {
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
    fn what_is_no_http_event_is_refused() {
        for event in ["", "{}", "[]", r#"{"version":"1.0","httpMethod":"GET","headers":{}}"#] {
            assert_eq!(Request::from_event(event).unwrap_err(), NotAnHttpEvent, "{event}");
        }
    }
}
