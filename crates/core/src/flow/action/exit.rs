//! The ways out of an action.

use super::super::ids::{IvrName, PortalId};

/// One way out of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit<'a, N> {
    /// Where it leads.
    pub to: ExitTo<'a, N>,
    /// When it is taken.
    pub taken: Taken,
}

/// Where an exit leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExitTo<'a, N> {
    /// To an IVR of the flow.
    Ivr(&'a IvrName),
    /// To people who are rung: numbers.
    Ring(&'a [N]),
    /// To people who are rung: a FindMe of the portal.
    PortalFindMe(&'a PortalId),
    /// To a virtual receptionist of the portal.
    VirtualReceptionist(&'a PortalId),
    /// To a mailbox of the portal.
    Voicemail(&'a PortalId),
    /// To a number.
    Transfer(&'a N),
    /// The call ends.
    HangUp,
}

/// When an exit is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// In every call.
    Always,
    /// If one of the people who are rung answers.
    IfAnswered,
    /// If none of them does.
    IfNobodyAnswers,
}
