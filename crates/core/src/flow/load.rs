//! From the text of a flow file to a [`Flow`].

mod action;
mod apart;
mod definitions;
mod field_names;
mod findme;
mod header;
mod hours;
mod ivrs;
mod reader;
mod rules;
mod verify_pin;
mod wix_answers;
mod yaml;

use super::graph::Graph;
use super::language;
use super::mistake::{Mistake, Mistakes, Position};
use super::template::{Vocabulary, WIX_ANSWERS_NAMES};
use super::{Checked, Fallback, Flow, Unproven};
use crate::dialogtech::action::Action;
use crate::identity::{FlowName, Realm};
use crate::wix_answers::reply::Reply;
use reader::Reader;
use std::{mem, sync::Arc};
use yaml::Node;

pub(super) fn load(text: &str) -> Checked {
    if text.len() > Flow::MAX_BYTES {
        let message = format!("the file has {} bytes, and a flow at most {}", text.len(), Flow::MAX_BYTES);
        return Checked { flow: None, unproven: None, findings: vec![Mistake::new(Position::START, message)] };
    }
    let mut reader = Reader::default();
    let (flow, unproven) = match yaml::parse(text, &mut reader.mistakes).and_then(|root| flow(&mut reader, &root)) {
        Some(flow) if reader.mistakes.is_empty() => (Some(flow), None),
        Some(flow) if reader.mistakes.len() == reader.offences => (None, Some(unproven(&flow, &mut reader))),
        _ => (None, None),
    };
    reader.mistakes.append(&mut reader.findings);
    Checked { flow, unproven, findings: Mistakes::in_file_order(reader.mistakes).0 }
}

fn unproven(flow: &Flow, reader: &mut Reader) -> Unproven {
    Unproven { name: flow.name.clone(), graph: Graph::of(flow), offending: mem::take(&mut reader.offending) }
}

/// Reads everything before it gives up, so that every mistake is found.
fn flow(r: &mut Reader, root: &Node) -> Option<Flow> {
    let fields = r.fields(root, "a flow, a mapping of keys such as `flow`, `realm` and `fallback`", &language::FLOW)?;
    let name = r.require(&fields, "flow").and_then(|n| r.parsed(n, "the flow's name", FlowName::parse));
    let realm = r.require(&fields, "realm").and_then(|n| r.parsed(n, "the name of a realm", Realm::parse));
    let identifier = fields.get("identifier").map(|n| header::identifier(r, n)).unwrap_or(Some(Default::default()));
    let lockout = fields.get("lockout").map(|n| header::lockout(r, n)).unwrap_or(Some(Default::default()));
    let limits = fields.get("limits").map(|n| header::limits(r, n)).unwrap_or(Some(Default::default()));
    let definitions = Arc::new(definitions::definitions(r, &fields));
    r.vocabulary = Vocabulary::new(Arc::clone(&definitions));
    let (wix, dialogtech) = (fields.get("wix_answers"), fields.get("dialogtech"));
    if wix.is_none() && dialogtech.is_none() {
        r.mistake_with_help(fields.at, "the flow answers nobody", "give it `wix_answers`, `dialogtech` or both");
    }
    dialogtech.iter().for_each(|node| ivrs::default_spelling(r, node));
    let fallback = header::fallback(r, &fields, wix.is_some(), dialogtech.is_some());
    let of_dialogtech = r.vocabulary.clone();
    r.vocabulary = of_dialogtech.speaking_of(WIX_ANSWERS_NAMES);
    let wix_answers = wix.map(|n| wix_answers::wix_answers(r, n, fallback.wix_answers.as_ref()));
    r.vocabulary = of_dialogtech;
    let dialogtech = dialogtech.map(|n| ivrs::dialogtech(r, n, fallback.dialogtech.as_ref().map(|(_, action)| action)));
    ivrs::keep_pins_in(r, dialogtech.as_ref().and_then(Option::as_ref));
    if let (Some(Some(dialogtech)), Some(fallback)) = (&dialogtech, &fallback.dialogtech) {
        ivrs::prove(r, dialogtech, fallback);
    }
    Some(Flow {
        name: name?,
        realm: realm?,
        identifier: identifier?,
        lockout: lockout?,
        limits: limits?,
        definitions,
        fallback: Fallback {
            wix_answers: fallback.wix_answers.map_or(Reply::Disconnect, |(_, reply)| reply),
            dialogtech: fallback.dialogtech.map_or(Action::Hangup, |(_, action)| action),
            say: fallback.say.unwrap_or_else(|| Fallback::SAY.to_owned()),
        },
        wix_answers: wix_answers.map_or(Some(None), |read| read.map(Some))?,
        dialogtech: dialogtech.map_or(Some(None), |read| read.map(Some))?,
    })
}

/// A file as an editor sees it that checks with the schema; none where it is no YAML.
#[cfg(test)]
pub(super) fn as_json(text: &str) -> Option<serde_json::Value> {
    fn json(node: &Node) -> serde_json::Value {
        match &node.value {
            yaml::Value::Null | yaml::Value::Broken => serde_json::Value::Null,
            yaml::Value::List(items) => items.iter().map(json).collect(),
            yaml::Value::Map(entries) => entries.iter().map(|(key, node)| (key.name.clone(), json(node))).collect(),
            // The core schema of YAML 1.2 is near enough to JSON for the numbers and flags of a flow.
            yaml::Value::Scalar { text, plain: true } => {
                serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
            }
            yaml::Value::Scalar { text, plain: false } => text.as_str().into(),
        }
    }
    let mut mistakes = Vec::new();
    let root = yaml::parse(text, &mut mistakes)?;
    mistakes.is_empty().then(|| json(&root))
}
