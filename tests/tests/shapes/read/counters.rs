//! The table of counters.

use crate::shapes::{
    NOON,
    fixture::{Fixture, Table::Counters},
    world::World,
    writers::{ANI, LIMIT, attempt_at_nobody, fingerprint},
};
use ringbolt_core::attempt::AuthOutcome;
use ringbolt_dynamodb::{attempts::AccountCounter, counters::CallCounter};
use ringbolt_tests::{caller, hasher, pin_keys};

#[tokio::test]
async fn a_stored_counter_of_a_call_counts_on() {
    let (world, hasher) = (World::start().await, hasher());
    assert!(world.put(Counters, &Fixture::load(Counters, "call").item).await);
    let (store, realm) = (world.store(), caller("x").realm);
    for (number, now, expected) in [(1, NOON, 4), (9, NOON, 4), (9, NOON.plus(2 * crate::shapes::DAY), 1)] {
        let this = fingerprint("s-1", number);
        let counted =
            store.count_call_try(hasher.keys(), &realm, CallCounter::Session("s-1"), &this, 3, now).await.unwrap();
        assert_eq!(counted, expected, "try {number}");
    }
}

#[tokio::test]
async fn a_stored_counter_of_a_calling_number_counts_on() {
    let (world, hasher) = (World::start().await, hasher());
    assert!(world.put(Counters, &Fixture::load(Counters, "calling-number").item).await);
    let (store, realm) = (world.store(), caller("x").realm);
    for (number, now, expected) in [(9, NOON, false), (1, NOON, true), (9, NOON.plus(2 * LIMIT.window), true)] {
        let this = fingerprint("s-1", number);
        let key = hasher.keys().current();
        let within = store.count_ani_try(key, &realm, ANI, &this, &LIMIT, now).await.unwrap();
        assert_eq!(within, expected, "try {number}");
    }
}

#[tokio::test]
async fn a_stored_counter_of_an_account_that_nobody_has_locks_it() {
    let world = World::start().await;
    assert!(world.put(Counters, &Fixture::load(Counters, "account").item).await);
    let keys = pin_keys('b', &['a']);
    let found = world.store().account_counters(&keys, &caller("nobody")).await.unwrap();
    assert_eq!(found, [AccountCounter { attempts: Some(3), last_at: Some(NOON) }], "under an earlier key");
    let outcome = attempt_at_nobody(&world.store(), "c-4").await.unwrap();
    assert!(matches!(outcome, AuthOutcome::Locked { until: Some(_) }), "{outcome:?}");
    let again = attempt_at_nobody(&world.store(), "c-3").await.unwrap();
    assert_eq!(again, AuthOutcome::Unknown { locks: true }, "a retry of the failure that locked");
}

#[tokio::test]
async fn the_stored_tries_of_a_call_are_read_until_they_expire() {
    let (world, hasher) = (World::start().await, hasher());
    assert!(world.put(Counters, &Fixture::load(Counters, "call").item).await);
    let (store, realm) = (world.store(), caller("x").realm);
    for (session, now, expected) in [("s-1", NOON, 4), ("s-2", NOON, 0), ("s-1", NOON.plus(2 * crate::shapes::DAY), 0)]
    {
        assert_eq!(store.call_tries(hasher.keys(), &realm, session, now).await.unwrap(), expected, "{session}");
    }
}
