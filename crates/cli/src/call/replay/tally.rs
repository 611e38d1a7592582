//! Counting verdicts. Its size is bounded, whatever the number of calls.

use std::collections::BTreeMap;

/// Calls named for each difference.
const EXAMPLES: usize = 5;
/// Differences told apart. A flow with more than these differs everywhere.
const MOST_GROUPS: usize = 500;
/// The longest example of a text, in characters.
const LONGEST_EXAMPLE: usize = 160;

/// What a changed flow makes of a visit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    Elsewhere(Box<Difference>),
    Unjudged(Unjudged),
}

/// Why nothing can be told about a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unjudged {
    /// A PIN was asked for, and the record does not tell the outcome.
    PinQuestion,
    /// The rules read an answer that was not kept.
    Redacted,
    /// The rules read an answer or pass-through data that the record lacks.
    Missing,
    /// The rules read the verified caller.
    Caller,
    /// The record has no answer.
    NoAnswer,
    /// It came over TwiML: the state and the pass-through data were in its URL, which is not recorded.
    Twiml,
    /// The record is not of the form that Ringbolt writes.
    Unreadable,
}

/// A different answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Difference {
    /// The name of the IVR in the changed flow, or else its id.
    pub(super) ivr: String,
    /// The rule of the changed flow that decided.
    pub(super) rule: String,
    /// Where the call went.
    pub(super) old: String,
    /// Where it would go.
    pub(super) new: String,
    /// What differs if the destination does not.
    pub(super) changed: Vec<String>,
    /// What these parts said and would say.
    pub(super) example: Option<(String, String)>,
}

/// The calls with one difference.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) calls: u64,
    /// The ids of the first few.
    pub(super) ids: Vec<String>,
    /// What the first one said and would say.
    pub(super) example: Option<(String, String)>,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) same: u64,
    pub(super) elsewhere: u64,
    pub(super) unjudged: BTreeMap<Unjudged, u64>,
    /// By difference, without examples.
    pub(super) groups: BTreeMap<Difference, Group>,
    /// Calls whose differences came after [`MOST_GROUPS`] others.
    pub(super) ungrouped: u64,
}

impl Unjudged {
    /// The word for programs.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PinQuestion => "pin_question",
            Self::Redacted => "redacted_answer",
            Self::Missing => "missing_value",
            Self::Caller => "caller",
            Self::NoAnswer => "no_recorded_answer",
            Self::Twiml => "twiml",
            Self::Unreadable => "unreadable",
        }
    }

    /// The reason for people.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::PinQuestion => "a PIN was asked for, and the record does not tell the outcome",
            Self::Redacted => "the rules read an answer that was not kept",
            Self::Missing => "the rules read an answer or pass-through data that the record lacks",
            Self::Caller => "the rules read attributes of the verified caller",
            Self::NoAnswer => "the record has no answer to compare with",
            Self::Twiml => "it came over TwiML, and its record has neither pass-through data nor who was verified",
            Self::Unreadable => "the record was written by another version",
        }
    }
}

impl Tally {
    /// Counts a call. `hide` takes the calling number out of a text.
    pub(super) fn count(&mut self, response_id: &str, verdict: Verdict, hide: impl Fn(&str) -> String) {
        match verdict {
            Verdict::Same => self.same += 1,
            Verdict::Unjudged(why) => *self.unjudged.entry(why).or_default() += 1,
            Verdict::Elsewhere(mut difference) => {
                self.elsewhere += 1;
                let short = |text: String| hide(&text).chars().take(LONGEST_EXAMPLE).collect::<String>();
                let example = difference.example.take().map(|(old, new)| (short(old), short(new)));
                difference.old = hide(&difference.old);
                difference.new = hide(&difference.new);
                if self.groups.len() >= MOST_GROUPS && !self.groups.contains_key(&difference) {
                    self.ungrouped += 1;
                    return;
                }
                let group = self.groups.entry(*difference).or_default();
                group.calls += 1;
                if group.ids.len() < EXAMPLES {
                    group.ids.push(response_id.to_owned());
                }
                group.example = group.example.take().or(example);
            }
        }
    }

    /// All calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.same + self.elsewhere + self.cannot_be_told()
    }

    /// The calls that cannot be judged.
    pub(super) fn cannot_be_told(&self) -> u64 {
        self.unjudged.values().sum()
    }

    /// The differences, the most frequent first.
    pub(super) fn by_frequency(&self) -> Vec<(&Difference, &Group)> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.calls));
        groups
    }
}
