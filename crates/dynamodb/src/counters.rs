//! How often a call and a calling number have tried, in items beside the callers'.
//!
//! Their keys begin with `#`, which no realm does. They name nobody: sessions and numbers stand there as keyed digests.

use crate::{Store, StoreError, attempts::conditional_check_failed, item, tables::PK};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ringbolt_core::{attempt::Fingerprint, identity::Realm, lockout::AniLimit, pin::keys::PinKey, time::EpochMs};
use std::time::Duration;

/// A call's counter outlives every call; then DynamoDB deletes it.
const CALL_COUNTER_LIFE: Duration = Duration::from_secs(24 * 3600);

impl Store {
    /// Counts a try of a call; says how many it has made, at most `limit + 1`.
    ///
    /// What is counted is the set of different tries, so that a retry, of the provider or of the SDK, adds nothing.
    ///
    /// # Errors
    /// [`StoreError`] where the database did not count.
    pub async fn count_call_try(
        &self,
        key: &PinKey,
        realm: &Realm,
        session_id: &str,
        this: &Fingerprint,
        limit: u32,
        now: EpochMs,
    ) -> Result<u32, StoreError> {
        let session = digest(key, &[b"call", realm.as_str().as_bytes(), session_id.as_bytes()]);
        let counted = self
            .client
            .update_item()
            .table_name(&self.tables.callers)
            .key(PK, item::s(format!("#call#{realm}#{session}")))
            .update_expression("ADD tries :this SET expires_at = :expires")
            .condition_expression("attribute_not_exists(tries) OR size(tries) <= :limit OR contains(tries, :one)")
            .expression_attribute_values(":this", AttributeValue::Ss(vec![this.as_str().to_owned()]))
            .expression_attribute_values(":one", item::s(this.as_str()))
            .expression_attribute_values(":limit", item::n(limit))
            .expression_attribute_values(":expires", item::n(now.plus(CALL_COUNTER_LIFE).epoch_secs()))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match counted {
            Ok(counted) => match counted.attributes().and_then(|item| item.get("tries")) {
                Some(AttributeValue::Ss(tries)) => Ok(u32::try_from(tries.len()).unwrap_or(u32::MAX)),
                _ => Err(StoreError::Unreadable { attribute: "tries" }),
            },
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(limit.saturating_add(1))
            }
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Counts a try from a calling number; says whether it is within the limit. One that is not changes nothing.
    ///
    /// A retry of the SDK after a lost reply counts twice here: with a limit of tens that does no harm.
    ///
    /// # Errors
    /// [`StoreError`] where the database did not count.
    pub async fn count_ani_try(
        &self,
        key: &PinKey,
        realm: &Realm,
        ani: &str,
        limit: &AniLimit,
        now: EpochMs,
    ) -> Result<bool, StoreError> {
        let window_secs = i64::try_from(limit.window.as_secs()).unwrap_or(i64::MAX).max(1);
        let window = now.epoch_secs().div_euclid(window_secs);
        let ends = window.saturating_add(1).saturating_mul(window_secs);
        let number = digest(key, &[b"ani", realm.as_str().as_bytes(), ani.as_bytes()]);
        let counted = self
            .client
            .update_item()
            .table_name(&self.tables.callers)
            .key(PK, item::s(format!("#ani#{realm}#{number}#{window}")))
            .update_expression("ADD tries :one SET expires_at = :expires")
            .condition_expression("attribute_not_exists(tries) OR tries < :limit")
            .expression_attribute_values(":one", item::n(1))
            .expression_attribute_values(":limit", item::n(limit.attempts))
            .expression_attribute_values(":expires", item::n(ends))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
            .send()
            .await;
        match counted {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().and_then(conditional_check_failed).is_some() => Ok(false),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }
}

fn digest(key: &PinKey, parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(key.fingerprint(parts))
}
