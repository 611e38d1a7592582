//! The IVRs of a flow: their questions, and what follows each.

use super::action::Action;
use super::destination::{Destination, FlowAction};
use super::ids::{AnswerName, IvrName, PortalId};
use super::mistake::Position;
use super::prompt::Prompt;
use super::rules::Rules;
use super::template::Template;
use crate::identity::UserId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

/// The IVRs of a flow, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ivrs {
    by_name: BTreeMap<IvrName, Ivr>,
    by_id: BTreeMap<PortalId, IvrName>,
}

impl Ivrs {
    /// IVRs whose names and ids are unique.
    #[must_use]
    pub fn new(ivrs: impl IntoIterator<Item = Ivr>) -> Self {
        let by_name: BTreeMap<_, _> = ivrs.into_iter().map(|ivr| (ivr.name.clone(), ivr)).collect();
        let by_id = by_name.values().filter_map(|ivr| Some((ivr.id.clone()?, ivr.name.clone()))).collect();
        Self { by_name, by_id }
    }

    /// The IVR of this name.
    #[must_use]
    pub fn get(&self, name: &IvrName) -> Option<&Ivr> {
        self.by_name.get(name)
    }

    /// The IVR with this id in the portal.
    #[must_use]
    pub fn by_id(&self, id: &PortalId) -> Option<&Ivr> {
        self.by_id.get(id).and_then(|name| self.get(name))
    }

    /// Every IVR, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Ivr> {
        self.by_name.values()
    }

    /// Whether any IVR has an id in the portal, so that the flow answers DialogTech.
    #[must_use]
    pub fn are_in_portal(&self) -> bool {
        !self.by_id.is_empty()
    }

    /// The PIN questions, by name.
    pub fn pin_questions(&self) -> impl Iterator<Item = (&IvrName, &VerifyPin)> {
        self.iter().filter_map(|ivr| match &ivr.step {
            Some(Step::VerifyPin(verify)) => Some((&ivr.name, verify.as_ref())),
            _ => None,
        })
    }

    /// The names under `answers` that hold PINs or other secrets in any IVR: no record ever keeps them.
    #[must_use]
    pub fn secret_answers(&self) -> BTreeSet<String> {
        let pins = self.pin_questions().flat_map(|(_, verify)| verify.pin_answers());
        let asked = self.iter().flat_map(|ivr| &ivr.asks).filter(|ask| ask.secret);
        pins.chain(asked.map(|ask| ask.name.as_str().to_owned())).collect()
    }
}

/// One IVR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ivr {
    /// Its name in the flow.
    pub name: IvrName,
    /// Where it begins in the flow file.
    pub at: Position,
    /// Its building block in DialogTech's portal, at the stage for which the flow was loaded.
    pub id: Option<PortalId>,
    /// Whether its app is written with its old name, `survo`, in DialogTech's documents.
    pub old_spelling: bool,
    /// What the caller hears before anything else.
    pub says: Option<Prompt>,
    /// What it asks, in order; empty if the flow doesn't say.
    pub asks: Vec<Ask>,
    /// What follows; `None` if the portal decides.
    pub step: Option<Step>,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What the caller hears.
    pub prompt: Prompt,
    /// Under which name the answer comes.
    pub name: AnswerName,
    /// How many digits it takes, 1 to 32; `None` if any number is accepted.
    pub digits: Option<RangeInclusive<u8>>,
    /// The only answers that it takes; empty where any will do.
    pub one_of: Vec<String>,
    /// Whether nothing may show or keep what is keyed.
    pub secret: bool,
    /// How it is recorded; `None` for a question that is answered by keys.
    pub record: Option<Recording>,
}

/// A recorded answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The longest recording, 1 second to 10 minutes.
    pub longest: Duration,
    /// Whether it is transcribed, and the text posted back.
    pub transcribe: bool,
}

/// What follows an IVR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The IVR asked for a PIN.
    VerifyPin(Box<VerifyPin>),
    /// The action of the first rule that holds.
    Do(Rules<FlowAction>),
    /// A text that is read to the caller: in DialogTech's portal the IVR is set to "Retrieve message and read to user".
    Say(Rules<Template>),
}

/// Checks a PIN and continues by the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyPin {
    /// Whose PIN it should be.
    pub owner: Owner,
    /// The PIN; it always comes out of `answers`.
    pub pin: Template,
    /// The PIN is right: the only outcome that may speak of `caller`, and that no other may lead to.
    pub verified: Rules<AfterPin>,
    /// The PIN is wrong.
    pub wrong: Rules<FlowAction>,
    /// The call is out of tries; `None`: the fallback.
    pub too_many_attempts: Option<Rules<FlowAction>>,
    /// The caller is locked or suspended, as the flow says; see [`VerifyPin::on_locked`].
    pub locked: Option<Rules<FlowAction>>,
    /// Nobody enrolled this user, as the flow says; see [`VerifyPin::on_unknown`].
    pub unknown: Option<Rules<FlowAction>>,
    /// Nothing was keyed, as the flow says; see [`VerifyPin::on_unanswered`].
    pub unanswered: Option<Rules<FlowAction>>,
    /// Whether operators are told of a duress PIN. What the caller hears does not depend on it.
    pub duress: bool,
}

/// Whose PIN is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user whom a template names.
    User(Template),
    /// Everybody who knows a shared PIN. Nobody is locked by it: calls and calling numbers are limited instead.
    Shared(UserId),
}

/// What follows a right PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AfterPin {
    /// The action.
    pub action: FlowAction,
    /// Whether the call counts as verified from here on; `verified: false` turns the caller away.
    pub verified: bool,
}

impl VerifyPin {
    /// What follows if the caller is locked or suspended: as too many attempts if the flow doesn't say; `None`: the
    /// fallback.
    #[must_use]
    pub fn on_locked(&self) -> Option<&Rules<FlowAction>> {
        self.locked.as_ref().or(self.too_many_attempts.as_ref())
    }

    /// What follows if nobody enrolled the user: as a wrong PIN if the flow doesn't say.
    #[must_use]
    pub fn on_unknown(&self) -> &Rules<FlowAction> {
        self.unknown.as_ref().unwrap_or(&self.wrong)
    }

    /// Whether a user whom nobody enrolled is answered as a wrong PIN, so that nobody learns which users there are.
    #[must_use]
    pub fn hides_unknown(&self) -> bool {
        self.on_unknown().is_alike(&self.wrong)
    }

    /// What follows if nothing was keyed: as a wrong PIN if the flow doesn't say. It is no failed attempt.
    #[must_use]
    pub fn on_unanswered(&self) -> &Rules<FlowAction> {
        self.unanswered.as_ref().unwrap_or(&self.wrong)
    }

    /// The rules of every outcome but `verified`, as far as the flow gives them.
    pub fn refusals(&self) -> impl Iterator<Item = &Rules<FlowAction>> {
        let given = [&self.too_many_attempts, &self.locked, &self.unknown, &self.unanswered];
        std::iter::once(&self.wrong).chain(given.into_iter().flatten())
    }

    /// The names under `answers` that the PIN is made of, in alphabetical order.
    #[must_use]
    pub fn pin_answers(&self) -> Vec<String> {
        self.pin.parts_of("answers").map(str::to_owned).collect()
    }

    /// The names under `answers` that say whose PIN it is, in alphabetical order.
    #[must_use]
    pub fn user_answers(&self) -> Vec<String> {
        match &self.owner {
            Owner::User(user) => user.parts_of("answers").map(str::to_owned).collect(),
            Owner::Shared(_) => Vec::new(),
        }
    }
}

impl Step {
    /// Whether any condition or text of it speaks of the verified caller.
    #[must_use]
    pub fn speaks_of_caller(&self) -> bool {
        let action = |action: &FlowAction| Destination::templates(action).any(|text| text.mentions("caller"));
        match self {
            Self::VerifyPin(_) => false,
            Self::Do(rules) => rules.conditions_mention("caller") || rules.iter().any(|rule| action(&rule.then)),
            Self::Say(rules) => {
                rules.conditions_mention("caller") || rules.iter().any(|rule| rule.then.mentions("caller"))
            }
        }
    }

    /// The names under `answers` that it reads: whose PIN, the PIN, then the others in alphabetical order.
    #[must_use]
    pub fn answers(&self) -> Vec<String> {
        let mut names = match self {
            Self::VerifyPin(verify) => [verify.user_answers(), verify.pin_answers()].concat(),
            Self::Do(_) | Self::Say(_) => Vec::new(),
        };
        let read: BTreeSet<&str> =
            self.templates().into_iter().flat_map(|template| template.parts_of("answers")).collect();
        let others: Vec<String> =
            read.into_iter().filter(|name| !names.iter().any(|known| known == name)).map(str::to_owned).collect();
        names.extend(others);
        names
    }

    /// Whether it asks who calls before it lets anybody anywhere.
    #[must_use]
    pub(super) fn asks_who_calls(&self) -> bool {
        match self {
            Self::VerifyPin(_) => false,
            Self::Do(rules) => rules.conditions_mention("caller"),
            Self::Say(rules) => {
                rules.conditions_mention("caller") || rules.iter().all(|rule| rule.then.mentions("caller"))
            }
        }
    }

    /// The action that follows in every call, if there is only one.
    #[must_use]
    pub fn only_action(&self) -> Option<&Action<Template, Destination>> {
        match self {
            Self::Do(rules) => rules.only(),
            _ => None,
        }
    }
}
