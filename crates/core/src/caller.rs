//! A caller's item, as the database returns it.

use crate::time::EpochMs;
use std::collections::{BTreeMap, BTreeSet};

/// What a flow may say about a caller: first name, balance, VIP. Values are text, numbers or booleans.
pub type Attributes = BTreeMap<String, serde_json::Value>;

/// An item of the table `Callers`.
#[derive(Clone, PartialEq)]
pub struct CallerItem {
    /// The tags of the PINs; a user may have several.
    pub pins: BTreeSet<String>,
    /// Failed attempts since the last success.
    pub attempts: u32,
    /// When the last counted attempt was.
    pub last_at: EpochMs,
    /// The fingerprint of the last counted attempt; none after an enrolment or an unlock.
    pub last_attempt: Option<String>,
    /// An administrator's lock.
    pub status: Status,
    /// What a flow may use.
    pub attributes: Attributes,
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

    /// Everything but `active` is suspended: what cannot be read lets nobody through.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        if text == "active" { Self::Active } else { Self::Suspended }
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
