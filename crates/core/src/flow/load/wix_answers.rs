//! `wix_answers:`.

use super::super::ids::IvrName;
use super::super::language;
use super::super::mistake::did_you_mean;
use super::super::prompt::Prompt;
use super::super::rules::Rules;
use super::super::template::WIX_ANSWERS_NAMES;
use super::super::wix_answers::{IvrGuid, WixIvr};
use super::super::{Reply, WixAnswers};
use super::reader::{Fields, Reader};
use super::rules::{Reading, rules_or};
use super::verify_pin::{duress, unverified};
use crate::flow::yaml::Node;
use std::collections::BTreeMap;

/// The name of an IVR under `wix_answers`, a GUID, or the word `disconnect`.
pub(super) fn reply(r: &mut Reader, node: &Node) -> Option<Reply> {
    let expected = "an IVR (a name under `wix_answers: ivrs`, or a GUID) or `disconnect`";
    let text = r.fixed(node, expected, |text| Ok::<_, std::convert::Infallible>(text.to_owned()))?;
    if text == "disconnect" {
        return Some(Reply::Disconnect);
    }
    if let Some(named) = r.wix_names.get(&text) {
        return named.clone().map(Reply::Redirect);
    }
    match IvrGuid::parse(&text) {
        Ok(guid) => Some(Reply::Redirect(guid)),
        Err(error) => {
            let known: Vec<&str> = r.wix_names.keys().map(String::as_str).chain(["disconnect"]).collect();
            let help = did_you_mean(&text, known).unwrap_or_else(|| error.to_string());
            r.mistake_with_help(node.at, format!("expected {expected}"), help);
            None
        }
    }
}

pub(super) fn wix_answers(r: &mut Reader, node: &Node) -> Option<WixAnswers> {
    let expected = "the answers to Wix Answers, a mapping of `success`, `failure`, `locked`, `unknown` and `banned`";
    let fields = r.fields(node, expected, &language::WIX_ANSWERS)?;
    let before = r.vocabulary.clone();
    r.vocabulary = before.clone().speaking_of(WIX_ANSWERS_NAMES);
    let prompt =
        fields.get("prompt").map_or(Some(None), |n| r.parsed(n, "what the caller hears", Prompt::parse).map(Some));
    let ivrs = fields.get("ivrs").map_or(Some(BTreeMap::new()), |n| ivrs(r, n));
    let [success, failure] = ["success", "failure"].map(|name| {
        let node = r.require(&fields, name)?;
        outcome(r, node, name)
    });
    let others = ["locked", "unknown", "banned"]
        .map(|name| fields.get(name).map_or(Some(None), |n| outcome(r, n, name).map(Some)));
    if let (Some(success), Some(node)) = (&success, fields.get("success"))
        && success.iter().any(|rule| rule.then == Reply::Disconnect)
    {
        r.mistake(node.at, "`success` is an IVR: a caller with the right PIN is not disconnected");
    }
    r.vocabulary = before;
    let [locked, unknown, banned] = others;
    let duress = duress(r, &fields);
    let (success, failure) = (success?, failure?);
    let or_disconnect =
        |read: Option<Rules<Reply>>| read.unwrap_or_else(|| Rules::always(Reply::Disconnect, fields.at));
    Some(WixAnswers {
        prompt: prompt?,
        ivrs: ivrs?,
        locked: locked?.unwrap_or_else(|| failure.clone()),
        unknown: or_disconnect(unknown?),
        banned: or_disconnect(banned?),
        duress: duress?,
        success,
        failure,
    })
}

fn ivrs(r: &mut Reader, node: &Node) -> Option<BTreeMap<IvrName, WixIvr>> {
    let listed = r.entries(node, "the IVRs of Wix Answers, a mapping from names to their GUIDs")?;
    let mut found = BTreeMap::new();
    for (key, node) in listed.entries() {
        let name = IvrName::parse(&key.name).map_err(|error| r.mistake(key.at, error.to_string())).ok();
        let ivr = ivr(r, node);
        r.wix_names.insert(key.name.clone(), ivr.as_ref().map(|ivr| ivr.guid.clone()));
        found.extend(name.zip(ivr));
    }
    (found.len() == listed.entries().len()).then_some(found)
}

fn ivr(r: &mut Reader, node: &Node) -> Option<WixIvr> {
    let fields = r.fields(node, "an IVR of Wix Answers, a mapping with the key `guid`", &language::WIX_IVR)?;
    let guid = r.require(&fields, "guid").and_then(|n| r.fixed(n, "the GUID of an IVR", IvrGuid::parse));
    let says = fields.get("says").map_or(Some(None), |n| r.parsed(n, "what the caller hears", Prompt::parse).map(Some));
    Some(WixIvr { guid: guid?, says: says? })
}

/// A reply, or rules; only `success` knows who the caller is.
fn outcome(r: &mut Reader, node: &Node, name: &str) -> Option<Rules<Reply>> {
    let read = |r: &mut Reader| {
        let then = |r: &mut Reader, fields: &Fields<'_>| {
            let node = r.require(fields, "do")?;
            reply(r, node)
        };
        let turns_away = |reply: &Reply| *reply == Reply::Disconnect;
        rules_or(r, node, Reading { rule: &language::REPLY_RULE, then, turns_away }, reply)
    };
    if name == "success" { read(r) } else { unverified(r, "success", read) }
}
