//! A PIN key is rotated while callers call: no right PIN is refused at any point, and no wrong one goes uncounted.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, wrong};
use ringbolt_core::{
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinHash, PinHasher, PinHashes, rotation::TagsByKey},
};
use ringbolt_dynamodb::{
    Store,
    callers::Change,
    counters::CallCounter,
    key_rotation::{Moved, OldTag, PinHolder},
};
use ringbolt_tests::{QUICK, TestDatabase, hasher, pin_keys};
use std::cell::Cell;

/// The keys of the functions at the four stages: before, begun, switched, finished.
fn stages() -> [PinHasher; 4] {
    [pin_keys('a', &[]), pin_keys_next('a', 'b'), pin_keys('b', &['a']), pin_keys('b', &[])]
        .map(|keys| PinHasher::new(keys, PinHashes { current: QUICK, previous: Some(PinHash::Keyed) }))
}

fn pin_keys_next(current: char, next: char) -> ringbolt_core::pin::PinKeys {
    let text = |letter: char| letter.to_string().repeat(ringbolt_core::pin::PinKeys::MIN_CHARS);
    let json = serde_json::json!({ "current": text(current), "next": text(next) });
    ringbolt_core::pin::PinKeys::from_json(&json.to_string()).unwrap()
}

/// Everybody who calls, with their PINs.
struct Callers<'a> {
    store: &'a Store,
    pins: Vec<(CallerId, Vec<&'static str>)>,
    calls: Cell<u32>,
}

impl Callers<'_> {
    async fn key(&self, function: &PinHasher, caller: &CallerId, pin: &str, call: &str) -> bool {
        let keyed = Keyed { pin, call, try_number: 0, now: NOON };
        let attempted = attempt(self.store, function, &Lockout::default(), caller, keyed).await;
        assert!(
            is_verified(&attempted) || matches!(attempted.outcome, ringbolt_core::attempt::AuthOutcome::Wrong { .. })
        );
        is_verified(&attempted)
    }

    /// Every caller keys a wrong PIN and each of their right ones, and the last again (a retry), at each of the functions
    /// that may be running at this point.
    async fn all_call(&self, functions: &[&PinHasher], at: &str) {
        for function in functions {
            for (caller, pins) in &self.pins {
                let number = self.calls.get();
                self.calls.set(number + 1);
                assert!(!self.key(function, caller, "0001", &format!("w-{number}")).await, "{at}: wrong stays wrong");
                assert_eq!(self.store.caller(caller).await.unwrap().unwrap().attempts, 1, "{at}: it is counted");
                for pin in pins {
                    assert!(self.key(function, caller, pin, &format!("r-{number}")).await, "{at}: {pin} is refused");
                }
                let last = pins.last().unwrap();
                assert!(self.key(function, caller, last, &format!("r-{number}")).await, "{at}: a retry is refused");
                assert_eq!(self.store.caller(caller).await.unwrap().unwrap().attempts, 0, "{at}");
            }
        }
    }
}

async fn everybody(store: &Store, segments: i32) -> Vec<PinHolder> {
    let mut all = Vec::new();
    for segment in 0..segments {
        let mut after = None;
        loop {
            let page = store.pin_holders(segment, segments, after).await.unwrap();
            assert_eq!(page.unreadable, 0);
            all.extend(page.holders);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    all
}

fn tags_by_key(hasher: &PinHasher, holder: &PinHolder) -> TagsByKey {
    let keys: Vec<_> = hasher.keys().all().collect();
    // At the first stage the new key is the other one, later the old one is.
    let a = keys.iter().find(|key| key.id() == stages()[0].keys().current().id()).unwrap();
    let b = keys.iter().find(|key| key.id() == stages()[3].keys().current().id()).unwrap();
    hasher.tags_by_key(&holder.caller, &holder.tags, a, b)
}

#[tokio::test]
async fn no_right_pin_is_refused_at_any_point_of_a_rotation() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let [s0, s1, s2, s3] = stages();
    let mut pins = Vec::new();
    for (user, own) in [("ada", vec!["4711"]), ("bob", vec!["6093", "815294"]), ("eve", vec!["2580"])] {
        pins.push((enrolled(&store, &s0, user, &own).await, own));
    }
    // One whose PIN is still under the previous hash.
    let older = PinHasher::new(pin_keys('a', &[]), PinHash::Keyed);
    pins.push((enrolled(&store, &older, "old", &["7391"]).await, vec!["7391"]));
    let callers = Callers { store: &store, pins, calls: Cell::new(0) };

    callers.all_call(&[&s0], "before").await;
    callers.all_call(&[&s0, &s1], "begun, and some functions do not know it yet").await;
    for (done, holder) in everybody(&store, 2).await.iter().enumerate() {
        let pairs = tags_by_key(&s1, holder).old_only;
        assert_eq!(store.move_tags(&holder.caller, &pairs, OldTag::Keep).await.unwrap(), Moved::Done);
        callers.all_call(&[&s1], &format!("{done} are copied")).await;
    }
    for holder in everybody(&store, 1).await {
        let pairs = tags_by_key(&s1, &holder).old_only;
        assert_eq!(store.move_tags(&holder.caller, &pairs, OldTag::Keep).await.unwrap(), Moved::Done);
        assert_eq!(tags_by_key(&s1, &store.pin_holder(&holder.caller).await.unwrap().unwrap()).old_only, []);
    }
    callers.all_call(&[&s1, &s2, &s1, &s2], "switched, and some functions do not know it yet").await;
    for (done, holder) in everybody(&store, 3).await.iter().enumerate() {
        let TagsByKey { old_only, both, foreign } = tags_by_key(&s2, holder);
        let pairs = [old_only, both].concat();
        assert_eq!(foreign, 0);
        assert_eq!(store.move_tags(&holder.caller, &pairs, OldTag::Remove).await.unwrap(), Moved::Done);
        callers.all_call(&[&s2], &format!("{done} are moved")).await;
    }
    callers.all_call(&[&s2, &s3, &s2, &s3], "finished").await;
    for holder in everybody(&store, 1).await {
        assert_eq!(tags_by_key(&s2, &holder), TagsByKey::default());
    }
}

#[tokio::test]
async fn a_pin_that_is_taken_away_while_it_is_copied_does_not_come_back() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let [_, s1, ..] = stages();
    let ada = enrolled(&store, &hasher(), "ada", &["4711", "6093"]).await;
    let read = store.pin_holder(&ada).await.unwrap().unwrap();
    let pairs = tags_by_key(&s1, &read).old_only;
    let gone = hasher().enrol(&ada, &CallerPin::parse("4711").unwrap()).unwrap();
    assert_eq!(store.remove_pin(&ada, &gone).await.unwrap(), Change::Made);
    for old in [OldTag::Keep, OldTag::Remove] {
        assert_eq!(store.move_tags(&ada, &pairs, old).await.unwrap(), Moved::Changed);
    }
    assert_eq!(store.pin_holder(&ada).await.unwrap().unwrap().tags.len(), 1);
    let keyed = Keyed { pin: "4711", call: "c-1", try_number: 0, now: NOON };
    assert_eq!(attempt(&store, &s1, &Lockout::default(), &ada, keyed).await.outcome, wrong(1, false));
    let nobody = ringbolt_tests::caller("nobody");
    assert_eq!(store.move_tags(&nobody, &pairs, OldTag::Keep).await.unwrap(), Moved::Changed);
    assert!(store.pin_holder(&nobody).await.unwrap().is_none());
}

#[tokio::test]
async fn copying_touches_neither_counters_nor_the_last_attempt_and_twice_is_once() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    let [_, s1, ..] = stages();
    // More PINs than one write moves.
    let pins: Vec<String> = (0..45).map(|number| format!("{}", 481_516 + number)).collect();
    let ada = enrolled(&store, &hasher(), "ada", &pins.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let keyed = Keyed { pin: "0001", call: "c-1", try_number: 0, now: NOON };
    attempt(&store, &s1, &Lockout::default(), &ada, keyed).await;
    let before = store.caller(&ada).await.unwrap().unwrap();
    let pairs = tags_by_key(&s1, &store.pin_holder(&ada).await.unwrap().unwrap()).old_only;
    for _ in 0..2 {
        assert_eq!(store.move_tags(&ada, &pairs, OldTag::Keep).await.unwrap(), Moved::Done);
        let after = store.caller(&ada).await.unwrap().unwrap();
        assert_eq!(after.pins.len(), 90);
        assert_eq!((after.attempts, after.last_at), (before.attempts, before.last_at));
        assert_eq!(after.last_attempt, before.last_attempt);
    }
}

#[tokio::test]
async fn the_segments_together_hold_every_caller_once_and_no_counter() {
    let database = TestDatabase::start().await;
    let store = database.store().await;
    for number in 0..30 {
        enrolled(&store, &hasher(), &format!("user#{number}"), &["4711"]).await;
    }
    let key = hasher();
    let realm = ringbolt_tests::caller("x").realm;
    let prepared =
        key.prepare(&ringbolt_tests::caller("x"), &ringbolt_core::pin::Guess::keyed("4711").unwrap()).unwrap();
    let this = ringbolt_core::attempt::Fingerprint::new(key.keys().current(), "s-1", &prepared, 1);
    store.count_call_try(key.keys(), &realm, CallCounter::Session("s-1"), &this, 3, NOON).await.unwrap();
    for segments in [1, 7] {
        let mut users: Vec<_> =
            everybody(&store, segments).await.iter().map(|holder| holder.caller.user.as_str().to_owned()).collect();
        users.sort();
        users.dedup();
        assert_eq!(users.len(), 30);
    }
}
