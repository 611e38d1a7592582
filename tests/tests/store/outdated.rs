//! PINs under another key or the previous hash, and under what nobody knows.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, try_attempt, wrong};
use ringbolt_core::{
    attempt::AuthOutcome,
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinHash, PinHasher, PinHashes},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, attempts::Attempted, callers::Change};
use ringbolt_tests::{Fault, QUICK, TestDatabase, Wire, database::patient_client, pin_keys};
use std::time::Duration;

/// Before the change: the key a, the keyed hash.
fn before() -> PinHasher {
    PinHasher::new(pin_keys('a', &[]), PinHash::Keyed)
}

/// After it: the key b and Argon2, with the former ones still known.
fn after() -> PinHasher {
    PinHasher::new(pin_keys('b', &['a']), PinHashes { current: QUICK, previous: Some(PinHash::Keyed) })
}

/// A caller from before the change, on a wire, and the functions after it.
struct Line {
    store: Store,
    wire: Wire,
    caller: CallerId,
    functions: PinHasher,
    _database: TestDatabase,
}

impl Line {
    async fn new(pins: &[&str]) -> Self {
        let database = TestDatabase::start().await;
        let wire = Wire::to(&database.endpoint).await;
        let store = Store::new(patient_client(&wire.endpoint).await, database.tables.clone());
        let caller = enrolled(&store, &before(), "ada", pins).await;
        wire.take_operations();
        Self { store, wire, caller, functions: after(), _database: database }
    }

    async fn key(&self, pin: &str, call: &str) -> Attempted {
        let keyed = Keyed { pin, call, try_number: 0, now: NOON };
        attempt(&self.store, &self.functions, &Lockout::default(), &self.caller, keyed).await
    }

    /// The word of the fault that keeps a guess from being judged.
    async fn fault(&self, pin: &str, call: &str, now: EpochMs) -> &'static str {
        let keyed = Keyed { pin, call, try_number: 0, now };
        let tried = try_attempt(&self.store, &self.functions, &Lockout::default(), &self.caller, keyed).await;
        tried.unwrap_err().kind()
    }

    async fn attempts(&self) -> u32 {
        self.store.caller(&self.caller).await.unwrap().unwrap().attempts
    }

    async fn tags(&self) -> Vec<String> {
        self.store.caller(&self.caller).await.unwrap().unwrap().pins.into_iter().collect()
    }

    async fn add(&self, hasher: &PinHasher, pin: &str) {
        let tags = hasher.enrol(&self.caller, &CallerPin::parse(pin).unwrap()).unwrap();
        assert_eq!(self.store.add_pin(&self.caller, &tags).await.unwrap(), Change::Made);
    }
}

#[tokio::test]
async fn a_right_pin_under_an_outdated_tag_verifies_and_its_tag_is_replaced() {
    for keys in [pin_keys('b', &['a']), pin_keys('a', &[])] {
        let mut line = Line::new(&["4711"]).await;
        line.functions = PinHasher::new(keys, PinHashes { current: QUICK, previous: Some(PinHash::Keyed) });
        assert_eq!(line.key("4712", "c1").await.outcome, wrong(1, false));
        assert_eq!(line.key("4712", "c2").await.outcome, wrong(2, false));
        line.wire.take_operations();
        assert!(is_verified(&line.key("4711", "c3").await));
        assert_eq!(line.wire.take_operations(), ["UpdateItem"; 2]);
        assert_eq!(line.attempts().await, 0, "the attempt was counted first and cleared after");
        let current = line.functions.enrol(&line.caller, &CallerPin::parse("4711").unwrap()).unwrap();
        assert_eq!(line.tags().await, [current[0].as_str()]);
        line.wire.take_operations();
        assert!(is_verified(&line.key("4711", "c4").await));
        assert_eq!(line.wire.take_operations(), ["UpdateItem"], "from now on in one request");
    }
}

#[tokio::test]
async fn the_version_of_the_pins_is_the_one_after_the_tag_was_replaced() {
    let line = Line::new(&["4711"]).await;
    let AuthOutcome::Verified { pins_version, .. } = line.key("4711", "c1").await.outcome else { panic!() };
    let item = line.store.caller(&line.caller).await.unwrap().unwrap();
    assert!(item.still_verified(&line.functions, &line.caller, &pins_version, &Lockout::default(), NOON));
    let AuthOutcome::Verified { pins_version: again, .. } = line.key("4711", "c1").await.outcome else { panic!() };
    assert_eq!(again, pins_version);
}

#[tokio::test]
async fn a_right_pin_whose_reply_was_lost_is_right_and_unlocks_the_count() {
    let line = Line::new(&["4711"]).await;
    line.key("4712", "c1").await;
    line.key("4712", "c2").await;
    line.wire.set(Fault::LoseReplies(2));
    let verified = line.key("4711", "c3").await;
    assert!(is_verified(&verified) && verified.repeated);
    assert_eq!(line.attempts().await, 0, "two failures before it: it must not become the third");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn identical_deliveries_of_a_right_pin_are_all_verified() {
    let line = std::sync::Arc::new(Line::new(&["4711"]).await);
    // All four are on their way before the first one is counted.
    line.wire.set(Fault::HoldUntil(4));
    let deliveries: Vec<_> = (0..4)
        .map(|_| {
            let line = std::sync::Arc::clone(&line);
            tokio::spawn(async move { line.key("4711", "c1").await })
        })
        .collect();
    for delivery in deliveries {
        assert!(is_verified(&delivery.await.unwrap()));
    }
    assert_eq!(line.attempts().await, 0);
    assert!(is_verified(&line.key("4711", "c1").await), "one more after the tag was replaced");
}

#[tokio::test]
async fn a_caller_goes_through_even_if_the_tag_cannot_be_replaced() {
    let line = Line::new(&["4711"]).await;
    line.wire.set(Fault::FailAfter(1));
    let verified = line.key("4711", "c1").await;
    assert!(is_verified(&verified) && !verified.repeated);
    line.wire.set(Fault::None);
    assert_eq!(line.attempts().await, 1);
    let again = line.key("4711", "c1").await;
    assert!(is_verified(&again) && again.repeated);
    assert_eq!(line.attempts().await, 0, "the retry has done it");
}

#[tokio::test]
async fn an_unknown_key_is_a_fault_that_counts_nothing() {
    let mut line = Line::new(&["4711"]).await;
    line.functions = PinHasher::new(pin_keys('z', &[]), PinHash::Keyed);
    for tried in 0..8 {
        assert_eq!(line.fault("4711", &format!("c{tried}"), NOON).await, "unknown-key");
        assert_eq!(line.attempts().await, 0);
    }
    assert_eq!(line.fault("4711", "c7", NOON).await, "unknown-key", "a retry finds nothing of the first attempt");
    assert_eq!(line.attempts().await, 0);
    line.functions = before();
    assert!(is_verified(&line.key("4711", "right key").await));
}

#[tokio::test]
async fn a_hash_that_is_neither_the_current_nor_the_previous_one_is_a_fault_too() {
    let mut line = Line::new(&["4711"]).await;
    line.functions = PinHasher::new(pin_keys('a', &[]), QUICK);
    assert_eq!(line.fault("4711", "c1", NOON).await, "unknown-hash");
    assert_eq!(line.attempts().await, 0);
}

#[tokio::test]
async fn taking_an_attempt_back_begins_no_lock() {
    let mut line = Line::new(&["4711"]).await;
    for call in ["c1", "c2", "c3"] {
        line.key("4712", call).await;
    }
    line.functions = PinHasher::new(pin_keys('z', &[]), PinHash::Keyed);
    let unlocked = NOON.plus(Duration::from_secs(1800));
    for call in ["c4", "c5"] {
        assert_eq!(line.fault("4711", call, unlocked).await, "unknown-key", "not locked again: {call}");
        assert_eq!(line.attempts().await, 3);
    }
}

#[tokio::test]
async fn a_leftover_tag_under_an_unknown_key_does_not_switch_the_lockout_off() {
    let line = Line::new(&["4711"]).await;
    line.add(&PinHasher::new(pin_keys('z', &[]), QUICK), "6093").await;
    assert!(is_verified(&line.key("4711", "right").await), "a PIN that is known stays right");
    for tried in 1..=3 {
        assert_eq!(line.fault("0000", &format!("c{tried}"), NOON).await, "unknown-key");
        assert_eq!(line.attempts().await, tried);
    }
    let until = Some(NOON.plus(Duration::from_secs(1800)));
    assert_eq!(line.key("4711", "right again").await.outcome, AuthOutcome::Locked { until });
}
