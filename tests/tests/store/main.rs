//! The store on a real DynamoDB: embedded, or the one that `RINGBOLT_TEST_DYNAMODB_ENDPOINT` names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

mod attempts;
mod audit;
mod call_list;
mod callers;
mod calls;
mod clock;
mod corrupt;
mod counters;
mod erasure;
mod event;
mod flows;
mod history;
mod imports;
mod key_rotation;
mod lost_replies;
mod model;
mod outdated;
mod parallel;
mod property;
mod requests;
mod rules;
mod scale;
mod shared;
mod stored;

use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    caller::{Attributes, Status},
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHasher},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, StoreError, attempts::Attempted};

/// A moment to begin at: 2026-11-21T12:00:00Z.
const NOON: EpochMs = ringbolt_tests::app::NOON;

/// A caller with these PINs, fresh.
async fn enrolled(store: &Store, hasher: &PinHasher, user: &str, pins: &[&str]) -> CallerId {
    let caller = ringbolt_tests::caller(user);
    let tags: Vec<_> =
        pins.iter().flat_map(|pin| hasher.enrol(&caller, &CallerPin::parse(pin).unwrap()).unwrap()).collect();
    let attributes = Attributes::from([("first_name".to_owned(), "Ada".into())]);
    assert!(store.create_caller(&caller, &tags, &attributes, Status::Active).await.unwrap());
    caller
}

/// One attempt: what was keyed, in which call, as which of its tries, when.
#[derive(Clone, Copy, Debug)]
struct Keyed<'a> {
    pin: &'a str,
    call: &'a str,
    try_number: u32,
    now: EpochMs,
}

async fn attempt(
    store: &Store,
    hasher: &PinHasher,
    lockout: &Lockout,
    caller: &CallerId,
    keyed: Keyed<'_>,
) -> Attempted {
    try_attempt(store, hasher, lockout, caller, keyed).await.unwrap()
}

async fn try_attempt(
    store: &Store,
    hasher: &PinHasher,
    lockout: &Lockout,
    caller: &CallerId,
    keyed: Keyed<'_>,
) -> Result<Attempted, StoreError> {
    let prepared = hasher.prepare(caller, &Guess::keyed(keyed.pin).unwrap()).unwrap();
    let fingerprint = Fingerprint::new(hasher.keys().current(), keyed.call, &prepared, keyed.try_number);
    store.attempt(hasher, &Attempt { prepared: &prepared, fingerprint, lockout, now: keyed.now }).await
}

fn wrong(attempts: u32, locks: bool) -> AuthOutcome {
    AuthOutcome::Wrong { attempts, locks }
}

fn is_verified(attempted: &Attempted) -> bool {
    matches!(attempted.outcome, AuthOutcome::Verified { .. })
}
