//! Callers for a flow: those of a file of scripted calls, or invented ones that fit its questions and conditions.
//!
//! What is known about them is a marker wherever no condition asks for it, so that it is recognised when it is heard.

use super::conditions::Written;
use crate::script::ScriptedCaller;
use ringbolt_core::caller::Attributes;
use ringbolt_core::flow::{Flow, Owner};
use ringbolt_core::identity::IdentifierForm;

/// The first marker. Each attribute has one of its own, a number that no flow says by itself.
const FIRST_MARKER: u64 = 740_913;
/// Their distance.
const BETWEEN_MARKERS: u64 = 7_919;

/// The number of the user whom nobody enrols.
pub(super) const NOBODY: usize = 9;

/// The callers of an exploration. Those of a file keep their user ids, PINs and what conditions ask for.
pub(super) fn callers(flow: &Flow, written: &Written<'_>, given: &[ScriptedCaller], from: &str) -> Vec<ScriptedCaller> {
    let mut callers = if given.is_empty() { invented(flow, written, from) } else { given.to_vec() };
    let mut marker = FIRST_MARKER;
    for caller in &mut callers {
        for (name, value) in &mut caller.attributes {
            if !written.asks_for(name) {
                *value = marker.to_string().into();
                marker += BETWEEN_MARKERS;
            }
        }
    }
    callers
}

/// One of whom nothing special is known, one of whom everything is true, and one who is suspended.
fn invented(flow: &Flow, written: &Written<'_>, from: &str) -> Vec<ScriptedCaller> {
    let questions = || flow.ivrs.pin_questions().map(|(_, verify)| verify);
    let shared = questions().filter_map(|verify| match &verify.owner {
        Owner::Shared(user) => Some(ScriptedCaller::with_made_up_pin(user.as_str(), Attributes::new())),
        Owner::User(_) => None,
    });
    let mut callers: Vec<ScriptedCaller> = shared.collect();
    let asks_user = questions().any(|verify| matches!(verify.owner, Owner::User(_)));
    if !asks_user && flow.wix_answers.is_none() {
        return callers;
    }
    let names: Vec<String> = written.parts_of("caller").into_iter().filter(|name| name != "id").collect();
    let value = |name: &String, favoured: bool| -> serde_json::Value {
        match written.wanted_of(name) {
            Some(wanted) if favoured => wanted.into(),
            _ => favoured.into(),
        }
    };
    let by_number =
        questions().any(|verify| matches!(verify.owner, Owner::User(_)) && verify.user_answers().is_empty());
    for (number, favoured, suspended) in [(1, false, false), (2, true, false), (3, true, true)] {
        let attributes = names.iter().map(|name| (name.clone(), value(name, favoured))).collect();
        let user = if by_number && number == 1 { from.to_owned() } else { user(flow, number) };
        callers.push(ScriptedCaller { suspended, ..ScriptedCaller::with_made_up_pin(user, attributes) });
    }
    callers
}

/// A user id that fits the question that asks for it.
pub(super) fn user(flow: &Flow, number: usize) -> String {
    let names: Vec<String> = flow.ivrs.pin_questions().flat_map(|(_, verify)| verify.user_answers()).collect();
    let mut asks = flow.ivrs.iter().flat_map(|ivr| &ivr.asks);
    let digits = asks.find(|ask| names.iter().any(|name| name == ask.name.as_str())).and_then(|ask| ask.digits.clone());
    let digits = digits.unwrap_or(5..=5);
    let length = usize::from(5.clamp(*digits.start(), *digits.end()));
    let keyed = format!("{:0>length$}", 70_000 + number);
    let keyed = keyed.get(keyed.len().saturating_sub(length)..).unwrap_or(&keyed).to_owned();
    let is_word = names.is_empty() && flow.wix_answers.is_some() && flow.identifier != IdentifierForm::Digits;
    if is_word { format!("user-{keyed}") } else { keyed }
}
