//! Clocks that disagree: no instance whose clock runs behind shortens a lock.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, wrong};
use ringbolt_core::{attempt::AuthOutcome, lockout::Lockout, time::EpochMs};
use ringbolt_dynamodb::Store;
use ringbolt_tests::{TestDatabase, Wire, database::patient_client, hasher};
use std::time::Duration;

fn minutes(minutes: i64) -> EpochMs {
    EpochMs(NOON.0 + minutes * 60_000)
}

#[tokio::test]
async fn a_lock_that_a_slow_clock_begins_is_as_long_as_any_other() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let (hasher, lockout) = (hasher(), Lockout::default());
    let ada = enrolled(&store, &hasher, "ada", &["4711"]).await;
    let key = |pin, call, now| attempt(&store, &hasher, &lockout, &ada, Keyed { pin, call, try_number: 0, now });
    wire.take_operations();

    assert_eq!(key("4712", "c1", NOON).await.outcome, wrong(1, false));
    assert_eq!(wire.take_operations().len(), 1);
    for (call, tried, locks) in [("c2", 2, false), ("c3", 3, true)] {
        assert_eq!(key("4712", call, minutes(-10)).await.outcome, wrong(tried, locks));
        assert_eq!(wire.take_operations().len(), 2, "made once more at the item's time");
    }
    assert_eq!(store.caller(&ada).await.unwrap().unwrap().last_at, NOON);
    wire.take_operations();

    let until = Some(minutes(30));
    for now in [minutes(-10), minutes(21), EpochMs(minutes(30).0 - 1)] {
        assert_eq!(key("4711", "c4", now).await.outcome, AuthOutcome::Locked { until });
        assert_eq!(wire.take_operations().len(), 1, "the lock refuses by itself");
    }
    assert!(is_verified(&key("4711", "c5", minutes(30)).await));
}

#[tokio::test]
async fn a_right_pin_is_right_and_a_retry_a_retry_by_a_slow_clock_too() {
    let database = TestDatabase::start().await;
    let (store, hasher, lockout) = (database.store().await, hasher(), Lockout::default());
    let ada = enrolled(&store, &hasher, "ada", &["4711"]).await;
    let key = |pin, call, now| attempt(&store, &hasher, &lockout, &ada, Keyed { pin, call, try_number: 0, now });
    key("4712", "c1", NOON).await;
    let again = key("4712", "c1", minutes(-10)).await;
    assert_eq!((again.outcome, again.repeated), (wrong(1, false), true));
    assert!(is_verified(&key("4711", "c2", minutes(-10)).await));
    let item = store.caller(&ada).await.unwrap().unwrap();
    assert_eq!((item.attempts, item.last_at), (0, NOON));
    key("4712", "c3", NOON.plus(Duration::from_millis(1))).await;
    assert_eq!(store.caller(&ada).await.unwrap().unwrap().last_at.0, NOON.0 + 1);
}
