//! What `call show --json` prints.

use super::{lines_of, other_lines};
use crate::{
    call::{
        find::{Found, IdKind},
        list::Row,
        log::LoggedAnswer,
        number::CallingNumber,
        record::{Revision, TranscriptRecord, VisitRecord},
    },
    when::Utc,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What `call show` found under an id.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownCalls {
    /// The id that was asked for.
    id: String,
    /// What this id is.
    id_kind: IdKind,
    /// The stored runs through IVRs, by time. Empty if only the log has this id.
    calls: Vec<ShownCall>,
    /// The lines of the log that belong to no stored run, by time.
    log: Vec<LoggedAnswer>,
}

/// One respondent's run through an IVR.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownCall {
    /// The id of the run: DialogTech's `ivr_response_id`; for TwiML, the `CallSid` with `-r` and the number of the run.
    response_id: String,
    /// The id of the whole call (`ivr_session_id`, `CallSid`).
    session_id: Option<String>,
    /// The flow that answered.
    flow: String,
    /// The calling number: its last four digits or all of it, or `withheld`. `null` if only transcriptions are stored.
    from: Option<String>,
    /// The requests of the IVR's webhook, by time.
    visits: Vec<ShownVisit>,
    /// The transcriptions, by IVR and question.
    transcriptions: Vec<ShownTranscription>,
    /// The lines of the log about it, by time. Empty if the log could not be read.
    log: Vec<LoggedAnswer>,
}

/// A request of an IVR's webhook, and the answer.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownVisit {
    /// When it came in: ISO 8601, UTC.
    at: Utc,
    /// The flow that answered.
    flow: String,
    /// The flow's version: a number, or `file`.
    flow_version: Option<String>,
    /// The IVR's name in the flow.
    ivr: Option<String>,
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: String,
    /// What the caller keyed or said, by question: a text, or a list if it came more than once. What may be a PIN is
    /// `[redacted]`.
    keyed: BTreeMap<String, Value>,
    /// The provider's fields about the call, in the same form.
    call: BTreeMap<String, Value>,
    /// SourceTrak's fields, in the same form.
    source: BTreeMap<String, Value>,
    /// The document or text that was answered.
    answer: Option<String>,
    /// How it ended, in one word, such as `verified`.
    outcome: Option<String>,
    /// The id of the rule that decided, such as `ivr:login/wrong/1`.
    rule: Option<String>,
    /// The line of the flow file that decided or failed, from 1.
    line: Option<u64>,
    /// Which rule decided, or why the fallback answered, in words.
    why: Option<String>,
    /// The kind of failure that led to the fallback, such as `deadline`.
    failed: Option<String>,
    /// Whether a duress PIN was keyed.
    duress: bool,
}

/// The transcription of an answer.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownTranscription {
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: String,
    /// The question, as the provider numbers it.
    question: String,
    /// The text that counts.
    present: ShownText,
    /// The texts that it superseded, oldest first.
    earlier: Vec<ShownText>,
}

/// A text of a transcription.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownText {
    /// When it was received: ISO 8601, UTC.
    at: Utc,
    /// All that the provider sent, by parameter.
    fields: BTreeMap<String, Value>,
}

impl ShownCalls {
    pub(super) fn of(id: &str, found: &Found, full_numbers: bool) -> Self {
        Self {
            id: id.to_owned(),
            id_kind: found.kind,
            calls: found.runs.iter().map(|row| ShownCall::of(row, found, full_numbers)).collect(),
            log: other_lines(found).into_iter().map(|line| line.document()).collect(),
        }
    }
}

impl ShownCall {
    fn of(row: &Row, found: &Found, full_numbers: bool) -> Self {
        let number = row.call.number(full_numbers);
        Self {
            response_id: row.response_id.clone(),
            session_id: row.call.session().map(str::to_owned),
            flow: row.call.flow_and_ivr().0.to_owned(),
            from: (!row.call.visits.is_empty()).then(|| number.shown()),
            visits: row.call.visits.iter().map(|visit| ShownVisit::of(visit, &number)).collect(),
            transcriptions: row.call.transcripts.iter().map(|text| ShownTranscription::of(text, &number)).collect(),
            log: lines_of(row, &found.lines).into_iter().map(|line| line.document()).collect(),
        }
    }
}

impl ShownVisit {
    fn of(visit: &VisitRecord, number: &CallingNumber) -> Self {
        Self {
            at: Utc::of(visit.at),
            flow: visit.flow.clone(),
            flow_version: visit.version.clone(),
            ivr: visit.ivr.clone(),
            ivr_id: visit.ivr_id.clone(),
            keyed: hidden(visit.sent("answers"), number),
            call: hidden(visit.sent("call"), number),
            source: hidden(visit.sent("source"), number),
            answer: visit.answered.as_ref().map(|answer| number.hide_in(answer)),
            outcome: visit.outcome.clone(),
            rule: visit.rule.clone(),
            line: visit.line,
            why: visit.why.clone(),
            failed: visit.failed.clone(),
            duress: visit.duress,
        }
    }
}

impl ShownTranscription {
    fn of(text: &TranscriptRecord, number: &CallingNumber) -> Self {
        Self {
            ivr_id: text.ivr_id.clone(),
            question: text.question.clone(),
            present: ShownText::of(&text.present, number),
            earlier: text.earlier.iter().map(|earlier| ShownText::of(earlier, number)).collect(),
        }
    }
}

impl ShownText {
    fn of(revision: &Revision, number: &CallingNumber) -> Self {
        let fields = revision.fields.as_object().into_iter().flatten();
        let fields = fields.map(|(name, value)| (name.clone(), number.shown_field(name, value))).collect();
        Self { at: Utc::of(revision.at), fields }
    }
}

/// The same fields with the caller's numbers hidden.
fn hidden(fields: BTreeMap<String, Value>, number: &CallingNumber) -> BTreeMap<String, Value> {
    fields.into_iter().map(|(name, value)| (name.clone(), number.shown_field(&name, &value))).collect()
}
