//! An answer of a webhook, from its record, its line in the log, or both.

use crate::call::{log::LogLine, record::VisitRecord};
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a record has in place of a value that may be a PIN.
const REDACTED: &str = "[redacted]";

/// Which webhook answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Webhook {
    /// DialogTech's, after an IVR.
    NextAction,
    /// Wix Answers', after a PIN was keyed.
    Auth,
    /// TwiML's, at every turn of a call.
    Voice,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) webhook: Webhook,
    /// When the request came in; for a line of the log, when it was answered.
    pub(super) at: EpochMs,
    pub(super) call: String,
    pub(super) flow: String,
    /// The flow's version: a number, or `file`.
    pub(super) version: Option<String>,
    pub(super) ivr: Option<String>,
    pub(super) ivr_id: Option<String>,
    /// What was keyed, by question. `None` if no record was stored.
    pub(super) keyed: Option<BTreeMap<String, Value>>,
    /// The document or text that was answered, if it was stored.
    pub(super) answer: Option<String>,
    pub(super) outcome: Option<Outcome>,
    pub(super) rule: Option<String>,
    pub(super) line: Option<u64>,
    pub(super) why: Option<String>,
    pub(super) failed: Option<String>,
    /// Whether a duress PIN was keyed.
    pub(super) duress: bool,
    pub(super) elapsed_ms: Option<u64>,
    /// When the same request came again, and got the same answer.
    pub(super) repeated_at: Vec<EpochMs>,
}

/// Whether an outcome is that of a transcription.
fn stores(outcome: Outcome) -> bool {
    use Outcome as O;
    matches!(outcome, O::First | O::Repeated | O::Superseded | O::Outdated | O::Erased | O::Queued | O::NotStored)
}

impl Webhook {
    /// Whether a line of the log can be about one of its records.
    pub(super) fn logs_as(self, function: &str) -> bool {
        match self {
            Self::NextAction => function == "next-action",
            Self::Voice => function == "voice-webhook",
            // Nothing of it is recorded.
            Self::Auth => false,
        }
    }
}

impl Step {
    pub(super) fn of_visit(response_id: &str, visit: &VisitRecord) -> Self {
        Self {
            webhook: if visit.is_twiml() { Webhook::Voice } else { Webhook::NextAction },
            at: visit.at,
            call: response_id.to_owned(),
            flow: visit.flow.clone(),
            version: visit.version.clone(),
            ivr: visit.ivr.clone(),
            ivr_id: Some(visit.ivr_id.clone()),
            keyed: Some(visit.sent("answers")),
            answer: visit.answered.clone(),
            outcome: visit.outcome.as_deref().and_then(Outcome::parse),
            rule: visit.rule.clone(),
            line: visit.line,
            why: visit.why.clone(),
            failed: visit.failed.clone(),
            duress: visit.duress,
            elapsed_ms: None,
            repeated_at: Vec::new(),
        }
    }

    /// `None` if the line is not about an answer that decided where a call goes.
    pub(super) fn of_line(line: &LogLine) -> Option<Self> {
        let outcome = Outcome::parse(&line.outcome);
        let webhook = match line.function.as_str() {
            "next-action" => Webhook::NextAction,
            "auth-webhook" => Webhook::Auth,
            // The same function stores transcriptions. A question that is asked decides nothing.
            "voice-webhook" if !outcome.is_some_and(|outcome| outcome == Outcome::Asked || stores(outcome)) => {
                Webhook::Voice
            }
            _ => return None,
        };
        Some(Self {
            webhook,
            at: EpochMs(line.at),
            call: line.call.clone(),
            flow: line.flow.clone(),
            version: line.version(),
            ivr: line.ivr.clone(),
            ivr_id: line.ivr_id.clone(),
            keyed: None,
            answer: None,
            outcome,
            rule: line.rule.clone(),
            line: line.line,
            why: line.why.clone(),
            failed: line.failed.clone(),
            duress: line.duress,
            elapsed_ms: Some(line.elapsed_ms),
            repeated_at: Vec::new(),
        })
    }

    /// Adds what only the log knows. A record that was stored before the answer lacks the rest.
    pub(super) fn add_line(&mut self, line: &LogLine) {
        self.elapsed_ms = Some(line.elapsed_ms);
        self.duress |= line.duress;
        self.outcome = self.outcome.or_else(|| Outcome::parse(&line.outcome));
        self.version = self.version.take().or_else(|| line.version());
        self.line = self.line.or(line.line);
        for (own, logged) in [
            (&mut self.ivr, &line.ivr),
            (&mut self.rule, &line.rule),
            (&mut self.why, &line.why),
            (&mut self.failed, &line.failed),
        ] {
            *own = own.take().or_else(|| logged.clone());
        }
    }

    /// Whether the fallback answered, because something failed or the flow has no rule.
    pub(super) fn is_fallback(&self) -> bool {
        self.failed.is_some() || self.outcome == Some(Outcome::Fallback) || self.has_no_rule()
    }

    /// Whether the flow has no rule for what happened.
    pub(super) fn has_no_rule(&self) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule.ends_with("/fallback"))
    }

    /// What was keyed and kept, by question, and the questions whose answers were not kept.
    pub(super) fn answers(&self) -> (Vec<(&str, String)>, Vec<&str>) {
        let (mut kept, mut redacted) = (Vec::new(), Vec::new());
        for (name, value) in self.keyed.iter().flatten() {
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Array(values) => {
                    values.iter().map(|value| value.as_str().unwrap_or_default()).collect::<Vec<_>>().join(", ")
                }
                other => other.to_string(),
            };
            if value.contains(REDACTED) || name == REDACTED {
                redacted.push(name.as_str());
            } else {
                kept.push((name.as_str(), value));
            }
        }
        (kept, redacted)
    }
}
