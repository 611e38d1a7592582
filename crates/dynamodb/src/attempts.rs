//! One attempt at a PIN: one conditional write that verifies, counts, resets, locks and absorbs retries.
//!
//! A right guess finds -1 under its tag and leaves `attempts` at 0; a wrong one finds nothing and leaves
//! `attempts + 1`. The condition decides everything else. No read comes before it, so parallel guesses cannot slip past.

mod condition;
mod follow_up;
mod unknown;

pub use unknown::AccountCounter;

use crate::{Store, StoreError, item};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use condition::Condition;
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Judgement, judgement},
    identity::CallerId,
    pin::{PinHasher, Prepared},
};

/// The answer to an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempted {
    /// The outcome.
    pub outcome: AuthOutcome,
    /// Whether it is an earlier attempt's answer, given again.
    pub repeated: bool,
}

/// The key of a caller's item. The first `#` ends the realm, which has none.
pub(crate) fn caller_key(caller: &CallerId) -> AttributeValue {
    item::s(format!("{}#{}", caller.realm, caller.user.as_str()))
}

const COUNT: &str = "SET attempts = if_not_exists(pins.#tag, attempts) + :one, last_at = :now, last_attempt = :this";

impl Store {
    /// Puts a guess to the database, in one round trip for every outcome. One more follows in three cases: a right PIN
    /// under an outdated tag has it replaced, an attempt that must not count is taken back, and an attempt by a clock
    /// that runs behind is made again at the item's time.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an item that Ringbolt did not write, [`StoreError::Incomparable`] for PINs under an
    /// unknown key or hash, [`StoreError::Contended`] if the item's time moved on twice; otherwise what DynamoDB
    /// answered. Nobody may be let through then, and the attempt may have been counted all the same.
    pub async fn attempt(&self, hasher: &PinHasher, attempt: &Attempt<'_>) -> Result<Attempted, StoreError> {
        match self.count_attempt(hasher, attempt).await? {
            Judgement::ClockBehind { last_at } => {
                let again = Attempt { now: last_at, ..attempt.clone() };
                let judgement = self.count_attempt(hasher, &again).await?;
                self.settle(hasher, &again, judgement).await
            }
            judgement => self.settle(hasher, attempt, judgement).await,
        }
    }

    /// Compares a guess with a PIN that several people share, in one consistent read. It counts nothing and never locks:
    /// calls and calling numbers limit it. An account is [`AuthOutcome::Unknown`] here, without a request, so that no
    /// guess bypasses its counter.
    ///
    /// # Errors
    /// As [`Store::attempt`]. Nobody may be let through then.
    pub async fn attempt_shared(&self, hasher: &PinHasher, prepared: &Prepared) -> Result<Attempted, StoreError> {
        let outcome = if prepared.caller().user.is_shared() {
            let item = self.caller(prepared.caller()).await?;
            judgement::judge_shared(hasher, prepared, item.as_ref())?
        } else {
            AuthOutcome::Unknown { locks: false }
        };
        Ok(Attempted { outcome, repeated: false })
    }

    async fn count_attempt(&self, hasher: &PinHasher, attempt: &Attempt<'_>) -> Result<Judgement, StoreError> {
        let condition = Condition::caller(attempt);
        let answer = self
            .update(attempt.caller())
            .update_expression(COUNT)
            .condition_expression(condition.expression)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match answer {
            Ok(counted) => {
                let after = item::caller(counted.attributes().ok_or(StoreError::Nonsense)?)?;
                return Ok(attempt.judge_counted(hasher, &after)?);
            }
            Err(error) => error,
        };
        let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
            return Err(StoreError::from_sdk(error));
        };
        let item = refused.map(item::caller).transpose()?;
        Ok(attempt.judge_refused(hasher, item.as_ref())?)
    }

    async fn settle(
        &self,
        hasher: &PinHasher,
        attempt: &Attempt<'_>,
        judgement: Judgement,
    ) -> Result<Attempted, StoreError> {
        match judgement {
            Judgement::Decided { outcome, repeated } => Ok(Attempted { outcome, repeated }),
            Judgement::Outdated { outcome, tags, repeated } => {
                let duress = matches!(outcome, AuthOutcome::Verified { duress: true, .. });
                let newer = self.replace_outdated(attempt, &tags, duress).await;
                let outcome = newer.map_or(outcome, |item| judgement::verified(hasher, attempt.prepared, &item));
                Ok(Attempted { outcome, repeated })
            }
            Judgement::Incomparable { reason, give_back } => {
                if let Some(give_back) = give_back {
                    self.take_back(attempt, give_back).await;
                }
                Err(reason.into())
            }
            Judgement::ClockBehind { .. } => Err(StoreError::Contended),
        }
    }
}

/// The item that refused, if the error is that its condition failed: `Some(None)` if there was no item.
pub(crate) fn conditional_check_failed(
    error: &aws_sdk_dynamodb::operation::update_item::UpdateItemError,
) -> Option<Option<&item::Item>> {
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException;
    match error {
        ConditionalCheckFailedException(failed) => Some(failed.item()),
        _ => None,
    }
}
