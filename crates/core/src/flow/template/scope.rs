//! What a template can speak of.

use crate::flow::definitions::Definitions;
use crate::time::EpochMs;
use minijinja::Value;
use minijinja::value::Serde;
use std::collections::BTreeMap;
use std::fmt;

/// What the functions ask the scope for. No template can say a name with a space in it.
pub(super) const NOW: &str = "the time";
pub(super) const CALL_ID: &str = "the call";

/// The values behind the names of a template, built once a request: `call`, `source`, `answers` and `pass` are there
/// always, if empty, `caller` only once somebody is verified.
#[derive(Clone)]
pub struct Scope(BTreeMap<&'static str, Value>);

impl Default for Scope {
    fn default() -> Self {
        let empty = || Value::from(BTreeMap::<String, Value>::new());
        Self(["call", "source", "answers", "pass"].map(|name| (name, empty())).into())
    }
}

impl Scope {
    /// What the flow defines as constants, `flow.company`; when this is, for `open`; and which call, for `split`.
    #[must_use]
    pub fn new(definitions: &Definitions, now: EpochMs, call_id: &str) -> Self {
        let mut scope = Self::default();
        let constants: BTreeMap<String, Value> = definitions.constants.clone();
        scope.0.insert("flow", Value::from(constants));
        scope.0.insert(NOW, Value::from(now.0));
        scope.0.insert(CALL_ID, Value::from(call_id));
        scope
    }

    /// What Wix Answers says about the user: `user.firstName`.
    #[must_use]
    pub fn with_user(mut self, fields: serde_json::Map<String, serde_json::Value>) -> Self {
        self.0.insert("user", Value::from(Serde(fields)));
        self
    }

    /// What Wix Answers says about the call: `call.from.number`.
    #[must_use]
    pub fn with_wix_call(mut self, call: serde_json::Value) -> Self {
        self.0.insert("call", Value::from(Serde(call)));
        self
    }

    /// What the provider says about the call, by its own names without change: `call.ivr_caller_id`.
    #[must_use]
    pub fn with_call<K: Into<String>, V: Into<String>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with("call", fields)
    }

    /// What SourceTrak says about where the call came from: `source.st_campaign`.
    #[must_use]
    pub fn with_source<K: Into<String>, V: Into<String>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with("source", fields)
    }

    /// What the caller keyed or said, by the names that the IVR gives: `answers.account`.
    #[must_use]
    pub fn with_answers<K: Into<String>, V: Into<String>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with("answers", fields)
    }

    /// The pass-through data that came back: `pass.user_id`. A provider carried it; a caller can have changed it.
    #[must_use]
    pub fn with_pass<K: Into<String>, V: Into<String>>(self, fields: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with("pass", fields)
    }

    /// The verified caller's attributes: `caller.first_name`. An attribute that is null is none.
    #[must_use]
    pub fn with_caller<K: Into<String>>(
        mut self,
        attributes: impl IntoIterator<Item = (K, serde_json::Value)>,
    ) -> Self {
        let attributes: BTreeMap<String, Value> = attributes
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.into(), Value::from(Serde(value))))
            .collect();
        self.0.insert("caller", Value::from(attributes));
        self
    }

    fn with<K: Into<String>, V: Into<String>>(
        mut self,
        name: &'static str,
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let fields: BTreeMap<String, Value> =
            fields.into_iter().map(|(key, value)| (key.into(), Value::from(value.into()))).collect();
        self.0.insert(name, Value::from(fields));
        self
    }

    pub(super) fn root(&self) -> Value {
        Value::from_pairs(self.0.iter().map(|(name, value)| (*name, value.clone())))
    }
}

/// It holds what people keyed and who they are.
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scope([redacted])")
    }
}
