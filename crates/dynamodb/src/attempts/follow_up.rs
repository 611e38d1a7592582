//! What may follow a counted attempt: an outdated tag is replaced, or the attempt is taken back. The answer is known by
//! then, so a failure here is logged and changes nothing.
//!
//! `crates/core/tests/model/database.rs` says the same in plain Rust, for the model checker: change both. Its callers have no
//! duress PINs.

use super::conditional_check_failed;
use crate::{Store, StoreError, error::was_written, item};
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{
    attempt::{Attempt, GiveBack},
    caller::CallerItem,
    pin::PinTag,
};
use std::{future::Future, time::Duration};

/// The caller on the line waits no longer than this for work that the answer does not need.
const PATIENCE: Duration = Duration::from_millis(250);

impl Store {
    /// Replaces outdated tags by the current one and clears the counter that the attempt raised. If another attempt came
    /// between, the item stays as it is: the counter is too high by one rather than too low.
    ///
    /// Gives the item as it is now, if it is known and still has the guess among its PINs. A duress PIN stays one.
    pub(super) async fn replace_outdated(
        &self,
        attempt: &Attempt<'_>,
        outdated: &[PinTag],
        duress: bool,
    ) -> Option<CallerItem> {
        let written = self.write_replacement(attempt, outdated, duress);
        let now = logged("an outdated tag was not replaced", written).await?;
        now.filter(|item| attempt.prepared.tags().any(|tag| item.pins.contains(tag.as_str())))
    }

    async fn write_replacement(
        &self,
        attempt: &Attempt<'_>,
        outdated: &[PinTag],
        duress: bool,
    ) -> Result<Option<CallerItem>, StoreError> {
        let mut update = String::from("SET pins.#tag = :found, attempts = :zero");
        let mut condition = String::from("last_attempt = :this");
        let mut request = self.update(attempt.caller());
        let mut removes = Vec::new();
        if let ([current, others @ ..], true) = (attempt.prepared.duress_tags(), duress) {
            update.push_str(", pins.#d = :found");
            request = request.expression_attribute_names("#d", current.as_str());
            for (index, tag) in others.iter().enumerate() {
                removes.push(format!("pins.#d{index}"));
                request = request.expression_attribute_names(format!("#d{index}"), tag.as_str());
            }
        }
        for (index, tag) in outdated.iter().enumerate() {
            removes.push(format!("pins.#o{index}"));
            condition.push_str(&format!(" AND attribute_exists(pins.#o{index})"));
            request = request.expression_attribute_names(format!("#o{index}"), tag.as_str());
        }
        if !removes.is_empty() {
            update.push_str(&format!(" REMOVE {}", removes.join(", ")));
        }
        if outdated.is_empty() {
            condition.push_str(" AND attribute_exists(pins.#tag)");
        }
        let written = request
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#tag", attempt.tag().as_str())
            .expression_attribute_values(":found", item::n(-1))
            .expression_attribute_values(":zero", item::n(0))
            .expression_attribute_values(":this", item::s(attempt.fingerprint.as_str()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(written) => written.attributes().map(item::caller).transpose(),
            Err(error) => match error.as_service_error().and_then(conditional_check_failed) {
                Some(refused) => refused.map(item::caller).transpose(),
                None => Err(StoreError::from_sdk(error)),
            },
        }
    }

    /// Writes back the counter from before an attempt that must not count, unless another attempt came between.
    ///
    /// The condition of an attempt cannot see under which keys a caller's tags are, so it is counted first.
    pub(super) async fn take_back(&self, attempt: &Attempt<'_>, before: GiveBack) {
        let written = async {
            let request = self
                .update(attempt.caller())
                .update_expression("SET attempts = attempts - :one, last_at = :before REMOVE last_attempt")
                .condition_expression("last_attempt = :this AND attempts = :counted")
                .expression_attribute_values(":one", item::n(1))
                .expression_attribute_values(":before", item::n(before.last_at.0))
                .expression_attribute_values(":this", item::s(attempt.fingerprint.as_str()))
                .expression_attribute_values(":counted", item::n(before.counted));
            was_written(request.send().await)
        };
        logged("an attempt that could not be judged stays counted", written).await;
    }
}

async fn logged<T>(lost: &'static str, work: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
    let failure = match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(done)) => return Some(done),
        Ok(Err(error)) => error.kind(),
        Err(_) => StoreError::Unavailable.kind(),
    };
    tracing::warn!(failure, "{lost}");
    None
}
