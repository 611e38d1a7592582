//! A number to ring, as a flow gives it.

use super::action::Action;
use super::template::{Scope, Template, TemplateError};
use crate::number::PhoneNumber;

/// An action whose texts are still templates.
pub type FlowAction = Action<Template, Destination>;

/// An action without a template in it.
pub type FallbackAction = Action<String>;

/// A number to ring, as a flow gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// This one.
    Fixed(PhoneNumber),
    /// A template's text. It comes from the flow's lists and constants or from the verified caller's attributes; what a
    /// caller says may be used only if the flow allows it explicitly.
    Template(Template),
}

impl Destination {
    /// The numbers that it gives in this call. A template may give several with bars between them, or none: those that
    /// can't be rung, and those of [`PhoneNumber::is_premium_or_service`] that a caller can influence, are left out and
    /// counted.
    ///
    /// # Errors
    /// [`TemplateError`]: the template has no text for this call.
    pub fn numbers(&self, scope: &Scope) -> Result<Found, TemplateError> {
        let template = match self {
            Self::Fixed(number) => return Ok(Found { numbers: vec![number.clone()], unusable: 0 }),
            Self::Template(template) => template,
        };
        let text = template.render(scope)?;
        let chosen = template.chosen_by_caller().is_some();
        let mut found = Found::default();
        for part in text.split('|') {
            match PhoneNumber::parse(part.trim()) {
                Ok(number) if !(chosen && number.is_premium_or_service()) => found.numbers.push(number),
                _ => found.unusable += 1,
            }
        }
        Ok(found)
    }

    fn template(&self) -> Option<&Template> {
        match self {
            Self::Fixed(_) => None,
            Self::Template(template) => Some(template),
        }
    }

    /// Every template of an action: of its texts and of its numbers.
    pub fn templates(action: &FlowAction) -> impl Iterator<Item = &Template> {
        action.texts().into_iter().chain(action.numbers().iter().filter_map(Self::template))
    }
}

/// The numbers that a [`Destination`] gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Those that can be rung.
    pub numbers: Vec<PhoneNumber>,
    /// How many were left out.
    pub unusable: usize,
}
