//! Failures under the name of an account, whether or not somebody has it.
//!
//! A caller's own counter is in their item. An account that nobody has gets the same counter in the table `Counters`, under
//! a keyed digest, so that it locks as a caller does, and its locks do not show that nobody has it. The same
//! condition and the same judgement decide, on an item without PINs.

use super::{Condition, conditional_check_failed};
use crate::{
    Store, StoreError,
    counters::digest,
    item::{self, Item},
    tables::PK,
};
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Judgement},
    caller::{Attributes, CallerItem, Status},
    identity::CallerId,
    pin::{PinHasher, PinKeys, keys::PinKey},
    time::EpochMs,
};
use std::{collections::BTreeSet, time::Duration};

/// A caller's failures stay until they log in. These stay this long, counted from the last one: somebody who waits longer
/// can tell that nobody has the account. An item that DynamoDB has not deleted yet counts on, as a caller's does.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

const COUNT: &str = "SET attempts = if_not_exists(attempts, :n0) + :one, last_at = :now, last_attempt = :this, \
                     expires_at = :expires";

/// The counter of failures under the name of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountCounter {
    /// How many attempts failed; `None` if the item cannot be read.
    pub attempts: Option<u32>,
    /// When the last one was counted; `None` if the item cannot be read.
    pub last_at: Option<EpochMs>,
}

impl Store {
    /// The counters under the name of an account, one for each PIN key under which an attempt has failed. Those under a key
    /// that is no longer among `keys` cannot be found.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn account_counters(&self, keys: &PinKeys, caller: &CallerId) -> Result<Vec<AccountCounter>, StoreError> {
        let mut found = Vec::new();
        for key in keys.all() {
            let get = self.client.get_item().table_name(&self.tables.counters).key(PK, item::s(name(key, caller)));
            if let Some(item) = get.consistent_read(true).send().await.map_err(StoreError::from_sdk)?.item() {
                let (attempts, last_at) = (item::number(item, "attempts").ok(), item::number(item, "last_at").ok());
                found.push(AccountCounter { attempts, last_at: last_at.map(EpochMs) });
            }
        }
        Ok(found)
    }

    /// Deletes the counters that [`Store::account_counters`] finds, and says how many that were.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn delete_account_counters(&self, keys: &PinKeys, caller: &CallerId) -> Result<u64, StoreError> {
        let mut deleted = 0;
        for key in keys.all() {
            let delete =
                self.client.delete_item().table_name(&self.tables.counters).key(PK, item::s(name(key, caller)));
            let answer = delete.return_values(ReturnValue::AllOld).send().await.map_err(StoreError::from_sdk)?;
            deleted += u64::from(answer.attributes().is_some());
        }
        Ok(deleted)
    }

    /// Counts a failure under the name of an account and says what it comes to if nobody has the account:
    /// [`AuthOutcome::Unknown`], or [`AuthOutcome::Locked`] as a caller would be.
    ///
    /// One request, and one more if the clock runs behind. The counter starts again when the PIN key is replaced.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an item that Ringbolt did not write, [`StoreError::Contended`] if the item's time moved
    /// on twice; otherwise what DynamoDB answered.
    pub async fn attempt_unknown(&self, hasher: &PinHasher, attempt: &Attempt<'_>) -> Result<AuthOutcome, StoreError> {
        match self.count_unknown(hasher, attempt).await? {
            Judgement::ClockBehind { last_at } => {
                let again = Attempt { now: last_at, ..attempt.clone() };
                outcome(self.count_unknown(hasher, &again).await?)
            }
            judgement => outcome(judgement),
        }
    }

    async fn count_unknown(&self, hasher: &PinHasher, attempt: &Attempt<'_>) -> Result<Judgement, StoreError> {
        let condition = Condition::unknown(attempt);
        let answer = self
            .client
            .update_item()
            .table_name(&self.tables.counters)
            .key(PK, item::s(name(hasher.keys().current(), attempt.caller())))
            .update_expression(COUNT)
            .condition_expression(condition.expression)
            .set_expression_attribute_values(Some(condition.values))
            .expression_attribute_values(":expires", item::n(attempt.now.plus(LIFE).epoch_secs()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let error = match answer {
            Ok(counted) => {
                let after = counter(counted.attributes().ok_or(StoreError::Nonsense)?)?;
                return Ok(attempt.judge_counted(hasher, &after)?);
            }
            Err(error) => error,
        };
        match error.as_service_error().and_then(conditional_check_failed) {
            Some(Some(refused)) => Ok(attempt.judge_refused(hasher, Some(&counter(refused)?))?),
            Some(None) => Err(StoreError::Nonsense),
            None => Err(StoreError::from_sdk(error)),
        }
    }
}

fn outcome(judgement: Judgement) -> Result<AuthOutcome, StoreError> {
    match judgement {
        Judgement::Decided { outcome, .. } => Ok(outcome.as_unknown()),
        Judgement::ClockBehind { .. } => Err(StoreError::Contended),
        // An item without PINs has none that is outdated or cannot be compared.
        Judgement::Outdated { .. } | Judgement::Incomparable { .. } => Err(StoreError::Nonsense),
    }
}

fn name(key: &PinKey, caller: &CallerId) -> String {
    let account = digest(key, &[b"account", caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()]);
    format!("#account#{}#{account}", caller.realm)
}

/// The item as that of a caller without PINs.
fn counter(item: &Item) -> Result<CallerItem, StoreError> {
    let (attempts, last_at, last_attempt) = item::failures(item)?;
    let (pins, attributes) = (BTreeSet::new(), Attributes::new());
    Ok(CallerItem { pins, attempts, last_at, last_attempt, status: Status::Active, attributes })
}
