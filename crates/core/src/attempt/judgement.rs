//! How an attempt is judged by the caller's item.
//!
//! The counter alone never lets anybody in: verified means that the item has a tag of the guess. What no version of
//! Ringbolt can have written is corrupt and ends in the fallback.

use super::{Attempt, AuthOutcome};
use crate::{
    caller::{CallerItem, CorruptItem, Status},
    lockout::LockState,
    pin::{Incomparable, PinHasher, PinTag, Prepared},
    time::EpochMs,
};

/// What an item says about an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// The answer.
    Decided {
        /// The answer.
        outcome: AuthOutcome,
        /// Whether it is an earlier attempt's answer, given again.
        repeated: bool,
    },
    /// The PIN is right, but it was counted as wrong: its tag is under another key or the previous hash. These tags are
    /// to be replaced and the counter cleared. The caller is verified, even if that fails.
    Outdated {
        /// The answer, if nothing newer is known about the item.
        outcome: AuthOutcome,
        /// The tags to replace; empty if only the counter needs clearing.
        tags: Vec<PinTag>,
        /// Whether it is an earlier attempt, judged again.
        repeated: bool,
    },
    /// The guess cannot be judged, because a PIN is under a key or hash that is not known here.
    Incomparable {
        /// What is not known.
        reason: Incomparable,
        /// Set if the attempt must not count.
        give_back: Option<GiveBack>,
    },
    /// The clock runs behind the item's last attempt, and nothing else refuses: make the attempt again at this time.
    ClockBehind {
        /// The time of the last counted attempt.
        last_at: EpochMs,
    },
}

/// The counters from before an attempt that must not count.
///
/// An attempt is taken back only if no tag of the item can be compared: no guess can be right then, so nothing is there
/// to protect. If some tags can be compared, the attempt stays counted; otherwise a single leftover tag would switch
/// the lockout off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GiveBack {
    /// The counter that the attempt left.
    pub counted: u32,
    /// The time to set: as late as possible without a lock that was not there before.
    pub last_at: EpochMs,
}

impl Attempt<'_> {
    /// Judges an attempt that was counted, by the item as the write left it.
    ///
    /// # Errors
    /// [`CorruptItem`] if the counter and the tags contradict each other.
    pub fn judge_counted(&self, hasher: &PinHasher, after: &CallerItem) -> Result<Judgement, CorruptItem> {
        let holds_tag = after.pins.contains(self.tag().as_str());
        match (after.attempts, holds_tag) {
            (0, true) => Ok(decided(verified(hasher, self.prepared, after))),
            (0, false) => Err(CorruptItem { fault: "the counter is 0 after a guess that is not among its PINs" }),
            (_, true) => Err(CorruptItem { fault: "the counter is not 0 after a guess that is among its PINs" }),
            (_, false) => Ok(self.judge_counted_wrong(hasher, after, false)),
        }
    }

    /// Judges an attempt that the condition refused, by the item that refused it (`None`: there is no item).
    ///
    /// # Errors
    /// [`CorruptItem`] if nothing that Ringbolt writes explains the refusal.
    pub fn judge_refused(&self, hasher: &PinHasher, item: Option<&CallerItem>) -> Result<Judgement, CorruptItem> {
        let Some(item) = item else { return Ok(decided(AuthOutcome::Unknown { locks: false })) };
        if item.status == Status::Suspended {
            return Ok(decided(AuthOutcome::Suspended));
        }
        let same = item.last_attempt.as_deref() == Some(self.fingerprint.as_str());
        if same && item.last_at > self.retries_since() {
            return self.judge_repeated(hasher, item);
        }
        match self.lockout.state(item.attempts, item.last_at, self.now) {
            LockState::Locked { until } => Ok(decided(AuthOutcome::Locked { until: Some(until) })),
            LockState::Exhausted => Ok(decided(AuthOutcome::Locked { until: None })),
            LockState::Open if item.last_at > self.now => Ok(Judgement::ClockBehind { last_at: item.last_at }),
            LockState::Open => Err(CorruptItem { fault: "it refused an attempt that it should have allowed" }),
        }
    }

    fn judge_repeated(&self, hasher: &PinHasher, item: &CallerItem) -> Result<Judgement, CorruptItem> {
        match (item.attempts, item.pins.contains(self.tag().as_str())) {
            (0, true) => {
                let outcome = verified(hasher, self.prepared, item);
                Ok(Judgement::Decided { outcome, repeated: true })
            }
            // The PIN was copied to the current key after the first attempt was counted.
            (_, true) => Ok(self.outdated(hasher, item, self.outdated_tags(item), true)),
            (0, false) if self.outdated_tags(item).is_empty() => {
                Err(CorruptItem { fault: "the counter is 0 after a guess that is not among its PINs" })
            }
            (_, false) => Ok(self.judge_counted_wrong(hasher, item, true)),
        }
    }

    /// Judges an attempt that did not find its tag: an outdated one, another fault, or a wrong guess.
    fn judge_counted_wrong(&self, hasher: &PinHasher, item: &CallerItem, repeated: bool) -> Judgement {
        let tags = self.outdated_tags(item);
        if !tags.is_empty() {
            return self.outdated(hasher, item, tags, repeated);
        }
        if let Some(reason) = incomparable(hasher, item) {
            let none_comparable = item.pins.iter().all(|tag| hasher.comparable(tag).is_err());
            return Judgement::Incomparable { reason, give_back: none_comparable.then(|| self.give_back(item)) };
        }
        let locks = self.lockout.state(item.attempts, item.last_at, self.now) != LockState::Open;
        let outcome = AuthOutcome::Wrong { attempts: item.attempts, locks };
        Judgement::Decided { outcome, repeated }
    }

    fn outdated(&self, hasher: &PinHasher, item: &CallerItem, tags: Vec<PinTag>, repeated: bool) -> Judgement {
        Judgement::Outdated { outcome: verified(hasher, self.prepared, item), tags, repeated }
    }

    fn outdated_tags(&self, item: &CallerItem) -> Vec<PinTag> {
        self.prepared.outdated().iter().filter(|tag| item.pins.contains(tag.as_str())).cloned().collect()
    }

    fn give_back(&self, item: &CallerItem) -> GiveBack {
        // The lock of the count before, if there was one, had ended by the time of the attempt.
        let lock = self.lockout.lock_at(item.attempts.saturating_sub(1)).unwrap_or_default();
        GiveBack { counted: item.attempts, last_at: item.last_at.minus(lock) }
    }
}

/// Judges a guess at a PIN that several people share. It counts nothing and never locks.
///
/// # Errors
/// [`Incomparable`] if the guess was not found and the item has a tag that cannot be compared.
pub fn judge_shared(
    hasher: &PinHasher,
    prepared: &Prepared,
    item: Option<&CallerItem>,
) -> Result<AuthOutcome, Incomparable> {
    let Some(item) = item else { return Ok(AuthOutcome::Unknown { locks: false }) };
    if item.status == Status::Suspended {
        return Ok(AuthOutcome::Suspended);
    }
    if prepared.tags().any(|tag| item.pins.contains(tag.as_str())) {
        return Ok(verified(hasher, prepared, item));
    }
    match incomparable(hasher, item) {
        Some(reason) => Err(reason),
        None => Ok(AuthOutcome::Wrong { attempts: 0, locks: false }),
    }
}

/// The outcome of a right guess, by the caller's item.
#[must_use]
pub fn verified(hasher: &PinHasher, prepared: &Prepared, item: &CallerItem) -> AuthOutcome {
    AuthOutcome::Verified {
        attributes: item.attributes.clone(),
        pins_version: hasher.pins_version(prepared.caller(), &item.pins),
        duress: prepared.is_duress(&item.pins),
    }
}

fn decided(outcome: AuthOutcome) -> Judgement {
    Judgement::Decided { outcome, repeated: false }
}

fn incomparable(hasher: &PinHasher, item: &CallerItem) -> Option<Incomparable> {
    item.pins.iter().find_map(|tag| hasher.comparable(tag).err())
}

#[cfg(test)]
mod tests;
