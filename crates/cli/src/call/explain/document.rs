//! What `call explain --json` prints.

use super::{
    Explained,
    event::{Event, LeftOpen, Text},
    flows::KnownFlow,
    step::Step,
};
use crate::{call::find::IdKind, when::Utc};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A call, explained.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExplainedCall {
    /// The id that was asked for.
    id: String,
    /// What this id is.
    id_kind: IdKind,
    /// The id of the whole call (`ivr_session_id`, `CallSid`).
    session_id: Option<String>,
    /// The calling number: its last four digits or all of it, or `withheld`. `null` if no request of it is stored.
    from: Option<String>,
    /// What happened, by time.
    events: Vec<ExplainedEvent>,
    /// What to know about these explanations, such as that the flow has changed since.
    notes: Vec<String>,
}

/// What kind of event.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum EventKind {
    /// A webhook asked what comes next, and was answered.
    Answer,
    /// A transcription was stored.
    Transcription,
    /// A transcription arrived and was not stored at once.
    TranscriptionNotStored,
    /// Questions of a TwiML call were asked, and no request came after them.
    LeftOpen,
}

/// Something that happened in the call.
#[derive(Debug, Serialize, JsonSchema)]
struct ExplainedEvent {
    /// When: ISO 8601, UTC.
    at: Utc,
    /// What kind of event.
    kind: EventKind,
    /// It in sentences.
    sentences: Vec<String>,
    /// The provider's id of the call. For DialogTech, the respondent's id (`ivr_response_id`); for TwiML, the `CallSid` with
    /// `-r` and the number of the run.
    call: Option<String>,
    /// The flow in the URL.
    flow: String,
    /// The flow's version that answered: a number, or `file`.
    flow_version: Option<String>,
    /// The IVR's name in the flow.
    ivr: Option<String>,
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: Option<String>,
    /// What the caller keyed, by question, as far as it is kept. `null` if no record is stored.
    keyed: Option<BTreeMap<String, String>>,
    /// How it ended, in one word, such as `verified` or `fallback`.
    outcome: Option<String>,
    /// Whether the flow's fallback answered. `null` for a transcription.
    is_fallback: Option<bool>,
    /// The id of the rule that decided, such as `ivr:login/wrong/1`.
    rule: Option<String>,
    /// The rule's condition, as the flow has it.
    condition: Option<String>,
    /// The line of the flow file that decided or failed, from 1.
    line: Option<u64>,
    /// Which rule decided, or why the fallback answered, in the words of the record.
    why: Option<String>,
    /// The kind of failure that led to the fallback, such as `deadline`.
    failed: Option<String>,
    /// The document or text that was answered. `null` if it is not stored.
    answer: Option<String>,
    /// How long the answer took inside the function, in milliseconds.
    elapsed_ms: Option<u64>,
    /// The question that was transcribed, as the provider numbers it. `null` for an answer.
    question: Option<String>,
    /// The transcribed text. `null` for an answer.
    text: Option<String>,
    /// How often the same request came again and got the same answer.
    repetitions: usize,
    /// Whether a duress PIN was keyed. `null` for a transcription.
    duress: Option<bool>,
    /// Whether a record of the request is stored; otherwise only the log has it. `null` for a transcription.
    is_recorded: Option<bool>,
}

impl ExplainedCall {
    pub(super) fn of(explained: &Explained<'_>, id_kind: IdKind, notes: Vec<String>) -> Self {
        let hide = |text: &str| explained.number.as_ref().map_or(text.to_owned(), |number| number.hide_in(text));
        let events = explained.sentences().zip(&explained.events);
        let events = events.map(|((event, sentences), (_, flow))| ExplainedEvent::of(event, *flow, sentences, &hide));
        Self {
            id: explained.id.to_owned(),
            id_kind,
            session_id: explained.session.clone(),
            from: explained.number.as_ref().map(|number| number.shown()),
            events: events.collect(),
            notes,
        }
    }
}

impl ExplainedEvent {
    fn of(event: &Event, flow: Option<&KnownFlow>, sentences: Vec<String>, hide: &impl Fn(&str) -> String) -> Self {
        let kind = match event {
            Event::Answer(_) => EventKind::Answer,
            Event::Transcription(_) => EventKind::Transcription,
            Event::NotStored { .. } => EventKind::TranscriptionNotStored,
            Event::LeftOpen(_) => EventKind::LeftOpen,
        };
        let plain = Self {
            at: Utc::of(event.at()),
            kind,
            sentences,
            call: None,
            flow: event.flow().to_owned(),
            flow_version: None,
            ivr: None,
            ivr_id: None,
            keyed: None,
            outcome: None,
            is_fallback: None,
            rule: None,
            condition: None,
            line: None,
            why: None,
            failed: None,
            answer: None,
            elapsed_ms: None,
            question: None,
            text: None,
            repetitions: 0,
            duress: None,
            is_recorded: None,
        };
        match event {
            Event::Answer(step) => plain.answered(step, flow, hide),
            Event::Transcription(text) => {
                let Text { call, ivr_id, question, text, .. } = text.as_ref().clone();
                let text = Some(hide(&text));
                Self { call: Some(call), ivr_id: Some(ivr_id), question: Some(question), text, ..plain }
            }
            Event::LeftOpen(open) => {
                let LeftOpen { call, ivr_id, .. } = open.as_ref().clone();
                Self { call: Some(call).filter(|call| !call.is_empty()), ivr_id, ..plain }
            }
            Event::NotStored { ivr_id, outcome, why, .. } => {
                Self { ivr_id: ivr_id.clone(), outcome: Some(outcome.word().to_owned()), why: why.clone(), ..plain }
            }
        }
    }

    fn answered(self, step: &Step, flow: Option<&KnownFlow>, hide: &impl Fn(&str) -> String) -> Self {
        let kept = step.answers().0.into_iter().map(|(name, value)| (name.to_owned(), hide(&value))).collect();
        Self {
            call: Some(step.call.clone()).filter(|call| !call.is_empty()),
            flow_version: step.version.clone(),
            ivr: step.ivr.clone(),
            ivr_id: step.ivr_id.clone(),
            keyed: step.keyed.as_ref().map(|_| kept),
            outcome: step.outcome.map(|outcome| outcome.word().to_owned()),
            is_fallback: Some(step.is_fallback()),
            rule: step.rule.clone(),
            condition: flow.and_then(|flow| flow.edges(step).next()?.when.clone()),
            line: step.line,
            why: step.why.clone(),
            failed: step.failed.clone(),
            answer: step.answer.as_deref().map(hide),
            elapsed_ms: step.elapsed_ms,
            repetitions: step.repeated_at.len(),
            duress: Some(step.duress),
            is_recorded: Some(step.keyed.is_some()),
            ..self
        }
    }
}
