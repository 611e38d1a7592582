//! Converts HTTP requests to the events of an API Gateway HTTP API (payload format 2.0).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ringbolt_core::time::EpochMs;
use serde_json::{Map, Value, json};

/// The parts of an HTTP request.
#[derive(Clone, Debug)]
pub struct HttpRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The raw query string, without `?`.
    pub query: &'a str,
    /// The headers as received, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: &'a [u8],
}

/// Returns the event for a request to a route such as `POST /wix-answers/{flow}/auth`.
#[must_use]
pub fn api_gateway_event(request: &HttpRequest<'_>, route: &str, flow: &str, now: EpochMs) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &request.headers {
        // API Gateway joins a repeated header with commas.
        match headers.get_mut(name) {
            Some(Value::String(joined)) => *joined = format!("{joined},{value}"),
            _ => {
                headers.insert(name.clone(), Value::from(value.clone()));
            }
        }
    }
    let header = |name: &str| headers.get(name).and_then(Value::as_str).unwrap_or_default();
    let (content_type, user_agent) = (header("content-type").to_owned(), header("user-agent").to_owned());
    let (body, encoded) = match std::str::from_utf8(request.body) {
        Ok(text) if is_text(&content_type) => (text.to_owned(), false),
        _ => (STANDARD.encode(request.body), !request.body.is_empty()),
    };
    let mut event = json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": user_agent,
            },
            "requestId": format!("local-{}", now.0),
            "routeKey": route,
            "stage": "$default",
            "timeEpoch": now.0,
        },
        "pathParameters": { "flow": flow },
        "isBase64Encoded": encoded,
    });
    if !body.is_empty() {
        event["body"] = Value::from(body);
    }
    event
}

/// Whether an HTTP API passes the body on as text. It encodes all others with base64, forms included.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_base64_and_repeated_headers_are_joined() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = HttpRequest {
            method: "POST",
            path: "/dialogtech/demo/next-action",
            query: "a=<b>",
            headers: vec![
                header("content-type", "application/x-www-form-urlencoded"),
                header("authorization", "Bearer a"),
                header("authorization", "Bearer b"),
            ],
            body: b"qos=5",
        };
        let event = api_gateway_event(&request, "POST /dialogtech/{flow}/next-action", "demo", EpochMs(1));
        assert_eq!(event["body"], "cW9zPTU=");
        assert_eq!(event["isBase64Encoded"], true);
        assert_eq!(event["rawQueryString"], "a=<b>");
        assert_eq!(event["headers"]["authorization"], "Bearer a,Bearer b");
    }
}
