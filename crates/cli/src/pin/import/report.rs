//! What was done, or would be, at the end.

use super::{
    Import,
    estimate::{counted, grouped},
    ledger::Ledger,
};
use crate::{exit::Failed, output::Output};
use serde_json::json;
use std::path::Path;

impl Import {
    /// Says what was done; `table` is none for a dry run. An import with refused rows is a failure to scripts.
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
        // A PIN that stands in several rows is one PIN of its caller: it is rows that are counted here.
        let rows = counted(done.pins, "row");
        match table {
            _ if done.rows == 0 => {
                out.say(&format!("{} has no rows after its header: nothing was imported.", self.file.display()))
            }
            Some(table) => {
                let are = if done.pins == 1 { "is" } else { "are" };
                out.say(&format!("{rows} of {} {are} in {table}.", counted(done.callers, "caller")));
            }
            None => out.say(&format!("{rows} could be imported. Nothing was written to a table.")),
        }
        if done.skipped > 0 {
            let rows = counted(done.skipped, "row");
            out.say(&format!("{rows} of callers who were there before: they are left as they were."));
        }
        if done.refused > 0 {
            let rows = counted(done.refused, "row");
            out.say(&format!("{rows} refused: {} has their lines and the reasons.", refused.display()));
        }
        if out.json() {
            out.document(&json!({
                "dry_run": table.is_none(),
                "rows": done.rows,
                "imported": done.pins,
                "callers": table.map(|_| done.callers),
                "skipped": done.skipped,
                "refused": done.refused,
                "refused_file": (done.refused > 0).then(|| refused.display().to_string()),
            }))?;
        }
        if done.refused > 0 { Err(Failed.into()) } else { Ok(()) }
    }
}
