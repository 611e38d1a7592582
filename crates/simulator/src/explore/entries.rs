//! What can be keyed at a question: each entry that a rule asks for, and those that nobody expects.

use super::conditions::Written;
use super::invented::{self, NOBODY};
use crate::call::{Call, Question};
use crate::script::Entry;
use ringbolt_core::flow::Step;
use ringbolt_core::flow::graph::Place;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// The most entries of a question that are taken from conditions and tables.
const MOST: usize = 12;

/// How entries and silence count that leave a question unanswered: the webhook doesn't tell them apart.
pub(super) const NO_ANSWER: &str = "no answer";

/// An entry, and how it counts when states are compared.
#[derive(Clone, Debug)]
pub(super) struct Try {
    pub(super) label: String,
    pub(super) entry: Entry,
    /// Whether it fails as an answer, so that the question is asked again, until it is given up.
    pub(super) refused: bool,
}

impl Try {
    fn keys(keys: impl Into<String>) -> Self {
        let keys = keys.into();
        Self { label: keys.clone(), entry: Entry::Keys(Zeroizing::new(keys)), refused: false }
    }

    fn labelled(label: &str, entry: Entry) -> Self {
        Self { label: label.to_owned(), entry, refused: false }
    }
}

/// The entries for the present question. `first` is whether no attempt at a PIN has failed yet.
pub(super) fn tries(call: &Call, written: &Written<'_>, users: &[String], first: bool) -> Vec<Try> {
    let Some(question) = call.question() else { return Vec::new() };
    if question.secret {
        let pins = [Try::labelled("right", Entry::RightPin), Try::labelled("wrong", Entry::WrongPin)];
        return pins.into_iter().chain(unexpected(question).into_iter().filter(|tried| tried.refused)).collect();
    }
    if !question.one_of.is_empty() {
        return choices(question);
    }
    let flow = &call.setting().flow;
    if asks_user(call, &question.name) {
        // Once an attempt has failed, whose it was matters less.
        let known = users.iter().filter(|user| !user.starts_with('#')).take(if first { 4 } else { 1 });
        let mut tries: Vec<Try> = known.map(|user| Try::keys(user.clone())).collect();
        tries.push(Try::keys(invented::user(flow, NOBODY)));
        tries.extend(unexpected(question));
        return tries;
    }
    let mut wanted = written.compared_with("answers", &question.name);
    wanted.extend(written.keys_for(flow, &question.name));
    if question.digits.as_ref().is_some_and(|digits| *digits.end() == 1) {
        wanted.extend((0..10).map(|digit| digit.to_string()));
    }
    let length = question.digits.as_ref().map_or(5, |digits| usize::from(*digits.end()).min(12));
    wanted.retain(|text| fits(question, text));
    wanted.truncate(MOST);
    wanted.push("9".repeat(length));
    let mut seen = BTreeSet::new();
    wanted.retain(|text| seen.insert(text.clone()));
    wanted.into_iter().map(Try::keys).chain(unexpected(question)).collect()
}

fn fits(question: &Question, text: &str) -> bool {
    let count = u8::try_from(text.len()).unwrap_or(u8::MAX);
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits && question.digits.as_ref().is_none_or(|digits| digits.contains(&count))
}

fn choices(question: &Question) -> Vec<Try> {
    let mut tries: Vec<Try> = question.one_of.iter().map(|choice| Try::keys(choice.clone())).collect();
    let starts = |digit: &String| question.one_of.iter().any(|choice| choice.starts_with(digit.as_str()));
    let other = (0..10).rev().map(|digit| digit.to_string()).find(|digit| !starts(digit));
    tries.extend(other.map(|keys| Try { refused: true, label: NO_ANSWER.to_owned(), ..Try::keys(keys) }));
    tries
}

/// Too few digits, and too many.
fn unexpected(question: &Question) -> Vec<Try> {
    let Some(digits) = &question.digits else { return Vec::new() };
    let mut tries = Vec::new();
    if *digits.start() > 1 {
        let keys = "8".repeat(usize::from(*digits.start()) - 1);
        tries.push(Try { refused: true, label: NO_ANSWER.to_owned(), ..Try::keys(keys) });
    }
    let keys = "8".repeat(usize::from(*digits.end()) + 2);
    tries.push(Try { label: "too long".to_owned(), ..Try::keys(keys) });
    tries
}

/// Whether an answer says whose PIN is asked for.
fn asks_user(call: &Call, answer: &str) -> bool {
    let Place::Ivr(name) = call.place() else { return false };
    match call.setting().flow.ivrs.get(name).and_then(|ivr| ivr.step.as_ref()) {
        Some(Step::VerifyPin(verify)) => verify.user_answers().iter().any(|name| name == answer),
        _ => false,
    }
}
