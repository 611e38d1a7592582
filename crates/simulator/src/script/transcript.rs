//! A call in words, a line an event. No PIN is in it.

use crate::event::{Event, Invalid, PersonDoes, in_words};
use crate::words::dots;
use jiff::{Timestamp, tz::TimeZone};
use ringbolt_core::time::EpochMs;

/// The events of a call in words, each with the time since the call began.
#[must_use]
pub fn transcript(events: &[(EpochMs, Event)]) -> Vec<String> {
    let began = events.first().map_or(0, |(at, _)| at.0);
    let line = |(at, event): &(EpochMs, Event)| {
        let since = Timestamp::from_millisecond((at.0 - began).max(0)).unwrap_or_default().to_zoned(TimeZone::UTC);
        format!("{}  {}", since.strftime("%H:%M:%S"), words(event))
    };
    events.iter().map(line).collect()
}

fn words(event: &Event) -> String {
    let again = |again: bool| if again { "it is asked again" } else { "it is left unanswered" };
    match event {
        Event::Started { at } => format!("begins at {}", in_words(at)),
        Event::Heard(text) => format!("hears   \"{text}\""),
        Event::Keyed { question, shown, count, pound } => {
            let keyed = shown.clone().unwrap_or_else(|| dots(*count));
            format!("keys    {question}: {keyed}{}", if *pound { "#" } else { "" })
        }
        Event::Silence { question, again: more } => format!("silence at {question}: {}", again(*more)),
        Event::Invalid { question, why, again: more } => {
            let why = match why {
                Invalid::Short { least } => format!("has fewer than {least} digits"),
                Invalid::NoChoice { choices } => format!("isn't one of {}", choices.join(", ")),
            };
            format!("the entry at {question} {why}: {}", again(*more))
        }
        Event::Recorded { question, .. } => format!("is recorded at question {question}"),
        Event::Webhook(exchange) => match exchange.reply.as_ref() {
            None => "webhook unanswered".to_owned(),
            Some(reply) => format!("webhook {}", decided(reply)),
        },
        Event::Moved(place) => format!("comes to {}", in_words(place)),
        Event::Ringing { who, secs } => format!("rings   {} for {secs} seconds", who.join(", ")),
        Event::Whisper { who, text } => format!("{who} hears \"{text}\""),
        Event::Person { who, did } => format!(
            "{who} {}",
            match did {
                PersonDoes::Answers => "picks up",
                PersonDoes::Accepts => "accepts the call",
                PersonDoes::Declines => "declines the call",
                PersonDoes::Nothing => "lets it ring",
            }
        ),
        Event::Transcription(_) => "a transcription is posted".to_owned(),
        Event::Note(text) => text.clone(),
        Event::Ended(ended) => ended.to_string(),
    }
}

/// The outcome, and the rule or what failed.
fn decided(reply: &crate::exchange::Reply) -> String {
    let Some(decided) = &reply.decided else { return format!("answered with status {}", reply.status) };
    let why = decided.failed.clone().or_else(|| decided.reason.as_ref().map(ToString::to_string));
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!("{}{why}", decided.outcome)
}
