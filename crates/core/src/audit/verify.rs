//! Walking the chain, entry by entry.

use super::{Entry, Head};
use std::{collections::BTreeMap, fmt};

/// What is wrong with the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Entries are not there.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// An entry does not say what it said when it was written.
    Changed {
        /// Its number.
        seq: u64,
    },
    /// An entry is in order by itself and does not follow the one before it: put in, moved, or the one before replaced.
    Unlinked {
        /// Its number.
        seq: u64,
    },
    /// An entry cannot be read at all.
    Unreadable {
        /// Its number, where that could be read.
        seq: Option<u64>,
    },
    /// The chain ends before its head: the last entries were cut off.
    CutOff {
        /// The last entry that there is.
        last: u64,
        /// The last entry that there was.
        head: u64,
    },
    /// There are entries after the head, or the head is of another chain.
    HeadDiffers {
        /// The last entry that there is.
        last: u64,
        /// What the head says.
        head: u64,
    },
    /// There are entries and no head.
    NoHead,
    /// An entry is not the one that was noted elsewhere.
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
                write!(f, "entry {seq} does not follow the one before it: one of the two was put in, moved or replaced")
            }
            Self::Unreadable { seq: Some(seq) } => write!(f, "entry {seq} cannot be read"),
            Self::Unreadable { seq: None } => f.write_str("an entry without a number cannot be read"),
            Self::CutOff { last, head } => {
                write!(f, "the record ends with entry {last}, and had {head}: its end was cut off")
            }
            Self::HeadDiffers { last, head } => write!(
                f,
                "the record ends with entry {last}, and its head speaks of another entry {head}: entries were added \
                 or the head was changed by hand"
            ),
            Self::NoHead => f.write_str("there are entries, and their head is missing"),
            Self::NotAsNoted { seq } => {
                write!(
                    f,
                    "entry {seq} is not the one that was noted: the record was written anew, or the note is of another"
                )
            }
        }
    }
}

/// What the walk has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What is wrong; nothing, where the record is in order.
    pub findings: Vec<Finding>,
    /// How many entries there are.
    pub entries: u64,
    /// Entries whose subject was erased.
    pub nameless: u64,
    /// Changes that began and never ended, by the number of their first entry: whether they were made is not known.
    pub unfinished: Vec<u64>,
    /// The last entry; what to note elsewhere.
    pub last: Head,
}

/// Walks the chain. Entries are given in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Verifier {
    findings: Vec<Finding>,
    noted: Option<Head>,
    last: Head,
    /// The digest of the entry before is not known.
    unread: bool,
    entries: u64,
    nameless: u64,
    open: BTreeMap<String, u64>,
}

impl Verifier {
    /// `noted`: a head that somebody wrote down earlier.
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

    /// The next entry.
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

    /// The next item, which is no entry that can be read.
    pub fn unreadable(&mut self, seq: Option<u64>) {
        if let Some(seq) = seq {
            self.step_to(seq);
            self.last.seq = seq;
        }
        // The next one cannot be compared with it, and that says nothing against the next one.
        self.unread = true;
        self.entries += 1;
        self.findings.push(Finding::Unreadable { seq });
    }

    /// The end: compared with the head.
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
        Verified {
            findings: self.findings,
            entries: self.entries,
            nameless: self.nameless,
            unfinished: self.open.into_values().collect(),
            last,
        }
    }

    /// Notes what is missing before this number; says whether nothing is.
    fn step_to(&mut self, seq: u64) -> bool {
        let expected = self.last.seq.saturating_add(1);
        if seq > expected {
            self.findings.push(Finding::Missing { from: expected, to: seq - 1 });
        }
        seq == expected
    }
}
