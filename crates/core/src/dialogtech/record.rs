//! What is kept of an IVR's results: everything that the provider sent but PINs and tokens.

use super::{parameters::NamedValues, request::IvrResults};
use crate::flow::Flow;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What stands in the place of a PIN.
const REDACTED: &str = "[redacted]";

/// The results as they are kept: `call`, `source` and `answers`, each a map of names to values (a list where a name
/// came twice).
///
/// An answer that the flow takes for a PIN, in any of its IVRs, is redacted. Where the flow does not know the IVR, it
/// does not say which answer is a PIN: all are redacted.
#[must_use]
pub fn told(flow: &Flow, results: &IvrResults) -> Value {
    let known = match (&flow.dialogtech, &results.call.ivr_id) {
        (Some(dialect), Some(ivr_id)) => dialect.ivrs.contains_key(ivr_id),
        _ => false,
    };
    let pins = flow.pin_answers();
    let answers = fields(&results.answers, |name| !known || is_pin(&pins, name));
    Value::Object(Map::from_iter([
        ("call".to_owned(), fields(&results.call.fields, |_| false)),
        ("source".to_owned(), fields(&results.source, |_| false)),
        ("answers".to_owned(), answers),
    ]))
}

fn is_pin(pins: &BTreeSet<String>, name: &str) -> bool {
    pins.iter().any(|pin| pin.eq_ignore_ascii_case(name))
}

fn fields(values: &NamedValues, secret: impl Fn(&str) -> bool) -> Value {
    let one = |name: &str, value: &str| Value::from(if secret(name) { REDACTED } else { value });
    values
        .grouped()
        .into_iter()
        .map(|(name, values)| {
            let kept = match values.as_slice() {
                [value] => one(name, value),
                values => values.iter().map(|value| one(name, value)).collect(),
            };
            (name.to_owned(), kept)
        })
        .collect()
}
