//! A request that was parsed and checked.

use super::{Entry, MAX_ENTRIES, MAX_PINS, Operation, Refusal, Request};
use ringbolt_core::identity::Realm;
use ringbolt_dynamodb::imports::Existing;
use serde::{
    Deserialize,
    de::{IntoDeserializer as _, value},
};

/// What the function has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Say that it runs.
    Check,
    /// Enrol callers.
    Enrol(Enrolment),
}

/// Callers to enrol.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    /// How.
    pub how: Enrol,
    /// Their realm.
    pub realm: Realm,
    /// Whether PINs that are easy to guess are accepted.
    pub allow_weak: bool,
    /// 1 to [`MAX_ENTRIES`] callers with at most [`MAX_PINS`] PINs in all. Users and PINs are not checked yet.
    pub entries: Vec<Entry>,
}

/// How callers are enrolled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrol {
    /// Replace PINs, reset failed attempts, add attributes.
    Set,
    /// Add PINs to existing callers.
    Add,
    /// The same with duress PINs.
    AddDuress,
    /// Write rows of an import.
    Import {
        /// The import's unique name.
        run: String,
        /// What to do with callers who existed before it.
        existing: Existing,
    },
}

/// The part of a request that says whether the rest can be read.
#[derive(Deserialize)]
struct Head {
    operation: String,
}

impl Order {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Refusal`] if the text is not a request, or the request is not complete. It quotes nothing of the text, in which
    /// any place can have a PIN.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let unreadable = |error: serde_json::Error| Refusal::Unreadable { line: error.line(), column: error.column() };
        let head: Head = serde_json::from_str(text).map_err(unreadable)?;
        let operation: Result<Operation, value::Error> =
            Operation::deserialize(head.operation.as_str().into_deserializer());
        if operation.is_err() {
            return Err(Refusal::UnknownOperation);
        }
        serde_json::from_str::<Request>(text).map_err(unreadable)?.order()
    }
}

impl Request {
    /// Checks a request as a whole.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with the field that is missing, superfluous or out of its range.
    pub fn order(self) -> Result<Order, Refusal> {
        let invalid =
            |field: &str, what: &str| Err(Refusal::Invalid { field: field.to_owned(), what: what.to_owned() });
        let Self { operation, realm, run, existing, allow_weak, entries } = self;
        if operation == Operation::Check {
            return if entries.is_empty() { Ok(Order::Check) } else { invalid("entries", "a check has none") };
        }
        let pins: usize = entries.iter().map(|entry| entry.pins.len()).sum();
        if !(1..=MAX_ENTRIES).contains(&entries.len()) {
            return invalid("entries", &format!("a request has 1 to {MAX_ENTRIES}, not {}", entries.len()));
        }
        if pins > MAX_PINS {
            return invalid("pins", &format!("a request has at most {MAX_PINS}, not {pins}"));
        }
        let Some(realm) = realm.and_then(|realm| Realm::parse(&realm).ok()) else {
            return invalid("realm", "it is missing or no name of a realm");
        };
        let how = match (operation, run, existing) {
            (Operation::Import, Some(run), Some(existing)) if is_run(&run) => {
                Enrol::Import { run, existing: existing.into() }
            }
            (Operation::Import, ..) => {
                return invalid("run", "an import has `run`, 1 to 64 letters and digits, and `existing`");
            }
            (_, None, None) if operation == Operation::Set => Enrol::Set,
            (_, None, None) if operation == Operation::AddDuress => Enrol::AddDuress,
            (_, None, None) => Enrol::Add,
            _ => return invalid("run", "only an import has `run` and `existing`"),
        };
        if matches!(how, Enrol::Add | Enrol::AddDuress) && entries.iter().any(|entry| entry.attributes.is_some()) {
            return invalid("attributes", "`add` takes none");
        }
        Ok(Order::Enrol(Enrolment { how, realm, allow_weak, entries }))
    }
}

fn is_run(run: &str) -> bool {
    (1..=64).contains(&run.len()) && run.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
