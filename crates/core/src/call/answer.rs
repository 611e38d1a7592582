//! What is answered, and why.

use crate::flow::action::Action;
use crate::flow::{IvrName, TakenRule};
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
    /// Which IVR and rule decided; `None` for the fallback.
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

/// Which rule of which IVR decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The IVR whose results came in.
    pub ivr: IvrName,
    /// The line of the flow file, from 1.
    pub line: usize,
    /// The rule's number among its alternatives, from 1.
    pub rule: usize,
    /// Whether the rule was taken because its condition couldn't be judged (`in_doubt`).
    pub in_doubt: bool,
}

impl Reason {
    pub(super) fn of<T>(ivr: &IvrName, taken: &TakenRule<'_, T>) -> Self {
        Self { ivr: ivr.clone(), line: taken.at.line, rule: taken.number, in_doubt: taken.in_doubt }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doubt = if self.in_doubt { ", in doubt" } else { "" };
        write!(f, "{}, rule {} on line {}{doubt}", self.ivr, self.rule, self.line)
    }
}
