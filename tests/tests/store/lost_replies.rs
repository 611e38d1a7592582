//! The SDK asks again when a reply is lost, and has then written twice: only the first counts.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, wrong};
use ringbolt_core::lockout::Lockout;
use ringbolt_dynamodb::{Store, counters::CallCounter};
use ringbolt_tests::{Fault, TestDatabase, Wire, caller, database::patient_client, hasher};

#[tokio::test]
async fn an_attempt_whose_reply_was_lost_twice_is_counted_once() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let (hasher, lockout) = (hasher(), Lockout::default());
    let ada = enrolled(&store, &hasher, "ada", &["4711"]).await;
    wire.take_operations();
    let key = |pin, call| attempt(&store, &hasher, &lockout, &ada, Keyed { pin, call, try_number: 0, now: NOON });

    wire.set(Fault::LoseReplies(2));
    let attempted = key("4712", "c1").await;
    assert_eq!((attempted.outcome, attempted.repeated), (wrong(1, false), true));
    assert_eq!(wire.take_operations().len(), 3, "it was written three times");
    assert_eq!(database.store().await.caller(&ada).await.unwrap().unwrap().attempts, 1);

    wire.set(Fault::LoseReplies(2));
    assert!(is_verified(&key("4711", "c2").await));
}

#[tokio::test]
async fn a_calls_try_whose_reply_was_lost_is_counted_once() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let hasher = hasher();
    let (ada, keys) = (caller("ada"), hasher.keys());
    let prepared = hasher.prepare(&ada, &ringbolt_core::pin::Guess::keyed("4712").unwrap()).unwrap();
    let this = ringbolt_core::attempt::Fingerprint::new(keys.current(), "s-1", &prepared, 1);
    wire.set(Fault::LoseReplies(1));
    assert_eq!(store.count_call_try(keys, &ada.realm, CallCounter::Session("s-1"), &this, 3, NOON).await.unwrap(), 1);
}
