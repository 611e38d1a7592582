//! `ringbolt call explain`: what happened in a call and why, in sentences.

mod advice;
mod document;
mod event;
mod flows;
mod merge;
mod step;
mod words;

pub(crate) use document::ExplainedCall;

use super::{find::CallId, number::CallingNumber};
use crate::{
    connection::ConnectionArgs,
    output::{Output, Tone, harmless},
    when::LocalTime,
};
use clap::Args;
use event::Event;
use flows::{Flows, KnownFlow};
use ringbolt_core::time::EpochMs;
use std::path::PathBuf;

/// Explain a call in sentences: what came in, which rule was taken and why, where the call went
///
/// If the fallback answered, it says why, and what to change. The texts of rules and prompts come from the version of the
/// flow that answered: a published version, or with --local a file of the running `ringbolt dev`.
///
/// A response id names one run through an IVR. A session id, or the CallSid of Twilio, SignalWire or Telnyx, names a whole
/// call: its runs are found with one query of the
/// table of calls, and those that were not stored in the log within ten minutes around the others. Wix Answers calls, and
/// calls of which the database kept nothing, are only in the log.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call explain --stack ringbolt 70000001")]
pub(super) struct Explain {
    #[command(flatten)]
    id: CallId,
    /// Call flow that answered, if it is not the published version or a file of `ringbolt dev`
    #[arg(long, value_name = "FLOW.yaml")]
    flow: Option<PathBuf>,
    /// Show the full calling number instead of its last four digits
    #[arg(long)]
    full_numbers: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A call with what explains it.
struct Explained<'f> {
    id: &'f str,
    /// The calling number; `None` if it is not known.
    number: Option<CallingNumber>,
    session: Option<String>,
    /// What happened, by time, with the flow that answered.
    events: Vec<(Event, Option<&'f KnownFlow>)>,
    /// The options that name the deployment, for commands in the advice.
    deployment: String,
}

impl Explain {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let found = self.id.find(&connection).await?;
        let events = merge::events(&found, self.full_numbers);
        let mut flows = Flows::new(&connection, self.flow.as_deref());
        let (answers, others): (Vec<_>, Vec<_>) = events.iter().partition(|event| matches!(event, Event::Answer(_)));
        for event in answers.into_iter().chain(others) {
            flows.load(event).await;
        }
        let visited = found.runs.iter().find(|row| !row.call.visits.is_empty());
        let with_session = found.lines.iter().find_map(|line| line.session.clone());
        let explained = Explained {
            id: &self.id.id,
            number: visited.map(|row| row.call.number(self.full_numbers)),
            session: visited.and_then(|row| row.call.session().map(str::to_owned)).or(with_session),
            events: events.into_iter().map(|event| (event.clone(), flows.of(&event))).collect(),
            deployment: self.connection.in_words(),
        };
        let mut notes = flows.notes();
        notes.extend(found.log_error.as_ref().map(|reason| {
            format!("The log could not be read ({reason}), so repetitions and answers without a record are missing.")
        }));
        if out.json() {
            out.document(&ExplainedCall::of(&explained, found.kind, notes))?;
        } else {
            print(out, &explained, &notes);
        }
        connection.close().await
    }
}

fn print(out: Output, explained: &Explained<'_>, notes: &[String]) {
    let zone = LocalTime::of_this_machine();
    out.say(&out.paint(Tone::Strong, &harmless(&explained.title())));
    let began = explained.events.first().map(|(event, _)| event.at()).unwrap_or_default();
    out.say(&format!("{}; times are in {}.", zone.date(began), zone.zone(began)));
    let mut day = zone.date(began);
    for (event, sentences) in explained.sentences() {
        out.say("");
        let at: EpochMs = event.at();
        let today = zone.date(at);
        if today != day {
            out.say(&today);
            day = today;
        }
        for (place, sentence) in sentences.iter().enumerate() {
            let time = if place == 0 { zone.time(at) } else { " ".repeat(8) };
            out.say(&format!("{time}  {}", harmless(sentence)));
        }
    }
    if !notes.is_empty() {
        out.say("");
    }
    notes.iter().for_each(|note| out.say(&harmless(note)));
}

impl Explained<'_> {
    /// `Call r-1, flow demo, from ...0142, session s-1`
    fn title(&self) -> String {
        let flow = self.events.iter().map(|(event, _)| event.flow()).find(|flow| !flow.is_empty());
        let flow = flow.map(|flow| format!(", flow {flow}")).unwrap_or_default();
        let from = self.number.as_ref().map(|number| format!(", from {}", number.shown())).unwrap_or_default();
        let session = self.session.as_ref().filter(|session| session.as_str() != self.id);
        let session = session.map(|session| format!(", session {session}")).unwrap_or_default();
        format!("Call {}{flow}{from}{session}", self.id)
    }

    /// Each event in sentences, without the calling number.
    fn sentences(&self) -> impl Iterator<Item = (&Event, Vec<String>)> {
        let hide = |text: String| self.number.as_ref().map_or(text.clone(), |number| number.hide_in(&text));
        let sentences = move |event: &Event, flow| {
            event.sentences(flow, &self.deployment).into_iter().map(hide).collect::<Vec<_>>()
        };
        self.events.iter().map(move |(event, flow)| (event, sentences(event, *flow)))
    }
}
