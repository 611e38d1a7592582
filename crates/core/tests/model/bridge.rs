//! The bridge to the code under test. Names of the models become real tags, fingerprints and items, core judges them,
//! and the judgement comes back in the names of the models.

use crate::{
    cast::{Call, Functions, Hash, Key, Pin, Print, Tag, lockout},
    database::Item,
    request::Delivery,
    sabotage::Sabotage,
};
use ringbolt_core::{
    attempt::{Attempt, AuthOutcome, Fingerprint, Judgement},
    caller::{Attributes, CallerItem, CorruptItem, Status},
    identity::{CallerId, IdentifierForm, Realm, UserId},
    lockout::Lockout,
    pin::{CallerPin, Guess, PinHash, PinHasher, PinHashes, PinKeys, PinTag, Prepared},
    time::EpochMs,
};
use std::{collections::HashMap, sync::Mutex};

/// What core says about a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub answer: Answer,
    /// Whether it is an earlier attempt's answer, given again.
    pub repeated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Verified,
    /// The PIN is right, and these tags are to be replaced.
    Outdated(Vec<Tag>),
    Wrong,
    Locked,
    Suspended,
    Unknown,
    /// A PIN is under a key or hash that the functions do not know.
    Incomparable(Option<TakeBack>),
    ClockBehind(EpochMs),
    Corrupt(&'static str),
}

impl Answer {
    pub fn lets_in(&self) -> bool {
        matches!(self, Self::Verified | Self::Outdated(_))
    }
}

/// [`ringbolt_core::attempt::GiveBack`], with the traits that a model's state needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TakeBack {
    pub counted: u32,
    pub last_at: EpochMs,
}

/// Real tags and fingerprints by their names, and the judgements so far: judging is pure, so each is made once.
pub struct Core {
    caller: CallerId,
    lockout: Lockout,
    hashers: HashMap<Functions, PinHasher>,
    prepared: HashMap<(Functions, Pin), Prepared>,
    tags: HashMap<Tag, PinTag>,
    names: HashMap<String, Tag>,
    prints: HashMap<Print, Fingerprint>,
    judged: Mutex<HashMap<Question, Judged>>,
}

/// Everything that a judgement depends on.
#[derive(PartialEq, Eq, Hash)]
struct Question {
    functions: Functions,
    pin: Pin,
    call: Call,
    now: EpochMs,
    counted: bool,
    item: Item,
}

impl Core {
    pub fn new(sabotage: Option<Sabotage>) -> Self {
        let caller = CallerId {
            realm: Realm::parse("demo").unwrap(),
            user: UserId::parse("ada", IdentifierForm::Text).unwrap(),
        };
        let hashers: HashMap<_, _> =
            Functions::all().map(|functions| (functions, hasher(functions, sabotage))).collect();
        let mut core = Self {
            caller,
            lockout: lockout(),
            hashers,
            prepared: HashMap::new(),
            tags: HashMap::new(),
            names: HashMap::new(),
            prints: HashMap::new(),
            judged: Mutex::default(),
        };
        for functions in Functions::all() {
            Pin::ALL.into_iter().for_each(|pin| core.learn(functions, pin));
        }
        assert_eq!((core.tags.len(), core.names.len()), (12, 12), "3 PINs, 2 keys and 2 hashes have 12 tags");
        core
    }

    /// Makes the real tags and fingerprints of a PIN, and checks that they follow the rules of the short names.
    fn learn(&mut self, functions: Functions, pin: Pin) {
        let hasher = &self.hashers[&functions];
        let enrolled = hasher.enrol(&self.caller, &CallerPin::parse(pin.digits()).unwrap()).unwrap();
        for (key, real) in functions.keys.in_order().iter().zip(&enrolled) {
            let tag = Tag { pin, key: *key, hash: functions.hash };
            assert_eq!(self.names.insert(real.as_str().to_owned(), tag).unwrap_or(tag), tag);
            assert_eq!(self.tags.insert(tag, real.clone()).as_ref().unwrap_or(real), real);
            let moved = hasher.reencrypt(&self.caller, hasher.keys().current(), real.as_str());
            assert_eq!(moved.as_ref(), Some(&enrolled[0]), "a rotation makes the tag that enrolment makes");
        }
        let prepared = hasher.prepare(&self.caller, &Guess::keyed(pin.digits()).unwrap()).unwrap();
        assert_eq!(prepared.tag(), &enrolled[0]);
        for call in Call::ALL {
            let real = Fingerprint::new(hasher.keys().current(), call.id(), &prepared, 0);
            let known = self.prints.insert(functions.print(call, pin), real.clone());
            assert_eq!(known.unwrap_or_else(|| real.clone()), real);
        }
        self.prepared.insert((functions, pin), prepared);
    }

    /// The attempt as the functions put it to the database.
    pub fn attempt(&self, delivery: &Delivery) -> Attempt<'_> {
        Attempt {
            prepared: &self.prepared[&(delivery.functions, delivery.pin)],
            fingerprint: self.prints[&delivery.print()].clone(),
            lockout: &self.lockout,
            now: delivery.now,
        }
    }

    /// Judges a delivery by the item that its write left, or that refused the write.
    pub fn judge(&self, delivery: &Delivery, counted: bool, item: &Item) -> Judged {
        let Delivery { functions, pin, call, now, .. } = *delivery;
        let question = Question { functions, pin, call, now, counted, item: item.clone() };
        let mut judged = self.judged.lock().unwrap();
        judged.entry(question).or_insert_with(|| self.ask(delivery, counted, item)).clone()
    }

    fn ask(&self, delivery: &Delivery, counted: bool, item: &Item) -> Judged {
        let (hasher, attempt) = (&self.hashers[&delivery.functions], self.attempt(delivery));
        let item = self.real(item);
        let judgement = match counted {
            true => attempt.judge_counted(hasher, &item),
            false => attempt.judge_refused(hasher, Some(&item)),
        };
        let first = |answer| Judged { answer, repeated: false };
        match judgement {
            Ok(Judgement::Decided { outcome, repeated }) => Judged { answer: answer(&outcome), repeated },
            Ok(Judgement::Outdated { outcome, tags, repeated }) => {
                assert_eq!(answer(&outcome), Answer::Verified);
                let tags = tags.iter().map(|tag| self.names[tag.as_str()]).collect();
                Judged { answer: Answer::Outdated(tags), repeated }
            }
            Ok(Judgement::Incomparable { give_back, .. }) => {
                let back = give_back.map(|back| TakeBack { counted: back.counted, last_at: back.last_at });
                first(Answer::Incomparable(back))
            }
            Ok(Judgement::ClockBehind { last_at }) => first(Answer::ClockBehind(last_at)),
            Err(CorruptItem { fault }) => first(Answer::Corrupt(fault)),
        }
    }

    fn real(&self, item: &Item) -> CallerItem {
        CallerItem {
            pins: item.pins.iter().map(|tag| self.tags[tag].as_str().to_owned()).collect(),
            attempts: item.attempts,
            last_at: item.last_at,
            last_attempt: item.last_attempt.map(|print| self.prints[&print].as_str().to_owned()),
            status: if item.suspended { Status::Suspended } else { Status::Active },
            attributes: Attributes::new(),
        }
    }
}

fn answer(outcome: &AuthOutcome) -> Answer {
    match outcome {
        AuthOutcome::Verified { .. } => Answer::Verified,
        AuthOutcome::Wrong { .. } => Answer::Wrong,
        AuthOutcome::Locked { .. } => Answer::Locked,
        AuthOutcome::Suspended => Answer::Suspended,
        AuthOutcome::Unknown { .. } => Answer::Unknown,
    }
}

fn hasher(functions: Functions, sabotage: Option<Sabotage>) -> PinHasher {
    let text = |key: &Key| if *key == Key::Old { "a" } else { "b" }.repeat(PinKeys::MIN_CHARS);
    let keys: serde_json::Map<String, serde_json::Value> = ["current", "previous"]
        .into_iter()
        .zip(functions.keys.in_order())
        .map(|(n, k)| (n.into(), text(k).into()))
        .collect();
    let keys = PinKeys::from_json(&serde_json::Value::Object(keys).to_string()).unwrap();
    let former = PinHash::Keyed;
    let current = PinHash::Argon2id { memory_kib: 8, passes: 1 };
    let hashes = match functions.hash {
        Hash::Former => PinHashes { current: former, previous: None },
        Hash::Current if sabotage == Some(Sabotage::ForgetsTheFormerHash) => PinHashes { current, previous: None },
        Hash::Current => PinHashes { current, previous: Some(former) },
    };
    PinHasher::new(keys, hashes)
}
