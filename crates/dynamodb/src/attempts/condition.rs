//! The condition of the write that counts an attempt.
//!
//! `Item::allows` in `crates/core/tests/model/database.rs` says the same in plain Rust, for the model checker: change
//! both.

use crate::item;
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{attempt::Attempt, caller::Status};
use std::collections::HashMap;

/// The condition, with the names and values of the whole request. The counts that lock are grouped by the length of
/// their lock, because DynamoDB allows 300 operators in an expression.
pub(super) struct Condition {
    pub(super) expression: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

/// What a caller's item is. A comparison with a value of another type is false, so each one also checks the attribute's
/// type.
const OURS: &str = "attribute_exists(pk) AND attribute_type(pins, :map) AND #status = :active";
/// A clock that does not run behind, and no retry.
const OPEN: &str = "last_at <= :now AND NOT (last_attempt = :this AND last_at > :since)";

impl Condition {
    /// For a caller's item.
    pub(super) fn caller(attempt: &Attempt<'_>) -> Self {
        let mut condition = Self::open(attempt);
        condition.expression = format!("{OURS} AND {}", condition.expression);
        condition.names.insert("#status".to_owned(), "status".to_owned());
        condition.names.insert("#tag".to_owned(), attempt.tag().as_str().to_owned());
        condition.set(":map", item::s("M"));
        condition.set(":active", item::s(Status::Active.as_str()));
        condition.set(":found", item::n(-1));
        condition.refuse_foreign_tags(attempt);
        condition
    }

    /// For the counter of an account that nobody has: as a caller without PINs, and none at first.
    pub(super) fn unknown(attempt: &Attempt<'_>) -> Self {
        let mut condition = Self::open(attempt);
        condition.expression = format!("attribute_not_exists(pk) OR ({})", condition.expression);
        condition
    }

    fn open(attempt: &Attempt<'_>) -> Self {
        let mut condition = Self {
            expression: String::with_capacity(768),
            names: HashMap::with_capacity(8),
            // The counts and what is below, so that it never grows.
            values: HashMap::with_capacity(attempt.lockout.suspend_after() as usize + 16),
        };
        condition.expression.push_str(OPEN);
        condition.set(":one", item::n(1));
        condition.set(":now", item::n(attempt.now.0));
        condition.set(":this", item::s(attempt.fingerprint.as_str()));
        condition.set(":since", item::n(attempt.retries_since().0));
        condition.require_count(attempt);
        condition.refuse_locked(attempt);
        condition
    }

    fn set(&mut self, name: &str, value: AttributeValue) {
        self.values.insert(name.to_owned(), value);
    }

    /// The counter is one of the whole numbers below the limit. A fraction would pass between the counts that lock. There are
    /// 100 at most, as many as DynamoDB takes in a list.
    fn require_count(&mut self, attempt: &Attempt<'_>) {
        let counts = 0..attempt.lockout.suspend_after();
        self.and("attempts IN (");
        self.list(counts.clone());
        self.expression.push(')');
        for count in counts {
            let number = count.to_string();
            self.values.insert(format!(":n{number}"), AttributeValue::N(number));
        }
    }

    /// The names of counts, as in a list.
    fn list(&mut self, counts: impl IntoIterator<Item = u32>) {
        for (index, count) in counts.into_iter().enumerate() {
            self.expression.push_str(if index == 0 { ":n" } else { ", :n" });
            self.expression.push_str(&count.to_string());
        }
    }

    /// A tag of this guess with any other value than -1 would be counted on from that value.
    fn refuse_foreign_tags(&mut self, attempt: &Attempt<'_>) {
        self.and("(attribute_not_exists(pins.#tag) OR pins.#tag = :found)");
        for (index, tag) in attempt.prepared.outdated().iter().enumerate() {
            self.names.insert(format!("#o{index}"), tag.as_str().to_owned());
            self.and(&format!("(attribute_not_exists(pins.#o{index}) OR pins.#o{index} = :found)"));
        }
    }

    fn refuse_locked(&mut self, attempt: &Attempt<'_>) {
        for (group, (lock, counts)) in attempt.lockout.groups().into_iter().enumerate() {
            let until = format!(":t{group}");
            self.and("(NOT attempts IN (");
            self.list(counts);
            self.expression.push_str(") OR last_at <= ");
            self.expression.push_str(&until);
            self.expression.push(')');
            self.values.insert(until, item::n(attempt.now.minus(lock).0));
        }
    }

    fn and(&mut self, more: &str) {
        self.expression.push_str(" AND ");
        self.expression.push_str(more);
    }
}
