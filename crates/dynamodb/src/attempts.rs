//! One attempt at a PIN: one conditional write that verifies, counts, resets, locks and absorbs retries.
//!
//! A right guess finds -1 under its tag and leaves `attempts` at 0; a wrong one finds nothing and leaves
//! `attempts + 1`. Everything else is the condition's. There is no read before it for parallel guesses to slip past.

use crate::{Store, StoreError, error::was_written, item, tables::PK};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Refused},
    caller::CallerItem,
    identity::CallerId,
    pin::PinHasher,
};
use std::{collections::HashMap, fmt::Write};

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempted {
    /// The outcome.
    pub outcome: AuthOutcome,
    /// Whether it is an earlier attempt's answer, given again.
    pub repeated: bool,
}

/// The key of a caller's item. A realm has no `#`: the first one ends it.
pub(crate) fn caller_key(caller: &CallerId) -> AttributeValue {
    item::s(format!("{}#{}", caller.realm, caller.user.as_str()))
}

const COUNT: &str = "SET attempts = if_not_exists(pins.#tag, attempts) + :one, last_at = :now, last_attempt = :this";

impl Store {
    /// Puts a guess to the database, in one round trip whatever comes of it. A right guess whose PIN was enrolled under
    /// another key or other Argon2 parameters costs one more, which brings its tag up to date.
    ///
    /// # Errors
    /// [`StoreError`] where the database did not decide: nobody may be let through then. The attempt may have been
    /// counted all the same.
    pub async fn attempt(&self, hasher: &PinHasher, attempt: &Attempt<'_>) -> Result<Attempted, StoreError> {
        let condition = Condition::new(attempt);
        let answer = self
            .client
            .update_item()
            .table_name(&self.tables.callers)
            .key(PK, caller_key(attempt.caller()))
            .update_expression(COUNT)
            .condition_expression(condition.expression)
            .expression_attribute_names("#tag", attempt.tag().as_str())
            .expression_attribute_names("#status", "status")
            .set_expression_attribute_values(Some(condition.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match answer {
            Ok(counted) => {
                let after = counted.attributes().ok_or(StoreError::Nonsense)?;
                return self.judge_counted(hasher, attempt, item::caller(after)?).await;
            }
            Err(error) => error,
        };
        let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
            return Err(StoreError::from_sdk(error));
        };
        let item = refused.map(item::caller).transpose()?;
        let Refused { outcome, repeated } = attempt.judge_refused(item.as_ref())?;
        Ok(Attempted { outcome, repeated })
    }

    async fn judge_counted(
        &self,
        hasher: &PinHasher,
        attempt: &Attempt<'_>,
        after: CallerItem,
    ) -> Result<Attempted, StoreError> {
        let outcome = attempt.judge_counted(&after);
        if let AuthOutcome::Wrong { .. } = outcome {
            let tags = after.pins.iter().map(String::as_str);
            if let Some(outdated) = find_outdated(hasher, attempt, tags)? {
                self.bring_up_to_date(attempt, &outdated).await?;
                let outcome = AuthOutcome::Verified { attributes: after.attributes };
                return Ok(Attempted { outcome, repeated: false });
            }
        }
        Ok(Attempted { outcome, repeated: false })
    }

    /// Replaces an outdated tag, and clears the counter that the attempt with it has raised. Where another attempt came
    /// between, the counter stays as it is: too high by one rather than too low.
    async fn bring_up_to_date(&self, attempt: &Attempt<'_>, outdated: &str) -> Result<(), StoreError> {
        let update = |expression: &str| {
            self.client
                .update_item()
                .table_name(&self.tables.callers)
                .key(PK, caller_key(attempt.caller()))
                .update_expression(expression)
                .expression_attribute_names("#new", attempt.tag().as_str())
                .expression_attribute_names("#old", outdated)
                .expression_attribute_values(":found", item::n(-1))
        };
        let cleared = update("SET pins.#new = :found, attempts = :zero REMOVE pins.#old")
            .condition_expression("attribute_exists(pins.#old) AND last_attempt = :this")
            .expression_attribute_values(":zero", item::n(0))
            .expression_attribute_values(":this", item::s(attempt.fingerprint.as_str()))
            .send()
            .await;
        if was_written(cleared)? {
            return Ok(());
        }
        let kept = update("SET pins.#new = :found REMOVE pins.#old")
            .condition_expression("attribute_exists(pins.#old)")
            .send()
            .await;
        // An administrator took the PIN away in this moment: the attempt was right when it was made.
        was_written(kept).map(drop)
    }
}

fn find_outdated<'a>(
    hasher: &PinHasher,
    attempt: &Attempt<'_>,
    tags: impl IntoIterator<Item = &'a str>,
) -> Result<Option<String>, StoreError> {
    Ok(hasher.find_outdated(attempt.prepared, tags)?.map(str::to_owned))
}

/// The item that refused, where the error is that its condition failed: `Some(None)` where there was no item.
pub(crate) fn conditional_check_failed(
    error: &aws_sdk_dynamodb::operation::update_item::UpdateItemError,
) -> Option<Option<&item::Item>> {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
    match error {
        ConditionalCheckFailedException(failed) => Some(failed.item()),
        _ => None,
    }
}

/// The condition of the write. It has the counts that lock grouped by the length of their lock, because DynamoDB
/// allows 300 operators in an expression.
struct Condition {
    expression: String,
    values: HashMap<String, AttributeValue>,
}

impl Condition {
    fn new(attempt: &Attempt<'_>) -> Self {
        let mut expression = String::from(
            "attribute_exists(pk) AND #status = :active AND attempts < :hard \
             AND NOT (last_attempt = :this AND last_at > :since)",
        );
        let mut values = HashMap::from([
            (":one".to_owned(), item::n(1)),
            (":now".to_owned(), item::n(attempt.now.0)),
            (":this".to_owned(), item::s(attempt.fingerprint.as_str())),
            (":since".to_owned(), item::n(attempt.retries_since().0)),
            (":active".to_owned(), item::s("active")),
            (":hard".to_owned(), item::n(attempt.lockout.suspend_after())),
        ]);
        for (group, (lock, counts)) in attempt.lockout.groups().into_iter().enumerate() {
            let names: Vec<String> = counts.iter().map(|count| format!(":n{count}")).collect();
            values.extend(names.iter().cloned().zip(counts.iter().map(item::n)));
            values.insert(format!(":t{group}"), item::n(attempt.now.minus(lock).0));
            // Writing to a String does not fail.
            write!(expression, " AND (NOT attempts IN ({}) OR last_at <= :t{group})", names.join(", "))
                .unwrap_or_default();
        }
        Self { expression, values }
    }
}
