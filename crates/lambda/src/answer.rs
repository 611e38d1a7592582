//! What goes back to the provider.

use crate::flows::FlowVersion;
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use lambda_http::aws_lambda_events::{apigw::ApiGatewayV2httpResponse, encodings::Body};

/// An HTTP answer: one of a dialect, or a sentence for a caller of the URL who is not the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
    /// What it came from, for logs; not sent.
    pub report: Report,
}

/// What the log says about an answer. Nothing in it belongs to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What came of it, in a word: `verified`, `wrong`, `fallback`.
    pub outcome: &'static str,
    /// The version of the flow that answered; none did where the request was refused before, or needs no flow.
    pub version: Option<FlowVersion>,
    /// The provider's id of the call.
    pub call: String,
    /// Whether it was an earlier attempt's answer, given again.
    pub repeated: bool,
}

impl Answer {
    /// `text/plain`, which both providers take for text to read or an id. FreeSWITCH-like peers go by the type.
    #[must_use]
    pub fn text(body: impl Into<String>) -> Self {
        Self { status: 200, content_type: "text/plain; charset=utf-8", body: body.into(), report: Report::default() }
    }

    /// `text/xml`, for an action document.
    #[must_use]
    pub fn xml(body: impl Into<String>) -> Self {
        Self { status: 200, content_type: "text/xml; charset=utf-8", body: body.into(), report: Report::default() }
    }

    /// A refusal in a sentence.
    #[must_use]
    pub fn refusal(status: u16, sentence: &str) -> Self {
        let report = Report { outcome: "refused", ..Report::default() };
        Self { status, content_type: "text/plain; charset=utf-8", body: format!("{sentence}\n"), report }
    }

    /// The same answer, with the word for what came of it.
    #[must_use]
    pub fn outcome(mut self, outcome: &'static str) -> Self {
        self.report.outcome = outcome;
        self
    }

    /// The same answer, with the version of the flow that it comes from.
    #[must_use]
    pub fn version(mut self, version: FlowVersion) -> Self {
        self.report.version = Some(version);
        self
    }

    /// The same answer, with the provider's id of the call: as far as it looks like an id, since what a stranger puts
    /// there must not spoil a log.
    #[must_use]
    pub fn call(mut self, id: Option<&str>) -> Self {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        self.report.call = id.unwrap_or_default().chars().take(64).take_while(plain).collect();
        self
    }

    /// The same answer, marked as an earlier attempt's where it is.
    #[must_use]
    pub fn repeated(mut self, repeated: bool) -> Self {
        self.report.repeated = repeated;
        self
    }

    /// The answer as API Gateway's HTTP API (payload 2.0) takes it.
    #[must_use]
    pub fn into_event(self) -> ApiGatewayV2httpResponse {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        // An answer belongs to one moment of one call: nothing on the way may keep it.
        headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = i64::from(self.status);
        response.headers = headers;
        response.body = Some(Body::Text(self.body));
        response
    }
}
