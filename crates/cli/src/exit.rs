//! How a command ends: 0 done, 1 refused, not found or failed, 2 a mistake in the command line, 130 interrupted.

use std::{fmt, process::ExitCode};

/// The command line is not enough, or contradicts itself: exit code 2.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    /// The sentence to show.
    #[expect(clippy::new_ret_no_self, reason = "it is only ever made to be returned as an error")]
    pub(crate) fn new(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

/// Somebody pressed Ctrl-C: exit code 130. The sentence says what is done and how to go on.
#[derive(Debug)]
pub(crate) struct Interrupted(String);

impl Interrupted {
    /// The sentence to show.
    #[expect(clippy::new_ret_no_self, reason = "it is only ever made to be returned as an error")]
    pub(crate) fn new(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

/// Everything has been said already, and it is a failure: exit code 1, and no further sentence.
#[derive(Debug)]
pub(crate) struct Failed;

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it failed")
    }
}

impl std::error::Error for Usage {}
impl std::error::Error for Interrupted {}
impl std::error::Error for Failed {}

/// The exit code for an error.
pub(crate) fn code(error: &anyhow::Error) -> ExitCode {
    if error.is::<Usage>() {
        ExitCode::from(2)
    } else if error.is::<Interrupted>() {
        ExitCode::from(130)
    } else {
        ExitCode::FAILURE
    }
}
