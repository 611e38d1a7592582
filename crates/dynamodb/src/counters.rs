//! How often a call and a calling number have tried: short-lived items in a table of their own. The failures at accounts
//! are there too (`attempts/unknown.rs`).
//!
//! They are written with every attempt, and nothing in them is worth restoring. Apart from the callers, they cost no
//! backup, no stream and no scan. They name nobody: sessions and numbers are keyed digests. DynamoDB deletes expired
//! items late, so every decision compares with the clock.

mod ani_window;

use crate::{
    Store, StoreError,
    attempts::conditional_check_failed,
    error::was_written,
    item::{self, Item},
    tables::PK,
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::try_join_all;
use ringbolt_core::{
    ani::Ani,
    attempt::Fingerprint,
    identity::Realm,
    pin::keys::{PinKey, PinKeys},
    time::EpochMs,
};
use std::time::Duration;

/// A call's counter outlives every call; then DynamoDB deletes it.
const CALL_COUNTER_LIFE: Duration = Duration::from_secs(24 * 3600);
/// The calls of a number that come without an id have one counter. It starts again this long after the last try, because
/// they are not one call.
const NUMBER_COUNTER_LIFE: Duration = Duration::from_secs(3600);

/// Whose tries count together.
#[derive(Clone, Copy, Debug)]
pub enum CallCounter<'a> {
    /// Those of the call with this id.
    Session(&'a str),
    /// Those of all calls without an id from this number, or from withheld numbers.
    WithoutId(&'a Ani),
}

/// A try of a call, to be counted.
struct CallTry<'a> {
    pk: AttributeValue,
    life: Duration,
    this: &'a Fingerprint,
    limit: u32,
    now: EpochMs,
}

impl CallCounter<'_> {
    fn pk(self, key: &PinKey, realm: &Realm) -> AttributeValue {
        let part = |kind: &[u8], id: &str| digest(key, &[kind, realm.as_str().as_bytes(), id.as_bytes()]);
        item::s(match self {
            Self::Session(id) => format!("#call#{realm}#{}", part(b"call", id)),
            Self::WithoutId(ani) => format!("#calls-of#{realm}#{}", part(b"calls of", ani.as_str())),
        })
    }

    fn life(self) -> Duration {
        match self {
            Self::Session(_) => CALL_COUNTER_LIFE,
            Self::WithoutId(_) => NUMBER_COUNTER_LIFE,
        }
    }
}

impl Store {
    /// Counts a try of a call and returns how many the call has made, at most `limit + 1`.
    ///
    /// The counter is a set of different tries, so a retry, by the provider or by the SDK, adds nothing. During a
    /// rotation of the PIN key, a try is counted under each known key at the same time, and the highest count holds:
    /// functions with the old and the new keys find the same counter.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an item that Ringbolt did not write, [`StoreError::Contended`] if an expired
    /// counter kept changing, or what DynamoDB answered.
    pub async fn count_call_try(
        &self,
        keys: &PinKeys,
        realm: &Realm,
        call: CallCounter<'_>,
        this: &Fingerprint,
        limit: u32,
        now: EpochMs,
    ) -> Result<u32, StoreError> {
        let counts = keys.all().map(|key| {
            self.count_one_call_try(CallTry { pk: call.pk(key, realm), life: call.life(), this, limit, now })
        });
        Ok(try_join_all(counts).await?.into_iter().max().unwrap_or_default())
    }

    /// How many tries a call has made: 0 if none was counted, at most one more than the limit was then. One consistent read
    /// for each key.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an item that Ringbolt did not write, or what DynamoDB answered.
    pub async fn call_tries(
        &self,
        keys: &PinKeys,
        realm: &Realm,
        session_id: &str,
        now: EpochMs,
    ) -> Result<u32, StoreError> {
        let reads = keys.all().map(|key| self.one_call_tries(CallCounter::Session(session_id).pk(key, realm), now));
        Ok(try_join_all(reads).await?.into_iter().max().unwrap_or_default())
    }

    async fn one_call_tries(&self, pk: AttributeValue, now: EpochMs) -> Result<u32, StoreError> {
        let request = self.client.get_item().table_name(&self.tables.counters).key(PK, pk).consistent_read(true);
        let read = request.send().await.map_err(StoreError::from_sdk)?;
        let Some(item) = read.item() else { return Ok(0) };
        let expires_at: i64 = item::number(item, "expires_at")?;
        if expires_at <= now.epoch_secs() { Ok(0) } else { tries(item) }
    }

    async fn count_one_call_try(&self, tried: CallTry<'_>) -> Result<u32, StoreError> {
        // The second time only if an expired counter was replaced by another try in between.
        for _ in 0..2 {
            let counted = self
                .client
                .update_item()
                .table_name(&self.tables.counters)
                .key(PK, tried.pk.clone())
                .update_expression("ADD tries :this SET expires_at = :expires")
                .condition_expression(
                    "attribute_not_exists(pk) \
                     OR (expires_at > :now AND (size(tries) <= :limit OR contains(tries, :one)))",
                )
                .expression_attribute_values(":this", tried.as_set())
                .expression_attribute_values(":one", item::s(tried.this.as_str()))
                .expression_attribute_values(":limit", item::n(tried.limit))
                .expression_attribute_values(":now", item::n(tried.now.epoch_secs()))
                .expression_attribute_values(":expires", tried.expires())
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .send()
                .await;
            let error = match counted {
                Ok(counted) => {
                    return tries(counted.attributes().ok_or(StoreError::Nonsense)?);
                }
                Err(error) => error,
            };
            match error.as_service_error().and_then(conditional_check_failed) {
                None => return Err(StoreError::from_sdk(error)),
                Some(None) => {}
                Some(Some(refused)) => {
                    let expires_at: i64 = item::number(refused, "expires_at")?;
                    if expires_at > tried.now.epoch_secs() {
                        return Ok(tried.limit.saturating_add(1));
                    }
                    if self.begin_call_counter_again(&tried, expires_at).await? {
                        return Ok(1);
                    }
                }
            }
        }
        Err(StoreError::Contended)
    }

    /// Replaces a counter that expired at this time; `false` if it has changed.
    async fn begin_call_counter_again(&self, tried: &CallTry<'_>, expired_at: i64) -> Result<bool, StoreError> {
        let request = self
            .client
            .put_item()
            .table_name(&self.tables.counters)
            .item(PK, tried.pk.clone())
            .item("tries", tried.as_set())
            .item("expires_at", tried.expires())
            .condition_expression("expires_at = :expired")
            .expression_attribute_values(":expired", item::n(expired_at));
        was_written(request.send().await)
    }
}

impl CallTry<'_> {
    fn as_set(&self) -> AttributeValue {
        AttributeValue::Ss(vec![self.this.as_str().to_owned()])
    }

    fn expires(&self) -> AttributeValue {
        item::n(self.now.plus(self.life).epoch_secs())
    }
}

/// How many tries an item has.
fn tries(item: &Item) -> Result<u32, StoreError> {
    match item.get("tries") {
        Some(AttributeValue::Ss(tries)) => Ok(u32::try_from(tries.len()).unwrap_or(u32::MAX)),
        _ => Err(StoreError::Unreadable { attribute: "tries" }),
    }
}

pub(crate) fn digest(key: &PinKey, parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(key.fingerprint(parts))
}
