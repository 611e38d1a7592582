//! The final report of an import or a dry run.

use super::{
    Import,
    estimate::{counted, grouped},
    ledger::Ledger,
    refused::by_reason,
};
use crate::{exit::Failed, output::Output};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};

impl Import {
    /// Prints the result. `table` is `None` for a dry run. Refused rows make the exit code 1.
    pub(super) fn report(
        &self,
        out: Output,
        ledger: Ledger,
        refused: &Path,
        table: Option<&str>,
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
        match table {
            _ if done.rows == 0 => {
                out.say(&format!("{} has no rows after its header, so nothing was imported.", self.file.display()))
            }
            Some(table) => {
                out.say(&format!("Imported {rows} of {} into {table}.", counted(done.callers, "caller")));
            }
            None => out.say(&format!("{rows} could be imported. Nothing was written to a table.")),
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
        if out.json() {
            out.document(&json!({
                "dry_run": table.is_none(),
                "rows": done.rows,
                "imported": done.pins,
                "callers": table.map(|_| done.callers),
                "skipped": done.skipped,
                "refused": done.refused,
                "refused_by_reason": reasons.into_iter().collect::<BTreeMap<_, _>>(),
                "refused_file": (done.refused > 0).then(|| refused.display().to_string()),
            }))?;
        }
        if done.refused > 0 { Err(Failed.into()) } else { Ok(()) }
    }
}
