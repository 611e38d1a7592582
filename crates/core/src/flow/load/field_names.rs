//! `field_names:`, for portals that send the fields of a call under names of their own.

use super::reader::Reader;
use super::yaml::Node;
use crate::dialogtech::request::{CALL_FIELDS, FieldNames, SOURCE_FIELDS};

/// A mapping from the specification's names to the portal's.
pub(super) fn field_names(r: &mut Reader, node: &Node) -> Option<FieldNames> {
    let listed = r.entries(node, "field names, a mapping from the specification's names to the portal's")?;
    let mut names = FieldNames::default();
    let before = r.mistakes.len();
    for (key, node) in listed.entries() {
        let Some(field) = CALL_FIELDS.into_iter().find(|field| *field == key.name) else {
            r.unknown_key(key, &CALL_FIELDS);
            continue;
        };
        let portal = r.parsed(node, "the name that the portal uses", |name| match name {
            "" => Err("the portal's name is empty".to_owned()),
            "auth" => Err("`auth` is the webhook's token".to_owned()),
            _ => Ok(name.to_owned()),
        });
        let Some(portal) = portal else { continue };
        let is_another =
            portal != field && (CALL_FIELDS.contains(&portal.as_str()) || SOURCE_FIELDS.contains(&portal.as_str()));
        if is_another && listed.entries().iter().all(|(key, _)| key.name != portal) {
            let message = format!("`{portal}` is a field of its own, and every call's would be taken for `{field}`");
            r.mistake_with_help(
                node.at,
                message,
                "a portal's own name for the field on the left stands here; of two names that are swapped, both do",
            );
            continue;
        }
        r.portal_names.push((node.at, portal.clone()));
        if let Some(first) = names.insert(portal, field) {
            r.mistake(node.at, format!("the portal's name stands for `{first}` already"));
        }
    }
    (r.mistakes.len() == before).then_some(names)
}
