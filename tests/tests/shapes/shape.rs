//! The shape of an item: where it has which types of attributes. What callers and providers decide is not part of it:
//! the attributes of a caller, the fields that a provider sends, and names that are data, such as those of flows.

use crate::shapes::{dynamodb_json::Item, fixture::Table};
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::BTreeSet;

pub type Shape = BTreeSet<String>;

/// Maps whose keys are data.
const NAMED_BY_DATA: [&str; 12] = [
    "pins",
    "attributes",
    "fields",
    "revisions[].fields",
    "flows",
    "moved",
    "closures",
    "told.call",
    "told.source",
    "told.answers",
    "visits[].told.call",
    "visits[].told.answers",
];
/// Maps whose values are data, too.
const VALUES_ARE_DATA: [&str; 7] = [
    "attributes",
    "told.call",
    "told.source",
    "told.answers",
    "visits[].told.call",
    "visits[].told.source",
    "visits[].told.answers",
];

pub fn of(table: Table, item: &Item) -> Shape {
    let mut shape = Shape::new();
    for (name, value) in item {
        match value {
            AttributeValue::S(text) if name == "pk" || name == "sk" => {
                shape.insert(format!("{name}: {}", key(table, text)));
            }
            _ => walk(&numbered(table, name), value, &mut shape),
        }
    }
    shape
}

/// A key without what is data in it.
fn key(table: Table, text: &str) -> String {
    if table == Table::Callers && !text.starts_with('#') {
        let is_shared = text.split_once('#').is_some_and(|(_, user)| user.starts_with('#'));
        return if is_shared { "REALM##NAME" } else { "REALM#USER" }.to_owned();
    }
    match text.char_indices().skip(1).find(|(_, c)| *c == '#') {
        Some((at, _)) => format!("{}#...", &text[..at]),
        None => text.to_owned(),
    }
}

/// The counters of a calling number have the time in their names.
fn numbered(table: Table, name: &str) -> String {
    let of_time = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
    match table {
        Table::Callers | Table::Counters if name.strip_prefix(['w', 'r']).is_some_and(of_time) => {
            format!("{}<time>", &name[..1])
        }
        _ => name.to_owned(),
    }
}

fn walk(path: &str, value: &AttributeValue, shape: &mut Shape) {
    let kind = match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::L(list) => {
            list.iter().for_each(|value| walk(&format!("{path}[]"), value, shape));
            "L"
        }
        AttributeValue::M(map) => {
            if !VALUES_ARE_DATA.contains(&path) {
                for (name, value) in map {
                    let name = if NAMED_BY_DATA.contains(&path) { "*" } else { name };
                    walk(&format!("{path}.{name}"), value, shape);
                }
            }
            "M"
        }
        other => panic!("{path}: {other:?}"),
    };
    shape.insert(format!("{path}: {kind}"));
}
