//! What must hold in every call, looked at after each thing that happens.

use super::facts::{Proof, asks_for_pin};
use super::finding::Kind;
use crate::call::Stage;
use crate::event::{Ended, Event};
use crate::script::{ScriptedCaller, Walk, WebhookTaken};
use ringbolt_core::outcome::Outcome;

/// What doesn't hold, and the webhook that led there.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) kind: Kind,
    pub(super) message: String,
    pub(super) by: Option<WebhookTaken>,
}

/// Looks at what has happened since these numbers of webhooks and events.
pub(super) fn broken(walk: &Walk, webhooks_before: usize, events_before: usize) -> Vec<Broken> {
    let last = walk.taken.last();
    let mut found = Vec::new();
    let mut here = |kind, message: String| found.push(Broken { kind, message, by: last.cloned() });
    if walk.endless {
        here(Kind::Endless, "the call goes round and round, and asks nothing".to_owned());
    }
    if let Stage::Ended(Ended::GaveUp { why }) = walk.call.stage() {
        here(Kind::BackupRouting, why.clone());
    }
    let proof = Proof::of(&walk.taken);
    let came_here = walk.taken.len() > webhooks_before;
    if came_here && proof.out_of_tries && !proof.verified && asks_for_pin(&walk.call) {
        let after = proof.last.map(Outcome::word).unwrap_or_default();
        here(Kind::AskedAgain, format!("after the outcome `{after}`, {} asks for a PIN", walk.call.place()));
    }
    if came_here && proof.fell_back && *walk.call.stage() == Stage::Asking {
        here(Kind::FallbackAsks, format!("the database is down, and {} asks a question", walk.call.place()));
    }
    for taken in walk.taken.iter().skip(webhooks_before) {
        let mut after = |kind, message| found.push(Broken { kind, message, by: Some(taken.clone()) });
        if taken.status >= 300 {
            after(Kind::Refused, format!("the webhook of {} was answered with status {}", taken.place, taken.status));
        }
        if taken.is_fallback() && !taken.database_down && !taken.hung_up {
            let why = taken.failed.clone().or_else(|| taken.reason.as_ref().map(ToString::to_string));
            after(Kind::Fallback, why.unwrap_or_else(|| format!("at {}, no rule decided", taken.place)));
        }
    }
    found.extend(leak(walk, events_before));
    found
}

/// What was heard about a caller by somebody who isn't verified at that moment. The answer to a webhook already speaks to
/// the caller whom it has verified.
fn leak(walk: &Walk, events_before: usize) -> Option<Broken> {
    let mut taken = walk.taken.iter().peekable();
    let (mut proof, mut last): (Proof, Option<&WebhookTaken>) = (Proof::default(), None);
    for (index, (_, event)) in walk.call.events().iter().enumerate() {
        if let Some(webhook) = taken.next_if(|webhook| webhook.events_before <= index) {
            proof.after(webhook);
            last = Some(webhook);
        }
        if index < events_before || proof.verified {
            continue;
        }
        let (text, happens) = match event {
            Event::Heard(text) => (text.as_str(), "is heard"),
            Event::Whisper { text, .. } => (text.as_str(), "is whispered"),
            Event::Webhook(exchange) => {
                (exchange.reply.as_ref().map_or("", |reply| reply.body.as_str()), "is in the answer to the provider")
            }
            _ => continue,
        };
        if let Some((user, attribute)) = known(text, &walk.pins.callers) {
            let message = format!("`{attribute}` of the caller {user} {happens}, and nobody is verified");
            return Some(Broken { kind: Kind::Leak, message, by: last.cloned() });
        }
    }
    None
}

/// Whose marker a text has.
fn known<'c>(text: &str, callers: &'c [ScriptedCaller]) -> Option<(&'c str, &'c str)> {
    let text = plain(text);
    let has = |value: &serde_json::Value| {
        let marker = value.as_str().unwrap_or_default();
        marker.len() >= 6 && marker.bytes().all(|b| b.is_ascii_digit()) && text.contains(marker)
    };
    let mut all = callers.iter().flat_map(|one| one.attributes.iter().map(move |(name, value)| (one, name, value)));
    all.find(|(_, _, value)| has(value)).map(|(caller, name, _)| (caller.user.as_str(), name.as_str()))
}

/// Letters and digits alone: a number is the same number if it is spelled out.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
