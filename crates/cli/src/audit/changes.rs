//! Joins the entries of the audit log: a change has one when it begins and one when it ends.

use crate::when::Utc;
use ringbolt_core::{
    audit::{Entry, Step},
    time::EpochMs,
};
use ringbolt_dynamodb::audit::Recorded;
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::HashMap, ops::Range};

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Change {
    /// Who made it.
    pub(super) who: String,
    /// The command.
    pub(super) command: String,
    /// Whom or what it changed, such as `bank#90786` (realm and user); null if the person was erased.
    pub(super) subject: Option<String>,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// More about how it ended, without personal data; null if there is no more.
    pub(super) detail: Option<String>,
    /// The entry from before the change; null if it is missing from the audit log.
    pub(super) begun: Option<ChangeEntry>,
    /// The entry from after it; null if it has no end.
    pub(super) ended: Option<ChangeEntry>,
}

/// How a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ChangeOutcome")]
pub(crate) enum Outcome {
    /// It was made.
    Done,
    /// It was refused, or failed.
    Failed,
    /// It has no end: it was interrupted, or is still in progress.
    Unfinished,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ChangeEntry {
    /// Its number.
    pub(super) number: u64,
    /// When it was written.
    pub(super) at: Utc,
    /// Its SHA-256 digest: 64 hexadecimal digits.
    digest: String,
}

/// Which changes are wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// When they began; the end is excluded.
    pub(super) span: Range<EpochMs>,
    /// The name of their subject, or what it begins with.
    pub(super) subject: SubjectFilter,
}

/// Whom or what changes are about.
#[derive(Clone, Debug)]
pub(super) enum SubjectFilter {
    Any,
    /// A caller.
    Is(String),
    /// The callers of a realm.
    BeginsWith(String),
}

/// Takes entries, newest first, and gives the changes, those that began last first.
pub(super) struct Joiner {
    wanted: Wanted,
    /// Ends whose beginning has not been met yet, by the id of the change.
    ends: HashMap<String, Entry>,
}

impl SubjectFilter {
    fn takes(&self, entry: &Entry) -> bool {
        let name = entry.content.subject.name();
        match self {
            Self::Any => true,
            Self::Is(wanted) => name == Some(wanted),
            Self::BeginsWith(beginning) => name.is_some_and(|name| name.starts_with(beginning)),
        }
    }
}

impl Joiner {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self { wanted, ends: HashMap::new() }
    }

    /// Takes an entry. Returns a change if it began with this entry and is wanted.
    pub(super) fn entry(&mut self, entry: Entry) -> Option<Change> {
        if entry.content.step != Step::Begun {
            self.ends.insert(entry.content.change.clone(), entry);
            return None;
        }
        let end = self.ends.remove(&entry.content.change);
        let is_wanted = self.wanted.span.contains(&entry.content.at) && self.wanted.subject.takes(&entry);
        is_wanted.then(|| change(Some(&entry), end.as_ref()))
    }

    /// The changes whose beginning is missing, once the whole log was taken. The newest end is the first.
    pub(super) fn without_beginning(&mut self) -> Vec<Change> {
        let Wanted { span, subject } = &self.wanted;
        let wanted = |end: &Entry| span.contains(&end.content.at) && subject.takes(end);
        let mut ends: Vec<Entry> = self.ends.drain().map(|(_, end)| end).filter(wanted).collect();
        ends.sort_by_key(|end| std::cmp::Reverse(end.seq));
        ends.iter().map(|end| change(None, Some(end))).collect()
    }

    /// Whether no entry of a page can begin a wanted change, nor one before the page. Clocks of different machines may
    /// disagree, but by less than a page of entries.
    pub(super) fn is_past(&self, page: &[Recorded]) -> bool {
        page.iter().all(|recorded| match recorded {
            Recorded::Entry(entry) => entry.content.at < self.wanted.span.start,
            // It says nothing about when it was written.
            Recorded::Unreadable { .. } => false,
        })
    }
}

fn change(begun: Option<&Entry>, ended: Option<&Entry>) -> Change {
    // One of the two is there.
    let content = begun.or(ended).map(|entry| &entry.content);
    let text = |of: fn(&ringbolt_core::audit::Content) -> &String| content.map(of).cloned().unwrap_or_default();
    let outcome = match ended.map(|end| end.content.step) {
        Some(Step::Done) => Outcome::Done,
        Some(Step::Failed) => Outcome::Failed,
        Some(Step::Begun) | None => Outcome::Unfinished,
    };
    let entry = |entry: &Entry| ChangeEntry {
        number: entry.seq,
        at: Utc::of(entry.content.at),
        digest: entry.digest.to_string(),
    };
    Change {
        who: text(|content| &content.who),
        command: text(|content| &content.command),
        subject: content.and_then(|content| content.subject.name()).map(str::to_owned),
        outcome,
        detail: ended.map(|end| end.content.detail.clone()).filter(|detail| !detail.is_empty()),
        begun: begun.map(entry),
        ended: ended.map(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::audit::{Content, Head, Subject};

    /// Entries as (time, subject, step, change), each after the one before.
    fn log(entries: &[(i64, &str, Step, &str)]) -> Vec<Entry> {
        let mut head = Head::EMPTY;
        let mut log = Vec::new();
        for (at, subject, step, change) in entries {
            let content = Content {
                at: EpochMs(*at),
                who: "ada".to_owned(),
                command: "pin set".to_owned(),
                subject: Subject::new(subject, "salt"),
                step: *step,
                detail: String::new(),
                change: (*change).to_owned(),
            };
            let entry = Entry::following(&head, content);
            head = entry.head();
            log.push(entry);
        }
        log
    }

    /// The numbers of the entries of each change.
    fn joined(wanted: Wanted) -> Vec<(Option<u64>, Option<u64>, Outcome)> {
        let log = log(&[
            (10, "bank#1", Step::Done, "lost"),
            (20, "bank#1", Step::Begun, "a"),
            (21, "bank#2", Step::Begun, "b"),
            (22, "bank#1", Step::Failed, "a"),
            (30, "shop#1", Step::Begun, "c"),
            (31, "bank#2", Step::Done, "b"),
        ]);
        let mut joiner = Joiner::new(wanted);
        let mut changes: Vec<Change> = log.into_iter().rev().filter_map(|entry| joiner.entry(entry)).collect();
        changes.extend(joiner.without_beginning());
        let number = |entry: Option<ChangeEntry>| entry.map(|entry| entry.number);
        changes.into_iter().map(|change| (number(change.begun), number(change.ended), change.outcome)).collect()
    }

    #[test]
    fn a_change_is_one_row_whatever_comes_between_its_beginning_and_its_end() {
        let all = EpochMs(0)..EpochMs(100);
        let (c, b) = ((Some(5), None, Outcome::Unfinished), (Some(3), Some(6), Outcome::Done));
        let (a, lost) = ((Some(2), Some(4), Outcome::Failed), (None, Some(1), Outcome::Done));
        let subject = SubjectFilter::Any;
        assert_eq!(joined(Wanted { span: all.clone(), subject }), [c, b, a, lost]);
        let subject = SubjectFilter::Is("bank#1".to_owned());
        assert_eq!(joined(Wanted { span: all.clone(), subject }), [a, lost]);
        let subject = SubjectFilter::BeginsWith("bank#".to_owned());
        assert_eq!(joined(Wanted { span: all, subject }), [b, a, lost]);
        let subject = SubjectFilter::Any;
        assert_eq!(joined(Wanted { span: EpochMs(21)..EpochMs(30), subject }), [b], "by when it began");
    }
}
