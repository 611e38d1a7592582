//! What can't be played over TwiML.

use super::state::TooLarge;
use crate::flow::IvrName;

/// The flow has something next that only DialogTech's portal knows, or that doesn't fit. `flow check --for twiml` finds all
/// but the last.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    /// The flow doesn't say where a call begins.
    #[error("the flow doesn't say where this call begins (`starts`)")]
    NoStart,
    /// The flow was changed while the call was on its way.
    #[error("the flow has no IVR `{0}` any more")]
    NoSuchIvr(String),
    /// The IVR is the portal's own.
    #[error("the flow says neither what the IVR `{0}` asks nor what follows it")]
    SaysNothing(IvrName),
    /// `twiml.voicemail` doesn't have the mailbox.
    #[error("`twiml.voicemail` doesn't say what the mailbox {0} is")]
    NoMailbox(String),
    /// `twiml.vr` doesn't have the virtual receptionist.
    #[error("`twiml.vr` doesn't say what stands in for the virtual receptionist {0}")]
    NoReceptionist(String),
    /// A FindMe of the portal.
    #[error("the FindMe is one of DialogTech's portal, which only DialogTech knows")]
    PortalFindMe,
    /// The state.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}
