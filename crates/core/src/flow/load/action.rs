//! An action in a flow file. The keys are the specification's names ("Responding to DialogTech's WebHook").

use super::super::action::{Action, PassThrough, ToIvr};
use super::super::fields::STATE;
use super::super::ids::{IvrName, ParameterName, PortalId, QuestionId};
use super::super::language;
use super::super::mistake::Mistake;
use super::super::{FlowAction, Template};
use super::destination::{caller_may_choose, destination, needless_choice};
use super::findme::findme;
use super::reader::{Fields, Lead, Reader};
use crate::flow::yaml::{Key, Node, Value};

/// The apps of the specification.
pub(super) const ACTIONS: [&str; 6] = ["ivr", "findme", "vr", "voicemail", "hangup", "transfer"];

/// `hangup`, or a mapping with one app.
pub(super) fn action(r: &mut Reader, node: &Node) -> Option<FlowAction> {
    let expected = "an action (`ivr`, `findme`, `vr`, `voicemail`, `hangup` or `transfer`)";
    if let Value::Scalar { text, .. } = &node.value {
        match text.as_str() {
            "hangup" => return Some(Action::Hangup),
            app if ACTIONS.contains(&app) => {
                r.mistake(node.at, format!("`{app}` needs its parameters: `{{ {app}: {{ ... }} }}`"));
            }
            name if r.ivr_names.contains_key(name) => {
                let help = format!("to run an IVR, write `{{ ivr: {name} }}`");
                r.mistake_with_help(node.at, format!("expected {expected}, found `{name}`"), help);
            }
            _ => r.wrong_type(node, expected),
        }
        return None;
    }
    let fields = r.fields(node, expected, &language::ACTION)?;
    let apps: Vec<&(Key, Node)> =
        fields.entries().iter().filter(|(key, _)| ACTIONS.contains(&key.name.as_str())).collect();
    let [(key, parameters)] = apps[..] else {
        match apps.get(1) {
            Some((second, _)) => {
                r.mistake(second.at, format!("an action has one app, and `{}` is a second one", second.name));
            }
            None if fields.entries().is_empty() => r.mistake(fields.at, format!("expected {expected}")),
            None => {}
        }
        return None;
    };
    app(r, key, parameters)
}

/// An app, by its name and its parameters.
pub(super) fn app(r: &mut Reader, key: &Key, parameters: &Node) -> Option<FlowAction> {
    match key.name.as_str() {
        "ivr" => ivr(r, parameters).map(Action::Ivr),
        "findme" => findme(r, parameters).map(Action::FindMe),
        "vr" => only_id(r, parameters).map(|id| Action::VirtualReceptionist { id }),
        "voicemail" => only_id(r, parameters).map(|id| Action::Voicemail { id }),
        "transfer" => transfer(r, parameters),
        _ => {
            if !matches!(parameters.value, Value::Null) {
                r.fields_of(parameters, "nothing: `hangup` has no parameters", &[])?;
            }
            Some(Action::Hangup)
        }
    }
}

/// The parameters of an app that only has an id.
fn only_id(r: &mut Reader, node: &Node) -> Option<PortalId> {
    let fields = r.fields_of(node, "a mapping with the key `id`", &["id"])?;
    let node = r.require(&fields, "id")?;
    r.portal_id(node)
}

fn transfer(r: &mut Reader, node: &Node) -> Option<FlowAction> {
    let fields = r.fields(node, "a mapping with the key `destination`", &language::TRANSFER)?;
    let may_choose = caller_may_choose(r, &fields);
    let node = r.require(&fields, "destination")?;
    let destination = destination(r, node, may_choose)?;
    needless_choice(r, &fields, may_choose, std::slice::from_ref(&destination));
    Some(Action::Transfer { destination })
}

/// An IVR by its name, or a mapping with more about it.
fn ivr(r: &mut Reader, node: &Node) -> Option<ToIvr<Template>> {
    if let Value::Scalar { .. } = &node.value {
        let to = r.ivr_name(node)?;
        lead(r, node, &to, &[]);
        return Some(ToIvr { to, question_id: None, user_parameters: Vec::new(), pass: PassThrough::None });
    }
    let expected = "the name of an IVR, or a mapping with the key `to`";
    let fields = r.fields(node, expected, &language::TO_IVR)?;
    let to = r.require(&fields, "to").and_then(|n| r.ivr_name(n));
    let question_id = fields
        .get("question_id")
        .map_or(Some(None), |n| r.fixed(n, "the id of a question", QuestionId::parse).map(Some));
    let user_parameters = user_parameters(r, &fields);
    let pass = fields.get("pass").map_or(Some(PassThrough::None), |n| pass(r, n));
    if let (Some(to), Some(parameters)) = (&to, &user_parameters) {
        let at = fields.get("user_parameters").unwrap_or(node);
        lead(r, at, to, parameters);
    }
    Some(ToIvr { to: to?, question_id: question_id?, user_parameters: user_parameters?, pass: pass? })
}

/// Notes what leads to an IVR, for the check of its prompts.
fn lead(r: &mut Reader, node: &Node, to: &IvrName, parameters: &[(ParameterName, Template)]) {
    let parameters = parameters.iter().map(|(name, _)| name.as_str().to_owned()).collect();
    r.leads.push(Lead { at: node.at, to: to.clone(), parameters });
}

fn user_parameters(r: &mut Reader, fields: &Fields<'_>) -> Option<Vec<(ParameterName, Template)>> {
    let Some(node) = fields.get("user_parameters") else { return Some(Vec::new()) };
    let listed = r.entries(node, "user parameters, a mapping from names to texts")?;
    let mut read = Vec::new();
    for (key, node) in listed.entries() {
        let name = ParameterName::parse(&key.name).map_err(|error| r.mistake(key.at, error.to_string())).ok();
        let value = r.template(node, "the text of a user parameter");
        read.extend(name.zip(value));
    }
    (read.len() == listed.entries().len()).then_some(read)
}

/// A mapping, or one opaque text.
fn pass(r: &mut Reader, node: &Node) -> Option<PassThrough<Template>> {
    let expected = "pass-through data, a mapping from keys to texts or one text";
    if !matches!(node.value, Value::Map(_)) {
        return r.template(node, expected).map(PassThrough::Opaque);
    }
    let listed = r.entries(node, expected)?;
    let mut read = Vec::new();
    for (key, node) in listed.entries() {
        let fits = pass_key(r, key);
        let value = r.template(node, "the text of a pass-through value");
        read.extend(value.filter(|_| fits).map(|value| (key.name.clone(), value)));
    }
    (read.len() == listed.entries().len()).then_some(PassThrough::Pairs(read))
}

fn pass_key(r: &mut Reader, key: &Key) -> bool {
    let name = key.name.as_str();
    if name == STATE {
        let message = format!("the pass-through key `{name}` is taken by Ringbolt's own signed state");
        r.mistakes.push(Mistake::new(key.at, message).help("choose another name".to_owned()));
        return false;
    }
    let fits = !name.is_empty() && name.trim() == name && !name.chars().any(|c| c == '|' || c == '%' || c.is_control());
    if !fits {
        r.mistake(
            key.at,
            "a pass-through key isn't empty and has no `|`, no `%`, no control characters and no spaces at its ends",
        );
    }
    fits
}
