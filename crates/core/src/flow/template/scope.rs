//! The values that a template can use.

use super::bounds::{bounded, bounded_text};
use crate::fields::NamedValues;
use crate::flow::definitions::Definitions;
use crate::flow::hours::Closures;
use crate::time::EpochMs;
use minijinja::value::{Enumerator, Object, Serde};
use minijinja::{State, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// The functions read these from the scope. No template can write a name with a space in it.
pub(super) const NOW: &str = "the time";
pub(super) const CALL_ID: &str = "the call";
const CLOSURES: &str = "the closures";

/// The values behind the names of a template, built once a request. `call`, `source`, `answers` and `pass` always exist,
/// even if empty; `caller` exists only after verification. The request's values are looked up in place, not copied. A
/// value over [`Template::MAX_BYTES`](super::Template::MAX_BYTES) is an error for the template that reads it.
#[derive(Clone, Debug)]
pub struct Scope(Arc<Names>);

#[derive(Clone)]
struct Names(Vec<(&'static str, Value)>);

impl Default for Scope {
    fn default() -> Self {
        static EMPTY: LazyLock<Value> = LazyLock::new(|| Value::from(BTreeMap::<String, Value>::new()));
        Self(Arc::new(Names(["call", "source", "answers", "pass"].map(|name| (name, EMPTY.clone())).into())))
    }
}

impl Scope {
    /// The flow's constants, `flow.company`; the time, for `open`; and the call's id, for `split`.
    #[must_use]
    pub fn new(definitions: &Arc<Definitions>, now: EpochMs, call_id: &str) -> Self {
        Self::default()
            .with("flow", Value::from_object(Constants(Arc::clone(definitions))))
            .with(NOW, Value::from(now.0))
            .with(CALL_ID, Value::from(call_id))
    }

    /// The user's fields, as Wix Answers sends them: `user.firstName`.
    #[must_use]
    pub fn with_user(self, fields: serde_json::Map<String, serde_json::Value>) -> Self {
        self.with("user", bounded_parts(fields))
    }

    /// The calendars that an operator has closed, for `open`; without them none is.
    #[must_use]
    pub fn with_closures(self, closures: Arc<Closures>) -> Self {
        self.with(CLOSURES, Value::from_object(Closed(closures)))
    }

    /// The call's fields, as JSON: `call.from.number`.
    #[must_use]
    pub fn with_call_parts<K: Into<String>>(self, call: impl IntoIterator<Item = (K, serde_json::Value)>) -> Self {
        self.with("call", bounded_parts(call))
    }

    /// The call's fields under the provider's own names: `call.ivr_caller_id`.
    #[must_use]
    pub fn with_call(self, fields: NamedValues) -> Self {
        self.with("call", Value::from_object(Fields(fields)))
    }

    /// SourceTrak's fields, which say where the call came from: `source.st_campaign`.
    #[must_use]
    pub fn with_source(self, fields: NamedValues) -> Self {
        self.with("source", Value::from_object(Fields(fields)))
    }

    /// What the caller keyed or said, under the IVR's names: `answers.account`.
    #[must_use]
    pub fn with_answers(self, fields: NamedValues) -> Self {
        self.with("answers", Value::from_object(Fields(fields)))
    }

    /// The pass-through data that came back: `pass.user_id`. The provider carried it, and a caller may have changed it.
    #[must_use]
    pub fn with_pass<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), bounded_text(value));
        let pairs: BTreeMap<String, Value> = pairs.into_iter().map(pair).collect();
        if pairs.is_empty() { self } else { self.with("pass", Value::from(pairs)) }
    }

    /// The verified caller's attributes: `caller.first_name`. Null attributes are left out.
    #[must_use]
    pub fn with_caller<K: Into<String>>(self, attributes: impl IntoIterator<Item = (K, serde_json::Value)>) -> Self {
        self.with("caller", bounded_parts(attributes.into_iter().filter(|(_, value)| !value.is_null())))
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        let Names(names) = Arc::make_mut(&mut self.0);
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, present)) => *present = value,
            None => names.push((name, value)),
        }
        self
    }

    /// Whether there is a value behind a name, or behind a part of it.
    pub(super) fn has(&self, name: &str, part: Option<&str>) -> bool {
        let value = self.root().get_attr(name).unwrap_or_default();
        let value = part.map_or(value.clone(), |part| value.get_attr(part).unwrap_or_default());
        !value.is_undefined()
    }

    pub(super) fn root(&self) -> Value {
        Value::from_dyn_object(Arc::clone(&self.0))
    }
}

/// Whether an operator has closed a calendar now.
pub(super) fn is_closed(state: &State<'_, '_>, calendar: &str, now: EpochMs) -> bool {
    let closures = state.lookup(CLOSURES);
    let closed = closures.as_ref().and_then(|closures| closures.downcast_object_ref::<Closed>());
    closed.is_some_and(|closed| closed.0.is_closed(calendar, now))
}

/// A mapping of parts, each bounded by itself.
fn bounded_parts<K: Into<String>>(parts: impl IntoIterator<Item = (K, serde_json::Value)>) -> Value {
    let part = |(name, value): (K, serde_json::Value)| (name.into(), bounded(Value::from(Serde(value))));
    Value::from(parts.into_iter().map(part).collect::<BTreeMap<String, Value>>())
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }
}

/// The fields of a request; the first one counts if a name is repeated.
struct Fields(NamedValues);

impl Object for Fields {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.0.get(key).map(bounded_text)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.firsts().map(|(name, _)| Value::from(name)).collect())
    }
}

#[derive(Debug)]
struct Closed(Arc<Closures>);

impl Object for Closed {}

struct Constants(Arc<Definitions>);

impl Object for Constants {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.constants.get(key.as_str()?).cloned()
    }
}

/// They hold what people keyed and who they are.
impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Debug for Constants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Constants")
    }
}
