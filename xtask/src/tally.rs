//! The counts of a step.

use std::fmt;

/// How many checks and tests of a step passed, failed or were skipped.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of checks and tests that passed.
    pub passed: usize,
    /// The number of checks and tests that failed.
    pub failed: usize,
    /// The skipped checks and tests, each with its reason.
    pub skipped: Vec<String>,
}

impl Tally {
    /// One check that passed.
    pub fn one_passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    /// The counts of both.
    pub fn plus(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
        self
    }
}

/// A tool that a step needs is missing and cannot be installed, so the step is skipped.
#[derive(Debug)]
pub struct Unavailable {
    /// The missing tool.
    pub tool: &'static str,
    /// Why it is missing.
    pub reason: String,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is unavailable: {}", self.tool, self.reason)
    }
}

impl std::error::Error for Unavailable {}
