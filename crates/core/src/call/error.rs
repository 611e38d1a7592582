//! Why a call gets the fallback.

use super::answer::Reason;
use crate::flow::graph::{self, RuleId};
use crate::flow::{IvrName, TemplateError};
use std::fmt;

/// The flow has nothing for these results, or a text of it failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}{}", place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default())]
pub struct Undecidable {
    /// What kept the flow from answering.
    #[source]
    pub why: Why,
    /// Where in the flow.
    pub place: Option<Place>,
}

/// What kept the flow from answering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The flow has no IVRs.
    #[error("the flow has no IVRs: it doesn't answer this provider")]
    NoIvrs,
    /// The flow has no `wix_answers`.
    #[error("the flow has no `wix_answers`: it doesn't answer this provider")]
    NoWixAnswers,
    /// The results don't say which IVR they are from.
    #[error("the request doesn't say which IVR has ended, and the flow has no `without_ivr_id`")]
    NoIvrId,
    /// The flow doesn't have this IVR.
    #[error("the flow has no IVR with the id `{id}`")]
    UnknownIvr {
        /// The provider's id, cut to 20 characters.
        id: String,
    },
    /// The IVR is the portal's own.
    #[error("nothing in the flow follows this IVR")]
    NoStep,
    /// The flow has rules for this IVR, and none of them holds.
    #[error("none of the rules holds")]
    NoRule,
    /// A text or condition failed.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// None of the numbers can be rung.
    #[error("none of the numbers can be rung: each is missing, or isn't a North American number of ten digits")]
    NoNumber,
}

/// A place in a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The IVR.
    pub ivr: IvrName,
    /// The line of the flow file, from 1.
    pub line: usize,
    /// The rule that was taken, and whose text or number failed; `None` if no rule was taken yet.
    pub rule: Option<RuleId>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.rule.as_ref().and_then(|rule| rule.number);
        let rule = number.map(|number| format!(", rule {number}")).unwrap_or_default();
        write!(f, "IVR {}{rule}, line {}", self.ivr, self.line)
    }
}

impl Undecidable {
    /// The case for which the flow has no rule, if that is what kept it from answering.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        let Place { ivr, line, .. } = self.place.as_ref().filter(|_| self.why == Why::NoRule)?;
        Some(Reason::none_for(graph::Place::Ivr(ivr.clone()), None, *line))
    }
}

impl Why {
    pub(super) fn at(self, ivr: &IvrName, line: usize) -> Undecidable {
        Undecidable { why: self, place: Some(Place { ivr: ivr.clone(), line, rule: None }) }
    }

    /// In the rule that was taken.
    pub(super) fn in_rule(self, ivr: &IvrName, reason: &Reason) -> Undecidable {
        let place = Place { ivr: ivr.clone(), line: reason.line, rule: Some(reason.rule.clone()) };
        Undecidable { why: self, place: Some(place) }
    }

    pub(super) fn anywhere(self) -> Undecidable {
        Undecidable { why: self, place: None }
    }
}
