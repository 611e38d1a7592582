//! `wix_answers:`.

use super::super::WixAnswers;
use super::super::mistake::Position;
use super::reader::Reader;
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
    let keys = ["success", "failure", "locked", "unknown", "banned"];
    let expected = "the answers to Wix Answers, a mapping of `success`, `failure`, `locked`, `unknown` and `banned`";
    let fields = r.fields(node, expected, &keys)?;
    let [success, failure] = ["success", "failure"].map(|name| {
        let node = r.require(&fields, name)?;
        Some((node.at, reply(r, node)?))
    });
    let [locked, unknown, banned] = ["locked", "unknown", "banned"].map(|name| {
        let node = fields.get(name)?;
        Some((node.at, reply(r, node)?))
    });
    if let Some((at, Reply::Disconnect)) = &success {
        r.mistake(*at, "`success` is an IVR: a caller with the right PIN is not disconnected");
    }
    let others = [
        ("failure", failure.as_ref()),
        ("locked", locked.as_ref()),
        ("unknown", unknown.as_ref()),
        ("banned", banned.as_ref()),
        ("fallback", fallback),
    ];
    for (name, other) in others {
        if let (Some((_, success)), Some((at, other))) = (&success, other)
            && *success != Reply::Disconnect
            && success == other
        {
            r.mistake(*at, format!("`{name}` is the same IVR as `success`: it would let an unverified caller through"));
        }
    }
    let (success, failure) = (success?.1, failure?.1);
    Some(WixAnswers {
        locked: locked.map_or_else(|| failure.clone(), |(_, reply)| reply),
        unknown: unknown.map_or(Reply::Disconnect, |(_, reply)| reply),
        banned: banned.map_or(Reply::Disconnect, |(_, reply)| reply),
        success,
        failure,
    })
}
