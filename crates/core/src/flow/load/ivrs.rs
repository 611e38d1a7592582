//! `dialogtech:`: what follows each IVR.

use super::super::graph::Graph;
use super::super::language;
use super::super::mistake::{Mistake, Position};
use super::super::proof::{self, Offence, Offending};
use super::super::rules::Rules;
use super::super::{DialogTech, FallbackAction, FlowAction, Scope, Step, Template, VerifyPin};
use super::action::{action, app, spelling};
use super::apart;
use super::field_names::field_names;
use super::reader::{Fields, Reader};
use super::rules::rules;
use super::verify_pin::verify_pin;
use super::yaml::{Node, Value};
use crate::dialogtech::number::BuildingBlockId;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn dialogtech(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<DialogTech> {
    let fields = r.fields(node, "a mapping with the key `ivrs`", &language::DIALOGTECH)?;
    let field_names = fields.get("field_names").map_or_else(|| Some(Default::default()), |n| field_names(r, n));
    let node = r.require(&fields, "ivrs")?;
    let listed = r.entries(node, "a mapping from IVR ids to what follows each")?;
    let mut ivrs = BTreeMap::new();
    for (key, node) in listed.entries() {
        let id = BuildingBlockId::parse(&key.name)
            .map_err(|error| r.mistake(key.at, format!("`ivrs` are listed by their ids: {error}")))
            .ok();
        r.ivrs.extend(id.iter().map(|id| (id.clone(), key.at)));
        let step = step(r, node, fallback);
        if let (Some(id), Some(step)) = (id, step) {
            ivrs.insert(id, step);
        }
    }
    apart::tell(r, &ivrs);
    if listed.entries().is_empty() {
        r.mistake(listed.at, "`ivrs` is empty");
    }
    Some(DialogTech { ivrs, field_names: field_names? })
}

/// Notes what cannot be proved of a flow whose IVRs have all been read.
pub(super) fn prove(r: &mut Reader, dialogtech: &DialogTech, fallback: &(Position, FallbackAction)) {
    if dialogtech.ivrs.len() < r.ivrs.len() {
        return;
    }
    let mut graph = Graph::default();
    let (at_fallback, fallback) = fallback;
    graph.dialogtech(dialogtech, fallback);
    for Offence { ivr, kind, way, steps } in proof::offences(&graph) {
        let at = ivr.map_or(Some(*at_fallback), |ivr| r.ivrs.get(&ivr).copied()).unwrap_or(Position::START);
        let (message, help) = match kind {
            Offending::Endless => (
                format!("a call never ends here: {way}"),
                "let one of these IVRs hang up, transfer, ring somebody, take a message, or go to another IVR of the portal",
            ),
            Offending::AskedAgain => (
                format!("a caller who has no tries left is asked for a PIN again: {way}"),
                "after `too_many_attempts` and `locked` a call goes to people, to a voicemail, or ends",
            ),
            Offending::FallbackAsks => (
                format!("the fallback leads to a PIN question: {way}"),
                "when something fails, nothing is known of the call, so its tries would begin anew: let it ring people, take \
                 a message or end the call",
            ),
            Offending::EndlessSilence => (
                format!("while nobody keys or answers anything, a call goes round here for ever: {way}"),
                "count the rounds with `pass: { round: \"{{ pass.round | default(0) | int + 1 }}\" }`, and leave with \
                 `when: pass.round | int >= 3`",
            ),
            Offending::LoginToItself => (
                format!("the right PIN leads back to its own question: {way}"),
                "let `verified` lead to what the caller logs in for",
            ),
        };
        if kind.is_error() {
            r.offences += 1;
            r.offending.extend(steps);
            r.mistake_with_help(at, message, help);
        } else {
            r.findings.push(Mistake::warning(at, message).help(help.to_owned()));
        }
    }
}

/// Notes how apps of IVRs are spelled in this flow, before the first of them is read.
pub(super) fn default_spelling(r: &mut Reader, node: &Node) {
    let Value::Map(entries) = &node.value else { return };
    if let Some((_, node)) = entries.iter().find(|(key, _)| key.name == "spelling") {
        r.spelling = spelling(r, node).unwrap_or_default();
    }
}

/// `verify_pin`, `rules`, `say`, `do`, or an action itself.
fn step(r: &mut Reader, node: &Node, fallback: Option<&FallbackAction>) -> Option<Step> {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::Scalar { .. } => return action(r, node).map(always),
        _ => {
            r.wrong_type(node, "what follows the IVR (`verify_pin`, `rules`, `say`, `do` or an action)");
            return None;
        }
    };
    let known = language::STEP.names();
    let fields = r.fields(node, "what follows the IVR", &language::STEP)?;
    let steps: Vec<&(_, Node)> = entries.iter().filter(|(key, _)| known.contains(&key.name.as_str())).collect();
    let [(key, value)] = steps[..] else {
        // Of two steps which one is meant is anybody's guess; the mistakes inside wait until there is one.
        if steps.is_empty() && entries.is_empty() {
            r.mistake(fields.at, "nothing follows the IVR: expected `verify_pin`, `rules`, `say` or `do`");
        }
        if let Some((second, _)) = steps.get(1) {
            r.mistake(second.at, format!("an IVR has one step, and `{}` is a second one", second.name));
        }
        return None;
    };
    match key.name.as_str() {
        "verify_pin" => verify_pin(r, value, fallback).map(|found| Step::VerifyPin(Box::new(found))),
        "rules" => rules(r, value, &language::RULE, then).and_then(|found| of_one_kind(r, value, found)),
        "say" => say(r, value).map(|text| Step::Say(Rules::always(text))),
        "do" => action(r, value).map(always),
        _ => app(r, key, value).map(always),
    }
}

fn always(action: FlowAction) -> Step {
    Step::Do(Rules::always(action))
}

fn say(r: &mut Reader, node: &Node) -> Option<Template> {
    let text = r.template(node, "the text to read to the caller")?;
    let is_empty = |text: &Template| text.render(&Scope::default()).is_ok_and(|text| text.trim().is_empty());
    if text.depends_on(&[]) && is_empty(&text) {
        r.mistake(node.at, "`say` is empty");
    }
    Some(text)
}

/// What a rule of an IVR comes to.
enum Then {
    Do(FlowAction),
    Say(Template),
}

fn then(r: &mut Reader, fields: &Fields<'_>) -> Option<Then> {
    match (fields.get("do"), fields.get("say")) {
        (Some(node), None) => action(r, node).map(Then::Do),
        (None, Some(node)) => say(r, node).map(Then::Say),
        (None, None) => {
            r.mistake(fields.at, "a rule says what happens: `do` or `say` is missing");
            None
        }
        (Some(_), Some(second)) => {
            r.mistake(second.at, "a rule has `do` or `say`, not both");
            None
        }
    }
}

/// The portal sets an IVR to retrieve its next action or a text to read; it cannot take one now and the other then.
fn of_one_kind(r: &mut Reader, node: &Node, found: Rules<Then>) -> Option<Step> {
    let texts = found.iter().filter(|rule| matches!(rule.then, Then::Say(_))).count();
    if texts == 0 {
        return found.try_map(|then| if let Then::Do(action) = then { Some(action) } else { None }).map(Step::Do);
    }
    let step = found.try_map(|then| if let Then::Say(text) = then { Some(text) } else { None }).map(Step::Say);
    if step.is_none() {
        r.mistake_with_help(
            node.at,
            "the rules of an IVR all have `do` or all have `say`",
            "in the portal an IVR is set to \"Retrieve next action\" or to \"Retrieve message and read to user\"",
        );
    }
    step
}

/// Notes every template and condition beside `pin` and `user` that speaks of a PIN: in an answer it would reach a
/// provider's logs, or come back in a URL as pass-through data; in a condition it would be a PIN without a counter.
pub(super) fn keep_pins_in(r: &mut Reader, dialogtech: Option<&DialogTech>) {
    let steps = dialogtech.iter().flat_map(|dialect| dialect.ivrs.values());
    let verifies: Vec<_> =
        steps.filter_map(|step| if let Step::VerifyPin(verify) = step { Some(verify) } else { None }).collect();
    let pins: BTreeSet<String> = verifies.iter().flat_map(|verify| verify.pin_answers()).collect();
    let mut leaks = Vec::new();
    for (at, template) in r.templates.iter().filter(|(at, _)| !r.inputs.contains(at)) {
        if let Some(pin) = template.parts_of("answers").find(|part| pins.contains(*part)) {
            leaks.push((*at, format!("`answers.{pin}` is a PIN: `pin` reads it, and nothing else")));
        } else if template.mentions_whole("answers") && !pins.is_empty() {
            leaks.push((*at, "`answers` as a whole holds a PIN: name the answer that is meant".to_owned()));
        }
    }
    // A field of the call never comes to `answers`.
    for (at, portal) in &r.portal_names {
        let reads = |verify: &VerifyPin| {
            [&verify.user, &verify.pin].iter().any(|input| input.parts_of("answers").any(|part| part == portal))
        };
        if let Some(field) = dialogtech.and_then(|dialect| dialect.field_names.field(portal))
            && verifies.iter().any(|verify| reads(verify))
        {
            let message =
                format!("`answers.{portal}` is read by a PIN question, and here it would become `call.{field}`");
            leaks.push((*at, message));
        }
    }
    for (at, message) in leaks {
        r.mistake(at, message);
    }
}
