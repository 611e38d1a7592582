//! An action of DialogTech in a flow file. The keys are the specification's names ("Responding to DialogTech's
//! WebHook").

use super::super::language;
use super::super::mistake::Mistake;
use super::super::{Destination, FallbackAction, FlowAction, PassThrough, Template};
use super::findme::findme;
use super::reader::{Fields, Reader};
use super::yaml::{Key, Node, Value};
use crate::dialogtech::action::{Action, Ivr, IvrSpelling};
use crate::dialogtech::number::{BuildingBlockId, ParameterName, PhoneNumber, QuestionId};

/// The apps of the specification.
pub(super) const ACTIONS: [&str; 6] = ["ivr", "findme", "vr", "voicemail", "hangup", "transfer"];

/// `hangup`, or a mapping with one app.
pub(super) fn action(r: &mut Reader, node: &Node) -> Option<FlowAction> {
    let expected = "an action (`ivr`, `findme`, `vr`, `voicemail`, `hangup` or `transfer`)";
    if let Value::Scalar { text, .. } = &node.value {
        return match text.as_str() {
            "hangup" => Some(Action::Hangup),
            app if ACTIONS.contains(&app) => {
                r.mistake(node.at, format!("`{app}` needs its parameters: `{{ {app}: {{ ... }} }}`"));
                None
            }
            _ => {
                r.wrong_type(node, expected);
                None
            }
        };
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
        "vr" => only(r, parameters, "id", block_id).map(|id| Action::VirtualReceptionist { id }),
        "voicemail" => only(r, parameters, "id", block_id).map(|id| Action::Voicemail { id }),
        "transfer" => transfer(r, parameters),
        _ => {
            if !matches!(parameters.value, Value::Null) {
                r.fields_of(parameters, "nothing: `hangup` has no parameters", &[])?;
            }
            Some(Action::Hangup)
        }
    }
}

/// The parameters of an app that has a single one.
fn only<T>(r: &mut Reader, node: &Node, name: &str, read: impl FnOnce(&mut Reader, &Node) -> Option<T>) -> Option<T> {
    let fields = r.fields_of(node, &format!("a mapping with the key `{name}`"), &[name])?;
    let node = r.require(&fields, name)?;
    read(r, node)
}

/// The id of a building block, with or without quotes.
pub(super) fn block_id(r: &mut Reader, node: &Node) -> Option<BuildingBlockId> {
    r.fixed(node, "an id of the DialogTech portal", BuildingBlockId::parse)
}

fn transfer(r: &mut Reader, node: &Node) -> Option<FlowAction> {
    let fields = r.fields(node, "a mapping with the key `destination`", &language::TRANSFER)?;
    let may_choose = caller_may_choose(r, &fields);
    let node = r.require(&fields, "destination")?;
    let destination = destination(r, node, may_choose)?;
    needless_choice(r, &fields, may_choose, std::slice::from_ref(&destination));
    Some(Action::Transfer { destination })
}

/// The key by which a flow says that callers may choose where their calls go.
pub(super) const CALLER_MAY_CHOOSE: &str = "caller_may_choose";

/// Whether the flow says so in so many words; unreadable means that it does not.
pub(super) fn caller_may_choose(r: &mut Reader, fields: &Fields<'_>) -> bool {
    fields.get(CALLER_MAY_CHOOSE).and_then(|n| r.flag(n, "`caller_may_choose`")).unwrap_or_default()
}

/// Notes a permission that nothing asks for: it would stay there until something does.
pub(super) fn needless_choice(r: &mut Reader, fields: &Fields<'_>, may_choose: bool, numbers: &[Destination]) {
    let is_chosen = |number: &Destination| matches!(number, Destination::Template(template) if template.chosen_by_caller().is_some());
    if let Some(node) = fields.get(CALLER_MAY_CHOOSE).filter(|_| may_choose && !numbers.iter().any(is_chosen)) {
        let message = format!("`{CALLER_MAY_CHOOSE}` does nothing here: no caller has a hand in these numbers");
        r.findings.push(Mistake::warning(node.at, message).help("leave it out".to_owned()));
    }
}

/// A number to ring: digits, or a template that no caller has a hand in.
pub(super) fn destination(r: &mut Reader, node: &Node, may_choose: bool) -> Option<Destination> {
    let text = r.text(node, "a telephone number")?;
    if !text.contains("{{") && !text.contains("{%") {
        return r.parsed(node, "a telephone number", PhoneNumber::parse).map(Destination::Fixed);
    }
    let template = r.template(node, "a telephone number")?;
    match template.chosen_by_caller() {
        Some(name) if !may_choose => {
            r.mistake_with_help(
                node.at,
                format!("`{name}` decides where the call goes, and a caller decides about `{name}`: toll fraud lives on that"),
                format!(
                    "name the numbers under `numbers` and look them up with `listed(...)`, or allow it in so many words \
                     with `{CALLER_MAY_CHOOSE}: true`"
                ),
            );
            return None;
        }
        Some(name) => {
            let message =
                format!("`{name}` decides where the call goes: callers can have any number rung, at your cost");
            r.findings.push(Mistake::warning(node.at, message));
        }
        None => {}
    }
    Some(Destination::Template(template))
}

/// An action without a template in it, if it is one.
pub(super) fn literally(action: &FlowAction) -> Option<FallbackAction> {
    let literal = |template: &Template| template.literal().map(str::to_owned).ok_or(());
    let fixed = |destination: &Destination| match destination {
        Destination::Fixed(number) => Ok(number.clone()),
        Destination::Template(_) => Err(()),
    };
    action.try_map(literal, |pass| pass.try_map(literal), fixed).ok()
}

fn ivr(r: &mut Reader, node: &Node) -> Option<Ivr<Template, PassThrough<Template>>> {
    let fields = r.fields(node, "the parameters of `ivr`, a mapping with the key `id`", &language::IVR)?;
    let id = r.require(&fields, "id").and_then(|n| block_id(r, n));
    let question_id = fields
        .get("question_id")
        .map(|n| r.fixed(n, "the id of a question", QuestionId::parse))
        .map_or(Some(None), kept);
    let user_parameters = user_parameters(r, &fields);
    let pass_through = fields.get("pass").map_or(Some(PassThrough::None), |n| pass(r, n));
    let spelling = fields.get("spelling").map_or(Some(r.spelling), |n| spelling(r, n));
    Some(Ivr {
        spelling: spelling?,
        id: id?,
        question_id: question_id?,
        user_parameters: user_parameters?,
        pass_through: pass_through?,
    })
}

/// How the app of an IVR is written in the document.
pub(super) fn spelling(r: &mut Reader, node: &Node) -> Option<IvrSpelling> {
    r.parsed(node, "`ivr` or `survo`", |text| match text {
        "ivr" => Ok(IvrSpelling::Ivr),
        "survo" => Ok(IvrSpelling::Survo),
        _ => Err("`spelling` is `ivr` or `survo`"),
    })
}

/// What was read of an optional key: an unreadable value is not the same as none.
fn kept<T>(read: Option<T>) -> Option<Option<T>> {
    read.map(Some)
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
    if name == PassThrough::RESERVED {
        r.mistake(key.at, format!("the pass-through key `{name}` is taken: Ringbolt's own signed state has it"));
        return false;
    }
    let fits = !name.is_empty() && name.trim() == name && !name.chars().any(|c| c == '|' || c == '%' || c.is_control());
    if !fits {
        r.mistake(
            key.at,
            "a pass-through key is not empty and has no `|`, no `%`, no control characters and no spaces at its ends",
        );
    }
    fits
}
