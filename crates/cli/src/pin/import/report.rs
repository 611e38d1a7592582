//! The final report of an import or a dry run.

use super::{
    Import,
    estimate::{counted, grouped},
    ledger::Ledger,
    refused::by_reason,
};
use crate::{exit::Reported, output::Output};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, path::Path};

/// The result of an import, or of its dry run.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ImportResult {
    /// Whether it was a dry run, so that nothing was written to a table.
    dry_run: bool,
    /// How many rows the file has after its header.
    rows: u64,
    /// How many rows were imported; null for a dry run.
    imported_rows: Option<u64>,
    /// How many rows could be imported; null for an import.
    importable_rows: Option<u64>,
    /// Why the import would refuse the file as a whole, so that no row could be imported; null if it would not, and for an
    /// import.
    refused_as_a_whole: Option<String>,
    /// How many callers the imported rows belong to; null for a dry run.
    callers: Option<u64>,
    /// How many rows of existing callers were left out, with `--existing skip`.
    skipped_rows: u64,
    /// How many rows are refused.
    refused_rows: u64,
    /// How many rows are refused for each reason.
    refused_by_reason: BTreeMap<String, u64>,
    /// The list of refused rows; null if none is refused.
    refused_file: Option<String>,
}

/// Where the rows went.
pub(super) enum Imported<'a> {
    /// Into this table.
    Into(&'a str),
    /// Nowhere: a dry run.
    Dry {
        /// Why an import would refuse the file as a whole.
        refused: Option<String>,
    },
}

impl Import {
    /// Prints the result. Refused rows make the exit code 1, and so does a file that an import would refuse.
    pub(super) fn report(
        &self,
        out: Output,
        ledger: Ledger,
        refused: &Path,
        imported: Imported<'_>,
    ) -> anyhow::Result<()> {
        for row in ledger.named() {
            out.note(&format!("{}, line {}: {}", self.file.display(), row.line, row.reason));
        }
        let named = ledger.named().len() as u64;
        let done = ledger.close()?;
        if done.refused > named {
            out.note(&format!("and {} more", grouped(done.refused - named)));
        }
        // A PIN in several rows is stored once, so this counts rows, not PINs.
        let rows = counted(done.pins, "row");
        match &imported {
            _ if done.rows == 0 => {
                out.say(&format!("{} has no rows after its header, so nothing was imported.", self.file.display()))
            }
            Imported::Into(table) => {
                out.say(&format!("Imported {rows} of {} into {table}.", counted(done.callers, "caller")));
            }
            Imported::Dry { refused: None } => {
                out.say(&format!("{rows} could be imported. Nothing was written to a table."));
            }
            Imported::Dry { refused: Some(sentence) } => {
                out.say(&format!("{sentence}."));
                out.say("No row could be imported. Nothing was written to a table.");
            }
        }
        if done.skipped > 0 {
            let rows = counted(done.skipped, "row");
            out.say(&format!("Skipped {rows} of existing callers."));
        }
        if done.refused > 0 {
            let rows = counted(done.refused, "row");
            out.say(&format!("Refused {rows}, listed with reasons in {}.", refused.display()));
        }
        let reasons = if done.refused > 0 { by_reason(refused)? } else { Vec::new() };
        // With few rows, each reason has been printed with its line.
        if done.refused > named {
            let counts = reasons.iter().map(|(reason, rows)| format!("{}: {reason}", grouped(*rows)));
            counts.for_each(|count| out.say(&count));
        }
        let (dry_run, refused_as_a_whole) = match imported {
            Imported::Into(_) => (false, None),
            Imported::Dry { refused } => (true, refused),
        };
        let importable = if refused_as_a_whole.is_some() { 0 } else { done.pins };
        if out.json() {
            out.document(&ImportResult {
                dry_run,
                rows: done.rows,
                imported_rows: (!dry_run).then_some(done.pins),
                importable_rows: dry_run.then_some(importable),
                refused_as_a_whole: refused_as_a_whole.clone(),
                callers: (!dry_run).then_some(done.callers),
                skipped_rows: done.skipped,
                refused_rows: done.refused,
                refused_by_reason: reasons.into_iter().collect(),
                refused_file: (done.refused > 0).then(|| refused.display().to_string()),
            })?;
        }
        match (refused_as_a_whole, done.refused) {
            (Some(sentence), _) => Err(Reported::new(sentence)),
            (None, 0) => Ok(()),
            (None, refused) => Err(Reported::new(format!("{} refused", counted(refused, "row")))),
        }
    }
}
