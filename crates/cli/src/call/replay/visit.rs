//! A recorded visit, turned back into the request that it came from, as far as it was kept.

use super::super::record::VisitRecord;
use ringbolt_core::{
    dialects::dialogtech::{Parameters, Request},
    flow::Flow,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// What `ringbolt_core::call::record` keeps in place of a value, or of a name.
const REDACTED: &str = "[redacted]";

/// A visit.
pub(super) struct Visit<'r> {
    pub(super) record: &'r VisitRecord,
    /// The fields of the call, of SourceTrak, and the answers, without what was redacted.
    call: Vec<(String, String)>,
    others: Vec<(String, String)>,
    /// The answers that were kept, whatever their values.
    kept: BTreeSet<String>,
    /// The answers that were given and not kept.
    redacted: BTreeSet<String>,
}

/// Whether the record has what a rule reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Kept,
    Redacted,
    /// The provider sent no such answer. The IVR may not have asked for it then.
    Missing,
}

impl<'r> Visit<'r> {
    /// Reads a record. `None` if it is not of the form that Ringbolt writes.
    pub(super) fn of(record: &'r VisitRecord) -> Option<Self> {
        let mut visit =
            Self { record, call: Vec::new(), others: Vec::new(), kept: BTreeSet::new(), redacted: BTreeSet::new() };
        let group = |name: &str| record.told.get(name).and_then(Value::as_object);
        let answers = group("answers")?;
        for (fields, kept) in [(group("call")?, &mut visit.call), (group("source")?, &mut visit.others)] {
            for (name, value) in fields.iter().filter(|(name, _)| *name != REDACTED) {
                kept.extend(values(value)?.into_iter().map(|value| (name.clone(), value)));
            }
        }
        for (name, value) in answers {
            let values = values(value)?;
            if name == REDACTED || values.iter().any(|value| value == REDACTED) {
                visit.redacted.insert(name.clone());
            } else {
                visit.kept.insert(name.clone());
                visit.others.extend(values.into_iter().map(|value| (name.clone(), value)));
            }
        }
        Some(visit)
    }

    /// Whether the record has this answer.
    pub(super) fn answer(&self, name: &str) -> Presence {
        // A name that was redacted itself can be any name.
        if self.redacted.contains(name) || (self.redacted.contains(REDACTED) && !self.kept.contains(name)) {
            return Presence::Redacted;
        }
        if self.kept.contains(name) { Presence::Kept } else { Presence::Missing }
    }

    /// Whether a flow reads an answer that was not kept as a field of the call (`dialogtech: { field_names: ... }`).
    pub(super) fn hides_field_of(&self, flow: &Flow) -> bool {
        self.redacted.iter().any(|name| flow.dialogtech.field_names.field(name).is_some())
    }

    /// Whether any answer was not kept.
    pub(super) fn has_redacted(&self) -> bool {
        !self.redacted.is_empty()
    }

    /// The request as the flow reads it, with these answers in addition.
    pub(super) fn request(&self, flow: &Flow, added: &[(String, String)]) -> Request {
        let names = &flow.dialogtech.field_names;
        let call = self.call.iter().map(|(name, value)| (names.portal(name), value.as_str()));
        let others = self.others.iter().filter(|(name, _)| !added.iter().any(|(added, _)| added == name));
        let others = others.chain(added).map(|(name, value)| (name.as_str(), value.as_str()));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(call.chain(others)).finish();
        Request::read(&Parameters::parse(&query, None), flow, self.record.at)
    }
}

/// The texts of a field: one, or a list if it came more than once.
fn values(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(list) => list.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
