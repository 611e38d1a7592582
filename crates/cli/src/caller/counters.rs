//! The counters of failed attempts under the name of an account, which are apart from the caller's own.

use crate::{
    connection::{Connection, Explained as _},
    when::Utc,
};
use ringbolt_core::{identity::CallerId, pin::PinKeys};
use ringbolt_dynamodb::{Store, StoreError, attempts::AccountCounter};
use schemars::JsonSchema;
use serde::Serialize;

/// A counter of failed attempts under the name of an account, whether or not somebody had the account.
#[derive(Serialize, JsonSchema)]
pub(super) struct ExportedCounter {
    /// How many attempts failed; null if it cannot be read.
    failed_attempts: Option<u32>,
    /// When the last attempt was counted; null if it cannot be read.
    last_attempt_at: Option<Utc>,
}

impl From<&AccountCounter> for ExportedCounter {
    fn from(counter: &AccountCounter) -> Self {
        Self { failed_attempts: counter.attempts, last_attempt_at: counter.last_at.map(Utc::of) }
    }
}

/// The counters. `None` if the table of counters is unknown or may not be read: they expire by themselves, and the rest
/// can be exported and erased without them.
pub(super) async fn read(
    connection: &Connection,
    store: &Store,
    keys: &PinKeys,
    caller: &CallerId,
) -> anyhow::Result<Option<Vec<AccountCounter>>> {
    if !connection.knows_counters() {
        return Ok(None);
    }
    within_reach(store.account_counters(keys, caller).await)
        .explained(connection, "the counters of failed attempts could not be read")
}

/// Deletes the counters. `None` as in [`read`].
pub(super) async fn delete(
    connection: &Connection,
    store: &Store,
    keys: &PinKeys,
    caller: &CallerId,
) -> anyhow::Result<Option<u64>> {
    if !connection.knows_counters() {
        return Ok(None);
    }
    within_reach(store.delete_account_counters(keys, caller).await)
        .explained(connection, "not everything was deleted; run the command again")
}

fn within_reach<T>(answer: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match answer {
        Err(StoreError::Denied { .. } | StoreError::NoTable) => Ok(None),
        answer => answer.map(Some),
    }
}
