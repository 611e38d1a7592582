//! Between DynamoDB's attribute values and ours.

use crate::StoreError;
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    caller::{CallerItem, CorruptItem, Status},
    time::EpochMs,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Reads a caller's item.
///
/// # Errors
/// [`StoreError::Corrupt`] if an attribute that decides is missing, of another type, or out of its range.
pub(crate) fn caller(item: &Item) -> Result<CallerItem, StoreError> {
    let corrupt = |fault| StoreError::Corrupt(CorruptItem { fault });
    let Some(AttributeValue::M(pins)) = item.get("pins") else { return Err(corrupt("`pins` is not a map")) };
    let status = match item.get("status") {
        Some(AttributeValue::S(status)) => Status::from_stored(status),
        _ => None,
    };
    let attributes = match item.get("attributes") {
        Some(AttributeValue::M(attributes)) => {
            attributes.iter().map(|(name, value)| (name.clone(), to_json(value))).collect()
        }
        _ => Default::default(),
    };
    let (attempts, last_at, last_attempt) = failures(item)?;
    let status = status.ok_or_else(|| corrupt("`status` is neither active nor suspended"))?;
    Ok(CallerItem { pins: tags(pins), attempts, last_at, last_attempt, status, attributes })
}

/// How many attempts in a row failed, when the last one was counted, and its fingerprint.
///
/// # Errors
/// [`StoreError::Corrupt`] if one of the first two is missing, of another type, or out of its range.
pub(crate) fn failures(item: &Item) -> Result<(u32, EpochMs, Option<String>), StoreError> {
    let corrupt = |fault| StoreError::Corrupt(CorruptItem { fault });
    let attempts = number(item, "attempts").map_err(|_| corrupt("`attempts` is not a count"))?;
    let last_at = number(item, "last_at").map_err(|_| corrupt("`last_at` is not a time"))?;
    let last_attempt = match item.get("last_attempt") {
        Some(AttributeValue::S(fingerprint)) => Some(fingerprint.clone()),
        _ => None,
    };
    Ok((attempts, EpochMs(last_at), last_attempt))
}

/// The tags in `pins`. An entry with a value other than -1 was not written by Ringbolt and is ignored.
pub(crate) fn tags(pins: &Item) -> BTreeSet<String> {
    let found = n(-1);
    pins.iter().filter(|(_, value)| **value == found).map(|(tag, _)| tag.clone()).collect()
}

pub(crate) fn number<T: std::str::FromStr>(item: &Item, attribute: &'static str) -> Result<T, StoreError> {
    match item.get(attribute) {
        Some(AttributeValue::N(number)) => number.parse().map_err(|_| StoreError::Unreadable { attribute }),
        _ => Err(StoreError::Unreadable { attribute }),
    }
}

/// Whole numbers become numbers; others stay the text that they are, so that "12.50" is not read out as "12.5".
pub(crate) fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(number) => number.parse::<i64>().map_or_else(|_| Value::String(number.clone()), Value::from),
        AttributeValue::Bool(flag) => Value::Bool(*flag),
        AttributeValue::L(list) => Value::Array(list.iter().map(to_json).collect()),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), to_json(value))).collect(),
        AttributeValue::Ss(set) => Value::from(set.clone()),
        _ => Value::Null,
    }
}

pub(crate) fn from_json(value: &Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text.clone()),
        Value::Array(list) => AttributeValue::L(list.iter().map(from_json).collect()),
        Value::Object(map) => {
            AttributeValue::M(map.iter().map(|(name, value)| (name.clone(), from_json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_become_json_and_only_whole_numbers_become_numbers() {
        for (value, expected) in [
            (s("Ada"), json!("Ada")),
            (n(12), json!(12)),
            (n("12.50"), json!("12.50")),
            (AttributeValue::Bool(true), json!(true)),
            (AttributeValue::L(vec![n(1), s("a")]), json!([1, "a"])),
            (AttributeValue::M(Item::from([("a".to_owned(), n(1))])), json!({ "a": 1 })),
            (AttributeValue::Ss(vec!["a".to_owned()]), json!(["a"])),
            (AttributeValue::Null(true), json!(null)),
        ] {
            assert_eq!(to_json(&value), expected, "{value:?}");
        }
    }
}
