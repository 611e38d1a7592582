//! The functions of a flow's expressions: they ask what the flow defines by name.

use super::scope::{CALL_ID, NOW};
use crate::flow::definitions::Definitions;
use crate::time::EpochMs;
use minijinja::{Environment, Error, ErrorKind, State, Value};
use std::sync::Arc;

/// Each takes the name of a definition first, in quotes, so that it can be checked when the flow is loaded.
pub(super) const FUNCTIONS: [&str; 3] = ["open", "split", "listed"];

/// Gives an engine the functions over these definitions.
pub(super) fn add(engine: &mut Environment<'static>, definitions: &Arc<Definitions>) {
    let known = Arc::clone(definitions);
    engine.add_function("open", move |state: &State<'_, '_>, name: &str| {
        let now = state.lookup(NOW).and_then(|now| i64::try_from(now).ok());
        let calendar = known.hours.get(name).ok_or_else(unknown)?;
        Ok::<_, Error>(now.is_some_and(|now| calendar.is_open(EpochMs(now))))
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
        Ok::<_, Error>(list.look_up(number.as_str().map_or(String::new(), str::to_owned).as_str()))
    });
}

/// Loading has checked every name; one that is put together from parts cannot be checked, and is refused there.
fn unknown() -> Error {
    Error::new(ErrorKind::InvalidOperation, "the flow defines nothing of this name")
}
