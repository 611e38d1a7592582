//! From the text of a file of scripted calls to a [`Script`].

use super::callers::callers;
use super::reader::Reader;
use super::steps::{Names, steps};
use super::times::{DEFAULT_START, parse_time};
use super::{Script, ScriptedCall, ScriptedCaller};
use crate::setting::{Provider, WixUser};
use ringbolt_core::flow::yaml::{self, Key, Node, Value};
use ringbolt_core::flow::{Flow, IvrName, Mistakes};
use std::collections::BTreeMap;

/// The largest file, in bytes.
const MAX_BYTES: usize = 2_000_000;

const CALL: [&str; 14] = [
    "call",
    "provider",
    "from",
    "dials",
    "at",
    "begins",
    "user",
    "banned",
    "portal",
    "source",
    "split",
    "constants",
    "callers",
    "steps",
];

impl Script {
    /// Reads a file and checks it against its flow.
    ///
    /// # Errors
    /// [`Mistakes`] holds everything that is wrong with it, each with its place: what isn't YAML, unknown and missing
    /// keys, values of a wrong kind, and names of IVRs, answers and providers that the flow doesn't have. None of them
    /// quotes a PIN.
    pub fn load(text: &str, flow: &Flow) -> Result<Self, Mistakes> {
        let mut r = Reader::default();
        let script = if text.len() > MAX_BYTES {
            r.mistake(Default::default(), format!("the file has {} bytes; at most {MAX_BYTES} are read", text.len()));
            None
        } else {
            yaml::parse(text, &mut r.mistakes).and_then(|root| script(&mut r, &root, flow))
        };
        match script {
            Some(script) if r.mistakes.is_empty() => Ok(script),
            _ => {
                r.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
                Err(Mistakes(r.mistakes))
            }
        }
    }
}

fn script(r: &mut Reader, root: &Node, flow: &Flow) -> Option<Script> {
    let expected = "scripted calls, a mapping of `calls` and perhaps `callers`";
    let fields = r.fields(root, expected, &["calls", "callers", "provider"])?;
    let of_all = get(fields, "provider");
    let shared = get(fields, "callers").map(|node| callers(r, node)).unwrap_or_default();
    let Some(node) = get(fields, "calls") else {
        r.mistake(root.at, "`calls` is missing");
        return None;
    };
    let items = r.list(node, "a list of calls, each with a name (`call`) and `steps`")?;
    let names = Names::of(flow);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for item in items {
        let Some(call) = call(r, item, flow, &names, &shared, of_all) else { continue };
        match seen.get(&call.name) {
            Some(line) => r.mistake(item.at, format!("line {line} has a call of the same name: give it another")),
            None => drop(seen.insert(call.name.clone(), item.at.line)),
        }
        calls.push(call);
    }
    Some(Script { callers: shared, calls })
}

/// `of_all` says who plays every call of the file.
fn call(
    r: &mut Reader,
    node: &Node,
    flow: &Flow,
    names: &Names,
    shared: &[ScriptedCaller],
    of_all: Option<&Node>,
) -> Option<ScriptedCall> {
    let fields = r.fields(node, "a call, with its name (`call`) and its `steps`", &CALL)?;
    let name = get(fields, "call").and_then(|node| r.text(node, "the call's name"));
    for missing in ["call", "steps"].into_iter().filter(|key| get(fields, key).is_none()) {
        r.mistake(node.at, format!("`{missing}` is missing"));
    }
    let given = get(fields, "provider").or(of_all);
    let provider = provider(r, node, given, flow);
    let number = |r: &mut Reader, key: &str, default: &str| match get(fields, key) {
        Some(Node { value: Value::Scalar { text, .. }, .. }) if key == "from" && text == "withheld" => String::new(),
        Some(node) => r.number(node).unwrap_or_default(),
        None => default.to_owned(),
    };
    let (from, dials) = (number(r, "from", "2125550142"), number(r, "dials", "8005550123"));
    let starts_at = get(fields, "at").and_then(|node| {
        let text = r.text(node, "a time with its zone, such as `2026-03-09T10:00 America/New_York`")?;
        parse_time(text).map_err(|wrong| r.mistake(node.at, wrong)).ok()
    });
    let begins = get(fields, "begins").and_then(|node| {
        let text = r.text(node, "the name of an IVR")?;
        names.ivr(r, node, text).then(|| IvrName::parse(text).ok())?
    });
    let own = get(fields, "callers").map(|node| callers(r, node)).unwrap_or_default();
    let user = user(r, fields, own.first().or(shared.first()));
    let callers: Vec<ScriptedCaller> = shared.iter().cloned().chain(own).collect();
    let (post, label) = get(fields, "portal").map(|node| portal(r, node)).unwrap_or_default();
    let steps = get(fields, "steps").map(|node| steps(r, node, names)).unwrap_or_default();
    Some(ScriptedCall {
        name: name?.to_owned(),
        at: node.at,
        provider: provider?,
        provider_is_given: given.is_some(),
        from,
        dials,
        starts_at: starts_at.unwrap_or(DEFAULT_START),
        begins,
        user,
        post,
        splits: get(fields, "split").map(|node| splits(r, node, flow)).unwrap_or_default(),
        constants: get(fields, "constants").map(|node| constants(r, node, flow)).unwrap_or_default(),
        source: get(fields, "source").map(|node| source(r, node)).unwrap_or_default(),
        label,
        callers,
        steps,
    })
}

fn provider(r: &mut Reader, call: &Node, given: Option<&Node>, flow: &Flow) -> Option<Provider> {
    let offered = Provider::of(flow);
    let Some(node) = given else {
        let first = offered.first().copied();
        if first.is_none() {
            r.mistake(
                call.at,
                format!(
                    "the flow `{}` has nothing for DialogTech, Wix Answers or TwiML, whose calls can be played",
                    flow.name
                ),
            );
        }
        return first;
    };
    let words: Vec<(&str, Provider)> = offered.iter().map(|provider| (provider.word(), *provider)).collect();
    r.word(node, "a provider of this flow", &words)
}

/// Whom Wix Answers takes the caller for: the first caller, unless the call says otherwise.
fn user(r: &mut Reader, fields: &[(Key, Node)], first: Option<&ScriptedCaller>) -> Option<WixUser> {
    let banned = get(fields, "banned").and_then(|node| r.flag(node, "`banned`")).unwrap_or_default();
    let id = match get(fields, "user") {
        Some(node) => r.text(node, "the user's id")?.to_owned(),
        None => first?.user.clone(),
    };
    let first_name = first.filter(|caller| caller.user == id).and_then(|caller| caller.attributes.get("first_name"));
    let first_name = first_name.and_then(|name| name.as_str()).map(str::to_owned);
    Some(WixUser { id, first_name, banned, ..WixUser::default() })
}

/// What is set in DialogTech's portal: whether results are posted, and the label of the dialled number.
fn portal(r: &mut Reader, node: &Node) -> (bool, String) {
    let fields = r.fields(node, "the portal's settings, `{ post: true, label: ... }`", &["post", "label"]);
    let fields = fields.unwrap_or_default();
    let post = get(fields, "post").and_then(|node| r.flag(node, "`post`")).unwrap_or_default();
    let label = get(fields, "label").and_then(|node| r.text(node, "the dialled number's label")).unwrap_or_default();
    (post, label.to_owned())
}

fn source(r: &mut Reader, node: &Node) -> Vec<(String, String)> {
    let entries = r.entries(node, "SourceTrak's fields, such as `{ st_campaign: ... }`").unwrap_or_default();
    let mut fields = Vec::new();
    for (key, value) in entries {
        if !key.name.starts_with("st_") {
            r.mistake(key.at, format!("SourceTrak's fields begin with `st_`, and `{}` doesn't", key.name));
        }
        fields.extend(r.text(value, "a text").map(|text| (key.name.clone(), text.to_owned())));
    }
    fields
}

/// `{ new_team: new }`: the share of each split into which the call falls.
fn splits(r: &mut Reader, node: &Node, flow: &Flow) -> Vec<(String, String)> {
    let entries = r.entries(node, "the shares of the call, such as `{ pilot: new }`").unwrap_or_default();
    let known = &flow.definitions.splits;
    let mut splits = Vec::new();
    for (key, value) in entries {
        let Some(split) = known.get(&key.name) else {
            r.unknown(key.at, "the flow has no split", &key.name, known.keys().map(String::as_str));
            continue;
        };
        let shares: Vec<(&str, &str)> = split
            .shares
            .iter()
            .filter(|(_, percent)| *percent > 0)
            .map(|(name, _)| (name.as_str(), name.as_str()))
            .collect();
        let share = r.word(value, &format!("a share of `{}`", key.name), &shares);
        splits.extend(share.map(|share| (key.name.clone(), share.to_owned())));
    }
    splits
}

/// `{ known_south: "No power in Oak Hill." }`: what the flow's constants would be after a change.
fn constants(r: &mut Reader, node: &Node, flow: &Flow) -> Vec<(String, String)> {
    let entries = r.entries(node, "constants of the flow with other values").unwrap_or_default();
    let known = &flow.definitions.constants;
    let mut constants = Vec::new();
    for (key, value) in entries {
        if !known.contains_key(&key.name) {
            r.unknown(key.at, "the flow has no constant", &key.name, known.keys().map(String::as_str));
            continue;
        }
        let Some(text) = r.text(value, "the constant's value") else { continue };
        if flow.definitions.with_constant(&key.name, text).is_none() {
            r.mistake(value.at, format!("the constant `{}` has a value of another type", key.name));
        }
        constants.push((key.name.clone(), text.to_owned()));
    }
    constants
}

pub(super) fn get<'n>(fields: &'n [(Key, Node)], name: &str) -> Option<&'n Node> {
    fields.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
}

#[cfg(test)]
mod tests;
