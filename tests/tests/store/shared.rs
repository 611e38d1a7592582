//! A PIN that several people share.

use crate::{enrolled, wrong};
use ringbolt_core::{
    attempt::AuthOutcome,
    caller::{Attributes, Status},
    identity::{CallerId, IdentifierForm, UserId},
    pin::{CallerPin, Guess, PinHash, PinHasher, PinHashes},
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_tests::{QUICK, TestDatabase, caller, hasher, pin_keys};

fn door() -> CallerId {
    CallerId { user: UserId::shared("Depot-Door").unwrap(), ..caller("ada") }
}

async fn with_door(hasher: &PinHasher, pin: &str) -> (TestDatabase, Store) {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let tags = hasher.enrol(&door(), &CallerPin::parse(pin).unwrap()).unwrap();
    assert!(store.create_caller(&door(), &tags, &Attributes::new(), Status::Active).await.unwrap());
    (database, store)
}

async fn key(store: &Store, hasher: &PinHasher, who: &CallerId, pin: &str) -> AuthOutcome {
    let prepared = hasher.prepare(who, &Guess::keyed(pin).unwrap()).unwrap();
    store.attempt_shared(hasher, &prepared).await.unwrap().outcome
}

#[tokio::test]
async fn a_shared_pin_counts_nothing_and_never_locks() {
    let hasher = hasher();
    let (_database, store) = with_door(&hasher, "4711").await;
    let before = store.caller(&door()).await.unwrap();
    for _ in 0..30 {
        assert_eq!(key(&store, &hasher, &door(), "4712").await, wrong(0, false));
    }
    let AuthOutcome::Verified { pins_version, .. } = key(&store, &hasher, &door(), "4711").await else { panic!() };
    assert!(hasher.is_pins_version(&door(), &before.as_ref().unwrap().pins, &pins_version));
    assert_eq!(store.caller(&door()).await.unwrap(), before);
    assert_eq!(store.set_status(&door(), Status::Suspended).await.unwrap(), Change::Made);
    assert_eq!(key(&store, &hasher, &door(), "4711").await, AuthOutcome::Suspended);
}

#[tokio::test]
async fn a_shared_pin_under_the_previous_hash_or_key_is_right() {
    let (_database, store) = with_door(&PinHasher::new(pin_keys('a', &[]), PinHash::Keyed), "4711").await;
    let hashes = PinHashes { current: QUICK, previous: Some(PinHash::Keyed) };
    let after = PinHasher::new(pin_keys('b', &['a']), hashes);
    assert_eq!(key(&store, &after, &door(), "4711").await.name(), "verified");
    let stranger = PinHasher::new(pin_keys('z', &[]), hashes);
    let prepared = stranger.prepare(&door(), &Guess::keyed("4711").unwrap()).unwrap();
    assert_eq!(store.attempt_shared(&stranger, &prepared).await.unwrap_err().kind(), "unknown-key");
}

#[tokio::test]
async fn an_account_is_not_a_shared_pin_and_nobody_can_key_one() {
    let hasher = hasher();
    let (_database, store) = with_door(&hasher, "4711").await;
    let ada = enrolled(&store, &hasher, "ada", &["6093"]).await;
    assert_eq!(
        key(&store, &hasher, &ada, "6093").await,
        AuthOutcome::Unknown { locks: false },
        "its counter cannot be bypassed"
    );
    let keyed = CallerId { user: UserId::parse("#depot-door", IdentifierForm::Text).unwrap(), ..ada };
    assert_eq!(store.caller(&keyed).await.unwrap(), None);
}

#[tokio::test]
async fn a_rotation_of_the_key_finds_shared_pins_under_their_own_name() {
    let (_database, store) = with_door(&hasher(), "4711").await;
    let page = store.pin_holders(0, 1, None).await.unwrap();
    let found: Vec<&str> = page.holders.iter().map(|holder| holder.caller.user.as_str()).collect();
    assert_eq!(found, ["#depot-door"]);
}
