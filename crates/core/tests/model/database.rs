//! The caller's item and the writes that change it.
//!
//! Core has no database, so this file says in plain Rust what the expressions of `crates/dynamodb` mean. Each function
//! names the place that it mirrors. The store tests run the expressions themselves.

use crate::{
    bridge::{Core, TakeBack},
    cast::{Functions, Key, Pin, Print, Tag},
    request::Delivery,
    sabotage::Sabotage,
};
use ringbolt_core::{attempt::Attempt, time::EpochMs};
use std::collections::BTreeSet;

/// A caller's item, by the short names of the models.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Item {
    pub pins: BTreeSet<Tag>,
    pub attempts: u32,
    pub last_at: EpochMs,
    pub last_attempt: Option<Print>,
    pub suspended: bool,
}

impl Item {
    /// As `Store::create_caller` writes it.
    pub fn enrolled(pin: Pin, functions: Functions) -> Self {
        let mut item =
            Self { pins: BTreeSet::new(), attempts: 0, last_at: EpochMs(0), last_attempt: None, suspended: false };
        item.replace_pins(pin, functions);
        item
    }

    /// The write that counts an attempt: `attempts::COUNT` under the condition of `attempts/condition.rs`. Says whether
    /// the attempt was counted.
    pub fn count(&mut self, delivery: &Delivery, core: &Core, sabotage: Option<Sabotage>) -> bool {
        let attempt = core.attempt(delivery);
        let judged_by = match sabotage {
            Some(Sabotage::ReadsBeforeItWrites) => delivery.read.as_ref().unwrap_or(self),
            _ => self,
        };
        if !judged_by.allows(&attempt, delivery, sabotage) {
            if sabotage == Some(Sabotage::RefusalMovesTheTime) {
                self.last_at = self.last_at.max(delivery.now);
            }
            return false;
        }
        self.attempts = if self.pins.contains(&delivery.tag()) { 0 } else { self.attempts + 1 };
        self.last_at = delivery.now;
        self.last_attempt = Some(delivery.print());
        true
    }

    /// The condition of `attempts/condition.rs`. The clauses about attributes of a wrong type are left out: every item
    /// in the models is one that Ringbolt wrote.
    fn allows(&self, attempt: &Attempt<'_>, delivery: &Delivery, sabotage: Option<Sabotage>) -> bool {
        let repeats = self.last_attempt == Some(delivery.print()) && self.last_at > attempt.retries_since();
        let before_lock_ends = |(lock, counts): (std::time::Duration, Vec<u32>)| {
            counts.contains(&self.attempts) && self.last_at > attempt.now.minus(lock)
        };
        let locked = attempt.lockout.groups().into_iter().any(before_lock_ends);
        let right = self.pins.contains(&delivery.tag());

        (!self.suspended || sabotage == Some(Sabotage::IgnoresSuspension))
            && self.attempts < attempt.lockout.suspend_after()
            && (self.last_at <= attempt.now || sabotage == Some(Sabotage::TimeMovesBack))
            && (!repeats || sabotage == Some(Sabotage::CountsRetries))
            && (!locked
                || sabotage == Some(Sabotage::NeverLocks)
                || (right && sabotage == Some(Sabotage::RightPinOpensALock)))
    }

    /// `Store::write_replacement` in `attempts/follow_up.rs`.
    pub fn replace_outdated(&mut self, delivery: &Delivery, outdated: &[Tag], sabotage: Option<Sabotage>) {
        let tag = delivery.tag();
        let still_there = if outdated.is_empty() {
            self.pins.contains(&tag)
        } else {
            outdated.iter().all(|old| self.pins.contains(old))
        };
        let allowed = still_there && self.last_attempt == Some(delivery.print());
        if allowed || sabotage == Some(Sabotage::ReplacesWithoutCondition) {
            self.pins.retain(|old| !outdated.contains(old));
            self.pins.insert(tag);
            self.attempts = 0;
        }
    }

    /// `Store::take_back` in `attempts/follow_up.rs`.
    pub fn take_back(&mut self, delivery: &Delivery, before: TakeBack) {
        if self.last_attempt == Some(delivery.print()) && self.attempts == before.counted {
            self.attempts -= 1;
            self.last_at = before.last_at;
            self.last_attempt = None;
        }
    }

    /// `Store::unlock` in `callers.rs`.
    pub fn unlock(&mut self) {
        self.attempts = 0;
        self.last_attempt = None;
    }

    /// `Store::set_status` in `callers.rs`.
    pub fn set_suspended(&mut self, suspended: bool) {
        self.suspended = suspended;
        self.last_attempt = None;
    }

    /// `Store::replace_pins` in `callers.rs`, with the tags that `PinHasher::enrol` makes: one under each key.
    pub fn replace_pins(&mut self, pin: Pin, functions: Functions) {
        self.pins = functions.keys.in_order().iter().map(|key| Tag { pin, key: *key, hash: functions.hash }).collect();
        self.attempts = 0;
        self.last_at = EpochMs(0);
        self.last_attempt = None;
    }

    /// `Store::move_tags` in `key_rotation.rs`, for all tags under the old key. It touches nothing else.
    pub fn move_tags(&mut self, remove_old: bool) {
        let old: Vec<Tag> = self.pins.iter().copied().filter(|tag| tag.key == Key::Old).collect();
        self.pins.extend(old.iter().map(|tag| Tag { key: Key::New, ..*tag }));
        if remove_old {
            self.pins.retain(|tag| tag.key != Key::Old);
        }
    }
}
