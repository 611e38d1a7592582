//! The answer to the provider.

use crate::flows::FlowVersion;
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use lambda_http::aws_lambda_events::{apigw::ApiGatewayV2httpResponse, encodings::Body};
use ringbolt_core::outcome::Outcome;

/// An HTTP answer: a dialect's document, or a sentence for a client that is not the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
    /// How the answer came about, for logs; not sent.
    pub report: Report,
}

/// What the log says about an answer. It holds no personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How the request ended.
    pub outcome: Outcome,
    /// The version of the flow that answered; `None` if the request was refused first or needs no flow.
    pub version: Option<FlowVersion>,
    /// Which rule of which IVR decided, if one did: `login, rule 2 on line 18`.
    pub rule: Option<String>,
    /// The provider's call id.
    pub call: String,
    /// Whether this repeats the answer of an earlier attempt.
    pub repeated: bool,
}

impl Answer {
    /// `text/plain`, which both providers expect for an id or for text to read. FreeSWITCH-like clients check the type.
    #[must_use]
    pub fn text(body: impl Into<String>) -> Self {
        Self { status: 200, content_type: "text/plain; charset=utf-8", body: body.into(), report: Report::default() }
    }

    /// `text/xml`, for an action document.
    #[must_use]
    pub fn xml(body: impl Into<String>) -> Self {
        Self { status: 200, content_type: "text/xml; charset=utf-8", body: body.into(), report: Report::default() }
    }

    /// A refusal, explained in one sentence.
    #[must_use]
    pub fn refusal(status: u16, sentence: &str) -> Self {
        let report = Report { outcome: Outcome::Refused, ..Report::default() };
        Self { status, content_type: "text/plain; charset=utf-8", body: format!("{sentence}\n"), report }
    }

    /// Sets the rule that decided.
    #[must_use]
    pub fn rule(mut self, rule: Option<String>) -> Self {
        self.report.rule = rule;
        self
    }

    /// Sets the outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.report.outcome = outcome;
        self
    }

    /// Sets the version of the flow that answered.
    #[must_use]
    pub fn version(mut self, version: FlowVersion) -> Self {
        self.report.version = Some(version);
        self
    }

    /// Sets the provider's call id, cut off at the first character that an id would not have. A stranger must not be
    /// able to write arbitrary text to the log.
    #[must_use]
    pub fn call(mut self, id: Option<&str>) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        self.report.call = id.unwrap_or_default().chars().take(64).take_while(plain).collect();
        self
    }

    /// Sets whether this repeats the answer of an earlier attempt.
    #[must_use]
    pub fn repeated(mut self, repeated: bool) -> Self {
        self.report.repeated = repeated;
        self
    }

    /// Converts to the response format of an API Gateway HTTP API (payload 2.0).
    #[must_use]
    pub fn into_event(self) -> ApiGatewayV2httpResponse {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        // An answer is valid for one moment of one call, so nothing on the way may cache it.
        headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = i64::from(self.status);
        response.headers = headers;
        response.body = Some(Body::Text(self.body));
        response
    }
}
