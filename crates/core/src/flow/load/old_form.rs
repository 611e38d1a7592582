//! The form that flows had before IVRs had names: one message says what changed.

use super::super::mistake::{Mistake, Position};
use crate::flow::yaml::{Node, Value};

/// The message, if the file is in the old form.
pub(super) fn mistake(root: &Node) -> Option<Mistake> {
    let at = under(root, "dialogtech")
        .and_then(|node| key_at(node, "ivrs"))
        .or_else(|| under(root, "fallback").and_then(|node| key_at(node, "dialogtech")))?;
    Some(Mistake::new(at, "this flow is in the old form: it lists IVRs by their portal ids under `dialogtech`").help(
        "name each IVR under `ivrs:` and give it its `id`, as in `login: { id: 10001, verify_pin: ... }`; lead to it by \
         name, as in `{ ivr: login }`; and write the fallback as `fallback: { do: ... }`. docs/flows.md has examples"
            .to_owned(),
    ))
}

fn under<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
}

fn key_at(node: &Node, name: &str) -> Option<Position> {
    let Value::Map(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| key.name == name).map(|(key, _)| key.at)
}
