//! The record of what administrators changed: entries chained by hash, so that one that is missing is noticed.
//!
//! Each entry has the digest of the one before it and its own, over all that it says. Of the person whom it is about, the
//! digest covers a salted digest only: the name beside it can be erased for good, and the chain still holds.
//!
//! The chain has no key. Whoever can write the table and knows this code can write the whole of it anew; that is noticed
//! only by somebody who noted the head elsewhere.

mod digest;
mod verify;

pub use digest::{Digest, InvalidDigest};
pub use verify::{Finding, Verified, Verifier};

use crate::time::EpochMs;
use std::fmt;

/// How far a change had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is about to be made. With no later entry of the same change: nobody knows whether it was.
    Begun,
    /// It was made.
    Done,
    /// It was refused, or failed and may have been made in part.
    Failed,
}

impl Step {
    /// As the table has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads what [`Step::as_str`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Begun, Self::Done, Self::Failed].into_iter().find(|step| step.as_str() == text)
    }
}

/// Whom or what a change is about, in a form that can be erased from a chain that still holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    digest: Digest,
    /// The name and the salt of the digest; none once it was erased.
    named: Option<(String, String)>,
}

impl Subject {
    /// `salt`: at least 128 random bits, as text. Without it a digest of a short user id could be guessed.
    #[must_use]
    pub fn new(name: &str, salt: &str) -> Self {
        Self { digest: subject_digest(name, salt), named: Some((name.to_owned(), salt.to_owned())) }
    }

    /// One as it was stored; without name and salt it was erased.
    #[must_use]
    pub fn from_stored(digest: Digest, named: Option<(String, String)>) -> Self {
        Self { digest, named }
    }

    /// What the chain covers.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The name, such as `bank#90786`; `None` where it was erased. It belongs to a person: not for logs.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.named.as_ref().map(|(name, _)| name.as_str())
    }

    /// The salt; `None` where it was erased.
    #[must_use]
    pub fn salt(&self) -> Option<&str> {
        self.named.as_ref().map(|(_, salt)| salt.as_str())
    }

    /// Whether the name is the one that was recorded; of an erased one, nobody can say otherwise.
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

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// When, by the clock of the machine where the command was given.
    pub at: EpochMs,
    /// Who, such as `ada@desk-7`.
    pub who: String,
    /// Which command, such as `pin set`.
    pub command: String,
    /// Whom or what it is about.
    pub subject: Subject,
    /// How far it had come.
    pub step: Step,
    /// What there is to say besides, such as counts; nothing that belongs to a person.
    pub detail: String,
    /// What the entries of one change have in common: random text.
    pub change: String,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; the first is 1.
    pub seq: u64,
    /// What it says.
    pub content: Content,
    /// The digest of the entry before it.
    pub previous: Digest,
    /// Its own digest.
    pub digest: Digest,
}

impl Entry {
    /// The entry that follows a head.
    #[must_use]
    pub fn following(head: &Head, content: Content) -> Self {
        let seq = head.seq.saturating_add(1);
        Self { seq, digest: entry_digest(seq, &head.digest, &content), previous: head.digest, content }
    }

    /// Whether it says what it said when it was written.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.content.subject.holds() && entry_digest(self.seq, &self.previous, &self.content) == self.digest
    }

    /// The head, once this is the last entry.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { seq: self.seq, digest: self.digest }
    }
}

/// Where the chain ends. Noted elsewhere, it proves later that nothing up to it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the last entry; 0 where there is none.
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
