//! `ringbolt call transcripts`

use super::record::{CallRecord, TranscriptRecord};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    output::{Output, harmless},
    when::LocalTime,
};
use clap::Args;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::{Store, call_list::Listed};
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use std::collections::HashSet;

/// Print the transcriptions of a call, or of an IVR's calls on a day
#[derive(Args)]
#[command(after_help = "Example: ringbolt call transcripts --stack ringbolt --ivr 23456 --day yesterday")]
pub(super) struct Transcripts {
    /// Respondent's id: the unique_id of the transcriptions
    #[arg(required_unless_present = "ivr", conflicts_with_all = ["ivr", "day"])]
    response_id: Option<String>,
    /// Building-block id of the IVR
    #[arg(long, value_name = "ID")]
    ivr: Option<String>,
    /// Day in this machine's time zone (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Show the full calling number in transcriptions instead of its last four digits
    #[arg(long)]
    full_numbers: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Transcripts {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let (zone, now) = (LocalTime::of_this_machine(), system_clock()());
        let span = zone.day(&self.day, now)?;
        let connection = self.connection.connect().await?;
        let store = connection.calls()?;
        let mut printed = 0;
        match (&self.response_id, &self.ivr) {
            (Some(id), _) => printed += self.print(out, &connection, &store, id, None, (&zone, now)).await?,
            (None, Some(ivr)) => {
                let mut seen = HashSet::new();
                let mut pages = store.calls_of_ivr(ivr, span.clone());
                while let Some(page) =
                    pages.next_page().await.explained(&connection, "the calls could not be listed")?
                {
                    for Listed { response_id, is_transcript, .. } in page {
                        if is_transcript && seen.insert(response_id.clone()) {
                            printed +=
                                self.print(out, &connection, &store, &response_id, Some(&span), (&zone, now)).await?;
                        }
                    }
                }
            }
            (None, None) => return Err(Usage::new("give a RESPONSE_ID or --ivr ID")),
        }
        if printed == 0 {
            match &self.response_id {
                Some(id) => anyhow::bail!(
                    "no transcription of call {} is stored in {}; transcriptions arrive minutes after the call",
                    harmless(id),
                    connection.name()
                ),
                None => {
                    out.say(&format!("No transcriptions on {} ({}).", zone.date(span.start), zone.zone(span.start)))
                }
            }
        }
        connection.close().await
    }

    /// Prints the transcriptions of a call, within the span if given. Returns their number.
    async fn print(
        &self,
        out: Output,
        connection: &Connection,
        store: &Store,
        response_id: &str,
        span: Option<&std::ops::Range<EpochMs>>,
        (zone, now): (&LocalTime, EpochMs),
    ) -> anyhow::Result<usize> {
        let items = store.call(response_id).await.explained(connection, "the call could not be read")?;
        let call = CallRecord::read(&items, now);
        let number = call.number(self.full_numbers);
        let of_ivr = |text: &&TranscriptRecord| self.ivr.as_ref().is_none_or(|ivr| *ivr == text.ivr_id);
        let within = |text: &&TranscriptRecord| span.is_none_or(|span| span.contains(&text.present.at));
        let mut printed = 0;
        for text in call.transcripts.iter().filter(of_ivr).filter(within) {
            printed += 1;
            let shown = number.hide_in(text.present.field("text"));
            if out.json() {
                out.line(&json!({
                    "response_id": response_id,
                    "ivr": text.ivr_id,
                    "question": text.question,
                    "at": text.present.at.0,
                    "local_time": zone.date_and_time(text.present.at),
                    "duration": text.present.field("duration"),
                    "text": shown,
                    "superseded": text.earlier.len(),
                }))?;
                continue;
            }
            let earlier = match text.earlier.len() {
                0 => String::new(),
                1 => ", replaces an earlier one".to_owned(),
                more => format!(", replaces {more} earlier ones"),
            };
            out.say(&format!(
                "{}  call {}, IVR {}, question {}{earlier}",
                zone.date_and_time(text.present.at),
                harmless(response_id),
                text.ivr_id,
                text.question
            ));
            out.say(&format!("  \"{}\"", harmless(&shown)));
        }
        Ok(printed)
    }
}
