//! The answer to the provider.

use crate::{FailedTry, Failure, flows::FlowVersion};
use ringbolt_core::{
    call::{Reason, Results},
    flow::{Flow, graph::RuleId},
    outcome::Outcome,
};
use serde::Serialize;

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
    /// What failed, if that decided the answer: the fallback, the queue, or a refusal to store.
    pub failed: Option<Box<Failed>>,
    /// The provider's call id; for DialogTech the respondent's id.
    pub call: String,
    /// The IVR that ended, as far as the request says which, and the call in which it ran.
    pub visited: Option<Box<Visited>>,
    /// Whether this repeats the answer of an earlier attempt.
    pub repeated: bool,
    /// Whether the call's record was not stored when the answer left.
    pub unrecorded: bool,
    /// What operators are told, and no answer depends on; `None` if there is nothing.
    pub noticed: Option<Box<Noticed>>,
}

/// What operators are told about a request. No answer depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// The PIN that failed, if one was tried.
    pub failed_try: Option<FailedTry>,
    /// Whether a duress PIN was keyed, and the flow asks for that to be told.
    pub duress: bool,
    /// How far this instance's clock is ahead of API Gateway's, in milliseconds, or behind (negative), if that is too far.
    pub clock_off_ms: Option<i64>,
}

/// Why the fallback was answered, if something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// A word for logs and metrics; see [`Failure::kind`].
    pub kind: &'static str,
    /// A sentence.
    pub text: String,
    /// The rule that had been taken, if a text or a number of it failed.
    pub rule: Option<RuleId>,
    /// The line of the flow file where it failed, from 1; `None` if it is not the flow that failed.
    pub line: Option<usize>,
}

/// An IVR that ended, and the call in which it ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visited {
    /// Its name; `None` if the flow doesn't have it.
    pub name: Option<String>,
    /// Its id in the portal, as the provider sent it.
    pub id: Option<String>,
    /// The line of the flow file where it begins, from 1.
    pub line: Option<usize>,
    /// DialogTech's id of the whole call, in which several IVRs may run.
    pub session: Option<String>,
}

impl Report {
    /// Why this was answered, in one line: `login, rule 2 on line 18`, or what failed and in which IVR. `None` if there is
    /// nothing to say.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        let failed = self.failed.as_ref().map(|failed| match self.place_of(failed) {
            Some(place) => format!("{} ({place})", failed.text),
            None => failed.text.clone(),
        });
        failed.or_else(|| self.reason.as_ref().map(ToString::to_string))
    }

    /// The rule that decided, or that had been taken when something failed.
    #[must_use]
    pub fn rule(&self) -> Option<&RuleId> {
        let failed = self.failed.as_ref().and_then(|failed| failed.rule.as_ref());
        failed.or_else(|| self.reason.as_ref().map(|reason| &reason.rule))
    }

    /// The line of the flow file that decided, or at which something failed: that of the rule, or else of the IVR.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        let failed = self.failed.as_ref().and_then(|failed| failed.line);
        let line = failed.or_else(|| self.reason.as_ref().map(|reason| reason.line));
        line.or_else(|| self.visited.as_ref()?.line)
    }

    /// What operators are told.
    #[must_use]
    pub fn noticed(&self) -> Noticed {
        self.noticed.as_deref().copied().unwrap_or_default()
    }

    /// The IVR in which something failed, unless the failure itself names its place.
    fn place_of(&self, failed: &Failed) -> Option<String> {
        let Visited { name, id, line, .. } = self.visited.as_deref().filter(|_| failed.line.is_none())?;
        match (name, line, id) {
            (Some(name), Some(line), _) => Some(format!("IVR {name}, line {line}")),
            (Some(name), None, _) => Some(format!("IVR {name}")),
            // A flow that doesn't have the IVR says so with its id.
            (None, _, Some(id)) if !failed.text.contains(id) => Some(format!("IVR {id}")),
            (None, ..) => None,
        }
    }
}

impl Answer {
    /// Characters of an id in the log; the rest is cut off.
    pub const MAX_ID_CHARS: usize = 64;

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
        let place = match failure {
            Failure::Undecidable(undecidable) => undecidable.place.as_ref(),
            _ => None,
        };
        self.report.failed = Some(Box::new(Failed {
            kind: failure.kind(),
            text: failure.to_string(),
            rule: place.and_then(|place| place.rule.clone()),
            line: place.map(|place| place.line),
        }));
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
        self.report.call = plain(id.unwrap_or_default());
        self
    }

    /// Sets the IVR that ended and the ids of the call, cut off like the call id.
    #[must_use]
    pub fn about(self, flow: &Flow, results: &Results) -> Self {
        let name = results.ended.ivr();
        let line = name.and_then(|name| flow.ivrs.get(name)).map(|ivr| ivr.at.line);
        let call = results.response_id.as_ref().map(|id| id.as_str());
        self.call(call).visited(Visited {
            name: name.map(ToString::to_string),
            id: results.ivr_id.clone(),
            line,
            session: results.session_id.as_ref().map(|id| id.as_str().to_owned()),
        })
    }

    /// Sets the IVR that ended. Its id and the call's are cut off like the call id.
    #[must_use]
    pub fn visited(mut self, visited: Visited) -> Self {
        let id = |id: Option<String>| id.as_deref().map(plain).filter(|id| !id.is_empty());
        let visited = Visited { id: id(visited.id), session: id(visited.session), ..visited };
        self.report.visited = (visited != Visited::default()).then(|| Box::new(visited));
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
    pub fn into_event(self) -> HttpAnswer {
        let headers = Headers { content_type: self.content_type, cache_control: "no-store" };
        HttpAnswer { status_code: self.status, headers, body: self.body, is_base64_encoded: false }
    }
}

/// What API Gateway makes an HTTP answer of ("Payload format version 2.0", in its developer guide).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    status_code: u16,
    headers: Headers,
    body: String,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Headers {
    content_type: &'static str,
    /// An answer is valid for one moment of one call, so nothing on the way may cache it.
    cache_control: &'static str,
}

/// An id, cut off at the first character that an id would not have.
fn plain(id: &str) -> String {
    id.chars()
        .take(Answer::MAX_ID_CHARS)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::{
        call::{Engine, Undecidable},
        flow::{IvrName, hours::Closures},
        pin::PinKeys,
        time::EpochMs,
    };

    const FLOW: &str = r#"
flow: f
realm: f
fallback: { do: hangup }
ivrs:
  balance:
    id: 7
    rules:
      - { when: answers.digit == "1", say: "Goodbye." }
      - { say: "{{ caller.balance }}" }
"#;

    fn failure(flow: &Flow, results: &Results) -> Failure {
        let keys = PinKeys::from_json(&format!(r#"{{"current":"{}"}}"#, "k".repeat(90))).unwrap();
        let failed: Undecidable =
            Engine::new(flow, results, &keys, &Closures::default().into(), EpochMs(0)).plan().unwrap_err();
        Failure::Undecidable(failed)
    }

    #[test]
    fn a_fallback_names_the_ivr_the_rule_the_line_and_the_variable() {
        let flow = Flow::load(FLOW).unwrap();
        let results = Results { ivr_id: Some("7".to_owned()), ..Results::of(IvrName::parse("balance").unwrap()) };
        let answer = |failure: &Failure| Answer::text("").about(&flow, &results).failed(failure).report;
        let report = answer(&failure(&flow, &results));
        assert_eq!(report.rule().map(ToString::to_string).as_deref(), Some("ivr:balance/-/2"));
        assert_eq!(report.line(), Some(10));
        let why = "the flow cannot answer: the template reads `caller.balance`, which this call does not have (IVR balance, \
                   rule 2, line 10)";
        assert_eq!(report.why().as_deref(), Some(why));
        let report = answer(&Failure::Deadline);
        assert_eq!(report.why().as_deref(), Some("the deadline has passed (IVR balance, line 6)"));
        assert_eq!((report.rule(), report.line()), (None, Some(6)));
    }

    #[test]
    fn the_id_of_a_run_is_logged_whole_for_every_provider() {
        for id in [
            "70000001",
            "CA0123456789abcdef0123456789abcdef-r1",
            "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ-r12",
        ] {
            assert_eq!(Answer::text("").call(Some(id)).report.call, id);
        }
    }

    #[test]
    fn an_unknown_ivr_is_named_by_its_id_which_cannot_be_arbitrary_text() {
        let flow = Flow::load(FLOW).unwrap();
        let results = Results {
            ended: ringbolt_core::call::Ended::Unknown("99".to_owned()),
            ivr_id: Some("99 <b>".to_owned()),
            ..Results::nothing()
        };
        let report = Answer::text("").about(&flow, &results).failed(&failure(&flow, &results)).report;
        assert_eq!(report.why().as_deref(), Some("the flow cannot answer: the flow has no IVR with the id `99`"));
        assert_eq!(report.visited.unwrap().id.as_deref(), Some("99"));
        let report = Answer::text("").about(&flow, &results).failed(&Failure::Panic).report;
        assert_eq!(report.why().as_deref(), Some("the handler panicked (IVR 99)"));
    }
}
