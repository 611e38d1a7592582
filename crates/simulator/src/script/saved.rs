//! A call that somebody made, as a scripted call.

use super::ends::{ExpectedEnd, digits_of};
use super::{Deed, Does, Entry, Line, ScriptedCall, ScriptedCaller, written};
use crate::call::Call;
use crate::event::{Ended, Event, Invalid, PersonDoes};
use crate::exchange::Exchange;
use crate::setting::Setting;
use ringbolt_core::flow::Position;
use ringbolt_core::outcome::Outcome;
use ringbolt_core::time::EpochMs;
use std::time::Duration;
use zeroize::Zeroizing;

/// A pause that is longer than any caller's is a clock that somebody moved.
const LONGEST_PAUSE_MS: i64 = 120_000;

/// A machine's clock is set back by less than this all by itself.
const SLIGHTLY_BACK_MS: i64 = -1_000;

/// A call as an item of `calls:`, with everything that happened in it as its steps. PINs aren't known any more: a right one
/// is written `right`, any other `wrong`. `callers` are the callers of the call, as far as they are known.
#[must_use]
pub fn saved(call: &Call, title: &str, callers: Vec<ScriptedCaller>) -> String {
    let setting = call.setting();
    let begins = ScriptedCall {
        name: title.to_owned(),
        at: Position::default(),
        provider: setting.provider,
        provider_is_given: true,
        from: setting.from.clone(),
        dials: setting.dials.clone(),
        starts_at: call.events().first().map_or(EpochMs(0), |(at, _)| *at),
        begins: setting.begins.clone(),
        user: setting.user.clone(),
        post: setting.portal.method == crate::exchange::Method::Post,
        splits: splits(setting),
        constants: Vec::new(),
        source: setting.portal.source.clone(),
        label: setting.portal.phone_label.clone(),
        callers,
        steps: Vec::new(),
    };
    let mut steps = steps(call);
    steps.extend(ExpectedEnd::of(call).map(Does::Ends).map(Line::Step));
    written(&begins, &setting.flow, title, &steps)
}

/// The shares into which the call fell. A script has an id of its own, which would fall into others.
fn splits(setting: &Setting) -> Vec<(String, String)> {
    let id = setting.sent_call_id();
    let splits = setting.flow.definitions.splits.iter();
    splits.map(|(name, split)| (name.clone(), split.share(name, &id).to_owned())).collect()
}

fn steps(call: &Call) -> Vec<Line> {
    let mut steps = Vec::new();
    let mut before = call.events().first().map_or(EpochMs(0), |(at, _)| *at);
    let mut is_down = false;
    for (index, (at, event)) in call.events().iter().enumerate() {
        let pause = at.0.saturating_sub(before.0);
        if pause > LONGEST_PAUSE_MS {
            steps.push(Line::Step(Does::Pass(Duration::from_millis(pause.unsigned_abs()))));
        } else if pause < SLIGHTLY_BACK_MS {
            let back = in_words(pause.unsigned_abs());
            steps.push(Line::Comment(format!(
                "Here the clock was moved back by {back}, which no step can do. What follows is played at other times."
            )));
        }
        before = *at;
        // What is keyed here decides about the next webhook, so the database must be down before it.
        if matches!(event, Event::Keyed { .. } | Event::Silence { .. }) {
            let fails = next_webhook(call, index).is_some_and(failed);
            if fails != is_down {
                steps.push(Line::Step(Does::Database { down: fails }));
                is_down = fails;
            }
        }
        step(call, index, event, &mut steps);
    }
    steps
}

fn step(call: &Call, index: usize, event: &Event, steps: &mut Vec<Line>) {
    let mut push = |does| steps.push(Line::Step(does));
    match event {
        Event::Heard(text) => push(Does::Hear(text.clone())),
        Event::Keyed { question, shown, count, .. } => {
            let entry = match shown {
                Some(keys) => Entry::Keys(Zeroizing::new(keys.clone())),
                // Only a TwiML provider sends what is no answer.
                None if is_short(call, question, *count) => Entry::Keys(Zeroizing::new("1".repeat(*count))),
                None if webhooks_of_visit(call, index).any(is_right) => Entry::RightPin,
                None => Entry::WrongPin,
            };
            push(Does::Key(vec![(Some(question.clone()), entry)]));
        }
        Event::Silence { .. } => push(Does::Silence { once: true }),
        Event::Invalid { question, why, .. } => {
            push(Does::Key(vec![(Some(question.clone()), Entry::Keys(Zeroizing::new(invalid(why))))]));
        }
        Event::Recorded { question, .. } => push(Does::Say(words(call, *question))),
        Event::Whisper { text, .. } => push(Does::Whisper(text.clone())),
        Event::Person { who, did } => person(&digits_of(who), *did, steps),
        Event::Ended(Ended::MessageLeft(_)) => push(Does::Say("(a message)".to_owned())),
        Event::Ended(Ended::CallerHungUp { connected: None }) => push(Does::HangUp),
        // What the provider does by itself.
        Event::Started { .. }
        | Event::Webhook(_)
        | Event::Moved(_)
        | Event::Ringing { .. }
        | Event::Transcription(_)
        | Event::Note(_)
        | Event::Ended(_) => {}
    }
}

/// In a script, `accepts` is to pick up, hear the whisper and accept.
fn person(number: &str, did: PersonDoes, steps: &mut Vec<Line>) {
    let people = |deed| Line::Step(Does::People(vec![(number.to_owned(), deed)]));
    let deed = match did {
        PersonDoes::Answers => return steps.push(people(Deed::Answers)),
        PersonDoes::Accepts => Deed::Accepts,
        PersonDoes::Declines => Deed::Declines,
        PersonDoes::Nothing => Deed::Nobody,
    };
    let answered = [(number.to_owned(), Deed::Answers)];
    let answers = |line: &Line| matches!(line, Line::Step(Does::People(people)) if *people == answered);
    let since = steps.iter().rposition(answers).map(|answered| steps.split_off(answered)).unwrap_or_default();
    let (whispers, others): (Vec<Line>, Vec<Line>) =
        since.into_iter().skip(1).partition(|line| matches!(line, Line::Step(Does::Whisper(_))));
    steps.extend(others);
    steps.push(people(deed));
    if deed == Deed::Accepts {
        steps.extend(whispers);
    }
}

/// `3 h 5 min`
fn in_words(ms: u64) -> String {
    let secs = ms / 1_000;
    let parts = [(secs / 86_400, "d"), (secs / 3_600 % 24, "h"), (secs / 60 % 60, "min"), (secs % 60, "s")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    parts.collect::<Vec<_>>().join(" ")
}

fn next_webhook(call: &Call, index: usize) -> Option<&Exchange> {
    call.events().iter().skip(index).find_map(|(_, event)| match event {
        Event::Webhook(exchange) => Some(&**exchange),
        _ => None,
    })
}

/// The webhooks from here on until the call moves on: DialogTech sends one for an IVR, and TwiML one for each question.
fn webhooks_of_visit(call: &Call, index: usize) -> impl Iterator<Item = &Exchange> {
    let here = call.events().iter().skip(index).take_while(|(_, event)| !matches!(event, Event::Moved(_)));
    here.filter_map(|(_, event)| if let Event::Webhook(exchange) = event { Some(&**exchange) } else { None })
}

/// Whether a question of the flow takes more keys than these.
fn is_short(call: &Call, question: &str, count: usize) -> bool {
    let mut asks = call.setting().flow.ivrs.iter().flat_map(|ivr| &ivr.asks);
    let found = asks.find(|ask| ask.name.as_str() == question);
    found.and_then(|ask| ask.digits.as_ref()).is_some_and(|digits| count < usize::from(*digits.start()))
}

fn failed(exchange: &Exchange) -> bool {
    exchange.decided().is_some_and(|decided| decided.failed.is_some())
}

fn is_right(exchange: &Exchange) -> bool {
    exchange.decided().is_some_and(|decided| matches!(decided.outcome, Outcome::Verified | Outcome::TurnedAway))
}

/// An entry that is invalid for the same reason.
fn invalid(why: &Invalid) -> String {
    match why {
        Invalid::Short { least } => "1".repeat(usize::from(least.saturating_sub(1)).max(1)),
        Invalid::NoChoice { choices } => {
            let digit =
                ('0'..='9').map(String::from).find(|digit| !choices.iter().any(|choice| choice.starts_with(digit)));
            digit.unwrap_or_else(|| "*".to_owned())
        }
    }
}

fn words(call: &Call, question: usize) -> String {
    let found = call.transcriptions().iter().find(|one| one.question == question);
    found.map_or_else(|| "(nothing that is transcribed)".to_owned(), |one| one.text().to_owned())
}
