//! The counters of calls and of calling numbers.

use crate::NOON;
use ringbolt_core::{attempt::Fingerprint, lockout::AniLimit, pin::Guess};
use ringbolt_tests::{TestDatabase, caller, hasher};
use std::time::Duration;

fn fingerprint(call: &str, try_number: u32) -> Fingerprint {
    let hasher = hasher();
    let prepared = hasher.prepare(&caller("ada"), &Guess::keyed("4712").unwrap()).unwrap();
    Fingerprint::new(hasher.keys().current(), call, &prepared, try_number)
}

#[tokio::test]
async fn a_calls_tries_are_counted_once_each_whatever_is_sent_again() {
    let database = TestDatabase::start().await;
    let (store, hasher, realm) = (database.store().await, hasher(), caller("ada").realm);
    let key = hasher.keys().current();
    let mut counted = Vec::new();
    for try_number in [1, 1, 2, 1, 3, 3, 4, 5, 6, 1] {
        let this = fingerprint("s-1", try_number);
        counted.push(store.count_call_try(key, &realm, "s-1", &this, 3, NOON).await.unwrap());
    }
    assert_eq!(counted, [1, 1, 2, 2, 3, 3, 4, 4, 4, 4], "the set stops growing one past the limit");
    let other = store.count_call_try(key, &realm, "s-2", &fingerprint("s-2", 1), 3, NOON).await.unwrap();
    assert_eq!(other, 1, "another call has its own");
}

#[tokio::test]
async fn a_calling_number_is_limited_within_a_window_and_free_in_the_next() {
    let database = TestDatabase::start().await;
    let (store, hasher, realm) = (database.store().await, hasher(), caller("ada").realm);
    let key = hasher.keys().current();
    let limit = AniLimit { attempts: 2, window: Duration::from_secs(3600) };
    let mut within = Vec::new();
    for seconds in [0, 1, 2, 3_599, 3_600] {
        let now = NOON.plus(Duration::from_secs(seconds));
        within.push(store.count_ani_try(key, &realm, "2125550123", &limit, now).await.unwrap());
    }
    assert_eq!(within, [true, true, false, false, true]);
    assert!(store.count_ani_try(key, &realm, "2125550124", &limit, NOON).await.unwrap(), "another number");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_parallel_tries_of_a_number_exactly_as_many_as_the_limit_pass() {
    let database = TestDatabase::start().await;
    let (store, realm) = (database.store().await, caller("ada").realm);
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (store, realm, hasher) = (store.clone(), realm.clone(), hasher());
            tokio::spawn(async move {
                let limit = AniLimit { attempts: 5, window: Duration::from_secs(3600) };
                store.count_ani_try(hasher.keys().current(), &realm, "2125550123", &limit, NOON).await.unwrap()
            })
        })
        .collect();
    let mut within = 0;
    for task in tasks {
        within += u32::from(task.await.unwrap());
    }
    assert_eq!(within, 5);
}
