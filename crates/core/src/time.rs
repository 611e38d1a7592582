//! Points in time and durations, as the database stores them.

use std::time::Duration;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochMs(pub i64);

impl EpochMs {
    /// Adds `span`, saturating at the largest time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// Subtracts `span`, saturating at the smallest time.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// The time in UTC as ISO 8601 writes it, such as `2026-01-02T15:04:05Z`; `None` before the year -9999 or after 9999.
    #[must_use]
    pub fn to_iso(self) -> Option<String> {
        jiff::Timestamp::from_millisecond(self.0).map(|at| at.to_string()).ok()
    }

    /// Whole seconds since 1970, rounded down: the unit of DynamoDB's TTL attribute.
    #[must_use]
    pub fn epoch_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// `span` in milliseconds, saturating at `i64::MAX`.
pub(crate) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
