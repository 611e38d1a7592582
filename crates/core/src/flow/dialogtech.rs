//! What a flow says about DialogTech.

use super::rules::Rules;
use super::template::{Scope, Template, TemplateError};
use crate::dialogtech::action::Action;
use crate::dialogtech::number::{BuildingBlockId, PhoneNumber};
use crate::dialogtech::request::FieldNames;
use std::collections::BTreeMap;

/// An action whose texts are still templates.
pub type FlowAction = Action<Template, PassThrough<Template>, Destination>;

/// A number to ring, as the flow says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// This one.
    Fixed(PhoneNumber),
    /// The one that comes out of a template: of the flow's own lists and constants, or of the verified caller's
    /// attributes; of what a caller says only where the flow allows that in so many words.
    Template(Template),
}

impl Destination {
    /// The number.
    ///
    /// # Errors
    /// What the template says, or [`TemplateError::NoNumber`] where its text is no North American number, or is one of
    /// [`PhoneNumber::is_premium_or_service`] that a caller has a hand in.
    pub fn number(&self, scope: &Scope) -> Result<PhoneNumber, TemplateError> {
        match self {
            Self::Fixed(number) => Ok(number.clone()),
            Self::Template(template) => {
                let number = PhoneNumber::parse(template.render(scope)?.trim()).map_err(|_| TemplateError::NoNumber)?;
                let refused = template.chosen_by_caller().is_some() && number.is_premium_or_service();
                if refused { Err(TemplateError::NoNumber) } else { Ok(number) }
            }
        }
    }
}

/// An action without a template in it.
pub type FallbackAction = Action<String, PassThrough<String>>;

/// Pass-through data that an IVR is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassThrough<T> {
    /// The flow gives none.
    None,
    /// One text, written into `p_t` as it is.
    Opaque(T),
    /// Keys and values in the flow's order. Keys are unique, not empty, without `|`, `%`, control characters and
    /// spaces at their ends, and none is [`PassThrough::RESERVED`].
    Pairs(Vec<(String, T)>),
}

impl PassThrough<Template> {
    /// The key under which our own signed state rides along.
    pub const RESERVED: &'static str = "rb";
}

impl<T> PassThrough<T> {
    /// The same data with its texts turned into others.
    ///
    /// # Errors
    /// The first error of `text`.
    pub fn try_map<U, E>(&self, mut text: impl FnMut(&T) -> Result<U, E>) -> Result<PassThrough<U>, E> {
        Ok(match self {
            Self::None => PassThrough::None,
            Self::Opaque(value) => PassThrough::Opaque(text(value)?),
            Self::Pairs(pairs) => PassThrough::Pairs(
                pairs.iter().map(|(key, value)| Ok((key.clone(), text(value)?))).collect::<Result<_, E>>()?,
            ),
        })
    }
}

/// The next-action webhook: what follows each IVR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogTech {
    /// By the id of the IVR that has ended (`ivr_id`); never empty.
    pub ivrs: BTreeMap<BuildingBlockId, Step>,
    /// Under which names the portal sends the call's fields.
    pub field_names: FieldNames,
}

/// What follows one IVR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The IVR asked for a PIN.
    VerifyPin(Box<VerifyPin>),
    /// The action of the first rule that holds.
    Do(Rules<FlowAction>),
    /// A text that is read to the caller: the IVR is set to "Retrieve message and read to user".
    Say(Rules<Template>),
}

/// Checks a PIN and goes on by what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyPin {
    /// Whose PIN it is said to be.
    pub user: Template,
    /// The PIN; it always comes out of `answers`.
    pub pin: Template,
    /// The PIN is right: the one outcome that may speak of `caller`, and that no other is the same as.
    pub verified: Rules<FlowAction>,
    /// The PIN is wrong.
    pub wrong: Rules<FlowAction>,
    /// The call is out of tries, as the flow says; see [`VerifyPin::on_too_many_attempts`].
    pub too_many_attempts: Option<Rules<FlowAction>>,
    /// The caller is locked out or suspended, as the flow says; see [`VerifyPin::on_locked`].
    pub locked: Option<Rules<FlowAction>>,
    /// Nobody enrolled this user, as the flow says; see [`VerifyPin::on_unknown`].
    pub unknown: Option<Rules<FlowAction>>,
    /// Nothing was keyed (`NA`), as the flow says; see [`VerifyPin::on_unanswered`].
    pub unanswered: Option<Rules<FlowAction>>,
}

impl VerifyPin {
    /// What follows when the call has no tries left; none means the flow's fallback.
    #[must_use]
    pub fn on_too_many_attempts(&self) -> Option<&Rules<FlowAction>> {
        self.too_many_attempts.as_ref()
    }

    /// What follows when the caller is locked out or suspended: the same as too many attempts where the flow says
    /// nothing; none means the flow's fallback.
    #[must_use]
    pub fn on_locked(&self) -> Option<&Rules<FlowAction>> {
        self.locked.as_ref().or(self.on_too_many_attempts())
    }

    /// What follows when nobody enrolled the user: the same as a wrong PIN where the flow says nothing, so that nobody
    /// can ask which accounts exist.
    #[must_use]
    pub fn on_unknown(&self) -> &Rules<FlowAction> {
        self.unknown.as_ref().unwrap_or(&self.wrong)
    }

    /// What follows when nothing was keyed: the same as a wrong PIN where the flow says nothing. It is no failed try.
    #[must_use]
    pub fn on_unanswered(&self) -> &Rules<FlowAction> {
        self.unanswered.as_ref().unwrap_or(&self.wrong)
    }

    /// The names under `answers` that the PIN is made of, in order of the alphabet: no record ever keeps them.
    #[must_use]
    pub fn pin_answers(&self) -> Vec<String> {
        self.pin.parts_of("answers").map(str::to_owned).collect()
    }
}
