//! An answer in sentences: what came in, what decided, where the call went.

use super::{
    event::name_of_ivr,
    flows::KnownFlow,
    step::{Step, Webhook},
};
use crate::{
    action_document::ActionDocument,
    twiml_document::{Then, TwimlDocument},
};
use ringbolt_core::{
    flow::{
        Ivr, Reply,
        graph::{End, Place},
    },
    outcome::Outcome,
};
use ringbolt_simulator::{moved_in_words, outcome_in_words, rule_in_words};

/// What came in.
pub(super) fn came_in(step: &Step, flow: Option<&KnownFlow>) -> String {
    match step.webhook {
        Webhook::Auth => format!("Wix Answers asked where the call goes. {}", keyed_at_wix(step)),
        Webhook::Voice if step.keyed.is_none() => asked(step, flow),
        Webhook::NextAction | Webhook::Voice => format!("{} {}", ended(step, flow), keyed(step)),
    }
}

fn keyed_at_wix(step: &Step) -> &'static str {
    match step.outcome {
        Some(Outcome::Unanswered) => "The caller had keyed nothing.",
        Some(Outcome::Unknown | Outcome::Banned) => "No PIN was compared.",
        _ => "Neither what was keyed nor the calling number is kept.",
    }
}

/// A request of a TwiML call of which only the log has anything: it came at a question, or after the last one.
fn asked(step: &Step, flow: Option<&KnownFlow>) -> String {
    match (&step.ivr, &step.ivr_id) {
        (None, None) => "A call came in, or came back from the people who were rung.".to_owned(),
        _ => {
            let ivr = step.ivr_id.as_ref().map_or_else(|| ivr_in_words(step, flow), |id| name_of_ivr(id, flow));
            format!("A request came from {ivr}. What was keyed is not known, because no record of it was stored.")
        }
    }
}

fn ended(step: &Step, flow: Option<&KnownFlow>) -> String {
    let named = flow.and_then(|flow| flow.ivr_of(step)).map(|ivr| ivr.name.to_string()).or_else(|| step.ivr.clone());
    let ivr = match (named, &step.ivr_id) {
        // Without an id in the portal, the name is the id.
        (Some(name), Some(id)) if name == *id => format!("The IVR {name}"),
        (Some(name), Some(id)) => format!("The IVR {name} ({id})"),
        (Some(name), None) => format!("The IVR {name}"),
        (None, Some(id)) => format!("An IVR with the id {id}"),
        (None, None) => return "A request came that does not say which IVR has ended.".to_owned(),
    };
    let early = if step.outcome == Some(Outcome::HungUp) { " early, before the caller got to its end" } else { "" };
    format!("{ivr} ended{early}.")
}

fn keyed(step: &Step) -> String {
    if step.keyed.is_none() {
        return "What was keyed is not known, because no record of it was stored.".to_owned();
    }
    let (kept, hidden) = step.answers();
    let kept = kept.iter().map(|(name, value)| match value.as_str() {
        "NA" | "" => format!("nothing for {name}"),
        value => format!("{name} {value}"),
    });
    let part = |title: &str, names: Vec<String>| (!names.is_empty()).then(|| format!("{title}: {}.", names.join(", ")));
    let hidden = hidden.iter().map(ToString::to_string).collect();
    let parts: Vec<String> = [part("Keyed", kept.collect()), part("Not kept", hidden)].into_iter().flatten().collect();
    if parts.is_empty() { "Nothing was keyed.".to_owned() } else { parts.join(" ") }
}

/// Which rule was taken and why, or why the fallback answered; and that the same was asked again.
pub(super) fn decided(step: &Step, flow: Option<&KnownFlow>) -> Vec<String> {
    let mut sentences = match (step.is_fallback(), step.outcome, &step.why) {
        (true, ..) if step.failed.is_none() && step.has_no_rule() => vec![no_rule(step, flow)],
        (true, ..) => vec![fallback(step)],
        (false, None, None) => {
            vec!["How it was decided is not known, because the answer left before it was recorded.".to_owned()]
        }
        (false, outcome, _) => vec![format!("{}{}", title(outcome), rule(step, flow))],
    };
    sentences.extend(values(step, flow));
    sentences.extend(repeated(step));
    sentences
}

/// The outcome in the words of the phone page. `The flow answers` says nothing that the rule does not.
fn title(outcome: Option<Outcome>) -> String {
    match outcome {
        None | Some(Outcome::Answered | Outcome::Said) => String::new(),
        Some(Outcome::Locked) => "The account is locked, so even the right PIN does not help. ".to_owned(),
        Some(outcome) => format!("{}. ", outcome_in_words(outcome, false).1),
    }
}

fn no_rule(step: &Step, flow: Option<&KnownFlow>) -> String {
    let words = flow.and_then(|flow| Some(rule_in_words(&flow.rule(step)?, &flow.graph)));
    let words = words.unwrap_or_else(|| "The flow has no rule for this, so its fallback answers".to_owned());
    format!("{}{words}{}.", title(step.outcome), place(step, flow))
}

fn fallback(step: &Step) -> String {
    let after = step.elapsed_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
    match &step.why {
        Some(why) => {
            let why = why.strip_prefix("the flow cannot answer: ").unwrap_or(why);
            format!("The fallback answered{after}, because {}", sentence_after(why))
        }
        None => format!("The fallback answered{after}. Why is not recorded."),
    }
}

/// A text as the rest of a sentence.
fn sentence_after(text: &str) -> String {
    format!("{}.", text.trim().trim_end_matches('.'))
}

/// ` (demo.yaml, line 52)`
fn place(step: &Step, flow: Option<&KnownFlow>) -> String {
    match (flow, step.line) {
        (Some(flow), Some(line)) => format!(" ({}, line {line})", flow.file),
        (None, Some(line)) => format!(" (line {line})"),
        (_, None) => String::new(),
    }
}

/// The rule in words, with its place in the flow.
fn rule(step: &Step, flow: Option<&KnownFlow>) -> String {
    let words = flow.and_then(|flow| Some(rule_in_words(&flow.rule(step)?, &flow.graph)));
    match (words, &step.why) {
        (Some(words), _) => format!("Decided by {}{}.", lower_first(&words), place(step, flow)),
        (None, Some(why)) => format!("Decided by {}", sentence_after(why)),
        (None, None) => "Which rule decided is not recorded.".to_owned(),
    }
}

/// The answers that the condition of the rule reads, as they were keyed.
fn values(step: &Step, flow: Option<&KnownFlow>) -> Option<String> {
    let when = flow?.edges(step).next()?.when.clone()?;
    let reads = |name: &str| {
        let after = when.split_once(&format!("answers.{name}")).map(|(_, after)| after);
        after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-')))
    };
    let (kept, _) = step.answers();
    let read: Vec<String> =
        kept.into_iter().filter(|(name, _)| reads(name)).map(|(name, value)| format!("{name} was {value}")).collect();
    (!read.is_empty()).then(|| format!("In this call, {}.", read.join(" and ")))
}

fn repeated(step: &Step) -> Option<String> {
    match step.repeated_at.len() {
        0 => None,
        1 => Some("The provider sent the same request once more and got the same answer.".to_owned()),
        times => Some(format!("The provider sent the same request {times} times more and got the same answer.")),
    }
}

/// Where the call went, and what the caller hears there.
pub(super) fn went(step: &Step, flow: Option<&KnownFlow>) -> Vec<String> {
    let mut sentences = match (&step.answer, step.webhook) {
        (Some(answer), _) if step.outcome == Some(Outcome::HungUp) => {
            by_answer(answer, flow).into_iter().take(1).collect()
        }
        (Some(answer), _) => by_answer(answer, flow),
        (None, Webhook::Auth) => vec![at_wix(step, flow)],
        (None, Webhook::NextAction | Webhook::Voice) => by_flow(step, flow),
    };
    if step.outcome == Some(Outcome::HungUp) {
        sentences.push("Probably nobody was there any more.".to_owned());
    }
    sentences
}

fn by_answer(answer: &str, flow: Option<&KnownFlow>) -> Vec<String> {
    if let Some(document) = TwimlDocument::read(answer) {
        return by_twiml(&document, flow);
    }
    let Some(document) = ActionDocument::read(answer) else {
        return vec![format!("The caller heard: \u{201c}{}\u{201d}", answer.trim())];
    };
    let mut sentences = vec![format!("The call {}.", document.destination(flow.map(|flow| &flow.flow)))];
    if document.app == "ivr" {
        let ivr = flow.and_then(|flow| flow.ivr(document.parameter("id")));
        sentences.extend(ivr.and_then(|ivr| heard(ivr, &document)));
    }
    sentences
}

/// Where a TwiML document leads, in the order in which it is played.
fn by_twiml(document: &TwimlDocument, flow: Option<&KnownFlow>) -> Vec<String> {
    let quoted = |texts: &[String]| format!("\u{201c}{}\u{201d}", texts.join(" "));
    let mut sentences = Vec::new();
    if !document.first.is_empty() {
        sentences.push(format!("The caller heard: {}", quoted(&document.first)));
    }
    sentences.push(format!("The call {}.", document.destination(flow.map(|flow| &flow.flow))));
    match &document.then {
        Then::Asks { prompt, .. } if !prompt.is_empty() => {
            sentences.push(format!("There the caller hears: {}", quoted(prompt)));
        }
        _ => {}
    }
    sentences
}

/// What the caller hears first in an IVR, as the flow has it.
fn heard(ivr: &Ivr, document: &ActionDocument) -> Option<String> {
    let prompt = ivr.says.as_ref().or_else(|| ivr.asks.first().map(|ask| &ask.prompt))?;
    let value = |name: &str| document.parameters.get(&format!("user_parameters/{name}")).map(String::as_str);
    Some(format!("There the caller hears: \u{201c}{}\u{201d}", prompt.filled(value)))
}

/// Where the flow leads, if the answer itself was not stored.
fn by_flow(step: &Step, flow: Option<&KnownFlow>) -> Vec<String> {
    const UNKNOWN: &str = "Where the call went is not known, because the answer was not stored.";
    let Some(known) = flow else { return vec![UNKNOWN.to_owned()] };
    if step.is_fallback() {
        return by_answer(&known.fallback(step), flow);
    }
    let Some(place) = known.edges(step).next().map(|edge| &edge.to) else { return vec![UNKNOWN.to_owned()] };
    let words = match place {
        Place::End(End::HangUp) => "The flow hangs up".to_owned(),
        place => moved_in_words(place, step.ivr.as_deref().is_some_and(|ivr| place.to_string() == ivr)),
    };
    vec![format!("{words}. The answer itself was not stored.")]
}

fn at_wix(step: &Step, flow: Option<&KnownFlow>) -> String {
    const ENDS: &str = "Wix Answers disconnects the call: the answer was empty.";
    let Some(flow) = flow else { return "The log does not say where the call went.".to_owned() };
    if step.is_fallback() {
        return match &flow.flow.fallback.wix_answers {
            Reply::Disconnect => ENDS.to_owned(),
            Reply::Redirect(guid) => {
                let named = flow.flow.wix_answers.as_ref().and_then(|wix| wix.name_of(guid)).map(ToString::to_string);
                format!("The call goes to the IVR {} of Wix Answers.", named.unwrap_or_else(|| guid.canonical()))
            }
        };
    }
    match flow.edges(step).next().map(|edge| &edge.to) {
        Some(Place::End(End::HangUp)) => ENDS.to_owned(),
        Some(Place::End(End::WixIvr(name))) => format!("The call goes to the IVR {name} of Wix Answers."),
        Some(place) => format!("{}.", moved_in_words(place, false)),
        None => "The log does not say where the call went.".to_owned(),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The IVR of a step in words: `login`, or its id.
pub(super) fn ivr_in_words(step: &Step, flow: Option<&KnownFlow>) -> String {
    match (&step.ivr, &step.ivr_id) {
        (Some(name), _) => format!("the IVR {name}"),
        (None, Some(id)) => name_of_ivr(id, flow),
        (None, None) => "the IVR".to_owned(),
    }
}
