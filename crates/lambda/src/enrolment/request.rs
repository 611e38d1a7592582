//! The request, as it is sent.

use super::Pin;
use ringbolt_core::caller::Attributes;
use ringbolt_dynamodb::imports::Existing;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A request to the enrolment function. [`Request::order`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What to do.
    pub operation: Operation,
    /// The realm of all callers. Required except for `check`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// For `import`: the import's unique name, the same in all its requests. 1 to 64 letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// For `import`: what to do with callers who existed before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<ExistingCallers>,
    /// Whether PINs that are easy to guess are accepted.
    #[serde(default)]
    pub allow_weak: bool,
    /// 1 to [`super::MAX_ENTRIES`] callers; none for `check`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// What the function does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Say that the function runs, and which PIN keys it has. Nothing is written.
    Check,
    /// Replace the callers' PINs, reset failed attempts, and add attributes. Creates missing callers.
    Set,
    /// Give existing callers further PINs.
    Add,
    /// Give existing callers duress PINs: further PINs that let them through, and tell the operators.
    AddDuress,
    /// Write rows of an import. Repeating a row changes nothing.
    Import,
}

/// What an import does with callers who existed before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExistingCallers {
    /// Replace their PINs.
    Replace,
    /// Add PINs to theirs.
    Add,
    /// Leave them unchanged.
    Skip,
}

/// A caller and their PINs. Not shown by `Debug`, because it is all personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The user id in its one form, as [`ringbolt_core::identity::UserId::as_str`] gives it.
    pub user: String,
    /// One or more PINs of 4 to 12 digits.
    pub pins: Vec<Pin>,
    /// Texts, numbers and booleans. `set` adds them to the caller's attributes; `import` replaces those, or keeps them
    /// if this is missing. Not for `add`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<Attributes>,
    /// For `import`: the row's number, unique among the rows of the caller.
    #[serde(default)]
    pub row: u64,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("pins", &self.pins.len()).field("row", &self.row).finish_non_exhaustive()
    }
}

impl From<Existing> for ExistingCallers {
    fn from(existing: Existing) -> Self {
        match existing {
            Existing::Replace => Self::Replace,
            Existing::Add => Self::Add,
            Existing::Skip => Self::Skip,
        }
    }
}

impl From<ExistingCallers> for Existing {
    fn from(existing: ExistingCallers) -> Self {
        match existing {
            ExistingCallers::Replace => Self::Replace,
            ExistingCallers::Add => Self::Add,
            ExistingCallers::Skip => Self::Skip,
        }
    }
}
