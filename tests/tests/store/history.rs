//! A history of a caller, event by event, on the reference model and on the store alike.

use crate::{
    Keyed, NOON, enrolled,
    event::{Event, Guessed, RIGHT, Way},
    model::{Came, Loss, Model, Try},
    rules::{Made, Truth, observe},
    stored::Stored,
};
use proptest::prelude::*;
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint},
    caller::Status,
    identity::CallerId,
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHash, PinHasher, PinHashes, PinTag, Prepared},
    time::EpochMs,
};
use ringbolt_dynamodb::{Store, StoreError, attempts::Attempted, callers::Change};
use ringbolt_tests::{Losses, LossyDatabase, QUICK, pin_keys};
use std::collections::HashMap;

/// What the functions are configured with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Configured {
    /// The key in use; the letter of the next one is its successor.
    key: char,
    previous: Vec<char>,
    hash: PinHash,
}

/// Guesses, stretched once for all histories: they take longer than the database.
#[derive(Default)]
pub struct Guesses {
    hashers: HashMap<Configured, PinHasher>,
    prepared: HashMap<(Configured, &'static str), Prepared>,
}

impl Guesses {
    fn hasher(&mut self, configured: &Configured) -> PinHasher {
        let made = || {
            let hashes = PinHashes { current: configured.hash, previous: Some(other(configured.hash)) };
            PinHasher::new(pin_keys(configured.key, &configured.previous), hashes)
        };
        self.hashers.entry(configured.clone()).or_insert_with(made).clone()
    }

    fn prepare(&mut self, configured: &Configured, caller: &CallerId, pin: &'static str) -> Prepared {
        let hasher = self.hasher(configured);
        let made = || hasher.prepare(caller, &Guess::keyed(pin).unwrap()).unwrap();
        self.prepared.entry((configured.clone(), pin)).or_insert_with(made).clone()
    }
}

/// A caller in the store, the functions' configuration, the model beside them, and what really happened.
pub struct Both<'a> {
    database: &'a LossyDatabase,
    store: Store,
    lockout: &'a Lockout,
    guesses: &'a mut Guesses,
    caller: CallerId,
    model: Model,
    truth: Truth,
    stored: Stored,
    /// By a right clock.
    time: i64,
    configured: Configured,
    rotation: u8,
    last: Option<Guessed>,
}

impl<'a> Both<'a> {
    /// A caller who has just been enrolled, in the place of the one of the history before.
    pub async fn new(database: &'a LossyDatabase, lockout: &'a Lockout, guesses: &'a mut Guesses) -> Self {
        let (store, ada) = (database.store(), ringbolt_tests::caller("ada"));
        database.lossy.set(Losses::default());
        let (Change::Made | Change::NoCaller) = store.delete_caller(&ada).await.unwrap();
        let configured = Configured { key: 'a', previous: Vec::new(), hash: QUICK };
        let caller = enrolled(&store, &guesses.hasher(&configured), "ada", &RIGHT).await;
        let stored = Stored::read(database, &caller).await;
        let (model, truth) = (Model::new(&RIGHT), Truth::new());
        let (time, rotation, last) = (NOON.0, 0, None);
        Self { database, store, lockout, guesses, caller, model, truth, stored, time, configured, rotation, last }
    }

    pub async fn apply(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Attempt(guessed, way) => return self.attempt(*guessed, *way).await,
            Event::Retry(way) => {
                return match self.last {
                    Some(guessed) => self.attempt(guessed, *way).await,
                    None => Ok(()),
                };
            }
            Event::Pass { ms } => {
                self.time += ms;
                return Ok(());
            }
            Event::Unlock => {
                prop_assert_eq!(self.store.unlock(&self.caller).await.unwrap(), Change::Made);
                self.model.attempts = 0;
                self.truth.forgive();
            }
            Event::Suspend => self.set_status(Status::Suspended).await,
            Event::Resume => self.set_status(Status::Active).await,
            Event::Rotate => self.rotate().await,
            Event::SwitchUnprepared => {
                if self.rotation == 0 && self.configured.previous.is_empty() {
                    let Configured { key, hash, .. } = self.configured;
                    self.configured = Configured { key: next(key), previous: vec![key], hash: other(hash) };
                }
                return Ok(());
            }
            Event::ReplacePins => {
                let hasher = self.hasher();
                let enrol = |pin| hasher.enrol(&self.caller, &CallerPin::parse(pin).unwrap()).unwrap();
                let tags: Vec<PinTag> = RIGHT.into_iter().flat_map(enrol).collect();
                self.store.replace_pins(&self.caller, &tags).await.unwrap();
                (self.model.attempts, self.model.last_at) = (0, 0);
                self.truth.forgive();
            }
        }
        self.stored = Stored::read(self.database, &self.caller).await;
        // All of these but the second step of a rotation clear it.
        if self.stored.last_attempt.is_none() {
            (self.model.last, self.truth.counted) = (None, None);
        }
        self.compare_items()
    }

    async fn attempt(&mut self, guessed: Guessed, way: Way) -> Result<(), TestCaseError> {
        self.last = Some(guessed);
        let now = self.time + way.clock_ms;
        let tried = Try {
            pin: guessed.pin.to_owned(),
            call: format!("call-{}", guessed.call),
            number: guessed.number,
            key: self.configured.key,
        };
        let before = std::mem::replace(&mut self.stored, Stored::nothing());
        let model_before = self.model.clone();
        let expected = self.model.attempt(tried.clone(), now, way.loss);

        self.database.lossy.set(losses(way.loss));
        let answer = self.send(&tried, guessed.pin, now).await;
        self.database.lossy.set(Losses::default());
        self.stored = Stored::read(self.database, &self.caller).await;

        let right = RIGHT.contains(&guessed.pin);
        let nothing_heard = match way.loss {
            Loss::EveryRequest | Loss::EveryReply => true,
            // The attempt is made again at the item's time.
            Loss::EveryLaterRequest => now < before.last_at,
            _ => false,
        };
        match &answer {
            Ok(attempted) => {
                prop_assert_eq!((came(&attempted.outcome), attempted.repeated), expected);
                if way.loss == Loss::EveryLaterRequest && right {
                    // An outdated tag could not be replaced.
                    self.model.attempts = u32::try_from(self.stored.attempts).unwrap();
                }
            }
            Err(error) => {
                prop_assert_eq!(error.kind(), "unavailable");
                self.model = model_before;
                self.model.resume(&tried, &before, &self.stored);
            }
        }
        let made = Made {
            tried: &tried,
            right,
            now,
            time: self.time,
            before: &before,
            after: &self.stored,
            answer: answer.as_ref().ok(),
            nothing_heard,
        };
        observe(&made, &mut self.truth).map_err(|broken| TestCaseError::fail(broken.to_string()))?;
        self.compare_items()
    }

    async fn send(&mut self, tried: &Try, pin: &'static str, now: i64) -> Result<Attempted, StoreError> {
        let hasher = self.hasher();
        let prepared = self.guesses.prepare(&self.configured, &self.caller, pin);
        let keyed = Keyed { pin, call: &tried.call, try_number: tried.number, now: EpochMs(now) };
        let fingerprint = Fingerprint::new(hasher.keys().current(), keyed.call, &prepared, keyed.try_number);
        let attempt = Attempt { prepared: &prepared, fingerprint, lockout: self.lockout, now: keyed.now };
        self.store.attempt(&hasher, &attempt).await
    }

    fn compare_items(&self) -> Result<(), TestCaseError> {
        let model = (i64::from(self.model.attempts), self.model.last_at, self.model.suspended);
        prop_assert_eq!((self.stored.attempts, self.stored.last_at, self.stored.is_suspended()), model);
        Ok(())
    }

    async fn set_status(&mut self, status: Status) {
        assert_eq!(self.store.set_status(&self.caller, status).await.unwrap(), Change::Made);
        self.model.suspended = status == Status::Suspended;
    }

    fn hasher(&mut self) -> PinHasher {
        self.guesses.hasher(&self.configured)
    }

    /// The three steps of a rotation; none of them knows a PIN. A switch that was not prepared is finished first.
    async fn rotate(&mut self) {
        let (old, new) = (self.configured.key, next(self.configured.key));
        match self.rotation {
            0 if self.configured.previous.is_empty() => {
                self.rotation = 1;
                self.configured.previous.push(new);
                let hasher = self.hasher();
                let to = hasher.keys().all().last().unwrap();
                let tags = self.tags_of(|tag| hasher.reencrypt(&self.caller, to, tag));
                assert_eq!(self.store.add_pin(&self.caller, &tags).await.unwrap(), Change::Made);
            }
            1 => {
                self.rotation = 2;
                (self.configured.key, self.configured.previous) = (new, vec![old]);
            }
            _ => {
                let hasher = self.hasher();
                let current = hasher.keys().current();
                // A tag that has been missed so far keeps working: only those that have a successor go.
                let tags = self.tags_of(|tag| hasher.reencrypt(&self.caller, current, tag));
                self.keep_only(&tags).await;
                self.configured.previous.clear();
                self.rotation = 0;
            }
        }
    }

    fn tags_of(&self, successor: impl Fn(&str) -> Option<PinTag>) -> Vec<PinTag> {
        self.stored.pins.iter().filter_map(|tag| successor(tag)).collect()
    }

    /// The last step of a rotation in terms of the store's own operations.
    async fn keep_only(&self, keep: &[PinTag]) {
        assert_eq!(self.store.add_pin(&self.caller, keep).await.unwrap(), Change::Made);
        let gone = self.stored.pins.iter().filter(|tag| keep.iter().all(|kept| kept.as_str() != tag.as_str()));
        let gone: Vec<PinTag> = gone.map(|tag| PinTag::from_stored(tag)).collect();
        assert_eq!(self.store.remove_pin(&self.caller, &gone).await.unwrap(), Change::Made);
    }
}

/// What the client loses. The SDK sends a request three times at most.
fn losses(loss: Loss) -> Losses {
    match loss {
        Loss::Nothing => Losses::default(),
        Loss::Requests(requests) => Losses { requests, ..Losses::default() },
        Loss::Replies(replies) => Losses { replies, ..Losses::default() },
        Loss::LaterReplies(replies) => Losses { pass: 1, replies, ..Losses::default() },
        Loss::EveryRequest => Losses { requests: 3, ..Losses::default() },
        Loss::EveryReply => Losses { replies: 3, ..Losses::default() },
        Loss::EveryLaterRequest => Losses { pass: 1, requests: 3, ..Losses::default() },
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
