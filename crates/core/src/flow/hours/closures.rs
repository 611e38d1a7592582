//! Lines that somebody closed for the rest of a day, without a new version of the flow.

use crate::time::EpochMs;
use std::collections::BTreeMap;

/// Which of a flow's calendars are closed, whatever they say themselves, and until when. Each closure ends by itself.
///
/// ```
/// # use ringbolt_core::{flow::hours::Closures, time::EpochMs};
/// let closures = Closures::from_iter([("support".to_owned(), EpochMs(1_000))]);
/// assert!(closures.is_closed("support", EpochMs(999)) && !closures.is_closed("support", EpochMs(1_000)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures(BTreeMap<String, EpochMs>);

impl Closures {
    /// Whether the calendar of this name is closed now.
    #[must_use]
    pub fn is_closed(&self, name: &str, now: EpochMs) -> bool {
        self.0.get(name).is_some_and(|until| now < *until)
    }
}

impl FromIterator<(String, EpochMs)> for Closures {
    /// Names of calendars, each with the time at which its own hours hold again.
    fn from_iter<I: IntoIterator<Item = (String, EpochMs)>>(closed_until: I) -> Self {
        Self(closed_until.into_iter().collect())
    }
}
