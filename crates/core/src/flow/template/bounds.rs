//! What keeps a template small while it runs. The engine counts steps, and one step can make a text of any length: so
//! nothing longer than a whole text may be goes into a step or comes out of one.
//!
//! What the engine does by itself only adds up: `~` and `+` make a text as long as their parts together, and a template
//! has a bounded number of them. [`check`](super::check) refuses what would let one of them feed itself, `for` within
//! `for` and lists of what an expression builds.

use super::Template;
use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value};

/// The longest list, in items, counting those of lists within it.
const MOST_ITEMS: usize = 200;

/// By this the template's own error is known from the engine's.
const TOO_LONG: &str = "the text or list is too long";

/// The error of what grew too long.
pub(super) fn too_long() -> Error {
    Error::new(ErrorKind::InvalidOperation, TOO_LONG)
}

/// Whether an error is [`too_long`].
pub(super) fn is_too_long(error: &Error) -> bool {
    error.detail() == Some(TOO_LONG)
}

/// A value as a template may have it: one that is too long is an error for whoever looks at it.
pub(super) fn bounded(value: Value) -> Value {
    check(&value).map_or_else(Value::from, |()| value)
}

/// A text of a request, without copying one that is too long.
pub(super) fn bounded_text(text: &str) -> Value {
    if text.len() > Template::MAX_BYTES { Value::from(too_long()) } else { Value::from(text) }
}

/// A filter that neither takes nor gives what is too long.
pub(super) fn filter<F, Rv, Args>(
    filter: F,
) -> impl Fn(&mut State<'_, '_>, Rest<ValueOrKwargs>) -> Result<Value, Error> + Send + Sync + 'static
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let filter = Value::from_function(filter);
    move |state: &mut State<'_, '_>, arguments: Rest<ValueOrKwargs>| {
        let arguments = arguments.into_values();
        arguments.iter().try_for_each(check)?;
        let made = filter.call(state, &arguments)?;
        check(&made).map(|()| made)
    }
}

fn check(value: &Value) -> Result<(), Error> {
    let (mut bytes, mut items) = (Template::MAX_BYTES, MOST_ITEMS);
    fits(value, &mut bytes, &mut items).then_some(()).ok_or_else(too_long)
}

/// Takes a value off what is left; false where that is not enough.
fn fits(value: &Value, bytes: &mut usize, items: &mut usize) -> bool {
    let mut take = |length| bytes.checked_sub(length).map(|left| *bytes = left).is_some();
    if let Some(text) = value.as_str() {
        return take(text.len());
    }
    if !matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable) {
        return true;
    }
    let Ok(parts) = value.try_iter() else { return true };
    for part in parts {
        let Some(left) = items.checked_sub(1) else { return false };
        *items = left;
        if !fits(&part, bytes, items) {
            return false;
        }
        // The parts of a mapping are its keys.
        if value.kind() == ValueKind::Map
            && let Ok(under) = value.get_item(&part)
            && !fits(&under, bytes, items)
        {
            return false;
        }
    }
    true
}
