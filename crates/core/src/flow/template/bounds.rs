//! Keeps a template small while it runs. The engine counts steps, but a single step can make a text of any length. So no
//! value over the limit goes into a filter or comes out of one.
//!
//! The engine's own `~` and `+` only add up: a template has a bounded number of them. `analysis::shape` refuses
//! what would let one of them feed itself: `for` inside `for`, and lists of values that an expression builds.

use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueKind, ValueOrKwargs};
use minijinja::{Error, ErrorKind, State, Value};

/// The longest text, in bytes.
pub(super) const MAX_BYTES: usize = 8192;

/// The longest list, in items, counting those of lists inside it.
const MOST_ITEMS: usize = 200;

/// The detail by which our own error is recognised.
const TOO_LONG: &str = "the text or list is too long";

/// The error of a value over the limit.
pub(super) fn too_long() -> Error {
    Error::new(ErrorKind::InvalidOperation, TOO_LONG)
}

/// Whether an error is [`too_long`].
pub(super) fn is_too_long(error: &Error) -> bool {
    error.detail() == Some(TOO_LONG)
}

/// A value as a template may have it; one over the limit becomes an error for the template that reads it.
pub(super) fn bounded(value: Value) -> Value {
    check(&value).map_or_else(Value::from, |()| value)
}

/// A text of a request; one over the limit is not even copied.
pub(super) fn bounded_text(text: &str) -> Value {
    if text.len() > MAX_BYTES { Value::from(too_long()) } else { Value::from(text) }
}

/// A filter that neither takes nor gives a value over the limit.
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
    let (mut bytes, mut items) = (MAX_BYTES, MOST_ITEMS);
    fits(value, &mut bytes, &mut items).then_some(()).ok_or_else(too_long)
}

/// Subtracts a value's size from what is left; false if there is not enough left.
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
