//! Random histories of a caller, on the reference model and on the store alike.

use crate::{
    Keyed, NOON, attempt, enrolled,
    model::{ATTEMPTS, Came, LOCK_MS, LONGEST_MS, Model, SUSPEND_AFTER, Try},
};
use proptest::{prelude::*, test_runner::TestRunner};
use ringbolt_core::{
    attempt::AuthOutcome,
    caller::Status,
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, PinHash, PinHasher, PinHashes, PinTag},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_tests::{QUICK, TestDatabase, pin_keys};
use std::{cell::Cell, time::Duration};

/// Two right PINs, wrong ones, and what is none.
const GUESSES: [&str; 6] = ["4711", "1133", "4712", "0000", "471", "47*1"];
const RIGHT: [&str; 2] = ["4711", "1133"];

#[derive(Clone, Debug)]
enum Event {
    Attempt {
        pin: &'static str,
        call: u8,
        number: u32,
    },
    /// The same attempt as the last one.
    Retry,
    Pass {
        ms: i64,
    },
    /// The next attempts come from an instance whose clock runs behind.
    FallBack {
        ms: i64,
    },
    Unlock,
    Suspend,
    Resume,
    /// The next step of changing the key: tags added, functions switched, old tags removed.
    Rotate,
    /// The functions switch to another key before any tag was added, or to another hash.
    SwitchUnprepared,
    ReplacePins,
}

fn event() -> impl Strategy<Value = Event> {
    let edges = [0, 1, LOCK_MS - 1, LOCK_MS, 2 * LOCK_MS - 1, LONGEST_MS, 9_999, 10_000, 60_000];
    let attempt = (prop::sample::select(&GUESSES[..]), 0..2_u8, 0..2_u32);
    prop_oneof![
        12 => attempt.prop_map(|(pin, call, number)| Event::Attempt { pin, call, number }),
        3 => Just(Event::Retry),
        5 => prop::sample::select(edges.to_vec()).prop_map(|ms| Event::Pass { ms }),
        2 => prop::sample::select(edges.to_vec()).prop_map(|ms| Event::FallBack { ms }),
        1 => Just(Event::Unlock),
        1 => Just(Event::Suspend),
        2 => Just(Event::Resume),
        2 => Just(Event::Rotate),
        1 => Just(Event::SwitchUnprepared),
        1 => Just(Event::ReplacePins),
    ]
}

/// A caller in the store, the keys that the functions have, and the model beside them.
struct Both<'a> {
    store: &'a Store,
    lockout: Lockout,
    caller: CallerId,
    model: Model,
    now: i64,
    /// The key in use; the letter of the next one is its successor.
    key: char,
    previous: Vec<char>,
    hash: PinHash,
    rotation: u8,
    last: Option<(&'static str, u8, u32)>,
}

impl Both<'_> {
    fn hasher(&self) -> PinHasher {
        let hashes = PinHashes { current: self.hash, previous: Some(other(self.hash)) };
        PinHasher::new(pin_keys(self.key, &self.previous), hashes)
    }

    async fn apply(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Attempt { pin, call, number } => return self.attempt(pin, *call, *number).await,
            Event::Retry => {
                if let Some((pin, call, number)) = self.last {
                    return self.attempt(pin, call, number).await;
                }
            }
            Event::Pass { ms } => self.now += ms,
            Event::FallBack { ms } => self.now -= ms,
            Event::Unlock => {
                prop_assert_eq!(self.store.unlock(&self.caller).await.unwrap(), Change::Made);
                self.model.attempts = 0;
                self.model.last = None;
            }
            Event::Suspend => self.set_status(Status::Suspended).await,
            Event::Resume => self.set_status(Status::Active).await,
            Event::Rotate => self.rotate().await,
            Event::SwitchUnprepared if self.rotation == 0 && self.previous.is_empty() => {
                self.hash = other(self.hash);
                self.previous = vec![self.key];
                self.key = next(self.key);
            }
            Event::SwitchUnprepared => {}
            Event::ReplacePins => {
                let hasher = self.hasher();
                let enrol = |pin| hasher.enrol(&self.caller, &CallerPin::parse(pin).unwrap()).unwrap();
                let tags: Vec<PinTag> = RIGHT.into_iter().flat_map(enrol).collect();
                self.store.replace_pins(&self.caller, &tags).await.unwrap();
                (self.model.attempts, self.model.last_at, self.model.last) = (0, 0, None);
            }
        }
        self.compare_items().await
    }

    async fn attempt(&mut self, pin: &'static str, call: u8, number: u32) -> Result<(), TestCaseError> {
        self.last = Some((pin, call, number));
        let call = format!("call-{call}");
        let tried = Try { pin: pin.to_owned(), call: call.clone(), number, key: self.key };
        let expected = self.model.attempt(tried, self.now);
        let keyed = Keyed { pin, call: &call, try_number: number, now: EpochMs(self.now) };
        let attempted = attempt(self.store, &self.hasher(), &self.lockout, &self.caller, keyed).await;
        prop_assert_eq!((came(&attempted.outcome), attempted.repeated), expected);
        self.compare_items().await
    }

    async fn compare_items(&self) -> Result<(), TestCaseError> {
        let item = self.store.caller(&self.caller).await.unwrap().unwrap();
        prop_assert_eq!((item.attempts, item.last_at.0), (self.model.attempts, self.model.last_at));
        Ok(())
    }

    async fn set_status(&mut self, status: Status) {
        assert_eq!(self.store.set_status(&self.caller, status).await.unwrap(), Change::Made);
        self.model.suspended = status == Status::Suspended;
        self.model.last = None;
    }

    /// The three steps of a rotation; none of them knows a PIN. A switch that was not prepared is finished first.
    async fn rotate(&mut self) {
        let (old, new) = (self.key, next(self.key));
        match self.rotation {
            0 if self.previous.is_empty() => {
                self.rotation = 1;
                self.previous.push(new);
                let hasher = self.hasher();
                let to = hasher.keys().all().last().unwrap();
                let tags = self.tags_of(|tag| hasher.reencrypt(&self.caller, to, tag)).await;
                assert_eq!(self.store.add_pin(&self.caller, &tags).await.unwrap(), Change::Made);
                self.model.last = None;
            }
            1 => (self.rotation, self.key, self.previous) = (2, new, vec![old]),
            _ => {
                let hasher = self.hasher();
                let current = hasher.keys().current();
                // A tag that has been missed so far keeps working: only those that have a successor go.
                let tags = self.tags_of(|tag| hasher.reencrypt(&self.caller, current, tag)).await;
                self.store.replace_pins_keeping_counters(&self.caller, &tags).await;
                self.model.last = None;
                self.previous.clear();
                self.rotation = 0;
            }
        }
    }

    async fn tags_of(&self, successor: impl Fn(&str) -> Option<PinTag>) -> Vec<PinTag> {
        let item = self.store.caller(&self.caller).await.unwrap().unwrap();
        item.pins.iter().filter_map(|tag| successor(tag)).collect()
    }
}

fn other(hash: PinHash) -> PinHash {
    if hash == QUICK { PinHash::Keyed } else { QUICK }
}

fn next(key: char) -> char {
    char::from_u32(u32::from(key) + 1).unwrap()
}

fn came(outcome: &AuthOutcome) -> Came {
    match outcome {
        AuthOutcome::Verified { .. } => Came::Verified,
        AuthOutcome::Wrong { attempts, locks } => Came::Wrong { attempts: *attempts, locks: *locks },
        AuthOutcome::Locked { until: Some(until) } => Came::Locked { until: until.0 },
        AuthOutcome::Locked { until: None } => Came::Exhausted,
        AuthOutcome::Suspended => Came::Suspended,
        AuthOutcome::Unknown { .. } => panic!("the caller is enrolled"),
    }
}

/// Test support: the last step of a rotation in terms of the store's own operations.
trait Rotate {
    async fn replace_pins_keeping_counters(&self, caller: &CallerId, keep: &[PinTag]);
}

impl Rotate for Store {
    async fn replace_pins_keeping_counters(&self, caller: &CallerId, keep: &[PinTag]) {
        let item = self.caller(caller).await.unwrap().unwrap();
        assert_eq!(self.add_pin(caller, keep).await.unwrap(), Change::Made);
        let gone = item.pins.iter().filter(|tag| keep.iter().all(|kept| kept.as_str() != tag.as_str()));
        let gone: Vec<PinTag> = gone.map(|tag| PinTag::from_stored(tag)).collect();
        assert_eq!(self.remove_pin(caller, &gone).await.unwrap(), Change::Made);
    }
}

#[test]
fn random_histories_come_to_the_same_in_the_model_and_in_the_store() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = runtime.block_on(TestDatabase::start());
    let store = runtime.block_on(database.store());
    let milliseconds = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap());
    let lockout = Lockout::new(ATTEMPTS, milliseconds(LOCK_MS), milliseconds(LONGEST_MS), SUSPEND_AFTER).unwrap();
    let histories = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() });
    runner
        .run(&prop::collection::vec(event(), 1..40), |events| {
            histories.set(histories.get() + 1);
            let user = format!("caller-{}", histories.get());
            runtime.block_on(async {
                let hasher = PinHasher::new(pin_keys('a', &[]), QUICK);
                let caller = enrolled(&store, &hasher, &user, &RIGHT).await;
                let mut both = Both {
                    store: &store,
                    lockout: lockout.clone(),
                    caller,
                    model: Model::new(&RIGHT),
                    now: NOON.0,
                    key: 'a',
                    previous: Vec::new(),
                    hash: QUICK,
                    rotation: 0,
                    last: None,
                };
                for event in &events {
                    both.apply(event).await?;
                }
                Ok(())
            })
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
