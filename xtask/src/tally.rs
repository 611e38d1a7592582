//! What a step counts.

use std::fmt;

/// How many checks and tests of a step came out how.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Checks and tests that passed.
    pub passed: usize,
    /// Those that did not.
    pub failed: usize,
    /// What was not tried, each by name and with the reason.
    pub skipped: Vec<String>,
}

impl Tally {
    /// One check that passed.
    pub fn one_passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }
}

/// Something that a step needs is not on this machine and cannot be installed: the step is skipped, not failed.
#[derive(Debug)]
pub struct Unavailable {
    /// What is needed.
    pub tool: &'static str,
    /// Why there is none.
    pub reason: String,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {}: {}", self.tool, self.reason)
    }
}

impl std::error::Error for Unavailable {}
