//! One attempt after the other.

use crate::{Keyed, NOON, attempt, enrolled, is_verified, wrong};
use ringbolt_core::{
    attempt::AuthOutcome,
    caller::Status,
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinHasher},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, attempts::Attempted, callers::Change};
use ringbolt_tests::{TestDatabase, hasher};
use std::time::Duration;

/// A caller and the way to try their PIN.
struct Line {
    store: Store,
    hasher: PinHasher,
    lockout: Lockout,
    caller: CallerId,
    _database: TestDatabase,
}

impl Line {
    async fn new(pins: &[&str]) -> Self {
        let database = TestDatabase::start().await;
        let (store, hasher) = (database.store().await, hasher());
        let caller = enrolled(&store, &hasher, "ada", pins).await;
        Self { store, hasher, lockout: Lockout::default(), caller, _database: database }
    }

    async fn key(&self, pin: &str, call: &str, now: EpochMs) -> Attempted {
        let keyed = Keyed { pin, call, try_number: 0, now };
        attempt(&self.store, &self.hasher, &self.lockout, &self.caller, keyed).await
    }

    async fn attempts(&self) -> u32 {
        self.store.caller(&self.caller).await.unwrap().unwrap().attempts
    }
}

fn minutes(after_noon: u64) -> EpochMs {
    NOON.plus(Duration::from_secs(60 * after_noon))
}

#[tokio::test]
async fn a_right_pin_verifies_and_resets_the_counter() {
    let line = Line::new(&["4711"]).await;
    assert_eq!(line.key("4712", "c1", NOON).await.outcome, wrong(1, false));
    let verified = line.key("4711", "c2", NOON).await;
    let AuthOutcome::Verified { attributes, .. } = verified.outcome else { panic!("{verified:?}") };
    assert_eq!(attributes["first_name"], "Ada");
    assert_eq!(line.attempts().await, 0);
}

#[tokio::test]
async fn every_pin_of_a_caller_is_right() {
    let line = Line::new(&["1234", "4321"]).await;
    for pin in ["1234", "4321"] {
        assert!(is_verified(&line.key(pin, pin, NOON).await));
    }
}

#[tokio::test]
async fn a_locked_caller_is_refused_even_with_the_right_pin_until_the_lock_ends() {
    let line = Line::new(&["4711"]).await;
    for (tried, locks) in [(1, false), (2, false), (3, true)] {
        assert_eq!(line.key("4712", &format!("c{tried}"), NOON).await.outcome, wrong(tried, locks));
    }
    let until = minutes(30);
    let last_moment = EpochMs(until.0 - 1);
    assert_eq!(line.key("4711", "c4", last_moment).await.outcome, AuthOutcome::Locked { until: Some(until) });
    assert!(is_verified(&line.key("4711", "c5", until).await));
}

#[tokio::test]
async fn hammering_a_locked_caller_changes_nothing() {
    let line = Line::new(&["4711"]).await;
    for call in ["c1", "c2", "c3"] {
        line.key("4712", call, NOON).await;
    }
    let before = line.store.caller(&line.caller).await.unwrap();
    for second in 0..20 {
        line.key("4713", &format!("h{second}"), NOON.plus(Duration::from_secs(second))).await;
    }
    assert_eq!(line.store.caller(&line.caller).await.unwrap(), before);
}

#[tokio::test]
async fn locks_double_and_end_in_a_suspension() {
    let line = Line::new(&["4711"]).await;
    let mut now = NOON;
    let mut locks = Vec::new();
    for tried in 1..=20 {
        let outcome = line.key("4712", &format!("c{tried}"), now).await.outcome;
        assert!(matches!(outcome, AuthOutcome::Wrong { attempts, .. } if attempts == tried), "{outcome:?}");
        if let AuthOutcome::Locked { until: Some(until) } = line.key("4711", "right", now).await.outcome {
            locks.push((until.0 - now.0) / 60_000);
            now = until;
        } else if tried == 20 {
            break;
        } else {
            // The right PIN was let through between two locks, as it must be; go back to where we were.
            assert_eq!(line.attempts().await, 0);
            return_to(&line, tried, now).await;
        }
    }
    assert_eq!(locks, [30, 60, 120, 240, 480, 960]);
    let years_later = NOON.plus(Duration::from_secs(10 * 365 * 86_400));
    assert_eq!(line.key("4711", "late", years_later).await.outcome, AuthOutcome::Locked { until: None });
    assert_eq!(line.store.unlock(&line.caller).await.unwrap(), Change::Made);
    assert!(is_verified(&line.key("4711", "unlocked", years_later).await));
}

/// Fails again until the counter is `attempts`, waiting out each lock.
async fn return_to(line: &Line, attempts: u32, now: EpochMs) {
    // Time moves forward only; new PINs begin at the beginning.
    let tags = line.hasher.enrol(&line.caller, &CallerPin::parse("4711").unwrap()).unwrap();
    line.store.replace_pins(&line.caller, &tags).await.unwrap();
    // Far enough in the past that every lock on the way has ended by `now`.
    for tried in 1..=attempts {
        let past = now.minus(Duration::from_secs(86_400 * u64::from(attempts - tried + 1)));
        line.key("4712", &format!("again-{attempts}-{tried}"), past).await;
    }
    assert_eq!(line.attempts().await, attempts);
}

#[tokio::test]
async fn nobody_and_a_suspended_caller_are_told_apart_from_a_wrong_pin() {
    let line = Line::new(&["4711"]).await;
    let keyed = Keyed { pin: "4711", call: "c", try_number: 0, now: NOON };
    let nobody = ringbolt_tests::caller("nobody");
    let unknown = attempt(&line.store, &line.hasher, &line.lockout, &nobody, keyed).await;
    assert_eq!(unknown.outcome, AuthOutcome::Unknown { locks: false });
    assert_eq!(line.store.caller(&nobody).await.unwrap(), None, "a guess creates nobody");

    assert_eq!(line.store.set_status(&line.caller, Status::Suspended).await.unwrap(), Change::Made);
    assert_eq!(line.key("4711", "c", NOON).await.outcome, AuthOutcome::Suspended);
    assert_eq!(line.store.set_status(&line.caller, Status::Active).await.unwrap(), Change::Made);
    assert!(is_verified(&line.key("4711", "c", NOON).await));
}

#[tokio::test]
async fn the_same_guess_in_the_same_call_is_a_retry_for_ten_seconds() {
    let line = Line::new(&["4711"]).await;
    let first = line.key("4712", "c", NOON).await;
    let again = line.key("4712", "c", NOON.plus(Duration::from_millis(9_999))).await;
    assert_eq!((again.outcome, again.repeated), (first.outcome, true));
    let later = line.key("4712", "c", NOON.plus(Duration::from_secs(10))).await;
    assert_eq!((later.outcome, later.repeated), (wrong(2, false), false));
    let elsewhere = line.key("4712", "another call", NOON.plus(Duration::from_secs(10))).await;
    assert_eq!((elsewhere.outcome, elsewhere.repeated), (wrong(3, true), false));
}

#[tokio::test]
async fn a_retry_of_a_success_and_of_the_failure_that_locked_get_their_answers_again() {
    let line = Line::new(&["4711"]).await;
    assert!(is_verified(&line.key("4711", "c", NOON).await));
    let again = line.key("4711", "c", NOON).await;
    assert!(is_verified(&again) && again.repeated);
    for call in ["c1", "c2", "c3"] {
        line.key("4712", call, NOON).await;
    }
    let again = line.key("4712", "c3", NOON).await;
    assert_eq!((again.outcome, again.repeated), (wrong(3, true), true));
}

#[tokio::test]
async fn an_unlock_right_after_a_wrong_pin_does_not_make_its_retry_right() {
    let line = Line::new(&["4711"]).await;
    line.key("4712", "c", NOON).await;
    assert_eq!(line.store.unlock(&line.caller).await.unwrap(), Change::Made);
    let again = line.key("4712", "c", NOON).await;
    assert_eq!((again.outcome, again.repeated), (wrong(1, false), false));
}

#[tokio::test]
async fn what_cannot_be_a_pin_counts_as_a_wrong_one() {
    let line = Line::new(&["4711"]).await;
    assert_eq!(line.key("47a1", "c1", NOON).await.outcome, wrong(1, false));
    assert_eq!(line.key("4", "c2", NOON).await.outcome, wrong(2, false));
    assert_eq!(line.key(&"4711".repeat(100), "c3", NOON).await.outcome, wrong(3, true));
}

#[tokio::test]
async fn every_lockout_that_can_be_written_down_fits_dynamodbs_limits() {
    let line = Line::new(&["4711"]).await;
    let (second, day) = (Duration::from_secs(1), Duration::from_secs(86_400));
    for (number, attempts) in [1, 2, 3, 10].into_iter().enumerate() {
        let lockout = Lockout::new(attempts, second, day, 100).unwrap();
        let call = format!("c{number}");
        let keyed = Keyed { pin: "4711", call: &call, try_number: 0, now: NOON };
        assert!(is_verified(&attempt(&line.store, &line.hasher, &lockout, &line.caller, keyed).await));
    }
}
