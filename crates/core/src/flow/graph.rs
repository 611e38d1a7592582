//! A flow as a graph: IVRs and ends of a call as places, what leads from one to another as edges. It is what `ringbolt
//! flow graph` draws and what the [proof](super::proof) walks.

mod build;
mod rule_id;

pub use rule_id::RuleId;

use super::ids::{IvrName, PortalId};
use super::mistake::Position;
use crate::outcome::Outcome;
use std::fmt;

/// Where a call can be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The auth webhook of Wix Answers, where a PIN was keyed.
    AuthWebhook,
    /// An IVR after which this flow decides.
    Ivr(IvrName),
    /// The end of the part that this flow decides.
    End(End),
}

/// How the part of a call that a flow decides ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The call is over.
    HangUp,
    /// It is transferred to a number, or to one that a template names.
    Transfer(String),
    /// People are rung: their numbers, or the name of a FindMe of the portal.
    FindMe(Vec<String>),
    /// A message is taken.
    Voicemail(PortalId),
    /// A virtual receptionist of the portal takes it.
    VirtualReceptionist(PortalId),
    /// An IVR after which the portal decides.
    PortalIvr(IvrName),
    /// An IVR of Wix Answers, by its name in the flow or its GUID.
    WixIvr(String),
    /// A text is read, and the portal says what follows.
    Say,
}

/// A step from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// From here.
    pub from: Place,
    /// To there.
    pub to: Place,
    /// The outcome of the PIN question, if there was one.
    pub outcome: Option<Outcome>,
    /// The rule's number among its alternatives, from 1; `None` if there are no alternatives.
    pub rule: Option<usize>,
    /// Whether it leads to the fallback, because the flow says nothing else.
    pub is_fallback: bool,
    /// The condition as the flow has it; `otherwise` after conditions.
    pub when: Option<String>,
    /// Where the flow file says so.
    pub at: Position,
    /// Whether it is taken only if nobody answers a FindMe.
    pub unless_answered: bool,
    /// Whether it may be taken while nobody keys or answers anything.
    pub in_silence: bool,
    /// Whether the caller has just proved who they are.
    pub verified: bool,
}

/// A flow as a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Every place from which an edge can lead: the auth webhook, then the IVRs, by name.
    pub places: Vec<Place>,
    /// Where calls begin: the flow's `starts`, the auth webhook, and every IVR to which nothing leads.
    pub entries: Vec<Place>,
    /// Which of the IVRs ask for a PIN, by name.
    pub asks_for_pin: Vec<IvrName>,
    /// Where the fallback leads. Any step can be answered with it when something fails on our side.
    pub fallback: Vec<Place>,
    /// What leads where, in the order of [`Graph::places`] and of the rules.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// What leads away from a place.
    pub fn from<'g>(&'g self, place: &'g Place) -> impl Iterator<Item = &'g Edge> {
        self.edges.iter().filter(move |edge| edge.from == *place)
    }
}

/// What is written into its box.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthWebhook => f.write_str("PIN keyed (Wix Answers)"),
            Self::Ivr(name) => name.fmt(f),
            Self::End(end) => end.fmt(f),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HangUp => f.write_str("hang up"),
            Self::Transfer(to) => write!(f, "transfer to {to}"),
            Self::FindMe(whom) => write!(f, "ring {}", whom.join(", ")),
            Self::Voicemail(id) => write!(f, "voicemail {id}"),
            Self::VirtualReceptionist(id) => write!(f, "virtual receptionist {id}"),
            Self::PortalIvr(name) => write!(f, "{name} (in the portal)"),
            Self::WixIvr(name) => write!(f, "IVR {name}"),
            Self::Say => f.write_str("text read to the caller"),
        }
    }
}

/// What is written next to its arrow.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<&str> = self.outcome.map(Outcome::word).into_iter().chain(self.when.as_deref()).collect();
        if self.unless_answered {
            parts.push("nobody answers");
        }
        f.write_str(&parts.join(", "))
    }
}
