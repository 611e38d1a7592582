//! `starts:`: where a call begins.

use super::super::language;
use super::super::{IvrName, Ivrs, Rules};
use super::reader::{Fields, Lead, Reader};
use super::rules::{Reading, rules_or};
use crate::flow::yaml::Node;

/// What conditions can speak of before anything was asked.
const NAMES: &[&str] = &["call", "flow"];

/// Reads it; Some(None) if the flow doesn't say and needn't.
pub(super) fn starts(r: &mut Reader, flow: &Fields<'_>, ivrs: Option<&Ivrs>) -> Option<Option<Rules<IvrName>>> {
    let Some(node) = flow.get("starts") else {
        let speaks = |ivrs: &Ivrs| ivrs.iter().any(|ivr| !ivr.asks.is_empty() || ivr.says.is_some());
        if flow.lacks("starts") && ivrs.is_some_and(speaks) {
            r.mistake_with_help(
                flow.at,
                "`starts` is missing: the IVRs say what they ask, and a call begins nowhere",
                "name the IVR where a call begins, as in `starts: login`",
            );
        } else if flow.lacks("wix_answers")
            && ivrs.is_some_and(|ivrs| !ivrs.are_in_portal())
            // A misspelt key may be the id that is missed here.
            && r.mistakes.is_empty()
        {
            r.mistake_with_help(
                flow.at,
                "the flow answers nobody: no IVR has an `id`, and `starts` is missing",
                "for DialogTech give each IVR its `id` in the portal; for a TwiML provider name the IVR where a call \
                 begins, as in `starts: login`",
            );
        }
        return Some(None);
    };
    let before = r.vocabulary.clone();
    r.vocabulary = before.clone().speaking_of(NAMES);
    let then = |r: &mut Reader, fields: &Fields<'_>| {
        let node = r.require(fields, "ivr")?;
        target(r, node)
    };
    let reading = Reading { rule: &language::START_RULE, then, turns_away: |_: &IvrName| false };
    let starts = rules_or(r, node, reading, target);
    r.vocabulary = before;
    starts.map(Some)
}

fn target(r: &mut Reader, node: &Node) -> Option<IvrName> {
    let to = r.ivr_name(node)?;
    r.leads.push(Lead { at: node.at, to: to.clone(), parameters: Default::default() });
    Some(to)
}
