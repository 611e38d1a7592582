//! What is answered, and why.

use crate::flow::TakenRule;
use crate::flow::action::Action;
use crate::flow::graph::{Place, RuleId};
use crate::outcome::Outcome;
use std::fmt;

/// An answer, for a dialect to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What happens next.
    pub next: Next,
    /// How the request ended.
    pub outcome: Outcome,
    /// Our own signed state, to travel with the next IVR; `None` if there is nothing to remember.
    pub state: Option<String>,
    /// Which rule decided; `None` for a fallback that no rule of the flow leads to.
    pub reason: Option<Reason>,
    /// How many numbers of a FindMe couldn't be rung and were left out.
    pub numbers_left_out: usize,
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// An action.
    Action(Action<String>),
    /// A text that is read to the caller.
    Say(String),
}

/// Which rule decided, or for which case the flow has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The rule. Without a number it is the fallback: the flow has no rule for this outcome.
    pub rule: RuleId,
    /// The line of the flow file, from 1.
    pub line: usize,
    /// Whether the rule was taken because its condition couldn't be judged (`in_doubt`).
    pub in_doubt: bool,
}

impl Answer {
    /// Whether this is the flow's fallback.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.reason.as_ref().is_none_or(Reason::is_fallback)
    }
}

impl Reason {
    pub(super) fn of<T>(place: Place, outcome: Option<Outcome>, taken: &TakenRule<'_, T>) -> Self {
        let rule = RuleId { place, outcome, number: Some(taken.number) };
        Self { rule, line: taken.at.line, in_doubt: taken.in_doubt }
    }

    /// The flow has no rule for this outcome; `line` is where the IVR begins.
    pub(super) fn none_for(place: Place, outcome: Option<Outcome>, line: usize) -> Self {
        Self { rule: RuleId { place, outcome, number: None }, line, in_doubt: false }
    }

    /// Whether the flow has no rule for this case.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.rule.number.is_none()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule: RuleId { place, outcome, number }, line, in_doubt } = self;
        match place {
            Place::AuthWebhook => f.write_str("wix_answers")?,
            place => place.fmt(f)?,
        }
        match (number, outcome) {
            (Some(number), _) => write!(f, ", rule {number} on line {line}")?,
            (None, Some(outcome)) => write!(f, ", line {line}: no rule for `{outcome}`")?,
            (None, None) => write!(f, ", line {line}: no rule holds")?,
        }
        f.write_str(if *in_doubt { ", in doubt" } else { "" })
    }
}
