//! What a reply means, in one sentence.

use super::outgoing::Outgoing;
use crate::{action_document::ActionDocument, api::Reply};
use ringbolt_core::{
    flow::{Flow, wix_answers::IvrGuid},
    outcome::Outcome,
    text::capitalised,
};

/// Whether the request carries a token that should be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Admitted,
    /// It carries none, or another one: a refusal is what it is about.
    Refused,
}

pub(super) struct Meaning {
    pub(super) sentence: String,
    /// Whether the webhook was refused or failed.
    pub(super) is_failure: bool,
}

/// Explains a reply. `outcome` is what the log says.
pub(super) fn meaning(
    request: &Outgoing,
    reply: &Reply,
    outcome: Option<&str>,
    (flow, live): (Option<&Flow>, &[Flow]),
    expected: Expected,
) -> Meaning {
    let name = crate::output::harmless(request.flow());
    let failure = |sentence: String| Meaning { sentence, is_failure: true };
    let fine = |sentence: String| Meaning { sentence, is_failure: false };
    match reply.status {
        200 if request.webhook.steers => {
            let happens = if request.is_json() { of_wix(&reply.body, flow) } else { of_action(&reply.body, flow) };
            fine(match outcome.and_then(Outcome::parse) {
                Some(outcome) => format!("{}: {happens}.", because(outcome)),
                None => format!("{}.", capitalised(&happens)),
            })
        }
        204 => fine("The transcription is stored.".to_owned()),
        200 => fine("The transcription is in the queue, and is stored as soon as the table can be written.".to_owned()),
        401 if expected == Expected::Refused => {
            fine("The request was refused, as it should be: it does not carry the webhook token.".to_owned())
        }
        401 => failure(
            "The webhook refused the token: the functions read it when they start, so they may still have an older one."
                .to_owned(),
        ),
        404 if !live.is_empty() && flow.is_none() => {
            let names: Vec<String> = live.iter().map(|flow| format!("`{}`", flow.name)).collect();
            failure(format!("No flow `{name}` is live there, only {}: choose one with --flow NAME.", names.join(", ")))
        }
        404 => failure(format!("There is no live flow `{name}`, or no such webhook at this address.")),
        405 => failure(format!("The webhook does not take {}.", request.method)),
        413 => failure("The request is too large.".to_owned()),
        400 => failure("The webhook refused the request: the reply says what is missing.".to_owned()),
        500.. => failure("The function failed or did not start: its log says why.".to_owned()),
        status => failure(format!("{status} is not an answer of a webhook: is this the address of Ringbolt's API?")),
    }
}

/// Why, as the beginning of a sentence.
fn because(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Verified => "The PIN is right",
        Outcome::TurnedAway => "The PIN is right, but a rule turns the caller away",
        Outcome::Wrong => "The PIN is wrong",
        Outcome::TooManyAttempts => "No tries are left",
        Outcome::Locked => "The caller is locked",
        Outcome::Suspended => "The caller is suspended",
        Outcome::Unknown => "Nobody enrolled this user",
        Outcome::Unanswered => "Nothing was keyed",
        Outcome::HungUp => "The caller hung up",
        Outcome::Banned => "The provider calls the user banned",
        Outcome::Fallback => "The flow's fallback answers (the log says why)",
        _ => "A rule of the flow answers",
    }
}

/// "the call goes to the IVR `welcome`".
fn of_wix(body: &str, flow: Option<&Flow>) -> String {
    if body.is_empty() {
        return "the call is disconnected".to_owned();
    }
    let name = IvrGuid::parse(body).ok().and_then(|guid| flow?.wix_answers.as_ref()?.name_of(&guid));
    match name {
        Some(name) => format!("the call goes to the IVR `{name}`"),
        None => "the call goes to the IVR with this GUID".to_owned(),
    }
}

fn of_action(body: &str, flow: Option<&Flow>) -> String {
    let Some(document) = ActionDocument::read(body) else { return "the caller hears this text".to_owned() };
    let given: Vec<String> = document.user_parameters().map(|name| format!("`{name}`")).collect();
    let with = if given.is_empty() { String::new() } else { format!(", with {}", given.join(", ")) };
    format!("the call {}{with}", document.destination(flow))
}
