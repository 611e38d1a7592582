//! The limit of a calling number: a sliding window, in one conditional write.
//!
//! Time is divided into steps of an eighth of the window. A counter `w<step>` covers nine steps from its own, so every
//! moment lies in nine overlapping counters, and any span as long as the window lies wholly inside one of them. A try
//! passes if all nine have room, and then raises all nine. So no window ever has more tries than the limit; the price is
//! that a number at its limit waits up to an eighth of the window longer.
//!
//! Names carry the time, so an old counter is never looked at, whether or not DynamoDB has deleted the item. The
//! fingerprints of the last seconds are kept in sets `r<slot>`: the same try again counts once.

use super::digest;
use crate::{Store, StoreError, attempts::conditional_check_failed, error::was_written, item, tables::PK};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{
    attempt::{Fingerprint, RETRY_WINDOW},
    identity::Realm,
    lockout::AniLimit,
    pin::keys::PinKey,
    time::EpochMs,
};
use std::{collections::HashMap, ops::RangeInclusive};

const STEPS_A_WINDOW: i64 = 8;
/// Fingerprints in one set, so that an item stays small. A number that makes more tries in ten seconds is refused.
const MOST_RECENT: usize = 1_000;
/// Names that a write removes as it passes them.
const PASSED: i64 = 8;
/// Older names that may pile up in the item of a number that calls rarely. Beyond that, one more write removes them.
const MOST_OUTDATED: usize = 64;

impl Store {
    /// Counts a try from a calling number; says whether it is within the limit. A try that is not changes nothing. The
    /// same try again within the retry window counts once and gets the same answer.
    ///
    /// One round trip; for a number that calls rarely, about one try in seven needs one more to remove old counters.
    ///
    /// # Errors
    /// [`StoreError`] if the database did not count.
    pub async fn count_ani_try(
        &self,
        key: &PinKey,
        realm: &Realm,
        ani: &str,
        this: &Fingerprint,
        limit: &AniLimit,
        now: EpochMs,
    ) -> Result<bool, StoreError> {
        let number = digest(key, &[b"ani", realm.as_str().as_bytes(), ani.as_bytes()]);
        let pk = item::s(format!("#ani#{realm}#{number}#{}", limit.window.as_secs()));
        let moment = Moment::new(limit, now);
        let counted = self
            .client
            .update_item()
            .table_name(&self.tables.counters)
            .key(PK, pk.clone())
            .update_expression(moment.update())
            .condition_expression(moment.condition())
            .expression_attribute_values(":one", item::n(1))
            .expression_attribute_values(":tries", AttributeValue::Ss(vec![this.as_str().to_owned()]))
            .expression_attribute_values(":this", item::s(this.as_str()))
            .expression_attribute_values(":limit", item::n(limit.attempts))
            .expression_attribute_values(":most", item::n(MOST_RECENT))
            .expression_attribute_values(":expires", item::n(moment.ends.epoch_secs()))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match counted {
            Ok(counted) => {
                let outdated = counted.attributes().map(|item| moment.outdated(item)).unwrap_or_default();
                if outdated.len() > MOST_OUTDATED {
                    self.remove_outdated(pk, outdated).await;
                }
                Ok(true)
            }
            Err(error) => match error.as_service_error().and_then(conditional_check_failed) {
                Some(refused) => Ok(refused.is_some_and(|item| moment.has_counted(item, this))),
                None => Err(StoreError::from_sdk(error)),
            },
        }
    }

    /// The try is counted by now: a failure is logged, and the next try removes them.
    async fn remove_outdated(&self, pk: AttributeValue, names: Vec<String>) {
        let request = self
            .client
            .update_item()
            .table_name(&self.tables.counters)
            .key(PK, pk)
            .update_expression(format!("REMOVE {}", names.join(", ")));
        if let Err(error) = was_written(request.send().await) {
            tracing::warn!(failure = error.kind(), "old counters of a calling number were not removed");
        }
    }
}

/// Which counters and which fingerprints a moment belongs to.
struct Moment {
    step: i64,
    slot: i64,
    /// When the last of the counters ends.
    ends: EpochMs,
}

impl Moment {
    fn new(limit: &AniLimit, now: EpochMs) -> Self {
        let millis = |span: std::time::Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX).max(1);
        let step_ms = (millis(limit.window) / STEPS_A_WINDOW).max(1);
        let step = now.0.div_euclid(step_ms);
        let ends = EpochMs(step.saturating_add(STEPS_A_WINDOW + 1).saturating_mul(step_ms));
        Self { step, slot: now.0.div_euclid(millis(RETRY_WINDOW)), ends }
    }

    fn steps(&self) -> RangeInclusive<i64> {
        self.step - STEPS_A_WINDOW..=self.step
    }

    /// The slots in which the first of a retry can have been counted.
    fn slots(&self) -> RangeInclusive<i64> {
        self.slot - 1..=self.slot
    }

    fn update(&self) -> String {
        let add: Vec<String> = self.steps().map(|step| format!("w{step} :one")).collect();
        let passed = |first: i64| first - PASSED..first;
        let steps = passed(*self.steps().start()).map(|step| format!("w{step}"));
        let slots = passed(*self.slots().start()).map(|slot| format!("r{slot}"));
        let remove: Vec<String> = steps.chain(slots).collect();
        let (add, slot, remove) = (add.join(", "), self.slot, remove.join(", "));
        format!("ADD {add}, r{slot} :tries SET expires_at = :expires REMOVE {remove}")
    }

    fn condition(&self) -> String {
        let new = self.slots().map(|slot| format!("NOT contains(r{slot}, :this)"));
        let slot = self.slot;
        let bounded = format!("(attribute_not_exists(r{slot}) OR size(r{slot}) < :most)");
        let room = self.steps().map(|step| format!("(attribute_not_exists(w{step}) OR w{step} < :limit)"));
        new.chain([bounded]).chain(room).collect::<Vec<_>>().join(" AND ")
    }

    fn has_counted(&self, item: &item::Item, this: &Fingerprint) -> bool {
        self.slots().any(|slot| match item.get(&format!("r{slot}")) {
            Some(AttributeValue::Ss(tries)) => tries.iter().any(|tried| tried == this.as_str()),
            _ => false,
        })
    }

    /// The names of counters and sets that this moment is past.
    fn outdated(&self, item: &HashMap<String, AttributeValue>) -> Vec<String> {
        let is_outdated = |name: &&String| {
            let number = |prefix: char| name.strip_prefix(prefix).and_then(|rest| rest.parse::<i64>().ok());
            number('w').is_some_and(|step| step < *self.steps().start())
                || number('r').is_some_and(|slot| slot < *self.slots().start())
        };
        item.keys().filter(is_outdated).take(2 * MOST_OUTDATED).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn only_what_no_later_try_looks_at_is_outdated() {
        let limit = AniLimit { attempts: 3, window: Duration::from_secs(3600) };
        let moment = Moment::new(&limit, EpochMs(1_800_000_000_000));
        let (oldest_step, oldest_slot) = (*moment.steps().start(), *moment.slots().start());
        let item = |names: Vec<String>| names.into_iter().map(|name| (name, item::n(1))).collect::<item::Item>();
        let kept = [format!("w{oldest_step}"), format!("r{oldest_slot}"), "pk".to_owned(), "w".to_owned()];
        let old = [format!("w{}", oldest_step - 1), format!("r{}", oldest_slot - 1)];
        let mut outdated = moment.outdated(&item([kept.to_vec(), old.to_vec()].concat()));
        outdated.sort();
        assert_eq!(outdated, [old[1].clone(), old[0].clone()]);
        let many = (1..=500).map(|age| format!("w{}", oldest_step - age)).collect();
        assert_eq!(moment.outdated(&item(many)).len(), 128, "an expression must not become too long");
    }
}
