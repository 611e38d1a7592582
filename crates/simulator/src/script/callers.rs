//! The callers of a scripted call.

use super::reader::Reader;
use ringbolt_core::caller::Attributes;
use ringbolt_core::flow::yaml::{Node, Value};
use ringbolt_core::identity::{IdentifierForm, UserId};
use ringbolt_core::pin::CallerPin;

/// The PIN of a caller for whom the file gives none.
const MADE_UP_PIN: &str = "271828";

/// Somebody who has a PIN.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptedCaller {
    /// The user id, as it is keyed or as the provider gives it; for a shared PIN, its name after `#`.
    pub user: String,
    /// Their PINs; never empty.
    pub pins: Vec<CallerPin>,
    /// Whether an administrator has suspended them.
    pub suspended: bool,
    /// What the flow may say about them.
    pub attributes: Attributes,
}

impl ScriptedCaller {
    /// A caller with the PIN that is made up when a file gives none.
    #[must_use]
    pub fn with_made_up_pin(user: impl Into<String>, attributes: Attributes) -> Self {
        let pins = CallerPin::parse(MADE_UP_PIN).into_iter().collect();
        Self { user: user.into(), pins, suspended: false, attributes }
    }

    /// Whether a user id names this caller, in whatever spelling.
    #[must_use]
    pub fn is(&self, user: &str, form: IdentifierForm) -> bool {
        match (UserId::parse(&self.user, form), UserId::parse(user, form)) {
            (Ok(this), Ok(other)) => this == other,
            _ => self.user == user,
        }
    }
}

/// Reads a list of callers.
pub(super) fn callers(r: &mut Reader, node: &Node) -> Vec<ScriptedCaller> {
    let Some(items) = r.list(node, "a list of callers, each `{ user: ..., pin: ... }` with any attributes") else {
        return Vec::new();
    };
    items.iter().filter_map(|item| caller(r, item)).collect()
}

fn caller(r: &mut Reader, node: &Node) -> Option<ScriptedCaller> {
    let entries = r.entries(node, "a caller, `{ user: ..., pin: ... }` with any attributes")?;
    let (mut user, mut pins, mut suspended, mut attributes) = (None, Vec::new(), false, Attributes::new());
    for (key, value) in entries {
        match key.name.as_str() {
            "user" => user = r.text(value, "a user id").map(str::to_owned),
            "shared" => user = r.text(value, "the name of a shared PIN").and_then(|name| shared(r, value, name)),
            "pin" => pins.extend(pin(r, value)),
            "pins" => {
                let list = r.list(value, "a list of PINs").unwrap_or_default();
                pins.extend(list.iter().filter_map(|value| pin(r, value)));
            }
            "suspended" => suspended = r.flag(value, "`suspended`").unwrap_or_default(),
            name => {
                if let Some(value) = attribute(r, value) {
                    attributes.insert(name.to_owned(), value);
                }
            }
        }
    }
    let Some(user) = user else {
        if !entries.iter().any(|(key, _)| matches!(key.name.as_str(), "user" | "shared")) {
            r.mistake(node.at, "`user` is missing: whose PIN is it?");
        }
        return None;
    };
    let mut caller = ScriptedCaller { suspended, ..ScriptedCaller::with_made_up_pin(user, attributes) };
    if !pins.is_empty() {
        caller.pins = pins;
    }
    Some(caller)
}

fn shared(r: &mut Reader, node: &Node, name: &str) -> Option<String> {
    let user = UserId::shared(name).map_err(|error| r.mistake(node.at, error.to_string()));
    user.ok().map(|user| user.as_str().to_owned())
}

/// The mistake names no digit: the file's owner finds the PIN by its place.
fn pin(r: &mut Reader, node: &Node) -> Option<CallerPin> {
    let Value::Scalar { text, .. } = &node.value else {
        r.mistake(node.at, "expected a PIN of 4 to 12 digits");
        return None;
    };
    CallerPin::parse(text).map_err(|error| r.mistake(node.at, error.to_string())).ok()
}

/// A text, a number, or true or false. Quotes make a text of anything.
fn attribute(r: &mut Reader, node: &Node) -> Option<serde_json::Value> {
    let Value::Scalar { text, plain } = &node.value else {
        r.mistake(node.at, "an attribute is a text, a number, `true` or `false`");
        return None;
    };
    let typed = plain.then(|| serde_json::from_str::<serde_json::Value>(text).ok()).flatten();
    Some(typed.filter(|value| value.is_number() || value.is_boolean()).unwrap_or_else(|| text.as_str().into()))
}
