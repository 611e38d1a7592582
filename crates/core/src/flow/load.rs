//! From the text of a flow file to a [`Flow`].

mod action;
mod asks;
mod definitions;
mod destination;
mod fallback;
mod findme;
mod header;
mod hours;
mod ivrs;
mod old_form;
mod place;
mod prompts;
mod proof;
mod providers;
mod reader;
mod rules;
mod secrets;
mod starts;
mod steps;
mod verify_pin;
mod wix_answers;

use super::file::Flow;
use super::graph::{Edge, Graph};
use super::language;
use super::mistake::{Mistake, Mistakes, Position, Severity};
use super::template::Vocabulary;
use super::yaml::{self, Node};
use crate::identity::{FlowName, Realm};
use place::Lines;
use reader::Reader;
use std::{mem, sync::Arc};

/// What a check of a whole flow file found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The flow, if nothing in it is an error.
    pub flow: Option<Flow>,
    /// Set when the only errors are proof failures, so that they can be drawn.
    pub unproven: Option<Unproven>,
    /// Errors and warnings, in the file's order.
    pub findings: Vec<Mistake>,
}

/// What can be drawn of a flow whose proof fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Unproven {
    /// The whole flow. Its calls can be played, and no function may answer with it.
    pub flow: Box<Flow>,
    /// The same as a graph.
    pub graph: Graph,
    /// The steps of the shortest ways that show what is wrong; all of them are in the graph.
    pub offending: Vec<Edge>,
}

impl Flow {
    /// Reads a flow file in which no id differs by stage.
    ///
    /// # Errors
    /// [`Mistakes`] holds everything that is wrong with it, each with its line: what isn't YAML, unknown and missing
    /// keys, values of a wrong kind or out of range, what the providers' specifications don't allow, templates that
    /// don't parse or use unknown names, and flows that would let an unverified caller through.
    pub fn load(text: &str) -> Result<Self, Mistakes> {
        Self::load_at(text, None)
    }

    /// Reads a flow file for a stage, such as `dev` or `prod`. If an IVR has an id for each stage, that stage's id is used.
    ///
    /// # Errors
    /// As [`Flow::load`]; and an id that differs by stage, if there is none for this one.
    pub fn load_at(text: &str, stage: Option<&str>) -> Result<Self, Mistakes> {
        let Checked { flow, findings, .. } = load(text, stage);
        flow.ok_or_else(|| Mistakes(findings.into_iter().filter(|found| found.severity == Severity::Error).collect()))
    }

    /// Reads a flow file as [`Flow::load_at`] does, and looks for what is legal but unwise as well.
    #[must_use]
    pub fn check(text: &str, stage: Option<&str>) -> Checked {
        load(text, stage)
    }
}

fn load(text: &str, stage: Option<&str>) -> Checked {
    if text.len() > Flow::MAX_BYTES {
        let message = format!("the file has {} bytes; a flow has at most {}", text.len(), Flow::MAX_BYTES);
        return Checked { flow: None, unproven: None, findings: vec![Mistake::new(Position::START, message)] };
    }
    let mut reader = Reader { lines: Lines::of(text), stage: stage.map(str::to_owned), ..Reader::default() };
    let (flow, unproven) = match yaml::parse(text, &mut reader.mistakes).and_then(|root| flow(&mut reader, &root)) {
        Some(flow) if reader.mistakes.is_empty() => (Some(flow), None),
        Some(flow) if reader.mistakes.len() == reader.offences => (None, Some(unproven(flow, &mut reader))),
        _ => (None, None),
    };
    reader.mistakes.append(&mut reader.findings);
    Checked { flow, unproven, findings: Mistakes::in_file_order(reader.mistakes).0 }
}

fn unproven(flow: Flow, reader: &mut Reader) -> Unproven {
    let (graph, offending) = (Graph::of(&flow), mem::take(&mut reader.offending));
    Unproven { flow: Box::new(flow), graph, offending }
}

/// Reads everything before it gives up, so that every mistake is found.
fn flow(r: &mut Reader, root: &Node) -> Option<Flow> {
    if let Some(mistake) = old_form::mistake(root) {
        r.mistakes.push(mistake);
        return None;
    }
    let fields = r.fields(root, "a flow, a mapping of keys such as `flow`, `realm` and `fallback`", &language::FLOW)?;
    let name = r.require(&fields, "flow").and_then(|n| r.parsed(n, "the flow's name", FlowName::parse));
    let realm = r.require(&fields, "realm").and_then(|n| r.parsed(n, "the name of a realm", Realm::parse));
    let identifier = fields.get("identifier").map(|n| header::identifier(r, n)).unwrap_or(Some(Default::default()));
    let lockout = fields.get("lockout").map(|n| header::lockout(r, n)).unwrap_or(Some(Default::default()));
    let limits = fields.get("limits").map(|n| header::limits(r, n)).unwrap_or(Some(Default::default()));
    let records = fields.get("records").map_or(Some(true), |n| r.flag(n, "`records`"));
    r.has_limits = fields.get("limits").is_some();
    r.limits_numbers = limits.as_ref().is_none_or(|limits| limits.per_ani.is_some());
    let definitions = Arc::new(definitions::definitions(r, &fields));
    r.vocabulary = Vocabulary::new(Arc::clone(&definitions));
    let wix = fields.get("wix_answers");
    let listed = ivrs::listed(r, &fields);
    if fields.lacks("wix_answers") && fields.lacks("ivrs") {
        r.mistake_with_help(fields.at, "the flow answers nobody", "give it `ivrs`, `wix_answers` or both");
    }
    let wix_answers = wix.map(|n| wix_answers::wix_answers(r, n));
    let fallback = fallback::fallback(r, &fields);
    let dialogtech = fields.get("dialogtech").map_or(Some(Default::default()), |n| providers::dialogtech(r, n));
    let twiml = fields.get("twiml").map_or(Some(Default::default()), |n| providers::twiml(r, n));
    let ivrs = listed.and_then(|listed| ivrs::ivrs(r, &listed));
    let starts = starts::starts(r, &fields, ivrs.as_ref());
    secrets::keep_in(r, ivrs.as_ref(), dialogtech.as_ref());
    let flow = Flow {
        name: name?,
        realm: realm?,
        identifier: identifier?,
        lockout: lockout?,
        limits: limits?,
        records: records?,
        definitions,
        fallback: fallback?,
        starts: starts?,
        ivrs: if fields.get("ivrs").is_some() { ivrs? } else { Default::default() },
        wix_answers: wix_answers.map_or(Some(None), |read| read.map(Some))?,
        dialogtech: dialogtech?,
        twiml: twiml?,
    };
    prompts::check(r, &flow);
    proof::prove(r, &flow);
    Some(flow)
}

/// A file as an editor sees it that checks with the schema; `None` if it isn't YAML.
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
