//! Where a call begins. In DialogTech's portal a number is tied to its IVR; the flow says the same for everybody else.

use super::error::{Undecidable, Why};
use super::results::Results;
use crate::flow::{Flow, IvrName, Scope, hours::Closures};
use crate::time::EpochMs;
use std::sync::Arc;

/// The IVR at which a call begins, by the flow's `starts`. `call` has what is known of the call, with its neutral names
/// ([`Results::with_neutral_call`]). `None` if the flow has no `starts`, or none of its rules holds.
///
/// # Errors
/// [`Undecidable`]: a condition takes too many steps.
pub fn begin<'f>(
    flow: &'f Flow,
    call: &Results,
    closures: &Arc<Closures>,
    now: EpochMs,
) -> Result<Option<&'f IvrName>, Undecidable> {
    let Some(starts) = &flow.starts else { return Ok(None) };
    let scope = Scope::new(&flow.definitions, now, call.call_id())
        .with_closures(Arc::clone(closures))
        .with_call(call.call.clone())
        .with_source(call.source.clone());
    let taken = starts.first(&scope).map_err(|error| Why::Template(error).anywhere())?;
    Ok(taken.map(|taken| taken.then))
}
