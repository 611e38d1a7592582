//! Writes a new version and makes it live.

use super::{FlowTable, LiveInDetail, LiveVersions, Moved, Version, VersionInfo, version::sha256};
use crate::StoreError;
use ringbolt_core::{identity::FlowName, time::EpochMs};

/// A flow file to be published. The caller has checked that its text fits
/// [`Flow::MAX_BYTES`](ringbolt_core::flow::Flow::MAX_BYTES).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    text: String,
    by: String,
    note: Option<String>,
    at: EpochMs,
}

/// A note or a name that the table does not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPush {
    /// Who pushes.
    #[error("the name of who pushes has 1 to {max} bytes, without line breaks and other control characters", max = Push::MAX_BY)]
    By,
    /// The note.
    #[error("a note has 1 to {max} bytes, without control characters other than line breaks", max = Push::MAX_NOTE)]
    Note,
}

/// The result of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is a new version, and live.
    Live {
        /// Its number.
        version: u64,
        /// Which version was live until then.
        replaced: Option<u64>,
    },
    /// The live version has the same text: nothing was written.
    Unchanged {
        /// Its number.
        version: u64,
    },
    /// Somebody else made another version live in the meantime: this one is kept, but is not live.
    Overtaken {
        /// Its number.
        version: u64,
        /// What is live.
        live: Option<u64>,
    },
}

impl Push {
    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The longest name, in bytes.
    pub const MAX_BY: usize = 200;
    /// The longest note, in bytes. Together with the longest flow it fits into an item of 409,600 bytes.
    pub const MAX_NOTE: usize = 2_000;

    /// A text, who pushes it, when, and their note.
    ///
    /// # Errors
    /// [`InvalidPush::By`] and [`InvalidPush::Note`] for what is empty, too long, or has control characters.
    pub fn new(text: String, by: String, note: Option<String>, at: EpochMs) -> Result<Self, InvalidPush> {
        if !(1..=Self::MAX_BY).contains(&by.len()) || by.chars().any(char::is_control) {
            return Err(InvalidPush::By);
        }
        let plain = |note: &String| note.chars().all(|c| c == '\n' || !c.is_control());
        if note.as_ref().is_some_and(|note| !(1..=Self::MAX_NOTE).contains(&note.len()) || !plain(note)) {
            return Err(InvalidPush::Note);
        }
        Ok(Self { text, by, note, at })
    }
}

/// How often [`FlowTable::publish`] tries again because another flow was changed first.
const TRIES: u32 = 20;

impl FlowTable {
    /// The live version of the flow, if it has this text: a push then changes nothing.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn live_as(&self, live: &LiveInDetail, name: &FlowName, text: &str) -> Result<Option<u64>, StoreError> {
        let Some(version) = live.version(name) else { return Ok(None) };
        match self.text(name, version).await {
            Ok(live) => Ok((live == text).then_some(version)),
            // A push mends it.
            Err(StoreError::Unreadable { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Stores a text as the next version of the flow, and returns its number. It is not live before
    /// [`FlowTable::move_live`]. `replaced` is what is live now.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn store_version(&self, name: &FlowName, push: &Push, replaced: Option<u64>) -> Result<u64, StoreError> {
        let newest = self.history(name, None, 1).await?;
        let newest = newest.versions.first().map(|newest| newest.version).or(newest.unreadable.first().copied());
        let mut version = Version {
            info: VersionInfo {
                version: newest.unwrap_or(0) + 1,
                pushed_at: push.at,
                by: Some(push.by.clone()),
                note: push.note.clone(),
                sha256: Some(sha256(&push.text)),
                bytes: u64::try_from(push.text.len()).ok(),
                replaced,
            },
            text: push.text.clone(),
        };
        while !self.write_version(name, &version).await? {
            version.info.version += 1;
        }
        Ok(version.info.version)
    }

    /// Stores a new version of one flow and makes it live, unless its text is live already. A crash in between leaves a
    /// version that is not live, which is harmless. What the flows of a realm must agree on is not checked.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn publish(&self, name: &FlowName, push: &Push) -> Result<Published, StoreError> {
        let mut live = self.live_in_detail().await?;
        if let Some(version) = self.live_as(&live, name, &push.text).await? {
            return Ok(Published::Unchanged { version });
        }
        let replaced = live.version(name);
        let version = self.store_version(name, push, replaced).await?;
        let to = LiveVersions::from([(name.clone(), version)]);
        for _ in 0..TRIES {
            match self.move_live(&live, &to, push.at, &push.by).await? {
                Moved::Done => return Ok(Published::Live { version, replaced }),
                Moved::Overtaken { live: now } => live = now,
            }
            if live.version(name) != replaced {
                break;
            }
        }
        Ok(Published::Overtaken { version, live: live.version(name) })
    }
}
