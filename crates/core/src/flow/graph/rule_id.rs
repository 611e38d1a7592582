//! One id for each rule of a flow: what drawings, coverage and the record of a call have in common.

use super::{Edge, End, Place};
use crate::outcome::Outcome;
use std::fmt;

/// A rule of a flow: the place it belongs to, the outcome that it answers, and its number among the alternatives.
///
/// ```
/// # use ringbolt_core::{flow::{Flow, graph::{Graph, RuleId}}};
/// let flow = Flow::load("{ flow: f, realm: f, fallback: { do: hangup }, ivrs: { survey: { id: 1, do: hangup } } }")?;
/// let graph = Graph::of(&flow);
/// assert_eq!(RuleId::of(&graph.edges[0]).to_string(), "ivr:survey/-/1");
/// # Ok::<(), ringbolt_core::flow::Mistakes>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleId {
    /// Where the rule is.
    pub place: Place,
    /// The outcome that it answers; `None` if no PIN was asked for.
    pub outcome: Option<Outcome>,
    /// Its number among the alternatives, from 1; `None` for the fallback, if the flow has no rule for this case.
    pub number: Option<usize>,
}

impl RuleId {
    /// The rule that an edge belongs to. A FindMe has two edges and is one rule.
    #[must_use]
    pub fn of(edge: &Edge) -> Self {
        let number = (!edge.is_fallback).then(|| edge.rule.unwrap_or(1));
        Self { place: edge.from.clone(), outcome: edge.outcome, number }
    }
}

/// `ivr:login/wrong/1`: letters, digits and `:/-_.`, as far as the names in it are.
impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.place.id(), self.outcome.map_or("-", Outcome::word))?;
        match self.number {
            Some(number) => number.fmt(f),
            None => f.write_str("fallback"),
        }
    }
}

impl Place {
    /// An id that is unique within a flow: `auth`, `ivr:login`, `end:transfer:8005550100`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::AuthWebhook => "auth".to_owned(),
            Self::Ivr(name) => format!("ivr:{name}"),
            Self::End(end) => match end {
                End::HangUp => "end:hangup".to_owned(),
                End::Transfer(to) => format!("end:transfer:{to}"),
                End::FindMe(whom) => format!("end:findme:{}", whom.join(", ")),
                End::Voicemail(id) => format!("end:voicemail:{id}"),
                End::VirtualReceptionist(id) => format!("end:vr:{id}"),
                End::PortalIvr(name) => format!("end:portal:{name}"),
                End::WixIvr(name) => format!("end:wix:{name}"),
                End::Say => "end:say".to_owned(),
            },
        }
    }
}
