//! `dialogtech:`: what follows each IVR.

use super::super::{DialogTech, FallbackAction, Step};
use super::action::{ACTIONS, action, app};
use super::reader::Reader;
use super::verify_pin::verify_pin;
use super::yaml::{Node, Value};
use crate::dialogtech::number::BuildingBlockId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn dialogtech(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<DialogTech> {
    let fields = r.fields(node, "a mapping with the key `ivrs`", &["ivrs"])?;
    let node = r.require(&fields, "ivrs")?;
    let listed = r.entries(node, "a mapping from IVR ids to what follows each")?;
    let mut ivrs = BTreeMap::new();
    for (key, node) in listed.entries() {
        let id = BuildingBlockId::parse(&key.name)
            .map_err(|error| r.mistake(key.at, format!("`ivrs` are listed by their ids: {error}")))
            .ok();
        let step = step(r, node, fallback);
        if let (Some(id), Some(step)) = (id, step) {
            ivrs.insert(id, step);
        }
    }
    if listed.entries().is_empty() {
        r.mistake(listed.at, "`ivrs` is empty");
    }
    Some(DialogTech { ivrs })
}

/// `verify_pin`, `say`, `do`, or an action itself.
fn step(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<Step> {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::Scalar { .. } => return action(r, node).map(|found| Step::Do(Box::new(found))),
        _ => {
            r.wrong_type(node, "what follows the IVR (`verify_pin`, `say`, `do` or an action)");
            return None;
        }
    };
    let known: Vec<&str> = ["verify_pin", "say", "do"].into_iter().chain(ACTIONS).collect();
    let fields = r.fields(node, "what follows the IVR", &known)?;
    let steps: Vec<&(_, Node)> = entries.iter().filter(|(key, _)| known.contains(&key.name.as_str())).collect();
    let [(key, value)] = steps[..] else {
        // Of two steps which one is meant is anybody's guess; the mistakes inside wait until there is one.
        if steps.is_empty() && entries.is_empty() {
            r.mistake(fields.at, "nothing follows the IVR: expected `verify_pin`, `say` or `do`");
        }
        if let Some((second, _)) = steps.get(1) {
            r.mistake(second.at, format!("an IVR has one step, and `{}` is a second one", second.name));
        }
        return None;
    };
    match key.name.as_str() {
        "verify_pin" => verify_pin(r, value, fallback).map(|found| Step::VerifyPin(Box::new(found))),
        "say" => {
            let text = r.template(value, "the text to read to the caller")?;
            if text.source().trim().is_empty() {
                r.mistake(value.at, "`say` is empty");
            }
            Some(Step::Say(text))
        }
        "do" => action(r, value).map(|found| Step::Do(Box::new(found))),
        _ => app(r, key, value).map(|found| Step::Do(Box::new(found))),
    }
}

/// Notes every template beside `pin` and `user` that speaks of a PIN: in an answer it would reach a provider's logs, or
/// come back in a URL as pass-through data.
pub(super) fn keep_pins_in(r: &mut Reader, dialogtech: Option<&DialogTech>) {
    let steps = dialogtech.iter().flat_map(|dialect| dialect.ivrs.values());
    let verifies: Vec<_> =
        steps.filter_map(|step| if let Step::VerifyPin(verify) = step { Some(verify) } else { None }).collect();
    let pins: BTreeSet<String> = verifies.iter().flat_map(|verify| verify.pin_answers()).collect();
    let mut leaks = Vec::new();
    for (at, template) in r.templates.iter().filter(|(at, _)| !r.inputs.contains(at)) {
        if let Some(pin) = template.parts_of("answers").find(|part| pins.contains(*part)) {
            leaks.push((*at, format!("`answers.{pin}` is a PIN and never goes into an answer")));
        } else if template.mentions_whole("answers") && !pins.is_empty() {
            leaks.push((*at, "`answers` as a whole holds a PIN: name the answer that is meant".to_owned()));
        }
    }
    for (at, message) in leaks {
        r.mistake(at, message);
    }
}
