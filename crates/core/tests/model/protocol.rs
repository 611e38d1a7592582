//! The model: what can happen next to a caller's item, and what it does.
//!
//! stateright asks [`Protocol::actions`] for everything that can happen in a state and [`Protocol::next_state`] for
//! the state after it. It visits every state that can be reached, and checks that no rule was broken on the way there.

use crate::{
    bounds::Bounds,
    bridge::Core,
    cast::{Call, Clock, Functions, Hash, Key, LOCK, Pin, Rotation, START},
    database::Item,
    request::{Delivery, Request},
    rules::{Rule, Truth},
    sabotage::Sabotage,
};
use ringbolt_core::time::EpochMs;
use std::{collections::BTreeSet, sync::Mutex};

/// How often the SDK sends one request.
const SENDS: u8 = 3;

pub struct Protocol {
    pub bounds: Bounds,
    pub sabotage: Option<Sabotage>,
    /// The rules to check.
    pub rules: &'static [Rule],
    pub core: Core,
    /// The kinds of answers that were given, so that a test can see that the model reaches them.
    pub answers: Mutex<BTreeSet<&'static str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub item: Item,
    /// By a right clock.
    pub time: EpochMs,
    pub rotation: Rotation,
    /// The hash that the functions use for new tags.
    pub hash: Hash,
    /// What functions are busy with, in order, so that states that differ only in the order are one.
    pub deliveries: Vec<Delivery>,
    pub left: Left,
    pub truth: Truth,
    /// The rules that the last step broke, of those that are checked. Nothing happens after that.
    pub broken: BTreeSet<Rule>,
}

/// How much may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    pub deliveries: u8,
    pub losses: u8,
    pub changes: u8,
    pub locks: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The provider delivers a guess. The same guess in the same call is its retry.
    Deliver {
        call: Call,
        pin: Pin,
        functions: Functions,
        clock: Clock,
    },
    /// The request of the delivery at this index reaches the database.
    Reaches {
        delivery: usize,
        reply: Reply,
    },
    /// It does not. The SDK sends it again.
    RequestLost {
        delivery: usize,
    },
    /// As long as a lock passes.
    LockPasses,
    Unlock,
    Suspend,
    Resume,
    ReplacePin,
    Rotate(Rotation),
    ChangeHash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Arrives,
    /// The database has done it, but the SDK sends it again.
    Lost,
}

impl Protocol {
    pub fn new(bounds: Bounds, rules: &'static [Rule], sabotage: Option<Sabotage>) -> Self {
        Self { bounds, sabotage, rules, core: Core::new(sabotage), answers: Mutex::default() }
    }

    pub fn start(&self) -> State {
        let Bounds { deliveries, losses, changes, locks, .. } = self.bounds;
        let (rotation, hash) = (Rotation::NotBegun, Hash::Former);
        State {
            item: Item::enrolled(Pin::Own, Functions { keys: rotation.running()[0], hash }),
            time: START,
            rotation,
            hash,
            deliveries: Vec::new(),
            left: Left { deliveries, losses, changes, locks },
            truth: Truth::new(),
            broken: BTreeSet::new(),
        }
    }

    /// What can happen next.
    pub fn possible(&self, state: &State) -> Vec<Action> {
        let mut actions = Vec::new();
        if !state.broken.is_empty() {
            return actions;
        }
        self.add_deliveries(state, &mut actions);
        for (delivery, busy) in state.deliveries.iter().enumerate() {
            // Two equal deliveries do the same.
            if delivery > 0 && state.deliveries[delivery - 1] == *busy {
                continue;
            }
            actions.push(Action::Reaches { delivery, reply: Reply::Arrives });
            if state.left.losses > 0 {
                actions.push(Action::Reaches { delivery, reply: Reply::Lost });
                actions.push(Action::RequestLost { delivery });
            }
        }
        // A function answers within seconds. One that is slower by a lock is like one whose clock runs behind.
        if state.left.locks > 0 && state.deliveries.is_empty() {
            actions.push(Action::LockPasses);
        }
        if state.left.changes > 0 {
            actions.push(Action::Unlock);
            actions.push(if state.item.suspended { Action::Resume } else { Action::Suspend });
            if state.truth.pin == Pin::Own {
                actions.push(Action::ReplacePin);
            }
        }
        if self.bounds.rotates {
            let steps = state.rotation.next().iter().copied();
            actions.extend(steps.filter(|next| may_rotate(state, *next)).map(Action::Rotate));
        }
        if self.bounds.changes_hash && state.hash == Hash::Former {
            actions.push(Action::ChangeHash);
        }
        actions
    }

    fn add_deliveries(&self, state: &State, actions: &mut Vec<Action>) {
        if state.left.deliveries == 0 || state.deliveries.len() == usize::from(self.bounds.at_once) {
            return;
        }
        for call in Call::ALL {
            for pin in Pin::ALL {
                for keys in state.rotation.running() {
                    let functions = Functions { keys: *keys, hash: state.hash };
                    let of_clock = |clock| Action::Deliver { call, pin, functions, clock };
                    actions.extend(self.bounds.clocks.iter().copied().map(of_clock));
                }
            }
        }
    }

    /// The state after an action.
    pub fn after(&self, state: &State, action: &Action) -> State {
        let mut next = state.clone();
        match *action {
            Action::Deliver { call, pin, functions, clock } => {
                next.left.deliveries -= 1;
                let now = clock.reads(state.time);
                let read = (self.sabotage == Some(Sabotage::ReadsBeforeItWrites)).then(|| state.item.clone());
                let request = Request::Count;
                next.deliveries.push(Delivery { call, pin, functions, now, request, sent: 0, counted: None, read });
            }
            Action::Reaches { delivery, reply } => {
                let delivery = next.deliveries.remove(delivery);
                let follow_up = self.reach(&mut next, delivery.clone());
                match reply {
                    Reply::Arrives => next.deliveries.extend(follow_up.request),
                    Reply::Lost => send_again(&mut next, Delivery { counted: follow_up.counted, ..delivery }),
                }
            }
            Action::RequestLost { delivery } => {
                let delivery = next.deliveries.remove(delivery);
                send_again(&mut next, delivery);
            }
            Action::LockPasses => {
                next.left.locks -= 1;
                next.time = state.time.plus(LOCK);
            }
            Action::Unlock | Action::Suspend | Action::Resume | Action::ReplacePin => {
                self.administer(&mut next, action);
            }
            Action::Rotate(step) => rotate(&mut next, step),
            Action::ChangeHash => next.hash = Hash::Current,
        }
        next.deliveries.sort();
        next
    }

    fn administer(&self, state: &mut State, action: &Action) {
        state.left.changes -= 1;
        state.truth.counted = None;
        match action {
            Action::Unlock => {
                state.item.unlock();
                state.truth.forgive();
            }
            Action::ReplacePin => {
                let keys = state.rotation.running().last().copied().unwrap();
                let last_attempt = state.item.last_attempt;
                state.item.replace_pins(Pin::A, Functions { keys, hash: state.hash });
                if self.sabotage == Some(Sabotage::ReplacingKeepsTheLastAttempt) {
                    (state.item.last_attempt, state.item.last_at) = (last_attempt, state.time);
                }
                state.truth.forgive();
                state.truth.pin = Pin::A;
            }
            _ => state.item.set_suspended(*action == Action::Suspend),
        }
    }
}

/// The SDK sends a request again, unless it was the last time: then the function answers the fallback.
fn send_again(state: &mut State, delivery: Delivery) {
    state.left.losses -= 1;
    let sent = delivery.sent + 1;
    if sent < SENDS {
        state.deliveries.push(Delivery { sent, ..delivery });
    }
}

/// Functions that the step replaces have finished what they were busy with: between two steps, the operator restarts
/// them and a call ends within seconds. The old key is dropped only if no tag needs it.
fn may_rotate(state: &State, step: Rotation) -> bool {
    let restarted = state.deliveries.iter().all(|busy| step.running().contains(&busy.functions.keys));
    let old_left = state.item.pins.iter().any(|tag| tag.key == Key::Old);
    restarted && !(step == Rotation::Finished && old_left)
}

fn rotate(state: &mut State, step: Rotation) {
    state.rotation = step;
    match step {
        Rotation::Copied => state.item.move_tags(false),
        Rotation::Moved => state.item.move_tags(true),
        _ => {}
    }
}
