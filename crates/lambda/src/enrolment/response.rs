//! The answer of the enrolment function.

use ringbolt_dynamodb::{StoreError, imports::Imported};
use serde::{Deserialize, Serialize};

/// What the function answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// To `check`.
    Ready {
        /// The ids of the function's PIN keys, which are not secret.
        keys: Vec<String>,
        /// Why the function cannot write to its table now; `None` if it can.
        fault: Option<Fault>,
    },
    /// One outcome for each entry, in the order of the request.
    Outcomes(Vec<Outcome>),
    /// Nothing was done.
    Refused(Refusal),
}

/// Why a request is refused as a whole. It quotes nothing of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The function is older than the command that sent the request.
    #[error("it does not know this operation, so it is older than the command")]
    UnknownOperation,
    /// The text is not JSON, or has an unknown or missing field.
    #[error("it cannot read line {line}, column {column} of the request")]
    Unreadable {
        /// The line in the request, from 1.
        line: usize,
        /// The column, from 1; 0 if unknown.
        column: usize,
    },
    /// A field is missing, superfluous or out of its range.
    #[error("`{field}`: {what}")]
    Invalid {
        /// The field's name.
        field: String,
        /// What is wrong with it.
        what: String,
    },
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// `set` or `add`: it was written.
    Done,
    /// `import`: it was written, as the import's first row for this caller.
    First,
    /// `import`: it was written; the import had already written this caller.
    Further,
    /// `import`: the caller existed before and was left unchanged.
    Skipped,
    /// `add`: there is no such caller. `set`: the caller was erased in the meantime.
    NoCaller,
    /// The entry itself cannot be written. Sending it again does not help.
    Refused(EntryRefusal),
    /// It failed this time. It is unknown whether it was written.
    Failed {
        /// Why.
        fault: Fault,
    },
    /// `set`: the PINs were written, but the attributes were not.
    WithoutAttributes {
        /// Why, as the end of a sentence.
        why: String,
    },
}

/// Why an entry is refused. It never has the PIN or the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum EntryRefusal {
    /// A PIN is easy to guess, and `allow_weak` was not set.
    #[error("the PIN is easy to guess. {sentence}")]
    Weak {
        /// Which rule says so.
        sentence: String,
    },
    /// The user, a PIN or an attribute is invalid.
    #[error("{sentence}")]
    Invalid {
        /// What is wrong with it.
        sentence: String,
    },
    /// The caller's item would be larger than a DynamoDB item can be.
    #[error("a DynamoDB item holds 400 KB, and this caller's would be larger")]
    TooLarge,
    /// The caller's item was not written by Ringbolt.
    #[error("the caller's item in the table was not written by Ringbolt")]
    Foreign,
    /// DynamoDB refused the write.
    #[error("DynamoDB refused the write ({code})")]
    Database {
        /// The service's error code.
        code: String,
    },
}

/// Why an entry failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// DynamoDB throttles.
    #[error("DynamoDB is throttling its requests")]
    Throttled,
    /// DynamoDB did not answer in time or not understandably, or the item kept changing.
    #[error("DynamoDB did not answer it in time")]
    Unavailable,
    /// The function's role lacks a permission.
    #[error("its role may not write to the table of callers")]
    Denied,
    /// The function's table does not exist.
    #[error("its table of callers does not exist")]
    NoTable,
    /// The PIN could not be hashed, because the memory is too small.
    #[error("it has too little memory to hash a PIN")]
    Hash,
    /// A defect. The function's log has more.
    #[error("it failed")]
    Internal,
}

/// How many entries of an answer have which kind of outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// They were written.
    pub enrolled: usize,
    /// They were left as they are: skipped, refused, or there is no such caller.
    pub not_written: usize,
    /// They failed.
    pub failed: usize,
}

impl Response {
    /// Counts the outcomes.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let Self::Outcomes(outcomes) = self else { return Tally::default() };
        outcomes.iter().fold(Tally::default(), |mut tally, outcome| {
            match outcome {
                Outcome::Done | Outcome::First | Outcome::Further => tally.enrolled += 1,
                Outcome::Skipped | Outcome::NoCaller | Outcome::Refused(_) => tally.not_written += 1,
                Outcome::Failed { .. } | Outcome::WithoutAttributes { .. } => tally.failed += 1,
            }
            tally
        })
    }
}

impl From<Imported> for Outcome {
    fn from(imported: Imported) -> Self {
        match imported {
            Imported::First => Self::First,
            Imported::Further => Self::Further,
            Imported::Skipped => Self::Skipped,
        }
    }
}

impl From<StoreError> for Outcome {
    fn from(error: StoreError) -> Self {
        let fault = match error {
            StoreError::TooLarge => return Self::Refused(EntryRefusal::TooLarge),
            StoreError::Unreadable { .. } | StoreError::Corrupt(_) => return Self::Refused(EntryRefusal::Foreign),
            StoreError::Refused { code } => return Self::Refused(EntryRefusal::Database { code }),
            StoreError::Throttled => Fault::Throttled,
            StoreError::Unavailable | StoreError::Nonsense | StoreError::Contended => Fault::Unavailable,
            StoreError::Denied { .. } => Fault::Denied,
            StoreError::NoTable => Fault::NoTable,
            StoreError::Incomparable(_) | StoreError::BrokenChain => Fault::Internal,
        };
        Self::Failed { fault }
    }
}
