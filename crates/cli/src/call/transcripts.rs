//! `ringbolt call transcripts`

use super::{
    list::{ids_of, note_unreadable},
    number::hide_numbers,
    record::{StoredItem, TranscriptRecord},
};
use crate::{
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::Usage,
    output::{Output, harmless},
    when::{LocalTime, Utc},
};
use clap::Args;
use ringbolt_core::time::EpochMs;
use ringbolt_dynamodb::call_list::{Listed, is_expired};
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

const FAILED: &str = "the transcriptions could not be read";
/// The length of a recording: DialogTech's name, and that of some TwiML providers.
const DURATIONS: [&str; 2] = ["duration", "RecordingDuration"];

/// Print the transcriptions of a call, or of an IVR's calls on a day
///
/// All telephone numbers in the texts are shown with their last four digits, not only the calling number.
#[derive(Args)]
#[command(after_help = "Example: ringbolt call transcripts --stack ringbolt --ivr 23456 --day yesterday")]
pub(super) struct Transcripts {
    /// Id of a run through an IVR: DialogTech's unique_id, or a CallSid with the number of the run, such as CA123-r1
    #[arg(required_unless_present = "ivr", conflicts_with_all = ["ivr", "day"])]
    response_id: Option<String>,
    /// Building-block id of the IVR, or its name
    #[arg(long, value_name = "ID")]
    ivr: Option<String>,
    /// Day in this machine's time zone (TZ): YYYY-MM-DD, today or yesterday
    #[arg(long, default_value = "today")]
    day: String,
    /// Show telephone numbers in transcriptions in full instead of their last four digits
    #[arg(long)]
    full_numbers: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A transcription, as `call transcripts --json` prints it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PrintedTranscription {
    /// The id of the run: DialogTech's `unique_id`, the same as a visit's `ivr_response_id`; for TwiML, the `CallSid` with
    /// `-r` and the number of the run.
    response_id: String,
    /// The flow in the URL that received it.
    flow: String,
    /// The IVR's id in the portal, or its name if it has none.
    ivr_id: String,
    /// The question, as the provider numbers it.
    question: String,
    /// When the text was received: ISO 8601, UTC.
    at: Utc,
    /// The length of the recording, as the provider sent it. `null` if it sent none.
    duration: Option<String>,
    /// The text.
    text: String,
    /// The number of earlier texts that it replaced.
    superseded_texts: usize,
}

impl Transcripts {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let (zone, now) = (LocalTime::of_this_machine(), system_clock()());
        let span = zone.day(&self.day, now)?;
        let connection = self.connection.connect().await?;
        let printed = match (&self.response_id, &self.ivr) {
            (Some(id), _) => {
                let items = connection.calls()?.call(id).await.explained(&connection, FAILED)?;
                self.print_all(out, &items, (&zone, now))?
            }
            (None, Some(ivr)) => self.of_ivr(out, &connection, ivr, span.clone(), (&zone, now)).await?,
            (None, None) => return Err(Usage::new("give a RESPONSE_ID or --ivr ID")),
        };
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

    /// Prints the transcriptions of an IVR in a span of time, newest first. The index has their keys, and one request
    /// reads a hundred of them. A page of the index is in memory at once.
    async fn of_ivr(
        &self,
        out: Output,
        connection: &Connection,
        ivr: &str,
        span: Range<EpochMs>,
        (zone, now): (&LocalTime, EpochMs),
    ) -> anyhow::Result<usize> {
        let store = connection.calls()?;
        let mut printed = 0;
        for id in ids_of(connection, &[ivr.to_owned()]).await {
            let mut pages = store.calls_of_ivr(&id, span.clone());
            while let Some(page) = pages.next_page().await.explained(connection, FAILED)? {
                let listed: Vec<Listed> = page.into_iter().filter(|listed| listed.is_transcript).collect();
                let items = store.listed_items(&listed).await.explained(connection, FAILED)?;
                printed += self.print_all(out, &items, (zone, now))?;
            }
            note_unreadable(out, pages.unreadable());
        }
        Ok(printed)
    }

    /// Prints the transcriptions among these items. Returns their number.
    fn print_all(
        &self,
        out: Output,
        items: &[StoredItem],
        (zone, now): (&LocalTime, EpochMs),
    ) -> anyhow::Result<usize> {
        let mut printed = 0;
        for item in items.iter().filter(|item| !is_expired(item, now)) {
            let Some(text) = TranscriptRecord::read(item) else { continue };
            let pk = item.get("pk").and_then(serde_json::Value::as_str).unwrap_or_default();
            let response_id = pk.strip_prefix("call#").unwrap_or(pk);
            printed += 1;
            let document = self.document(response_id, &text);
            if out.json() {
                out.line(&document)?;
            } else {
                print(out, &document, zone.date_and_time(text.present.at));
            }
        }
        Ok(printed)
    }

    fn document(&self, response_id: &str, text: &TranscriptRecord) -> PrintedTranscription {
        let heard = text.present.field("text");
        PrintedTranscription {
            response_id: response_id.to_owned(),
            flow: text.flow.clone(),
            ivr_id: text.ivr_id.clone(),
            question: text.question.clone(),
            at: Utc::of(text.present.at),
            duration: DURATIONS
                .map(|name| text.present.field(name))
                .into_iter()
                .find(|text| !text.is_empty())
                .map(str::to_owned),
            text: if self.full_numbers { heard.to_owned() } else { hide_numbers(heard) },
            superseded_texts: text.earlier.len(),
        }
    }
}

fn print(out: Output, document: &PrintedTranscription, time: String) {
    let PrintedTranscription { response_id, ivr_id, question, text, superseded_texts, .. } = document;
    let earlier = match superseded_texts {
        0 => String::new(),
        1 => ", replaces an earlier one".to_owned(),
        more => format!(", replaces {more} earlier ones"),
    };
    out.say(&format!(
        "{time}  call {}, IVR {}, question {}{earlier}",
        harmless(response_id),
        harmless(ivr_id),
        harmless(question)
    ));
    out.say(&format!("  \"{}\"", harmless(text)));
}
