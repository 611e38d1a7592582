//! `--existing skip`: which rows belong together, so that a new caller gets all their PINs or none.
//!
//! A later import leaves an existing caller unchanged, so it would never add a PIN that was missing at first: because
//! its row was refused, or because the import was interrupted and its journal deleted. So all rows of a caller are
//! written in one request, and none of them if one is refused.

use super::{
    estimate::counted,
    refused::{Reason, Refused},
    rows::{Row, Rules},
    survey::Survey,
};
use anyhow::Context as _;
use ringbolt_core::{caller::Attributes, identity::CallerId, pin::CallerPin};
use ringbolt_dynamodb::imports::Imported;
use std::{
    collections::{HashMap, HashSet, hash_map::RandomState},
    hash::BuildHasher as _,
    path::Path,
    sync::{Arc, OnceLock},
};

/// What one request writes: a row, or all rows of a caller.
pub(crate) struct Entry {
    /// The line of the row that is counted.
    pub(crate) line: u64,
    /// The line of the caller's first row, the same in every run of an import.
    pub(crate) first: u64,
    pub(crate) caller: CallerId,
    pub(crate) pins: Vec<CallerPin>,
    pub(crate) attributes: Option<Attributes>,
    /// Where the caller's further rows find the result.
    pub(crate) written: Option<Arc<Written>>,
}

/// The result of a write, once there is one.
pub(crate) type Written = OnceLock<Result<Imported, Reason>>;

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let Row { line, caller, pin, attributes } = row;
        Self { line, first: line, caller, pins: vec![pin], attributes, written: None }
    }
}

/// A row that was written together with an earlier row of its caller.
pub(crate) struct Follower {
    line: u64,
    user: String,
    written: Arc<Written>,
}

impl Follower {
    /// What became of the row. The caller's earlier row must be finished.
    ///
    /// # Errors
    /// It is not finished.
    pub(crate) fn result(self) -> anyhow::Result<Result<Imported, Refused>> {
        let written = self.written.get().context("a row was counted before its caller was written")?;
        Ok(match written {
            Ok(Imported::Skipped) => Ok(Imported::Skipped),
            Ok(Imported::First | Imported::Further) => Ok(Imported::Further),
            Err(reason) => Err(Refused { line: self.line, user: Some(self.user), reason: reason.clone() }),
        })
    }
}

/// What to do with a row.
pub(crate) enum Planned {
    Write(Entry),
    Follow(Follower),
}

/// The callers with several rows, or with a refused one. Memory holds their PINs, and eight bytes for each other caller
/// while the file is read.
pub(crate) struct WholeCallers {
    several: HashMap<String, Rows>,
    /// How many rows could belong to any caller, and the first of them.
    unknown: Option<(u64, Refused)>,
}

/// The rows of a caller.
#[derive(Default)]
struct Rows {
    first: u64,
    pins: Vec<CallerPin>,
    /// Those of the last row.
    attributes: Option<Attributes>,
    /// The line of a refused row.
    refused: Option<u64>,
    written: Option<Arc<Written>>,
}

impl WholeCallers {
    /// Reads the file twice: once to find the users that occur more than once, once to collect their rows.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(survey: &Survey, rules: &Rules) -> anyhow::Result<Self> {
        let (hashes, mut seen, mut repeated) = (RandomState::new(), HashSet::new(), HashSet::new());
        let mut unknown: Option<(u64, Refused)> = None;
        survey.each_row(rules, |row| match row {
            Ok(row) => {
                let user = hashes.hash_one(row.caller.user.as_str());
                if !seen.insert(user) {
                    repeated.insert(user);
                }
            }
            Err(Refused { user: Some(user), .. }) => {
                repeated.insert(hashes.hash_one(user.as_str()));
            }
            Err(refused) => unknown.get_or_insert((0, refused)).0 += 1,
        })?;
        drop(seen);
        let mut several: HashMap<String, Rows> = HashMap::new();
        if !repeated.is_empty() {
            let is_repeated = |user: &str| repeated.contains(&hashes.hash_one(user));
            survey.each_row(rules, |row| match row {
                Ok(row) if is_repeated(row.caller.user.as_str()) => {
                    let rows = several.entry(row.caller.user.as_str().to_owned()).or_default();
                    rows.first = if rows.pins.is_empty() { row.line } else { rows.first };
                    rows.pins.push(row.pin);
                    rows.attributes = row.attributes;
                }
                Err(Refused { user: Some(user), line, .. }) => {
                    several.entry(user).or_default().refused.get_or_insert(line);
                }
                Ok(_) | Err(_) => {}
            })?;
        }
        Ok(Self { several, unknown })
    }

    /// Why no row can be imported: the user of a row cannot be read, so it could belong to any caller, and any caller could
    /// lack a PIN. `None` if all can be read.
    pub(crate) fn unreadable_users(&self, file: &Path) -> Option<String> {
        let (rows, Refused { line, reason, .. }) = self.unknown.as_ref()?;
        Some(format!(
            "{}, line {line}: {reason}. {} could belong to any caller, and with --existing skip a new caller gets all PINs \
             or none, so nothing is imported",
            file.display(),
            counted(*rows, "row")
        ))
    }

    /// Joins a row with the caller's other rows.
    ///
    /// # Errors
    /// Another row of the caller is refused.
    pub(crate) fn plan(&mut self, row: Row) -> Result<Planned, Refused> {
        let Some(rows) = self.several.get_mut(row.caller.user.as_str()) else { return Ok(Planned::Write(row.into())) };
        let user = || row.caller.user.as_str().to_owned();
        if let Some(line) = rows.refused {
            return Err(Refused { line: row.line, user: Some(user()), reason: Reason::OtherRow { line } });
        }
        if let Some(written) = &rows.written {
            return Ok(Planned::Follow(Follower { line: row.line, user: user(), written: Arc::clone(written) }));
        }
        let written = rows.written.insert(Arc::default());
        Ok(Planned::Write(Entry {
            line: row.line,
            first: rows.first,
            caller: row.caller,
            pins: std::mem::take(&mut rows.pins),
            attributes: rows.attributes.take(),
            written: Some(Arc::clone(written)),
        }))
    }
}
