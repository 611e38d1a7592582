//! The answer to the provider.

use crate::{Failure, flows::FlowVersion};
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use lambda_http::aws_lambda_events::{apigw::ApiGatewayV2httpResponse, encodings::Body};
use ringbolt_core::{call::Reason, outcome::Outcome};

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
    /// Which rule of which IVR decided, or for which case the flow has none.
    pub reason: Option<Box<Reason>>,
    /// What failed, if that is why the fallback was answered.
    pub failed: Option<Box<Failed>>,
    /// The provider's call id.
    pub call: String,
    /// Whether this repeats the answer of an earlier attempt.
    pub repeated: bool,
    /// Whether the call's record was not stored when the answer left.
    pub unrecorded: bool,
}

/// Why the fallback was answered, if something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// A word for logs and metrics; see [`Failure::kind`].
    pub kind: &'static str,
    /// A sentence.
    pub text: String,
}

impl Report {
    /// Why this was answered, in one line: `login, rule 2 on line 18`, or what failed. `None` if there is nothing to say.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let failed = self.failed.as_ref().map(|failed| failed.text.clone());
        failed.or_else(|| self.reason.as_ref().map(ToString::to_string))
    }
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
    pub fn reason(mut self, reason: Option<Reason>) -> Self {
        self.report.reason = reason.map(Box::new);
        self
    }

    /// Sets what failed.
    #[must_use]
    pub fn failed(mut self, failure: &Failure) -> Self {
        if let Failure::Undecidable(undecidable) = failure {
            self.report.reason = undecidable.reason().map(Box::new);
        }
        self.report.failed = Some(Box::new(Failed { kind: failure.kind(), text: failure.to_string() }));
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

    /// Sets whether the call's record was not stored when the answer left.
    #[must_use]
    pub fn unrecorded(mut self, unrecorded: bool) -> Self {
        self.report.unrecorded = unrecorded;
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
