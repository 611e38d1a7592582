//! An event in the words of a call centre, with the engineer's detail beneath: the page and the terminal show the same.

use crate::call::Call;
use crate::event::{Ended, Event, Invalid, PersonDoes, in_words};
use crate::exchange::{Decided, Exchange};
use crate::words::dots;
use ringbolt_core::flow::graph::{End, Graph, Place, RuleId};
use ringbolt_core::number::in_print;
use ringbolt_core::outcome::Outcome;
use ringbolt_core::text::sentence;
use ringbolt_core::time::EpochMs;
use std::fmt;

/// An event, ready to be shown. It holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// What kind of event: `start`, `heard`, `keyed`, `silence`, `invalid`, `recorded`, `webhook`, `moved`, `ring`,
    /// `whisper`, `person`, `transcription`, `note`, `ended`.
    pub kind: &'static str,
    /// Whether it is good or bad news.
    pub tone: Tone,
    /// What happened; for `heard` the text itself.
    pub title: String,
    /// The rest of the title's sentence.
    pub more: String,
    /// What was keyed.
    pub code: String,
    /// Why it happened.
    pub why: String,
    /// The line of the flow file that decided.
    pub line: Option<usize>,
    /// The rule that decided.
    pub rule: Option<RuleId>,
}

/// The flow of a call, by which rules are named.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'f> {
    /// The name of its file; empty if that goes without saying.
    pub file: &'f str,
    /// Its graph.
    pub graph: &'f Graph,
}

/// Whether an event is good or bad news.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither.
    #[default]
    Plain,
    /// The caller got on.
    Good,
    /// The caller was refused.
    Bad,
    /// Something failed.
    Fault,
}

impl Tone {
    /// `plain`, `good`, `bad` or `fault`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Fault => "fault",
        }
    }
}

/// The events of a call in words, in order.
#[must_use]
pub fn captions(call: &Call, flow: &Drawn<'_>) -> Vec<Caption> {
    let mut been: Vec<Place> = Vec::new();
    let events = call.events().iter().map(|(_, event)| {
        let caption = Caption::of(event, &been, flow);
        if let Event::Moved(place) | Event::Started { at: place } = event {
            been.push(place.clone());
        }
        caption
    });
    events.collect()
}

/// The time since a call began: `0:14`.
#[must_use]
pub fn since(began: EpochMs, at: EpochMs) -> String {
    let seconds = at.0.saturating_sub(began.0).max(0) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Without the reason: `Keyed 90786 #`.
impl fmt::Display for Caption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == "heard" {
            return write!(f, "\u{201c}{}\u{201d}", self.title);
        }
        let parts = [self.title.as_str(), &self.more, &self.code];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(" "))
    }
}

impl Caption {
    /// An event in words. `been` are the places where the call was before it.
    fn of(event: &Event, been: &[Place], flow: &Drawn<'_>) -> Self {
        let plain = |kind, title: &str, more: String| Self { kind, title: title.to_owned(), more, ..Self::default() };
        match event {
            Event::Started { at } => plain("start", "Call starts", format!("at {}", name(at))),
            Event::Heard(text) => plain("heard", text, String::new()),
            Event::Keyed { shown, count, pound, .. } => {
                let keyed = shown.clone().unwrap_or_else(|| dots(*count));
                let code = if *pound { format!("{keyed} #").trim().to_owned() } else { keyed };
                Self { code, ..plain("keyed", "Keyed", String::new()) }
            }
            Event::Silence { question, again } => plain("silence", "Nothing keyed", after(question, *again)),
            Event::Invalid { question, why, again } => {
                let why = match why {
                    Invalid::Short { least } => format!("The question takes at least {least} digits."),
                    Invalid::NoChoice { choices } => format!("The question takes {}.", choices.join(", ")),
                };
                Self { why, tone: Tone::Bad, ..plain("invalid", "Not an answer", after(question, *again)) }
            }
            Event::Recorded { question, transcribed } => {
                let why = if *transcribed { "A transcription will be posted when it is ready." } else { "" };
                Self { why: why.to_owned(), ..plain("recorded", "Recorded", format!("question {question}")) }
            }
            Event::Webhook(exchange) => webhook(exchange, flow),
            Event::Moved(Place::End(End::HangUp)) => plain("moved", "The flow hangs up", String::new()),
            Event::Moved(place) => {
                let back = been.contains(place);
                let tone = if back || !matches!(place, Place::Ivr(_)) { Tone::Plain } else { Tone::Good };
                Self { tone, ..plain("moved", &moved_in_words(place, back), String::new()) }
            }
            Event::Ringing { who, secs } => {
                Self { why: format!("For {secs} seconds each."), ..plain("ring", "Ringing", who.join(", ")) }
            }
            Event::Whisper { who, text } => {
                Self { why: text.clone(), ..plain("whisper", "Whisper", format!("to {who}")) }
            }
            Event::Person { who, did } => {
                let did = match did {
                    PersonDoes::Answers => "picks up",
                    PersonDoes::Accepts => "accepts the call",
                    PersonDoes::Declines => "declines the call",
                    PersonDoes::Nothing => "doesn't answer",
                };
                plain("person", who, did.to_owned())
            }
            Event::Transcription(exchange) => {
                let stored = exchange.reply.as_ref().is_some_and(|reply| (200..300).contains(&reply.status));
                let (tone, why) =
                    if stored { (Tone::Good, "It is stored.") } else { (Tone::Fault, "It isn't stored.") };
                Self { tone, why: why.to_owned(), ..plain("transcription", "Transcription posted", String::new()) }
            }
            Event::Note(text) => plain("note", text, String::new()),
            Event::Ended(ended) => {
                let tone = if matches!(ended, Ended::GaveUp { .. }) { Tone::Fault } else { Tone::Plain };
                Self { tone, ..plain("ended", &ended.to_string(), String::new()) }
            }
        }
    }
}

fn after(question: &str, again: bool) -> String {
    if again { "the question is asked again".to_owned() } else { format!("`{question}` is left unanswered") }
}

fn webhook(exchange: &Exchange, flow: &Drawn<'_>) -> Caption {
    let plain = Caption { kind: "webhook", ..Caption::default() };
    let Some(reply) = &exchange.reply else {
        return Caption { tone: Tone::Fault, title: "No reply in time".to_owned(), ..plain };
    };
    let Some(decided) = &reply.decided else {
        let title = format!("The web server answers with status {}", reply.status);
        return Caption { title, ..plain };
    };
    let (tone, title) = outcome_in_words(decided.outcome, decided.failed.is_some());
    let reason = decided.reason.as_ref();
    Caption {
        tone,
        title: title.to_owned(),
        why: why(decided, flow),
        line: reason.map(|reason| reason.line),
        rule: reason.map(|reason| reason.rule.clone()),
        ..plain
    }
}

/// How a webhook ended, in words: `Wrong PIN`. `failed`: something failed, so that the fallback answered.
#[must_use]
pub fn outcome_in_words(outcome: Outcome, failed: bool) -> (Tone, &'static str) {
    match outcome {
        _ if failed => (Tone::Fault, "The fallback answers"),
        Outcome::Verified => (Tone::Good, "Right PIN"),
        Outcome::TurnedAway => (Tone::Bad, "Right PIN, and turned away"),
        Outcome::Wrong => (Tone::Bad, "Wrong PIN"),
        Outcome::TooManyAttempts => (Tone::Bad, "No tries left"),
        Outcome::Locked => (Tone::Bad, "The account is locked"),
        Outcome::Suspended => (Tone::Bad, "The account is suspended"),
        Outcome::Unknown => (Tone::Bad, "Nobody is enrolled under this account"),
        Outcome::Unanswered => (Tone::Plain, "Nothing was keyed"),
        Outcome::HungUp => (Tone::Plain, "The caller hung up"),
        Outcome::Banned => (Tone::Bad, "The user is banned"),
        Outcome::Said => (Tone::Good, "A text is read"),
        Outcome::Asked => (Tone::Plain, "The call goes on"),
        Outcome::Fallback => (Tone::Fault, "The fallback answers"),
        Outcome::Refused => (Tone::Fault, "The request is refused"),
        _ => (Tone::Plain, "The flow answers"),
    }
}

fn why(decided: &Decided, flow: &Drawn<'_>) -> String {
    if let Some(failed) = &decided.failed {
        return sentence(failed);
    }
    let Some(reason) = &decided.reason else { return String::new() };
    let doubt = if reason.in_doubt { " The condition couldn't be judged." } else { "" };
    let repeated = if decided.repeated { " A repetition: it gets the first one's answer." } else { "" };
    let at = format!("{} line {}", flow.file, reason.line);
    format!("{} ({}).{doubt}{repeated}", rule_in_words(&reason.rule, flow.graph), at.trim_start())
}

/// A rule in words, as a sentence without its full stop: ``Rule 2 of survey: `answers.qos == "0"` ``.
#[must_use]
pub fn rule_in_words(rule: &RuleId, graph: &Graph) -> String {
    let place = match &rule.place {
        Place::AuthWebhook => "wix_answers".to_owned(),
        place => place.to_string(),
    };
    let of = match rule.outcome {
        Some(outcome) => format!("`{outcome}` of {place}"),
        None => place,
    };
    let edge = graph.edges.iter().find(|edge| RuleId::of(edge) == *rule);
    match (rule.number, edge.and_then(|edge| edge.rule), edge.and_then(|edge| edge.when.as_deref())) {
        (None, ..) => format!("The flow has no rule for {of}, so its fallback answers"),
        (Some(number), Some(_), Some("otherwise")) => format!("Rule {number} of {of}, since no other holds"),
        (Some(number), _, Some(when)) => format!("Rule {number} of {of}: `{}`", shortened(when)),
        (Some(_), ..) if rule.outcome.is_some() => of,
        (Some(_), ..) => format!("What {of} always does"),
    }
}

fn shortened(condition: &str) -> String {
    let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
    if condition.chars().count() <= 90 {
        return condition;
    }
    condition.chars().take(88).chain(['…']).collect()
}

/// Where a call goes, in words: `On to survey`. `back`: it has been there before.
#[must_use]
pub fn moved_in_words(place: &Place, back: bool) -> String {
    match place {
        Place::Ivr(name) if back => format!("Back to {name}"),
        Place::Ivr(name) => format!("On to {name}"),
        Place::End(End::Transfer(to)) => format!("Transferred to {}", in_print(to)),
        place => {
            let words = in_words(place);
            format!("On to {words}")
        }
    }
}

fn name(place: &Place) -> String {
    match place {
        Place::Ivr(name) => name.to_string(),
        place => in_words(place),
    }
}
