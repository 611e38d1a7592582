//! What matters about a call so far: two calls of which this is equal go on in the same way.

use crate::call::{Call, Stage};
use crate::event::Event;
use crate::script::{Walk, WebhookTaken};
use crate::setting::Provider;
use ringbolt_core::flow::graph::Place;
use ringbolt_core::outcome::Outcome;

/// What the webhooks have told about who calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    /// Whether the caller is verified.
    pub(super) verified: bool,
    /// The attempts at a PIN that failed.
    pub(super) failed: u32,
    /// Whether no try is left.
    pub(super) out_of_tries: bool,
    /// The outcome of the last attempt.
    pub(super) last: Option<Outcome>,
    /// Whether the fallback was answered while the database was down.
    pub(super) fell_back: bool,
}

impl Proof {
    pub(super) fn of(taken: &[WebhookTaken]) -> Self {
        let mut proof = Self::default();
        taken.iter().for_each(|taken| proof.after(taken));
        proof
    }

    pub(super) fn after(&mut self, taken: &WebhookTaken) {
        self.fell_back |= taken.database_down && taken.is_fallback();
        match taken.outcome {
            Some(Outcome::Verified) => (self.verified, self.last) = (true, taken.outcome),
            // A fallback carries no proof.
            Some(Outcome::Fallback) => self.verified = false,
            Some(outcome) if is_failure(outcome) => {
                self.verified = false;
                self.failed += 1;
                self.last = Some(outcome);
                self.out_of_tries |= matches!(outcome, Outcome::TooManyAttempts | Outcome::Locked);
            }
            _ => {}
        }
    }
}

fn is_failure(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::TurnedAway
            | Outcome::Wrong
            | Outcome::TooManyAttempts
            | Outcome::Locked
            | Outcome::Suspended
            | Outcome::Unknown
            | Outcome::Unanswered
            | Outcome::Banned
    )
}

/// Everything that decides how a call goes on, as a text. `entries` are the answers in the present IVR, without PINs.
pub(super) fn fingerprint(walk: &Walk, entries: &[String], most_tries: u32) -> String {
    let call = &walk.call;
    let Proof { verified, failed, out_of_tries, fell_back, .. } = Proof::of(&walk.taken);
    let question = call.question().map(|question| question.name.as_str());
    // Pass-through data of ours is signed, and differs from call to call.
    let passed: Vec<&str> = call.passed().split("||").filter(|pair| !pair.starts_with("rb|")).collect();
    // A TwiML provider carries them sealed. If they count something, no two visits are the same.
    let visits = if carries_sealed_data(call) { call.way().len() } else { 0 };
    let attempts = if verified { 0 } else { failed.min(most_tries + 1) };
    format!(
        "{} {} {question:?} {entries:?} {passed:?} {visits} {verified} {attempts} {out_of_tries} {fell_back} {} {:?}",
        kind(call.stage()),
        call.place().id(),
        walk.database_down,
        last_heard(call)
    )
}

/// Whether the flow decides by pass-through data that can't be seen in the call.
fn carries_sealed_data(call: &Call) -> bool {
    let setting = call.setting();
    setting.provider == Provider::Twiml && setting.flow.templates().iter().any(|template| template.mentions("pass"))
}

/// The first texts since the last webhook: user parameters that were filled in show there.
fn last_heard(call: &Call) -> Vec<&str> {
    let events = call.events();
    let from = events.iter().rposition(|(_, event)| matches!(event, Event::Webhook(_))).unwrap_or_default();
    let texts = events[from..].iter().filter_map(|(_, event)| match event {
        Event::Heard(text) => Some(text.as_str()),
        _ => None,
    });
    texts.take(2).collect()
}

fn kind(stage: &Stage) -> String {
    match stage {
        Stage::Asking => "asking".to_owned(),
        Stage::Recording => "recording".to_owned(),
        Stage::Waiting => "waiting".to_owned(),
        Stage::Ringing(people) => format!("ringing {people:?}"),
        Stage::Talking(place) | Stage::Elsewhere(place) => format!("with {}", place.id()),
        Stage::Ended(ended) => format!("ended {}", ended.word()),
    }
}

/// Whether the call is at a question of an IVR that asks for a PIN.
pub(super) fn asks_for_pin(call: &Call) -> bool {
    match (call.stage(), call.place()) {
        (Stage::Asking, Place::Ivr(name)) => call.setting().flow.ivrs.pin_questions().any(|(asking, _)| asking == name),
        _ => false,
    }
}
