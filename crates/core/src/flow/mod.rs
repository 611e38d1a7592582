//! Call flows: what each webhook answers, as a file that people who run call centres can read.
//!
//! A flow is checked whole when it is loaded ([`Flow::load`]); after that nothing in it can be wrong but a template
//! that asks for what a caller does not have.

pub mod definitions;
mod dialogtech;
pub mod graph;
pub mod hours;
pub mod language;
mod load;
mod mistake;
mod proof;
mod rules;
pub mod template;
mod wix_answers;

pub use definitions::Definitions;
pub use dialogtech::{Destination, DialogTech, FallbackAction, FlowAction, PassThrough, Step, VerifyPin};
pub use mistake::{Mistake, Mistakes, Position, Severity};
pub use rules::{Condition, Rule, Rules};
pub use template::{Scope, Template, TemplateError};
pub use wix_answers::WixAnswers;

use crate::dialogtech::request::FieldNames;
use crate::identity::{FlowName, IdentifierForm, Realm};
use crate::lockout::{Limits, Lockout};
use crate::wix_answers::reply::Reply;
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

/// A call flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Its name, as it stands in the webhooks' paths.
    pub name: FlowName,
    /// Whose PINs it checks.
    pub realm: Realm,
    /// Which spellings of a user id are the same.
    pub identifier: IdentifierForm,
    /// When a caller who failed too often may try again.
    pub lockout: Lockout,
    /// How much one call and one calling number may try.
    pub limits: Limits,
    /// What its conditions and texts ask for by name: opening hours, splits, lists of numbers, constants.
    pub definitions: Arc<Definitions>,
    /// What is answered when nothing else can be.
    pub fallback: Fallback,
    /// The auth webhook of Wix Answers, where the flow has one.
    pub wix_answers: Option<WixAnswers>,
    /// The next-action webhook of DialogTech, where the flow has one.
    pub dialogtech: Option<DialogTech>,
}

/// What a look at a whole flow file brought to light.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The flow, where nothing in it is an error.
    pub flow: Option<Flow>,
    /// Where all that is wrong is that calls do not end, or that people without tries are asked again: a drawing shows
    /// best where.
    pub unproven: Option<Unproven>,
    /// Errors and warnings, in the file's order.
    pub findings: Vec<Mistake>,
}

/// What can be drawn of a flow that cannot be used because the proof fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unproven {
    /// The flow's name.
    pub name: FlowName,
    /// The whole flow.
    pub graph: graph::Graph,
    /// The steps of the shortest ways that show what is wrong; all of them are in the graph.
    pub offending: Vec<graph::Edge>,
}

/// What a caller gets when something fails on our side. None of it can fail itself: it has no templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// For Wix Answers; never the flow's `success`. Disconnects where the flow has no `wix_answers`.
    pub wix_answers: Reply,
    /// For an IVR of DialogTech that asks for its next action. Hangs up where the flow has no `dialogtech`.
    pub dialogtech: FallbackAction,
    /// For an IVR of DialogTech that reads our answer to the caller.
    pub say: String,
}

impl Fallback {
    /// What is read to a caller where the flow gives no sentence.
    pub const SAY: &'static str = "We are sorry, we cannot help you right now. Please call again later.";
}

impl Flow {
    /// The largest flow file, in bytes: it fits an item of DynamoDB, which holds 400 KB.
    pub const MAX_BYTES: usize = 400_000;

    /// Reads a flow file.
    ///
    /// # Errors
    /// [`Mistakes`] holds everything that is wrong with it, each with its line: what is not YAML, unknown and missing
    /// keys, values of a wrong kind or out of range, what the providers' specifications do not allow, templates that
    /// do not parse or use unknown names, and flows that would let an unverified caller through.
    pub fn load(text: &str) -> Result<Self, Mistakes> {
        let Checked { flow, findings, .. } = load::load(text);
        flow.ok_or_else(|| Mistakes(findings.into_iter().filter(|found| found.severity == Severity::Error).collect()))
    }

    /// Reads a flow file as [`Flow::load`] does, and looks for what is legal and unwise as well.
    #[must_use]
    pub fn check(text: &str) -> Checked {
        load::load(text)
    }

    /// Under which names the portal of DialogTech sends the call's fields.
    #[must_use]
    pub fn field_names(&self) -> &FieldNames {
        static SPECIFIED: LazyLock<FieldNames> = LazyLock::new(FieldNames::default);
        self.dialogtech.as_ref().map_or(&SPECIFIED, |dialect| &dialect.field_names)
    }

    /// The names under `answers` that hold PINs in any IVR of the flow: no record ever keeps them.
    #[must_use]
    pub fn pin_answers(&self) -> BTreeSet<String> {
        let steps = self.dialogtech.iter().flat_map(|dialect| dialect.ivrs.values());
        steps
            .flat_map(|step| if let Step::VerifyPin(verify) = step { verify.pin_answers() } else { Vec::new() })
            .collect()
    }
}

#[cfg(test)]
mod tests;
