//! `ringbolt call show`

mod document;

pub(crate) use document::ShownCalls;

use super::{
    find::{CallId, Found},
    list::{Row, id_in_log},
    log::LogLine,
    number::CallingNumber,
    record::{CallRecord, Revision, TranscriptRecord, VisitRecord},
};
use crate::{
    connection::ConnectionArgs,
    output::{Output, Tone, harmless},
    when::LocalTime,
};
use clap::Args;
use ringbolt_core::time::EpochMs;
use serde_json::Value;

/// Print a call as a timeline of requests, answers and transcriptions
///
/// A session, or a call by its CallSid, is shown run by run. Of a Wix Answers call, only the log has anything. PINs are never stored. `ringbolt call
/// explain` says the same in sentences, with the reasons.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call show --stack ringbolt 70000001")]
pub(super) struct Show {
    #[command(flatten)]
    id: CallId,
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
        let found = self.id.find(&connection).await?;
        if out.json() {
            out.document(&ShownCalls::of(&self.id.id, &found, self.full_numbers))?;
        } else {
            self.print(out, &found);
        }
        if let Some(reason) = &found.log_error {
            out.note(&format!("Lines of the log are not shown, because it could not be read: {reason}."));
        }
        connection.close().await
    }

    fn print(&self, out: Output, found: &Found) {
        let zone = LocalTime::of_this_machine();
        for (number, row) in found.runs.iter().enumerate() {
            if number > 0 {
                out.say("");
            }
            let lines = lines_of(row, &found.lines);
            self.print_run(out, row, &lines, &zone);
        }
        let others = other_lines(found);
        if let Some(first) = others.first() {
            let at = EpochMs(first.at);
            let title = format!("Call {} on {}, only in the log", harmless(&self.id.id), zone.date(at));
            out.say(&out.paint(Tone::Strong, &title));
            out.say(&format!("Times are in {}.", zone.zone(at)));
        }
        for line in others {
            let entry = Event::Answered(line).lines(&CallingNumber::new(None, false));
            out.say(&format!("{}  {}", zone.time(EpochMs(line.at)), entry.join(" ")));
        }
    }

    fn print_run(&self, out: Output, row: &Row, lines: &[&LogLine], zone: &LocalTime) {
        let call = &row.call;
        let number = call.number(self.full_numbers);
        let (flow, _) = call.flow_and_ivr();
        let began = call.began().unwrap_or_default();
        let from = if call.visits.is_empty() { String::new() } else { format!(", from {}", number.shown()) };
        let session = call.session().map(|id| format!(", session {}", harmless(id))).unwrap_or_default();
        let title = format!("Call {} on {}, flow {flow}{from}{session}", harmless(&row.response_id), zone.date(began));
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
}

/// The lines of the log about a run.
fn lines_of<'l>(row: &Row, lines: &'l [LogLine]) -> Vec<&'l LogLine> {
    let id = id_in_log(&row.response_id);
    lines.iter().filter(|line| line.call == id).collect()
}

/// The lines of the log about no stored run.
fn other_lines(found: &Found) -> Vec<&LogLine> {
    let known: Vec<String> = found.runs.iter().map(|row| id_in_log(&row.response_id)).collect();
    found.lines.iter().filter(|line| !known.contains(&line.call)).collect()
}

/// All events in order. At equal times, a request comes before its answer.
fn timeline<'a>(call: &'a CallRecord, lines: &[&'a LogLine]) -> Vec<(EpochMs, Event<'a>)> {
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
                let mut lines = vec![match &visit.ivr {
                    // Without an id in the portal, the name is the id.
                    Some(name) if *name != visit.ivr_id => format!("IVR {} ({}) ended", harmless(name), visit.ivr_id),
                    _ => format!("IVR {} ended", visit.ivr_id),
                }];
                for (name, title) in [("answers", "keyed"), ("call", "call"), ("source", "source")] {
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
                if visit.duress {
                    lines.push("duress    the caller keyed their duress PIN".to_owned());
                }
                lines
            }
            Self::Answered(line) => {
                let duress = if line.duress { ", a duress PIN" } else { "" };
                let repeated = if line.repeated { ", repeating an earlier answer" } else { "" };
                let why = line.why.as_ref().map(|why| format!(": {}", harmless(why))).unwrap_or_default();
                vec![format!(
                    "{} answered: {}{duress}{repeated}{why} ({} ms)",
                    line.function, line.outcome, line.elapsed_ms
                )]
            }
            Self::Text(transcript, revision, superseded) => {
                let superseded = if *superseded { ", superseded" } else { "" };
                let question = format!("transcription of IVR {}, question {}", transcript.ivr_id, transcript.question);
                let text = harmless(&number.in_speech().hide_in(revision.field("text")));
                vec![format!("{question}{superseded}"), format!("\"{text}\"")]
            }
        }
    }
}

/// `name=value` for each field with a value.
fn fields(told: Option<&Value>, number: &CallingNumber) -> String {
    let Some(Value::Object(fields)) = told else { return String::new() };
    let one = |(name, value): (&String, &Value)| {
        let shown = match number.shown_field(name, value) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        (!shown.is_empty()).then(|| format!("{}={}", harmless(name), harmless(&shown)))
    };
    fields.iter().filter_map(one).collect::<Vec<_>>().join("  ")
}

/// A document on one line.
fn one_line(document: &str) -> String {
    document.lines().map(str::trim).collect::<String>()
}
