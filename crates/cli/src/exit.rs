//! Exit codes: 0 done, 1 refused, not found or failed, 2 command line error, 130 interrupted.

use std::fmt;

/// The command line is incomplete or contradictory: exit code 2.
#[derive(Debug)]
pub(crate) struct Usage(String);

impl Usage {
    /// An error with this sentence.
    #[expect(clippy::new_ret_no_self, reason = "it is only created to be returned as an error")]
    pub(crate) fn new(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

/// The user pressed Ctrl-C: exit code 130. The sentence says what is done and how to continue.
#[derive(Debug)]
pub(crate) struct Interrupted(String);

impl Interrupted {
    /// An error with this sentence.
    #[expect(clippy::new_ret_no_self, reason = "it is only created to be returned as an error")]
    pub(crate) fn new(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

/// The failure has already been reported as text: exit code 1, without another message for people. With `--json`, the
/// sentence is the error.
#[derive(Debug)]
pub(crate) struct Reported(String);

impl Reported {
    /// An error with this sentence.
    #[expect(clippy::new_ret_no_self, reason = "it is only created to be returned as an error")]
    pub(crate) fn new(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

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

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
impl std::error::Error for Reported {}
impl std::error::Error for Interrupted {}

/// Whether people have already been told.
pub(crate) fn is_reported(error: &anyhow::Error) -> bool {
    error.is::<Reported>()
}

/// The exit code for an error.
pub(crate) fn code(error: &anyhow::Error) -> u8 {
    if error.is::<Usage>() {
        2
    } else if error.is::<Interrupted>() {
        130
    } else {
        1
    }
}
