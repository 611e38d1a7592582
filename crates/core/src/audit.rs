//! The audit log: the changes that administrators made, chained by hash so that a missing entry is detected.
//!
//! Each entry holds the digest of the previous entry and a digest of its own content. The content refers to the person
//! it is about only by a salted digest, so the name can be erased for good and the chain stays valid.
//!
//! The chain has no key. Someone who can write to the table and knows this code can rewrite the whole log; only a head
//! that was noted elsewhere reveals that.

mod digest;
mod verify;

pub use digest::{Digest, InvalidDigest};
pub use verify::{Finding, Verified, Verifier};

use crate::time::EpochMs;
use std::fmt;

/// How far a change has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The change is about to be made. Without a later entry for the same change, its outcome is unknown.
    Begun,
    /// The change was made.
    Done,
    /// The change was refused, or it failed and may have been made in part.
    Failed,
}

impl Step {
    /// The name stored in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Parses what [`Step::as_str`] returns.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Begun, Self::Done, Self::Failed].into_iter().find(|step| step.as_str() == text)
    }
}

/// The person or thing a change is about. The name can be erased without breaking the chain.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    digest: Digest,
    /// The name and the salt of the digest; `None` once erased.
    named: Option<(String, String)>,
}

impl Subject {
    /// `salt` is at least 128 random bits, as text. Without it, a short user id could be guessed from its digest.
    #[must_use]
    pub fn new(name: &str, salt: &str) -> Self {
        Self { digest: subject_digest(name, salt), named: Some((name.to_owned(), salt.to_owned())) }
    }

    /// A stored subject; `named` is `None` if the name and salt were erased.
    #[must_use]
    pub fn from_stored(digest: Digest, named: Option<(String, String)>) -> Self {
        Self { digest, named }
    }

    /// The salted digest, which the chain covers.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The name, such as `bank#90786`; `None` once erased. It identifies a person, so it must not be logged.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.named.as_ref().map(|(name, _)| name.as_str())
    }

    /// The salt; `None` once erased.
    #[must_use]
    pub fn salt(&self) -> Option<&str> {
        self.named.as_ref().map(|(_, salt)| salt.as_str())
    }

    /// Whether the name matches its digest. An erased name counts as a match.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.named.as_ref().is_none_or(|(name, salt)| subject_digest(name, salt) == self.digest)
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject([redacted])")
    }
}

/// The content of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The time, by the clock of the machine that ran the command.
    pub at: EpochMs,
    /// The person who ran the command, such as `ada@desk-7`.
    pub who: String,
    /// The command, such as `pin set`.
    pub command: String,
    /// The person or thing that the change is about.
    pub subject: Subject,
    /// How far the change has got.
    pub step: Step,
    /// Further details, such as counts; never personal data.
    pub detail: String,
    /// Random text that all entries of one change share.
    pub change: String,
}

/// An entry with its position in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; the first is 1.
    pub seq: u64,
    /// Its content.
    pub content: Content,
    /// The digest of the entry before it.
    pub previous: Digest,
    /// Its own digest.
    pub digest: Digest,
}

impl Entry {
    /// Creates the entry that follows `head`.
    #[must_use]
    pub fn following(head: &Head, content: Content) -> Self {
        let seq = head.seq.saturating_add(1);
        Self { seq, digest: entry_digest(seq, &head.digest, &content), previous: head.digest, content }
    }

    /// Whether the entry is unchanged since it was written.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.content.subject.holds() && entry_digest(self.seq, &self.previous, &self.content) == self.digest
    }

    /// The head of the chain if this entry is the last one.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { seq: self.seq, digest: self.digest }
    }
}

/// The end of the chain. A head noted elsewhere later proves that nothing before it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 for an empty chain.
    pub seq: u64,
    /// Its digest.
    pub digest: Digest,
}

impl Head {
    /// The head of an empty chain.
    pub const EMPTY: Self = Self { seq: 0, digest: Digest::ZERO };
}

fn subject_digest(name: &str, salt: &str) -> Digest {
    Digest::of(&[b"ringbolt/1/audit-subject", salt.as_bytes(), name.as_bytes()])
}

fn entry_digest(seq: u64, previous: &Digest, content: &Content) -> Digest {
    Digest::of(&[
        b"ringbolt/1/audit",
        &seq.to_be_bytes(),
        previous.as_bytes(),
        &content.at.0.to_be_bytes(),
        content.who.as_bytes(),
        content.command.as_bytes(),
        content.subject.digest.as_bytes(),
        content.step.as_str().as_bytes(),
        content.detail.as_bytes(),
        content.change.as_bytes(),
    ])
}

#[cfg(test)]
mod tests;
