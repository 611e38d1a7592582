//! `ivrs:`. Names and ids are read first, so that everything that leads to an IVR can be checked where it is written.

use super::super::ids::{IvrName, PortalId};
use super::super::language;
use super::super::mistake::{Mistake, Position, did_you_mean};
use super::super::prompt::Prompt;
use super::super::{Ivr, Ivrs};
use super::asks::asks;
use super::reader::{Fields, Reader};
use super::steps;
use crate::flow::yaml::{Key, Node, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The IVRs of a file, before their steps are read.
pub(super) struct Listed<'n> {
    entries: Vec<Entry<'n>>,
}

struct Entry<'n> {
    key: &'n Key,
    node: &'n Node,
    /// `None` if it can't be read.
    name: Option<IvrName>,
    /// `None` if it can't be read, Some(None) if there is none.
    id: Option<Option<PortalId>>,
}

/// Reads names and ids.
pub(super) fn listed<'n>(r: &mut Reader, flow: &Fields<'n>) -> Option<Listed<'n>> {
    let node = flow.get("ivrs")?;
    // How apps are spelled holds for every IVR, wherever `dialogtech` is in the file.
    r.old_spelling = flow.get("dialogtech").and_then(|n| inside(n, "spelling")).is_some_and(is_survo);
    let fields = r.entries(node, "the IVRs, a mapping from names to what each asks and what follows")?;
    if fields.entries().is_empty() {
        r.mistake(fields.at, "`ivrs` is empty");
    }
    r.ivr_names = fields.entries().iter().map(|(key, _)| (key.name.clone(), key.at)).collect();
    let mut entries = Vec::new();
    let mut ids: BTreeMap<PortalId, (String, usize)> = BTreeMap::new();
    for (key, node) in fields.entries() {
        let name = IvrName::parse(&key.name).map_err(|error| r.mistake(key.at, error.to_string())).ok();
        let id = inside(node, "id").map_or(Some(None), |n| id(r, n).map(Some));
        if let (Some(Some(id)), Some(n)) = (&id, inside(node, "id"))
            && id.as_str().starts_with('0')
        {
            r.findings.push(
                Mistake::warning(
                    n.at,
                    format!("the id `{id}` begins with a zero, and ids are compared as they are written"),
                )
                .help("write it as the portal shows it".to_owned()),
            );
        }
        if let Some(Some(id)) = &id
            && let Some((other, line)) = ids.insert(id.clone(), (key.name.clone(), key.at.line))
        {
            r.mistake_with_help(
                key.at,
                format!("`{}` has the id {id}, and `{other}` on line {line} has it as well", key.name),
                "for one step under several ids, write `like: NAME` in the second",
            );
        }
        entries.push(Entry { key, node, name, id });
    }
    r.ivr_ids = ids.into_iter().map(|(id, (name, _))| (id, name)).collect();
    Some(Listed { entries })
}

fn inside<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
}

fn is_survo(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar { text, .. } if text == "survo")
}

/// An id, or a mapping from stages to ids.
fn id(r: &mut Reader, node: &Node) -> Option<PortalId> {
    let Value::Map(_) = &node.value else { return r.portal_id(node) };
    let fields = r.entries(node, "an id, or a mapping from stages to ids")?;
    let stages: Vec<&str> = fields.entries().iter().map(|(key, _)| key.name.as_str()).collect();
    let read: Vec<Option<PortalId>> = fields.entries().iter().map(|(_, n)| r.portal_id(n)).collect();
    let Some(stage) = r.stage.clone() else {
        let help =
            format!("choose one of {}: `--stage` for commands, RINGBOLT_STAGE for the functions", stages.join(", "));
        r.mistake_with_help(node.at, "this `id` differs by stage, and no stage was chosen", help);
        return None;
    };
    match stages.iter().position(|name| *name == stage) {
        Some(index) => read.into_iter().nth(index)?,
        None => {
            let near = did_you_mean(&stage, stages.iter().copied());
            let help = near.unwrap_or_else(|| format!("it has {}", stages.join(", ")));
            r.mistake_with_help(node.at, format!("this `id` has no stage `{stage}`"), help);
            None
        }
    }
}

/// Reads what each IVR says and asks, and what follows it.
pub(super) fn ivrs(r: &mut Reader, listed: &Listed<'_>) -> Option<Ivrs> {
    let mut read: Vec<Ivr> = Vec::new();
    let mut likes: Vec<Like> = Vec::new();
    for Entry { key, node, name, id } in &listed.entries {
        let Some(ivr) = ivr(r, node, key, &mut likes) else { continue };
        if let (Some(name), Some(id)) = (name, id) {
            read.push(Ivr { name: name.clone(), id: id.clone(), ..ivr });
        }
    }
    let complete = read.len() == listed.entries.len();
    take_over(r, &mut read, &likes);
    let ivrs = Ivrs::new(read);
    need_ids(r, &ivrs);
    complete.then_some(ivrs)
}

/// An IVR that takes its questions and its step from another.
struct Like {
    ivr: String,
    from: IvrName,
    at: Position,
}

fn ivr(r: &mut Reader, node: &Node, key: &Key, likes: &mut Vec<Like>) -> Option<Ivr> {
    let mut ivr = Ivr {
        name: IvrName::parse(&key.name).ok()?,
        at: key.at,
        id: None,
        old_spelling: r.old_spelling,
        says: None,
        asks: Vec::new(),
        step: None,
    };
    let fields = match &node.value {
        Value::Map(_) => r.fields(node, "an IVR", &language::IVR)?,
        Value::Scalar { .. } => {
            ivr.step = Some(steps::word(r, node)?);
            return Some(ivr);
        }
        _ => {
            r.wrong_type(node, "an IVR: what it asks (`asks`) and what follows (`verify_pin`, `rules`, `say` or `do`)");
            return None;
        }
    };
    if let Some(n) = fields.get("spelling") {
        ivr.old_spelling = spelling(r, n)?;
    }
    let says = fields.get("says").map_or(Some(None), |n| r.parsed(n, "what the caller hears", Prompt::parse).map(Some));
    let asked = fields.get("asks").map_or(Some(Vec::new()), |n| asks(r, n));
    if let Some(n) = fields.get("like") {
        return like(r, &fields, n, key, likes).and_then(|()| Some(Ivr { says: says?, ..ivr }));
    }
    if let Some(asked) = asked.as_ref().filter(|asked| !asked.is_empty()) {
        let names: BTreeSet<String> = asked.iter().map(|ask| ask.name.as_str().to_owned()).collect();
        r.vocabulary = r.vocabulary.clone().with_answers(Some(Arc::new(names)));
    }
    let step = steps::step(r, &fields, asked.as_deref().unwrap_or_default());
    r.vocabulary = r.vocabulary.clone().with_answers(None);
    if step == Some(None) && asked.as_ref().is_some_and(|asked| !asked.is_empty()) {
        r.findings
            .push(Mistake::warning(key.at, format!("`{}` asks, and nothing here follows its answers", key.name)).help(
                "the portal decides then; if this flow should, give it `rules`, `do` or `verify_pin`".to_owned(),
            ));
    }
    Some(Ivr { says: says?, asks: asked?, step: step?, ..ivr })
}

/// How the app of an IVR is written in the document: whether with its old name.
pub(super) fn spelling(r: &mut Reader, node: &Node) -> Option<bool> {
    r.parsed(node, "`ivr` or `survo`", |text| match text {
        "ivr" => Ok(false),
        "survo" => Ok(true),
        _ => Err("`spelling` is `ivr` or `survo`"),
    })
}

fn like(r: &mut Reader, fields: &Fields<'_>, node: &Node, key: &Key, likes: &mut Vec<Like>) -> Option<()> {
    for (second, _) in fields.entries() {
        if !["id", "says", "like", "spelling"].contains(&second.name.as_str()) {
            r.mistake(
                second.at,
                format!("`{}` comes from the other IVR: `like` takes its questions and its step", second.name),
            );
        }
    }
    let from = r.ivr_name(node)?;
    likes.push(Like { ivr: key.name.clone(), from, at: node.at });
    Some(())
}

fn take_over(r: &mut Reader, ivrs: &mut [Ivr], likes: &[Like]) {
    for Like { ivr, from, at } in likes {
        if likes.iter().any(|like| like.ivr == from.as_str()) {
            r.mistake_with_help(*at, format!("`{from}` is itself `like` another IVR"), "name that one");
            continue;
        }
        let Some(other) = ivrs.iter().find(|other| other.name == *from).cloned() else { continue };
        if let Some(mine) = ivrs.iter_mut().find(|mine| mine.name.as_str() == ivr) {
            mine.says = mine.says.take().or(other.says);
            mine.asks = other.asks;
            mine.step = other.step;
        }
    }
}

/// DialogTech runs IVRs by their ids: in a flow that has any, everything that an action leads to needs one.
fn need_ids(r: &mut Reader, ivrs: &Ivrs) {
    if !ivrs.are_in_portal() {
        return;
    }
    let mut without: BTreeMap<&IvrName, Position> = BTreeMap::new();
    for lead in &r.leads {
        if ivrs.get(&lead.to).is_some_and(|ivr| ivr.id.is_none()) {
            without.entry(&lead.to).or_insert(lead.at);
        }
    }
    let mistakes: Vec<Mistake> = without
        .into_iter()
        .map(|(name, at)| {
            Mistake::new(at, format!("`{name}` has no `id`, and DialogTech runs IVRs by their ids"))
                .help("give it the id of its building block in the portal".to_owned())
        })
        .collect();
    r.mistakes.extend(mistakes);
}
