//! Whether a caller is still refused after a change to them. An operator who has just unlocked or enrolled somebody would
//! otherwise tell them that they can call again.

use super::show::standings;
use crate::{
    connection::{Connection, Explained as _},
    live_flows::live_flows_if_known,
    output::Output,
    when::{Utc, local},
};
use ringbolt_core::{caller::Status, identity::CallerId, lockout::LockState, time::EpochMs};
use ringbolt_dynamodb::Store;
use ringbolt_lambda::app::system_clock;
use schemars::JsonSchema;
use serde::Serialize;

/// A change to a caller.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CallerChange {
    /// What was changed.
    change: Changed,
    /// Why the caller is refused all the same, whatever they key; null if they are not, or if it is unknown.
    refused: Option<Refusal>,
    /// When their lock ends by itself; null if they are not locked, or until `ringbolt caller unlock`.
    lock_ends_at: Option<Utc>,
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Changed {
    /// Failed attempts are reset to zero.
    Unlocked,
    /// The caller is refused until they are resumed.
    Suspended,
    /// The caller is no longer suspended.
    Resumed,
    /// The PIN is the caller's only one, and failed attempts are reset to zero.
    PinSet,
    /// The caller has one more PIN.
    PinAdded,
}

/// Why a caller is refused, whatever they key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    /// An administrator has suspended them: until `ringbolt caller resume`.
    Suspended,
    /// Too many attempts have failed.
    Locked,
}

/// A caller's standing after a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) refused: Option<Refusal>,
    lock_ends: Option<EpochMs>,
}

impl Standing {
    /// Of a caller who has just been suspended.
    pub(crate) const SUSPENDED: Self = Self { refused: Some(Refusal::Suspended), lock_ends: None };

    /// Reads it. The change is made already, so a failure is only noted.
    pub(crate) async fn read(out: Output, connection: &Connection, store: &Store, caller: &CallerId) -> Self {
        match Self::try_read(connection, store, caller).await {
            Ok(standing) => standing,
            Err(error) => {
                out.note(&format!("It is unknown whether the caller is suspended or locked: {error:#}."));
                Self::default()
            }
        }
    }

    async fn try_read(connection: &Connection, store: &Store, caller: &CallerId) -> anyhow::Result<Self> {
        let item = store.caller(caller).await.explained(connection, "the caller could not be read")?;
        let Some(item) = item else { return Ok(Self::default()) };
        if item.status == Status::Suspended {
            return Ok(Self::SUSPENDED);
        }
        if item.attempts == 0 {
            return Ok(Self::default());
        }
        // Without a flow, the default lockout is the best guess.
        let flows = live_flows_if_known(connection, &[]).await.ok().flatten();
        let locks = standings(caller, &item, flows.as_deref(), system_clock()());
        let locked = |lock_ends| Self { refused: Some(Refusal::Locked), lock_ends };
        Ok(locks
            .into_iter()
            .find_map(|(_, lock)| match lock {
                LockState::Open => None,
                LockState::Locked { until } => Some(locked(Some(until))),
                LockState::Exhausted => Some(locked(None)),
            })
            .unwrap_or_default())
    }

    /// The same after failed attempts are reset.
    pub(crate) fn without_lock(self) -> Self {
        if self.refused == Some(Refusal::Locked) { Self::default() } else { self }
    }

    /// When the lock ends, for programs.
    pub(crate) fn lock_ends_at(self) -> Option<Utc> {
        self.lock_ends.map(Utc::of)
    }

    /// Reports a change: the sentence about it, and that the caller is refused all the same; or the document.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(crate) fn report(self, out: Output, change: Changed, sentence: &str) -> anyhow::Result<()> {
        if out.json() {
            let (refused, lock_ends_at) = (self.refused, self.lock_ends_at());
            return out.document(&CallerChange { change, refused, lock_ends_at });
        }
        out.say(sentence);
        if change != Changed::Suspended
            && let Some(sentence) = self.sentence()
        {
            out.say(&sentence);
        }
        Ok(())
    }

    /// That the caller is refused all the same, and what to do; `None` if they are not.
    pub(crate) fn sentence(self) -> Option<String> {
        Some(match (self.refused?, self.lock_ends) {
            (Refusal::Suspended, _) => {
                "But the caller is suspended, and is refused until `ringbolt caller resume` with the same realm and user."
                    .to_owned()
            }
            (Refusal::Locked, Some(ends)) => format!(
                "But the caller is locked until {}: `ringbolt caller unlock` with the same realm and user ends it at once.",
                local(ends)
            ),
            (Refusal::Locked, None) => {
                "But the caller is locked until `ringbolt caller unlock` with the same realm and user.".to_owned()
            }
        })
    }
}
