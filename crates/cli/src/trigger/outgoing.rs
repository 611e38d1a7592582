//! The HTTP request of an API Gateway event.

use super::shown::{Secrets, ShownRequest};
use crate::{api::Body, output::Output};
use anyhow::{Context as _, bail};
use http::{HeaderMap, HeaderName, Method, header, uri::PathAndQuery};
use http_body_util::Full;
use ringbolt_core::{
    dialects::{self, Dialect, Webhook},
    identity::FlowName,
};
use ringbolt_lambda::Request;
use ringbolt_simulator::LOCAL_TOKEN;
use serde_json::Value;

/// A request to a webhook.
pub(super) struct Outgoing {
    pub(super) dialect: &'static Dialect,
    pub(super) webhook: &'static Webhook,
    pub(super) method: Method,
    flow: String,
    /// The query string without our own token.
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    token: Token,
}

/// Which token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// The deployment's own. It travels in a header, to keep it out of access logs.
    Ours,
    /// Another one, or none.
    OfEvent,
}

impl Outgoing {
    /// Reads an event of an HTTP API (payload 2.0).
    ///
    /// # Errors
    /// It is another kind of event, its path belongs to no webhook, or its body is not the base64 that it claims to be.
    pub(super) fn of_event(text: &str) -> anyhow::Result<Self> {
        let no_event = "this is not an event of an API Gateway HTTP API (payload 2.0)";
        let request = Request::from_event(text).ok().context(no_event)?;
        let event: Value = serde_json::from_str(text).context(no_event)?;
        let path = event["rawPath"].as_str().context("the event has no rawPath")?;
        if PathAndQuery::try_from(path).is_err() {
            bail!("the rawPath of the event has a character that no URL can have");
        }
        let Some((dialect, webhook, flow)) = dialects::find(path) else {
            bail!("no webhook has the path of this event")
        };
        let Some(body) = request.body else { bail!("the body of the event is not base64, so no request can have it") };
        // The deployment's own token takes the place of the one for local runs, which sample events carry. Any other is sent
        // as it is, because a refusal is then what the event is about.
        let bearer = format!("Bearer {LOCAL_TOKEN}");
        let mut headers = of_provider(&event);
        let mut token = Token::OfEvent;
        if headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes() == bearer.as_bytes()) {
            headers.remove(header::AUTHORIZATION);
            token = Token::Ours;
        }
        let auth = format!("auth={LOCAL_TOKEN}");
        let kept: Vec<&str> = request.query.split('&').filter(|pair| *pair != auth).collect();
        if kept.len() < request.query.split('&').count() {
            token = Token::Ours;
        }
        let query = kept.join("&");
        Ok(Self { dialect, webhook, method: request.method, flow: flow.to_owned(), query, headers, body, token })
    }

    /// Sends it to another flow.
    pub(super) fn name_flow(&mut self, name: &FlowName) {
        self.flow = name.to_string();
    }

    /// The name of the flow in the path.
    pub(super) fn flow(&self) -> &str {
        &self.flow
    }

    /// Whether it carries the deployment's own token.
    pub(super) fn is_ours(&self) -> bool {
        self.token == Token::Ours
    }

    fn path(&self) -> String {
        self.dialect.path_of(self.webhook, &self.flow)
    }

    /// The request to the webhooks at `base`.
    ///
    /// # Errors
    /// The URL or the token is unusable.
    pub(super) fn to_http(&self, base: &str, token: &str) -> anyhow::Result<http::Request<Body>> {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", escaped(&self.query)) };
        let mut request =
            http::Request::builder().method(self.method.clone()).uri(format!("{base}{}{query}", self.path()));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if self.is_ours() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = Full::new(bytes::Bytes::copy_from_slice(&self.body));
        request.body(body).with_context(|| format!("{base} is not a valid URL, or the token cannot be sent"))
    }

    /// The parameters of a DialogTech webhook: those of the query, then those of the form.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        let form = if self.is_json() || self.method != Method::POST { &[] } else { self.body.as_slice() };
        [self.query.as_bytes(), form].into_iter().flat_map(|pairs| form_urlencoded::parse(pairs).into_owned()).collect()
    }

    /// Whether its body is JSON, as Wix Answers sends it.
    pub(super) fn is_json(&self) -> bool {
        self.dialect.path == "wix-answers"
    }

    /// The provider's id of the call, as the log has it.
    pub(super) fn call_id(&self) -> Option<String> {
        let id = if self.is_json() {
            serde_json::from_slice::<Value>(&self.body).ok()?["callId"].as_str()?.to_owned()
        } else {
            let wanted = if self.webhook.steers { "ivr_response_id" } else { "unique_id" };
            self.parameters().into_iter().find(|(name, _)| name == wanted)?.1
        };
        let id = crate::call::id_in_log(&id);
        (!id.is_empty()).then_some(id)
    }

    /// Prints the request. PINs are dots, and the token is hidden.
    pub(super) fn print(&self, out: Output, base: &str, secrets: &Secrets) {
        out.say(&format!("{} {base}{}", self.method, self.path()));
        for line in secrets.lines(self) {
            out.say(&format!("  {line}"));
        }
    }

    /// The request for programs, with the same things hidden.
    pub(super) fn document(&self, base: &str, secrets: &Secrets) -> ShownRequest {
        secrets.document(self, format!("{base}{}", self.path()))
    }
}

/// The headers of an event without those of the way to API Gateway, such as `host` and `x-forwarded-for`.
fn of_provider(event: &Value) -> HeaderMap {
    let known = [header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, header::USER_AGENT];
    let sent = event["headers"].as_object().into_iter().flatten().filter_map(|(name, value)| {
        let name: HeaderName = name.parse().ok()?;
        Some((name, value.as_str()?.parse().ok()?))
    });
    sent.filter(|(name, _)| known.contains(name)).collect()
}

/// A query string without the characters that no URL may have. API Gateway passes them on, so an event can have them.
fn escaped(query: &str) -> String {
    let mut url = String::with_capacity(query.len());
    for byte in query.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>#`{}|\\^".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(path: &str, query: &str) -> String {
        json!({
            "version": "2.0", "routeKey": "GET /dialogtech/{flow}/next-action", "rawPath": path, "rawQueryString": query,
            "headers": { "host": "a b", "accept": "*/*", "x-forwarded-for": "198.51.100.7" },
            "requestContext": { "http": { "method": "GET", "path": path } }, "isBase64Encoded": false,
        })
        .to_string()
    }

    #[test]
    fn the_token_for_local_runs_becomes_the_deployments_own() {
        let mut request =
            Outgoing::of_event(&event("/dialogtech/demo/next-action", "auth=dev-token-not-secret&a=<b c>")).unwrap();
        request.name_flow(&FlowName::parse("bank").unwrap());
        let sent = request.to_http("http://127.0.0.1:1", "sesame").unwrap();
        assert_eq!(sent.uri().to_string(), "http://127.0.0.1:1/dialogtech/bank/next-action?a=%3Cb%20c%3E");
        assert_eq!(sent.headers()["authorization"], "Bearer sesame");
        assert!(sent.headers().contains_key("accept") && !sent.headers().contains_key("x-forwarded-for"));

        let other = Outgoing::of_event(&event("/dialogtech/demo/next-action", "auth=other&a=1")).unwrap();
        let sent = other.to_http("http://127.0.0.1:1", "sesame").unwrap();
        assert!(!sent.headers().contains_key("authorization") && sent.uri().query() == Some("auth=other&a=1"));
    }

    #[test]
    fn what_is_no_request_to_a_webhook_is_refused() {
        for (text, complaint) in [
            ("{}", "not an event of an API Gateway HTTP API"),
            (r#"{"Records":[]}"#, "not an event of an API Gateway HTTP API"),
            (&event("/elsewhere", ""), "no webhook has the path"),
            (&event("/dialogtech/de\u{1}mo/next-action", ""), "the rawPath of the event has a character"),
        ] {
            let error = Outgoing::of_event(text).err().unwrap();
            assert!(error.to_string().contains(complaint), "{error}");
        }
    }
}
