//! `ringbolt call show`

use super::{
    list::id_in_log,
    log::{CallLog, LineFilter, LogLine},
    number::CallingNumber,
    record::{CallRecord, Revision, TranscriptRecord, VisitRecord},
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    output::{Output, Tone, harmless},
    when::{LocalTime, before},
};
use anyhow::bail;
use clap::Args;
use jiff::SignedDuration;
use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::system_clock;
use serde_json::{Value, json};

/// Print a call as a timeline of requests, answers and transcriptions
///
/// Outcomes come from the functions' log, if it can be read. PINs are never stored.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call show --stack ringbolt 70000001")]
pub(super) struct Show {
    /// Respondent's id: the ivr_response_id, or the unique_id of a transcription
    response_id: String,
    /// Show the full calling number instead of its last four digits
    #[arg(long)]
    full_numbers: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// An event in a call.
enum Event<'a> {
    Visit(&'a VisitRecord),
    Answered(&'a LogLine),
    Text(&'a TranscriptRecord, &'a Revision, bool),
}

impl Show {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let items =
            connection.calls()?.call(&self.response_id).await.explained(&connection, "the call could not be read")?;
        let call = CallRecord::read(&items, system_clock()());
        let (Some(began), Some(ended)) = (call.began(), call.ended()) else {
            bail!(
                "no call {} is stored in {}: check the id, and how long calls are kept (RetentionDays)",
                harmless(&self.response_id),
                connection.name()
            );
        };
        let (lines, log_error) = self.log_lines(&connection, began, ended).await;
        let zone = LocalTime::of_this_machine();
        if out.json() {
            out.document(&self.document(&call, &lines, &zone))?;
        } else {
            self.print(out, &call, &lines, &zone);
        }
        if let Some(reason) = log_error {
            out.note(&format!("Outcomes are not shown, because the log could not be read: {reason}."));
        }
        connection.close().await
    }

    /// The log lines about this call, and the error if the log could not be read.
    async fn log_lines(
        &self,
        connection: &Connection,
        began: EpochMs,
        ended: EpochMs,
    ) -> (Vec<LogLine>, Option<String>) {
        let minute = SignedDuration::from_mins(1);
        let span = before(began, minute)..before(ended, -minute);
        let filter = LineFilter { call: Some(id_in_log(&self.response_id)), outcome: None };
        let mut lines = Vec::new();
        let read = match CallLog::of(connection) {
            Ok(log) => log.read(span, &filter, |line| lines.push(line)).await,
            Err(error) => Err(error),
        };
        lines.sort_by_key(|line| line.at);
        (lines, read.err().map(|error| format!("{error:#}")))
    }

    fn print(&self, out: Output, call: &CallRecord, lines: &[LogLine], zone: &LocalTime) {
        let number = call.number(self.full_numbers);
        let (flow, _) = call.flow_and_ivr();
        let began = call.began().unwrap_or_default();
        let from = if call.visits.is_empty() { String::new() } else { format!(", from {}", number.shown()) };
        let session = call.session().map(|id| format!(", session {}", harmless(id))).unwrap_or_default();
        let title = format!("Call {} on {}, flow {flow}{from}{session}", harmless(&self.response_id), zone.date(began));
        out.say(&out.paint(Tone::Strong, &title));
        out.say(&format!("Times are in {}.", zone.zone(began)));
        let mut day = zone.date(began);
        for (at, event) in timeline(call, lines) {
            let today = zone.date(at);
            if today != day {
                out.say(&today);
                day = today;
            }
            let mut entry = event.lines(&number).into_iter();
            out.say(&format!("{}  {}", zone.time(at), entry.next().unwrap_or_default()));
            entry.for_each(|line| out.say(&format!("          {line}")));
        }
    }

    fn document(&self, call: &CallRecord, lines: &[LogLine], zone: &LocalTime) -> Value {
        let number = call.number(self.full_numbers);
        let text = |revision: &Revision| json!({ "at": revision.at.0, "local_time": zone.date_and_time(revision.at), "fields": number.hide_in_value(&revision.fields) });
        let visits = call.visits.iter().map(|visit| {
            json!({
                "at": visit.at.0,
                "local_time": zone.date_and_time(visit.at),
                "flow": visit.flow,
                "ivr": visit.ivr_id,
                "told": number.hide_in_value(&visit.told),
                "answered": visit.answered.as_ref().map(|answer| number.hide_in(answer)),
                "outcome": visit.outcome,
                "why": visit.why,
            })
        });
        let transcripts = call.transcripts.iter().map(|transcript| {
            json!({
                "ivr": transcript.ivr_id,
                "question": transcript.question,
                "present": text(&transcript.present),
                "earlier": transcript.earlier.iter().map(text).collect::<Vec<_>>(),
            })
        });
        json!({
            "response_id": self.response_id,
            "session_id": call.session(),
            "flow": call.flow_and_ivr().0,
            "from": number.shown(),
            "visits": visits.collect::<Vec<_>>(),
            "transcriptions": transcripts.collect::<Vec<_>>(),
            "log": lines,
        })
    }
}

/// All events in order. At equal times, a request comes before its answer.
fn timeline<'a>(call: &'a CallRecord, lines: &'a [LogLine]) -> Vec<(EpochMs, Event<'a>)> {
    let mut events: Vec<_> = call.visits.iter().map(|visit| (visit.at, Event::Visit(visit))).collect();
    for transcript in &call.transcripts {
        events.extend(transcript.earlier.iter().map(|earlier| (earlier.at, Event::Text(transcript, earlier, true))));
        events.push((transcript.present.at, Event::Text(transcript, &transcript.present, false)));
    }
    events.extend(lines.iter().map(|line| (EpochMs(line.at), Event::Answered(line))));
    events.sort_by_key(|(at, event)| (*at, matches!(event, Event::Answered(_))));
    events
}

impl Event<'_> {
    /// The lines to print; the first one goes next to the time.
    fn lines(&self, number: &CallingNumber) -> Vec<String> {
        match self {
            Self::Visit(visit) => {
                let mut lines = vec![format!("IVR {} ended", visit.ivr_id)];
                for (name, title) in [("answers", "answers"), ("call", "call"), ("source", "source")] {
                    let fields = fields(visit.told.get(name), number);
                    if !fields.is_empty() {
                        lines.push(format!("{title:<9} {fields}"));
                    }
                }
                lines.push(match &visit.answered {
                    Some(answer) => format!("answer    {}", harmless(&one_line(&number.hide_in(answer)))),
                    None => "answer    not stored: it was not yet decided when this was written".to_owned(),
                });
                if let Some(outcome) = &visit.outcome {
                    let why = visit.why.as_ref().map(|why| format!(": {}", harmless(why))).unwrap_or_default();
                    lines.push(format!("outcome   {}{why}", harmless(outcome)));
                }
                lines
            }
            Self::Answered(line) => {
                let repeated = if line.repeated { ", repeating an earlier answer" } else { "" };
                vec![format!("{} answered: {}{repeated} ({} ms)", line.function, line.outcome, line.elapsed_ms)]
            }
            Self::Text(transcript, revision, superseded) => {
                let superseded = if *superseded { ", superseded" } else { "" };
                let question = format!("transcription of IVR {}, question {}", transcript.ivr_id, transcript.question);
                let text = harmless(&number.hide_in(revision.field("text")));
                vec![format!("{question}{superseded}"), format!("\"{text}\"")]
            }
        }
    }
}

/// `name=value` for each field with a value.
fn fields(told: Option<&Value>, number: &CallingNumber) -> String {
    let Some(Value::Object(fields)) = told else { return String::new() };
    let one = |(name, value): (&String, &Value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let shown = if name == "ivr_caller_id" { number.shown() } else { number.hide_in(&text) };
        (!text.is_empty()).then(|| format!("{}={}", harmless(name), harmless(&shown)))
    };
    fields.iter().filter_map(one).collect::<Vec<_>>().join("  ")
}

/// A document on one line.
fn one_line(document: &str) -> String {
    document.lines().map(str::trim).collect::<String>()
}
