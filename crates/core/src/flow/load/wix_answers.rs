//! `wix_answers:`.

use super::super::WixAnswers;
use super::super::language;
use super::super::mistake::{Mistake, Position};
use super::super::rules::Rules;
use super::reader::Reader;
use super::rules::rules_or;
use super::verify_pin::unverified;
use super::yaml::Node;
use crate::wix_answers::reply::{IvrGuid, Reply};

/// An IVR GUID, or the word `disconnect`.
pub(super) fn reply(r: &mut Reader, node: &Node) -> Option<Reply> {
    r.fixed(node, "an IVR GUID or `disconnect`", |text| match text {
        "disconnect" => Ok(Reply::Disconnect),
        guid => IvrGuid::parse(guid)
            .map(Reply::Redirect)
            .map_err(|error| format!("expected an IVR GUID or `disconnect`: {error}")),
    })
}

pub(super) fn wix_answers(r: &mut Reader, node: &Node, fallback: Option<&(Position, Reply)>) -> Option<WixAnswers> {
    let expected = "the answers to Wix Answers, a mapping of `success`, `failure`, `locked`, `unknown` and `banned`";
    let fields = r.fields(node, expected, &language::WIX_ANSWERS)?;
    let [success, failure] = ["success", "failure"].map(|name| {
        let node = r.require(&fields, name)?;
        Some((node.at, outcome(r, node, name)?))
    });
    let [locked, unknown, banned] = ["locked", "unknown", "banned"].map(|name| {
        let node = fields.get(name)?;
        Some((node.at, outcome(r, node, name)?))
    });
    if let Some((at, success)) = &success {
        if success.iter().any(|rule| rule.then == Reply::Disconnect) {
            r.mistake(*at, "`success` is an IVR: a caller with the right PIN is not disconnected");
        }
        let fallback = fallback.map(|(at, reply)| (*at, Rules::always(reply.clone())));
        let others = [
            ("failure", &failure),
            ("locked", &locked),
            ("unknown", &unknown),
            ("banned", &banned),
            ("fallback", &fallback),
        ];
        for (name, other) in others {
            other.iter().for_each(|(at, other)| keep_apart(r, *at, name, success, other));
        }
    }
    let (success, failure) = (success?.1, failure?.1);
    let or_disconnect =
        |read: Option<(_, Rules<Reply>)>| read.map_or_else(|| Rules::always(Reply::Disconnect), |(_, reply)| reply);
    Some(WixAnswers {
        locked: locked.map_or_else(|| failure.clone(), |(_, reply)| reply),
        unknown: or_disconnect(unknown),
        banned: or_disconnect(banned),
        success,
        failure,
    })
}

/// A reply, or rules; only `success` knows who the caller is.
fn outcome(r: &mut Reader, node: &Node, name: &str) -> Option<Rules<Reply>> {
    if name == "success" {
        rules_or(r, node, &language::REPLY_RULE, reply)
    } else {
        unverified(r, "success", |r| rules_or(r, node, &language::REPLY_RULE, reply))
    }
}

/// Notes an outcome that leads to an IVR of `success`.
fn keep_apart(r: &mut Reader, at: Position, name: &str, success: &Rules<Reply>, other: &Rules<Reply>) {
    let leads_there = |reply: &Reply| *reply != Reply::Disconnect && other.in_reach().any(|rule| rule.then == *reply);
    let shared: Vec<_> = success.in_reach().filter(|rule| leads_there(&rule.then)).collect();
    if shared.is_empty() {
        return;
    }
    // Where most callers with the right PIN go is no place for anybody else.
    let is_last = shared.iter().any(|rule| rule.when.is_none());
    if is_last || shared.len() == success.in_reach().count() || name == "fallback" {
        r.mistake(at, format!("`{name}` is the same IVR as `success`: it would let an unverified caller through"));
    } else {
        let message = format!("`{name}` and `success` share an IVR: make sure that it lets nobody through");
        r.findings.push(Mistake::warning(at, message));
    }
}
