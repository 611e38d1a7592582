//! Between DynamoDB's attribute values and ours.

use crate::StoreError;
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    caller::{CallerItem, Status},
    time::EpochMs,
};
use serde_json::Value;
use std::collections::HashMap;

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
/// [`StoreError::Unreadable`] for an attribute that decides and is missing or of another type.
pub(crate) fn caller(item: &Item) -> Result<CallerItem, StoreError> {
    let pins = match item.get("pins") {
        Some(AttributeValue::M(pins)) => pins.keys().cloned().collect(),
        _ => return Err(StoreError::Unreadable { attribute: "pins" }),
    };
    let attributes = match item.get("attributes") {
        Some(AttributeValue::M(attributes)) => {
            attributes.iter().map(|(name, value)| (name.clone(), to_json(value))).collect()
        }
        _ => Default::default(),
    };
    let status = match item.get("status") {
        Some(AttributeValue::S(status)) => Status::from_stored(status),
        _ => return Err(StoreError::Unreadable { attribute: "status" }),
    };
    let last_attempt = match item.get("last_attempt") {
        Some(AttributeValue::S(fingerprint)) => Some(fingerprint.clone()),
        _ => None,
    };
    Ok(CallerItem {
        pins,
        attempts: number(item, "attempts")?,
        last_at: EpochMs(number(item, "last_at")?),
        last_attempt,
        status,
        attributes,
    })
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
