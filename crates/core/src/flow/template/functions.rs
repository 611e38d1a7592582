//! The functions of a flow's expressions: they ask for what the flow defines by name.

use super::scope::{CALL_ID, NOW, is_closed};
use crate::flow::definitions::Definitions;
use crate::time::EpochMs;
use minijinja::{Environment, Error, ErrorKind, State, Value};
use std::sync::Arc;

/// Gives an engine the functions over these definitions.
pub(super) fn add(engine: &mut Environment<'static>, definitions: &Arc<Definitions>) {
    let known = Arc::clone(definitions);
    engine.add_function("open", move |state: &State<'_, '_>, name: &str| {
        let now = state.lookup(NOW).and_then(|now| i64::try_from(now).ok()).map(EpochMs);
        let calendar = known.hours.get(name).ok_or_else(unknown)?;
        Ok::<_, Error>(now.is_some_and(|now| calendar.is_open(now) && !is_closed(state, name, now)))
    });
    let known = Arc::clone(definitions);
    engine.add_function("split", move |state: &State<'_, '_>, name: &str| {
        let call_id = state.lookup(CALL_ID).unwrap_or_default();
        let split = known.splits.get(name).ok_or_else(unknown)?;
        Ok::<_, Error>(Value::from(split.share(name, call_id.as_str().unwrap_or_default())))
    });
    let known = Arc::clone(definitions);
    engine.add_function("listed", move |name: &str, number: Value| {
        let list = known.numbers.get(name).ok_or_else(unknown)?;
        Ok::<_, Error>(list.look_up(number.as_str().unwrap_or_default()))
    });
    let known = Arc::clone(definitions);
    engine.add_function("lookup", move |name: &str, key: Value| {
        let table = known.tables.get(name).ok_or_else(unknown)?;
        let row = match key.as_str() {
            Some(key) => table.look_up(key),
            None if key.is_undefined() || key.is_none() => Value::UNDEFINED,
            None => table.look_up(&key.to_string()),
        };
        Ok::<_, Error>(row)
    });
}

/// Unreachable after loading, which checks every name.
fn unknown() -> Error {
    Error::new(ErrorKind::InvalidOperation, "the flow defines nothing of this name")
}
