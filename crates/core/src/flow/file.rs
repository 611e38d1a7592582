//! A call flow, as its file gives it.

use super::definitions::Definitions;
use super::destination::FallbackAction;
use super::ids::IvrName;
use super::ivr::Ivrs;
use super::mistake::Position;
use super::portal::{DialogTech, Twiml};
use super::rules::Rules;
use super::wix_answers::{Reply, WixAnswers};
use crate::identity::{FlowName, IdentifierForm, Realm};
use crate::lockout::{Limits, Lockout};
use std::sync::Arc;

/// A call flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Its name, as in the webhooks' paths.
    pub name: FlowName,
    /// Whose PINs it checks.
    pub realm: Realm,
    /// Which spellings of a user id are the same.
    pub identifier: IdentifierForm,
    /// When a caller who failed too often may try again.
    pub lockout: Lockout,
    /// How much one call and one calling number may try.
    pub limits: Limits,
    /// Whether visits are recorded, for those who look at a call later.
    pub records: bool,
    /// What its conditions and texts ask for by name: opening hours, splits, lists of numbers, tables, constants.
    pub definitions: Arc<Definitions>,
    /// What is answered when nothing else can be.
    pub fallback: Fallback,
    /// Where a call begins, if the flow says so.
    pub starts: Option<Rules<IvrName>>,
    /// Its IVRs; empty for a flow that only answers Wix Answers.
    pub ivrs: Ivrs,
    /// The auth webhook of Wix Answers, if the flow has one.
    pub wix_answers: Option<WixAnswers>,
    /// How DialogTech's portal differs from the specification.
    pub dialogtech: DialogTech,
    /// What a TwiML provider needs to know.
    pub twiml: Twiml,
}

/// What a caller gets when something fails on our side. None of it can fail itself: it has no templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// Where the flow file gives its action, or where the fallback begins if it has none.
    pub at: Position,
    /// What happens to the call. Hangs up in a flow without IVRs.
    pub action: FallbackAction,
    /// What is read instead, for an IVR that reads our answer to the caller.
    pub say: String,
    /// For Wix Answers. Disconnects in a flow without `wix_answers`.
    pub wix_answers: Reply,
}

impl Fallback {
    /// What is read to a caller if the flow gives no sentence.
    pub const SAY: &'static str = "We are sorry, we cannot help you right now. Please call again later.";
}

impl Flow {
    /// The largest flow file, in bytes: it fits an item of DynamoDB, which holds 400 KB.
    pub const MAX_BYTES: usize = 400_000;
}
