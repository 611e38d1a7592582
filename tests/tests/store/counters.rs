//! The counters of calls and of calling numbers.

use crate::NOON;
use ringbolt_core::{
    attempt::Fingerprint,
    lockout::AniLimit,
    pin::{Guess, PinKeys},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, counters::CallCounter};
use ringbolt_tests::{Fault, TestDatabase, Wire, caller, database::patient_client, hasher, pin_keys};
use std::time::Duration;

const ANI: &str = "2125550123";

fn fingerprint(call: &str, try_number: u32) -> Fingerprint {
    let hasher = hasher();
    let prepared = hasher.prepare(&caller("ada"), &Guess::keyed("4712").unwrap()).unwrap();
    Fingerprint::new(hasher.keys().current(), call, &prepared, try_number)
}

fn after(secs: u64) -> EpochMs {
    NOON.plus(Duration::from_secs(secs))
}

async fn call_try(store: &Store, keys: &PinKeys, try_number: u32, now: EpochMs) -> u32 {
    let this = fingerprint("s-1", try_number);
    store.count_call_try(keys, &caller("ada").realm, CallCounter::Session("s-1"), &this, 3, now).await.unwrap()
}

#[tokio::test]
async fn a_calls_tries_are_counted_once_each_whatever_is_sent_again() {
    let database = TestDatabase::start().await;
    let (store, keys) = (database.store().await, pin_keys('a', &[]));
    let mut counted = Vec::new();
    for try_number in [1, 1, 2, 1, 3, 3, 4, 5, 6, 1] {
        counted.push(call_try(&store, &keys, try_number, NOON).await);
    }
    assert_eq!(counted, [1, 1, 2, 2, 3, 3, 4, 4, 4, 4], "the set stops growing one past the limit");
    let realm = caller("ada").realm;
    let other = store
        .count_call_try(&keys, &realm, CallCounter::Session("s-2"), &fingerprint("s-2", 1), 3, NOON)
        .await
        .unwrap();
    assert_eq!(other, 1, "another call has its own");
}

#[tokio::test]
async fn counters_are_in_a_table_of_their_own() {
    let database = TestDatabase::start().await;
    let (store, client) = (database.store().await, database.client().await);
    call_try(&store, &pin_keys('a', &[]), 1, NOON).await;
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(3600) };
    assert!(ani_try(&store, 1, &limit, NOON).await);
    for (table, items) in [(&database.tables.callers, 0), (&database.tables.counters, 2)] {
        let found = client.scan().table_name(table).send().await.unwrap();
        assert_eq!(found.count(), items, "{table}");
        for item in found.items() {
            let expires_at: i64 = item["expires_at"].as_n().unwrap().parse().unwrap();
            let life = expires_at - NOON.epoch_secs();
            assert!((3600..=24 * 3600).contains(&life), "DynamoDB deletes it, though not while it counts: {life}");
        }
    }
}

#[tokio::test]
async fn an_expired_counter_of_a_call_is_not_honoured() {
    let database = TestDatabase::start().await;
    let (store, keys) = (database.store().await, pin_keys('a', &[]));
    for try_number in 1..=4 {
        call_try(&store, &keys, try_number, NOON).await;
    }
    let day = 24 * 3600;
    assert_eq!(call_try(&store, &keys, 5, after(day - 1)).await, 4);
    assert_eq!(call_try(&store, &keys, 6, after(day)).await, 1, "DynamoDB has not deleted it yet");
    assert_eq!(call_try(&store, &keys, 7, after(day)).await, 2);
    // Neither is one that is below the limit.
    assert_eq!(call_try(&store, &keys, 8, after(2 * day)).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tries_that_find_an_expired_counter_at_once_both_count() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let keys = pin_keys('a', &[]);
    for number in 1..=4 {
        call_try(&store, &keys, number, NOON).await;
    }
    wire.set(Fault::HoldUntil(2));
    let day_later = after(24 * 3600);
    let (one, other) = tokio::join!(call_try(&store, &keys, 5, day_later), call_try(&store, &keys, 6, day_later));
    assert_eq!(one.max(other), 2);
}

#[tokio::test]
async fn a_calls_counter_is_found_again_at_every_stage_of_a_key_rotation() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let stages = [pin_keys('a', &[]), pin_keys('a', &['b']), pin_keys('b', &['a']), pin_keys('b', &[])];
    for (stage, keys) in stages.iter().enumerate().skip(1) {
        let tries = u32::try_from(stage).unwrap();
        assert_eq!(call_try(&store, keys, tries, NOON).await, tries, "stage {stage}");
    }
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for (try_number, keys) in (1..).zip(&stages[..3]) {
        assert_eq!(call_try(&store, keys, try_number, NOON).await, try_number);
    }
}

async fn ani_try(store: &Store, number: u32, limit: &AniLimit, now: EpochMs) -> bool {
    let this = fingerprint("s-1", number);
    let (hasher, realm) = (hasher(), caller("ada").realm);
    store.count_ani_try(hasher.keys().current(), &realm, ANI, &this, limit, now).await.unwrap()
}

#[tokio::test]
async fn a_calling_number_is_limited_within_any_window() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(3600) };
    // NOON begins a window of the clock. The second try comes just before the next one, which lends it no new tries.
    for (number, secs, within) in [
        (1, 1800, true),
        (2, 3599, true),
        (3, 3600, false),
        (4, 5399, false),
        // The first has left the window by now, an eighth of the window later at the latest.
        (5, 1800 + 3600 + 450, true),
        (6, 1800 + 3600 + 451, false),
        (7, 3599 + 3600 - 1, false),
        (8, 3599 + 3600 + 450, true),
    ] {
        assert_eq!(ani_try(&store, number, &limit, after(secs)).await, within, "try {number}");
    }
    let (hasher, realm, this) = (hasher(), caller("ada").realm, fingerprint("s-1", 9));
    let key = hasher.keys().current();
    assert!(store.count_ani_try(key, &realm, "2125550124", &this, &limit, NOON).await.unwrap(), "another number");
}

#[tokio::test]
async fn no_window_of_a_random_history_has_more_tries_than_the_limit_and_none_is_refused_for_nothing() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let window_ms: i64 = 60_000;
    let limit = AniLimit { attempts: 4, window: Duration::from_secs(60) };
    let (mut passed, mut now, mut seed) = (Vec::new(), NOON.0, 7_u64);
    for number in 0..300 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Mostly a few seconds apart, now and then minutes.
        let gap = if seed >> 60 == 0 { 500_000 } else { 9_000 };
        now += i64::try_from((seed >> 33) % gap).unwrap();
        let within = |span: i64| passed.iter().filter(|at| now - **at < span).count();
        let (in_window, in_longer) = (within(window_ms), within(window_ms + window_ms / 8));
        if ani_try(&store, number, &limit, EpochMs(now)).await {
            assert!(in_window < 4, "try {number} passed with {in_window} in its window");
            passed.push(now);
        } else {
            assert!(in_longer >= 4, "try {number} was refused with {in_longer} before it");
        }
    }
    assert!(passed.len() > 60, "{}", passed.len());
}

#[tokio::test]
async fn a_retry_from_a_calling_number_counts_once_and_gets_the_same_answer() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(3600) };
    for (number, secs, within) in
        [(1, 0, true), (1, 0, true), (1, 9, true), (2, 9, true), (1, 9, true), (3, 9, false), (2, 10, true)]
    {
        assert_eq!(ani_try(&store, number, &limit, after(secs)).await, within, "try {number} at {secs}");
    }
    assert!(!ani_try(&store, 3, &limit, after(10)).await, "a refused try is asked again");
    assert!(!ani_try(&store, 1, &limit, after(30)).await, "too late for a retry");
}

#[tokio::test]
async fn a_try_of_a_number_whose_reply_was_lost_counts_once() {
    let database = TestDatabase::start().await;
    let wire = Wire::to(&database.endpoint).await;
    let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(3600) };
    wire.set(Fault::LoseReplies(2));
    assert!(ani_try(&store, 1, &limit, NOON).await);
    assert!(ani_try(&store, 2, &limit, NOON).await);
    assert!(!ani_try(&store, 3, &limit, NOON).await);
}

#[tokio::test]
async fn the_item_of_a_number_that_calls_for_ever_stays_small() {
    let database = TestDatabase::start().await;
    let (store, client) = (database.store().await, database.client().await);
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(60) };
    let mut most = 0;
    for number in 0..40 {
        assert!(ani_try(&store, number, &limit, after(u64::from(number) * 600)).await);
        let items = client.scan().table_name(&database.tables.counters).send().await.unwrap().items.unwrap();
        most = most.max(items[0].len());
    }
    assert!((20..100).contains(&most), "{most} attributes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_tries_of_a_number_exactly_as_many_as_the_limit_pass() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let limit = AniLimit { attempts: 5, window: Duration::from_secs(3600) };
                ani_try(&store, number, &limit, NOON).await
            })
        })
        .collect();
    let mut within = 0;
    for task in tasks {
        within += u32::from(task.await.unwrap());
    }
    assert_eq!(within, 5);
}
