//! Filling in an action's texts and numbers.

use super::error::Why;
use crate::flow::action::{Action, PhoneList};
use crate::flow::{Destination, FlowAction, Scope, Template, TemplateError};
use crate::number::PhoneNumber;
use std::cell::Cell;

/// An action that is filled in.
pub(super) struct Rendered {
    pub(super) action: Action<String>,
    /// How many numbers of a FindMe were left out.
    pub(super) numbers_left_out: usize,
}

/// Fills in an action.
///
/// # Errors
/// [`Why::Template`]: a text failed; [`Why::NoNumber`]: nothing is left to ring.
pub(super) fn action(action: &FlowAction, scope: &Scope) -> Result<Rendered, Why> {
    let left_out = Cell::new(0);
    let action = action.try_map(
        |text| Ok::<_, Why>(or_empty(text, scope)?),
        |number| one(number, scope),
        |list| every(list, scope, &left_out),
    )?;
    Ok(Rendered { action, numbers_left_out: left_out.get() })
}

fn one(number: &Destination, scope: &Scope) -> Result<PhoneNumber, Why> {
    number.numbers(scope)?.numbers.into_iter().next().ok_or(Why::NoNumber)
}

/// Every number that can be rung. One that is missing must not keep the others from ringing.
fn every(list: &PhoneList<Destination>, scope: &Scope, left_out: &Cell<usize>) -> Result<PhoneList, Why> {
    let mut numbers = Vec::new();
    for number in list.numbers() {
        match number.numbers(scope) {
            Ok(found) => {
                left_out.set(left_out.get() + found.unusable);
                numbers.extend(found.numbers);
            }
            Err(TemplateError::TooManySteps) => return Err(TemplateError::TooManySteps.into()),
            Err(_) => left_out.set(left_out.get() + 1),
        }
    }
    PhoneList::new(numbers).map_err(|_| Why::NoNumber)
}

/// A text for one place of an action. One that gets too long leaves its place empty: what somebody sends changes nothing
/// else, and half a text is never said.
fn or_empty(text: &Template, scope: &Scope) -> Result<String, TemplateError> {
    unless_too_long(text.render(scope)).map(Option::unwrap_or_default)
}

/// `None` if a text gets too long, or takes too many steps because of what it is made of.
pub(super) fn unless_too_long(rendered: Result<String, TemplateError>) -> Result<Option<String>, TemplateError> {
    match rendered {
        Err(TemplateError::TooLong | TemplateError::TooManySteps) => Ok(None),
        rendered => rendered.map(Some),
    }
}
