//! Verifies the chain, entry by entry.

use super::{Entry, Head};
use std::{collections::BTreeMap, fmt};

/// A fault in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Entries are missing.
    Missing {
        /// The first missing entry.
        from: u64,
        /// The last missing entry.
        to: u64,
    },
    /// An entry was changed after it was written.
    Changed {
        /// Its number.
        seq: u64,
    },
    /// An entry is intact but does not follow the previous one: one of the two was inserted, moved or replaced.
    Unlinked {
        /// Its number.
        seq: u64,
    },
    /// An entry cannot be read at all.
    Unreadable {
        /// Its number, if that could be read.
        seq: Option<u64>,
    },
    /// The chain ends before its head: the last entries were removed.
    CutOff {
        /// The last entry found.
        last: u64,
        /// The last entry according to the head.
        head: u64,
    },
    /// There are entries after the head, or the head belongs to another chain.
    HeadDiffers {
        /// The last entry found.
        last: u64,
        /// The last entry according to the head.
        head: u64,
    },
    /// There are entries but no head.
    NoHead,
    /// An entry differs from the head that was noted elsewhere.
    NotAsNoted {
        /// Its number.
        seq: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { from, to } if from == to => write!(f, "entry {from} is missing"),
            Self::Missing { from, to } => write!(f, "entries {from} to {to} are missing"),
            Self::Changed { seq } => write!(f, "entry {seq} was changed after it was written"),
            Self::Unlinked { seq } => {
                write!(
                    f,
                    "entry {seq} does not follow the previous one: one of the two was inserted, moved or replaced"
                )
            }
            Self::Unreadable { seq: Some(seq) } => write!(f, "entry {seq} cannot be read"),
            Self::Unreadable { seq: None } => f.write_str("an entry without a number cannot be read"),
            Self::CutOff { last, head } => {
                write!(f, "the audit log ends with entry {last} but had {head} entries: its end was removed")
            }
            Self::HeadDiffers { last, head } => write!(
                f,
                "the audit log ends with entry {last} but its head refers to a different entry {head}: entries were \
                 added, or the head was changed by hand"
            ),
            Self::NoHead => f.write_str("the audit log has entries but no head"),
            Self::NotAsNoted { seq } => {
                write!(
                    f,
                    "entry {seq} differs from the noted one: the audit log was rewritten, or the note is of another log"
                )
            }
        }
    }
}

/// The result of verifying the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The faults found; empty if the log is intact.
    pub findings: Vec<Finding>,
    /// How many entries there are.
    pub entries: u64,
    /// How many entries have an erased subject.
    pub nameless: u64,
    /// The first entries of changes that began but never ended, so their outcome is unknown.
    pub unfinished: Vec<u64>,
    /// The last entry, to be noted elsewhere.
    pub last: Head,
}

/// Verifies the chain from entries given in ascending order.
#[derive(Clone, Debug)]
pub struct Verifier {
    findings: Vec<Finding>,
    noted: Option<Head>,
    last: Head,
    /// Whether the previous entry was unreadable, so that its digest is unknown.
    unread: bool,
    entries: u64,
    nameless: u64,
    open: BTreeMap<String, u64>,
}

impl Verifier {
    /// `noted` is a head that was noted elsewhere earlier.
    #[must_use]
    pub fn new(noted: Option<Head>) -> Self {
        Self {
            findings: Vec::new(),
            noted,
            last: Head::EMPTY,
            unread: false,
            entries: 0,
            nameless: 0,
            open: BTreeMap::new(),
        }
    }

    /// Checks the next entry.
    pub fn entry(&mut self, entry: &Entry) {
        let contiguous = self.step_to(entry.seq);
        if !entry.holds() {
            self.findings.push(Finding::Changed { seq: entry.seq });
        } else if contiguous && !self.unread && entry.previous != self.last.digest {
            self.findings.push(Finding::Unlinked { seq: entry.seq });
        }
        if self.noted.is_some_and(|noted| noted.seq == entry.seq && noted.digest != entry.digest) {
            self.findings.push(Finding::NotAsNoted { seq: entry.seq });
        }
        self.entries += 1;
        self.nameless += u64::from(entry.content.subject.name().is_none());
        match entry.content.step {
            super::Step::Begun => {
                self.open.insert(entry.content.change.clone(), entry.seq);
            }
            super::Step::Done | super::Step::Failed => {
                self.open.remove(&entry.content.change);
            }
        }
        self.last = entry.head();
        self.unread = false;
    }

    /// Records that the next item cannot be read as an entry.
    pub fn unreadable(&mut self, seq: Option<u64>) {
        if let Some(seq) = seq {
            self.step_to(seq);
            self.last.seq = seq;
        }
        // The next entry cannot be compared with this one, and that is not a finding about the next entry.
        self.unread = true;
        self.entries += 1;
        self.findings.push(Finding::Unreadable { seq });
    }

    /// Compares the end of the chain with its head and returns the result.
    #[must_use]
    pub fn finish(mut self, head: Option<Head>) -> Verified {
        let last = self.last;
        match head {
            None if last.seq > 0 => self.findings.push(Finding::NoHead),
            Some(head) if head.seq > last.seq => {
                self.findings.push(Finding::CutOff { last: last.seq, head: head.seq });
            }
            Some(head) if head != last => {
                self.findings.push(Finding::HeadDiffers { last: last.seq, head: head.seq });
            }
            _ => {}
        }
        if let Some(noted) = self.noted.filter(|noted| noted.seq > last.seq) {
            self.findings.push(Finding::CutOff { last: last.seq, head: noted.seq });
        }
        self.findings.dedup();
        let mut unfinished: Vec<_> = self.open.into_values().collect();
        unfinished.sort_unstable();
        Verified { findings: self.findings, entries: self.entries, nameless: self.nameless, unfinished, last }
    }

    /// Reports entries missing before `seq`; returns whether `seq` is the expected next number.
    fn step_to(&mut self, seq: u64) -> bool {
        let expected = self.last.seq.saturating_add(1);
        if seq > expected {
            self.findings.push(Finding::Missing { from: expected, to: seq - 1 });
        }
        seq == expected
    }
}
