//! Puts records and lines of the log together: each answer is told once.

use super::{
    event::{Event, LeftOpen, Text},
    step::{Step, Webhook},
};
use crate::call::{
    find::Found,
    list::{Row, id_in_log},
    log::LogLine,
    record::{Revision, TranscriptRecord},
};
use ringbolt_core::{outcome::Outcome, time::EpochMs};

/// All that happened, by time.
pub(super) fn events(found: &Found, full_numbers: bool) -> Vec<Event> {
    let mut steps: Vec<Step> = found.runs.iter().flat_map(visits).collect();
    let stored = steps.len();
    let mut others = Vec::new();
    for line in found.lines.iter().filter(|line| !is_question(line)) {
        let (recorded, logged) = steps.split_at_mut(stored);
        if add(line, recorded) || repeats(line, logged) {
            continue;
        }
        match Step::of_line(line) {
            Some(step) => steps.push(step),
            None => others.extend(not_stored(line)),
        }
    }
    let texts = found.runs.iter().flat_map(|row| texts(row, full_numbers));
    others.extend(left_open(&found.lines, &steps));
    let mut events: Vec<Event> = steps.into_iter().map(|step| Event::Answer(Box::new(step))).collect();
    events.extend(texts.chain(others));
    events.sort_by_key(Event::at);
    events
}

fn visits(row: &Row) -> impl Iterator<Item = Step> {
    row.call.visits.iter().map(|visit| Step::of_visit(&row.response_id, visit))
}

/// Adds a line to the record of the request that it answers, if there is one: the last that came in before it. A second
/// line of a record is a repetition. Says whether there is such a record.
fn add(line: &LogLine, recorded: &mut [Step]) -> bool {
    let answers = |step: &&mut Step| {
        step.webhook.logs_as(&line.function)
            && id_in_log(&step.call) == line.call
            && (line.ivr_id.is_none() || line.ivr_id == step.ivr_id)
            && step.at.0 <= line.at
    };
    let Some(step) = recorded.iter_mut().rfind(answers) else { return false };
    // The same request gets the same answer. Another outcome was an answer of which no record is kept.
    let is_same = step.outcome.is_none_or(|outcome| outcome.word() == line.outcome);
    match (step.elapsed_ms, is_same) {
        (_, false) => return false,
        (None, true) => step.add_line(line),
        (Some(_), true) => step.repeated_at.push(EpochMs(line.at)),
    }
    true
}

/// Whether a line repeats the answer to the one before it.
fn repeats(line: &LogLine, logged: &mut [Step]) -> bool {
    let Some(step) = logged.last_mut() else { return false };
    let is_auth = step.webhook == Webhook::Auth && line.function == "auth-webhook";
    let is_repeated = is_auth && line.repeated && step.call == line.call;
    if is_repeated {
        step.repeated_at.push(EpochMs(line.at));
    }
    is_repeated
}

/// Whether a line is about a question of a TwiML call. Nothing was decided there, and nothing failed.
fn is_question(line: &LogLine) -> bool {
    line.outcome == Outcome::Asked.word() && line.failed.is_none()
}

/// The questions of a TwiML call after which no request came.
fn left_open(lines: &[LogLine], steps: &[Step]) -> Option<Event> {
    let decided_at = steps.iter().filter(|step| step.webhook == Webhook::Voice).map(|step| step.at).max();
    // Without an IVR, it is where the call began, or people were rung after a decision.
    let is_open = |line: &&LogLine| match decided_at {
        Some(decided_at) => EpochMs(line.at) > decided_at && line.ivr_id.is_some(),
        None => true,
    };
    let open: Vec<&LogLine> = lines.iter().filter(|line| is_question(line)).filter(is_open).collect();
    let last = open.last()?;
    let named = open.iter().rev().find(|line| line.ivr_id.is_some()).unwrap_or(last);
    Some(Event::LeftOpen(Box::new(LeftOpen {
        at: EpochMs(last.at),
        call: named.call.clone(),
        flow: last.flow.clone(),
        ivr_id: named.ivr_id.clone(),
        requests: open.len(),
    })))
}

/// A transcription that was not stored when it arrived. Stored ones are told by their records.
fn not_stored(line: &LogLine) -> Option<Event> {
    let outcome = Outcome::parse(&line.outcome)?;
    let is_told = matches!(outcome, Outcome::Queued | Outcome::NotStored | Outcome::Erased);
    is_told.then(|| Event::NotStored {
        at: EpochMs(line.at),
        flow: line.flow.clone(),
        ivr_id: line.ivr_id.clone(),
        outcome,
        why: line.why.clone(),
        // The voice webhook answers 503; nothing says that TwiML providers try again.
        comes_again: line.function != "voice-webhook",
    })
}

fn texts(row: &Row, full_numbers: bool) -> Vec<Event> {
    let number = row.call.number(full_numbers).in_speech();
    let text = |record: &TranscriptRecord, revision: &Revision, is_superseded| {
        Event::Transcription(Box::new(Text {
            at: revision.at,
            call: row.response_id.clone(),
            flow: record.flow.clone(),
            ivr_id: record.ivr_id.clone(),
            question: record.question.clone(),
            text: number.hide_in(revision.field("text")),
            is_superseded,
            is_alone: !row.call.visits.iter().any(|visit| visit.ivr_id == record.ivr_id),
            is_twiml: revision.is_twiml(),
        }))
    };
    let mut events = Vec::new();
    for record in &row.call.transcripts {
        events.extend(record.earlier.iter().map(|revision| text(record, revision, true)));
        events.push(text(record, &record.present, false));
    }
    events
}
