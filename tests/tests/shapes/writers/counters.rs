//! The table of counters.

use super::Written;
use crate::shapes::{NOON, fixture::Table::Counters};
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    lockout::{AniLimit, Lockout},
    pin::Guess,
};
use ringbolt_dynamodb::{Store, StoreError, counters::CallCounter};
use ringbolt_tests::{caller, hasher, pin_keys};
use std::time::Duration;

pub const ANI: &str = "2125550142";
pub const LIMIT: AniLimit = AniLimit { attempts: 3, window: Duration::from_secs(3_600) };

pub fn fingerprint(call: &str, try_number: u32) -> Fingerprint {
    let hasher = hasher();
    let prepared = hasher.prepare(&caller("one-pin"), &Guess::keyed("0000").unwrap()).unwrap();
    Fingerprint::new(hasher.keys().current(), call, &prepared, try_number)
}

/// An attempt at an account that nobody has.
pub async fn attempt_at_nobody(store: &Store, call: &str) -> Result<AuthOutcome, StoreError> {
    let (hasher, lockout) = (hasher(), Lockout::default());
    let prepared = hasher.prepare(&caller("nobody"), &Guess::keyed("0000").unwrap()).unwrap();
    let fingerprint = Fingerprint::new(hasher.keys().current(), call, &prepared, 0);
    store.attempt_unknown(&hasher, &Attempt { prepared: &prepared, fingerprint, lockout: &lockout, now: NOON }).await
}

async fn world_of_accounts(written: &mut Written) {
    for item in written.world.items(Counters).await {
        written.world.delete(Counters, &item).await;
    }
    for call in ["c-1", "c-2", "c-3"] {
        attempt_at_nobody(&written.world.store(), call).await.unwrap();
    }
    let pk = written.world.items(Counters).await[0]["pk"].as_s().unwrap().clone();
    written.shows(Counters, "account", &pk, None).await;
    written.after("account").await;
    let deleted = written.world.store().delete_account_counters(&pin_keys('a', &[]), &caller("nobody")).await;
    assert_eq!(deleted.unwrap(), 1);
}

pub async fn write(written: &mut Written) {
    let store = written.world.store();
    let (realm, hasher) = (caller("one-pin").realm, hasher());
    for number in 1..=4 {
        let this = fingerprint("s-1", number);
        store.count_call_try(hasher.keys(), &realm, CallCounter::Session("s-1"), &this, 3, NOON).await.unwrap();
    }
    let counted = written.world.items(Counters).await;
    let pk = counted[0]["pk"].as_s().unwrap().clone();
    written.shows(Counters, "call", &pk, None).await;
    written.after("call").await;
    written.world.delete(Counters, &counted[0]).await;
    for number in 1..=3 {
        let this = fingerprint("s-1", number);
        store.count_ani_try(hasher.keys().current(), &realm, ANI, &this, &LIMIT, NOON).await.unwrap();
    }
    let pk = written.world.items(Counters).await[0]["pk"].as_s().unwrap().clone();
    written.shows(Counters, "calling-number", &pk, None).await;
    written.after("calling-number").await;
    world_of_accounts(written).await;
    // Much later, old counters are removed and an expired counter of a call begins again.
    let later = NOON.plus(30 * crate::shapes::DAY);
    let this = fingerprint("s-1", 9);
    store.count_ani_try(hasher.keys().current(), &realm, ANI, &this, &LIMIT, later).await.unwrap();
    for now in [NOON, later] {
        store.count_call_try(hasher.keys(), &realm, CallCounter::Session("s-1"), &this, 3, now).await.unwrap();
    }
    written.after("later").await;
}
