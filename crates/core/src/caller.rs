//! A caller's item, as the database returns it.

use crate::{
    identity::CallerId,
    lockout::{LockState, Lockout},
    pin::{PinHasher, PinsVersion},
    time::EpochMs,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a flow may say about a caller: first name, balance, VIP. Values are text, numbers or booleans.
pub type Attributes = BTreeMap<String, serde_json::Value>;

/// An item of the table `Callers`.
#[derive(Clone, PartialEq)]
pub struct CallerItem {
    /// The tags of the PINs; a user may have several. Only those whose value is -1: another value is not ours.
    pub pins: BTreeSet<String>,
    /// Failed attempts since the last success.
    pub attempts: u32,
    /// When the last counted attempt was; it only moves forward.
    pub last_at: EpochMs,
    /// The fingerprint of the last counted attempt; none after an enrolment or an unlock.
    pub last_attempt: Option<String>,
    /// An administrator's lock.
    pub status: Status,
    /// What a flow may use.
    pub attributes: Attributes,
}

/// An item that Ringbolt cannot have written. Nobody is let in by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the caller's item is corrupt: {fault}")]
pub struct CorruptItem {
    /// What is wrong, in a few words and without data.
    pub fault: &'static str,
}

impl CallerItem {
    /// Whether the caller may log in now: active and not locked.
    #[must_use]
    pub fn is_open(&self, lockout: &Lockout, now: EpochMs) -> bool {
        self.status == Status::Active && lockout.state(self.attempts, self.last_at, now) == LockState::Open
    }

    /// Whether a login from earlier in the call still holds: the caller is active, not locked, and has the same PINs.
    /// `version` is what [`crate::attempt::AuthOutcome::Verified`] gave.
    #[must_use]
    pub fn still_verified(
        &self,
        hasher: &PinHasher,
        caller: &CallerId,
        version: &PinsVersion,
        lockout: &Lockout,
        now: EpochMs,
    ) -> bool {
        self.is_open(lockout, now) && hasher.is_pins_version(caller, &self.pins, version)
    }
}

/// What an administrator said about a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// May try.
    Active,
    /// May not, whatever the counters say.
    Suspended,
}

impl Status {
    /// As the table has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads what [`Status::as_str`] gave; `None` for anything else.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|status| status.as_str() == text)
    }
}

impl std::fmt::Debug for CallerItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallerItem")
            .field("pins", &self.pins.len())
            .field("attempts", &self.attempts)
            .field("last_at", &self.last_at)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
