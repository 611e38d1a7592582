//! `ringbolt pin import`

mod estimate;
mod journal;
mod ledger;
mod pace;
mod pipeline;
mod progress;
mod records;
mod refused;
mod rows;
mod survey;

pub(super) use refused::private;

use crate::{
    audit,
    connection::{Connection, ConnectionArgs, Explained as _},
    exit::{Failed, Interrupted, Usage},
    output::Output,
    stop::StopSignal,
};
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use estimate::{counted, grouped};
use journal::{Done, Identity, Journal};
use ledger::Ledger;
use pipeline::{Ended, Failure, Pipeline, Target};
use progress::Progress;
use refused::RefusedFile;
use ringbolt_core::{
    identity::{IdentifierForm, Realm},
    pin::{PinHasher, keys::PinKey},
};
use ringbolt_dynamodb::{StoreError, Table, imports::Existing};
use rows::Rules;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    thread::available_parallelism,
    time::Duration,
};
use survey::Survey;

/// Enrol the callers of a CSV
///
/// The first row names the columns: `user`, `pin`, and any further ones, which become attributes. Several rows of a user
/// are several PINs; of their attributes, those of his last row count. Rows that cannot be imported are listed in a file,
/// with their lines and the reasons; all others go in.
///
/// An import that was interrupted, by Ctrl-C or in any other way, goes on where it was when the same command is given
/// again: FILE.csv.journal says how far it is, and goes when the import is finished. Locked callers stay locked and
/// suspended ones suspended.
#[derive(Args)]
#[command(after_help = "Examples: ringbolt pin import callers.csv --local --realm demo --dry-run\n          \
                        ringbolt pin import callers.csv --stack ringbolt --realm bank --existing skip")]
pub(crate) struct Import {
    /// The CSV
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Whose PINs, as in the call flow
    #[arg(long)]
    realm: String,
    /// The flow has `identifier: digits`: only the digits of the users' ids count
    #[arg(long)]
    digits_only: bool,
    /// Take PINs that are easy to guess
    #[arg(long)]
    allow_weak: bool,
    /// What becomes of the PINs of callers who are there already
    #[arg(long, value_enum, default_value_t = ExistingArg::Replace)]
    existing: ExistingArg,
    /// Read and judge every row, and write nothing to the table
    #[arg(long)]
    dry_run: bool,
    /// What stands between the columns: one character, or `tab`
    #[arg(long, value_parser = delimiter, default_value = ",", value_name = "CHARACTER")]
    delimiter: u8,
    /// The file of refused rows: line, user and reason, never the PIN [default: FILE.refused.csv]
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// How long to wait for a DynamoDB that does not answer, in seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    patience: u64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExistingArg {
    /// Those of the file take their place; a file without further columns leaves the attributes
    Replace,
    /// Those of the file are added
    Add,
    /// They stay, and so do the attributes: only new callers are imported
    Skip,
}

impl From<ExistingArg> for Existing {
    fn from(existing: ExistingArg) -> Self {
        match existing {
            ExistingArg::Replace => Self::Replace,
            ExistingArg::Add => Self::Add,
            ExistingArg::Skip => Self::Skip,
        }
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        _ if text == "tab" => Ok(b'\t'),
        [b'"' | b'\r' | b'\n'] => Err("this character has another meaning in a CSV".to_owned()),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("one ASCII character, or `tab`".to_owned()),
    }
}

impl Import {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let rules = Rules {
            realm: Realm::parse(&self.realm).map_err(|error| Usage::new(format!("--realm: {error}")))?,
            form: if self.digits_only { IdentifierForm::Digits } else { IdentifierForm::Text },
            allow_weak: self.allow_weak,
        };
        let refused = self.refused.clone().unwrap_or_else(|| self.file.with_extension("refused.csv"));
        let survey = survey::survey(&self.file, self.delimiter)?;
        if refused == self.file {
            return Err(Usage::new("--refused names the file that is to be imported"));
        }
        // Up to here there is nothing to finish: the signal ends the process by itself.
        let mut stop = StopSignal::listen()?;
        if self.dry_run {
            return self.judge(out, survey, rules, &refused, &mut stop).await;
        }
        let connection = self.connection.connect().await?;
        let imported = self.import(out, &connection, survey, rules, &refused, &mut stop).await;
        let closed = connection.close().await;
        imported.and(closed)
    }

    /// Reads all rows and says what an import would do with them.
    async fn judge(
        &self,
        out: Output,
        survey: Survey,
        rules: Rules,
        refused: &Path,
        stop: &mut StopSignal,
    ) -> anyhow::Result<()> {
        let total = survey.rows;
        let done = Done { at: survey.first, ..Done::NOTHING };
        let records = survey::rows_from(&self.file, done.at, self.delimiter)?;
        let mut ledger = Ledger::new(done, RefusedFile::open(refused, 0)?, None);
        let mut progress = Progress::new(out, total, 0);
        let pipeline = Pipeline { columns: survey.columns, rules, target: None };
        match pipeline.run(records, &mut ledger, &mut progress, stop).await? {
            Ended::Finished => self.report(out, ledger, refused, None),
            Ended::Interrupted => Err(Interrupted::new("interrupted; nothing was written to a table")),
            Ended::Failed(failure) => Err(failure).with_context(|| self.file.display().to_string()),
        }
    }

    async fn import(
        &self,
        out: Output,
        connection: &Connection,
        survey: Survey,
        rules: Rules,
        refused: &Path,
        stop: &mut StopSignal,
    ) -> anyhow::Result<()> {
        let (table, store, hasher) =
            (connection.callers_table()?, connection.callers()?, connection.pin_hasher().await?);
        match store.warm_up(Table::Callers).await {
            Err(StoreError::Refused { .. }) => {
                bail!("{table} in {} is no table of callers: look at --callers-table", connection.name())
            }
            tried => tried.explained(connection, "nothing was imported")?,
        }
        connection.announce(out);

        let identity = self.identity(connection, &survey, table.clone(), refused);
        let (journal, before) = Journal::open(&self.journal(), &identity, &key_ids(&hasher), fresh_name())?;
        let done = before.unwrap_or(Done { at: survey.first, ..Done::NOTHING });
        // An interruption before the first line of progress leaves the beginning of the file, and that is the header.
        let done = if done.rows == 0 { Done { at: survey.first, ..done } } else { done };
        if before.is_some() {
            out.note(&format!("Going on after {} of {}.", grouped(done.rows), counted(survey.rows, "row")));
        }
        let cores = available_parallelism().map_or(1, usize::from);
        let measured = hasher.clone();
        let a_second = tokio::task::spawn_blocking(move || estimate::hashes_a_second(&measured, cores)).await??;
        out.note(&estimate::sentence(survey.rows.saturating_sub(done.rows), a_second, cores));

        let begun = audit::begin(connection, "pin import", self.realm.clone()).await?;
        let records = survey::rows_from(&self.file, done.at, self.delimiter)?;
        let target = Target {
            store,
            hasher,
            existing: self.existing.into(),
            run: journal.run.clone(),
            cores,
            patience: Duration::from_secs(self.patience),
        };
        let mut ledger = Ledger::new(done, RefusedFile::open(refused, done.refused_bytes)?, Some(journal));
        let mut progress = Progress::new(out, survey.rows, done.rows);
        let pipeline = Pipeline { columns: survey.columns, rules, target: Some(target) };
        let ended = pipeline.run(records, &mut ledger, &mut progress, stop).await;

        let done = *ledger.done();
        let so_far = format!("{} of {}", grouped(done.rows), counted(survey.rows, "row"));
        let detail = format!("{}, {}", counted(done.pins, "PIN"), counted(done.refused, "refused row"));
        match ended {
            Ok(Ended::Finished) => {
                begun.done(connection, &detail).await?;
                self.report(out, ledger, refused, Some(&table))
            }
            Ok(Ended::Interrupted) => {
                begun.failed(connection, &format!("interrupted; {detail}")).await?;
                Err(Interrupted::new(format!(
                    "interrupted after {so_far}. They are in; give the same command again to go on."
                )))
            }
            Ok(Ended::Failed(failure)) => {
                let stopped = format!("the import stopped after {so_far}; give the same command again to go on");
                let reason = match failure {
                    Failure::Store(error) => connection.explain(error),
                    other => other.into(),
                };
                // Where the database has gone, this cannot be recorded either; the first entry shows that it began.
                begun.failed(connection, &format!("stopped; {detail}")).await.unwrap_or_default();
                Err(reason.context(stopped))
            }
            Err(error) => {
                begun.failed(connection, &format!("stopped; {detail}")).await?;
                Err(error.context(format!("the import stopped after {so_far}; give the same command again to go on")))
            }
        }
    }

    fn identity(&self, connection: &Connection, survey: &Survey, table: String, refused: &Path) -> Identity {
        let existing = format!("{:?}", self.existing).to_lowercase();
        let mut options = vec![format!("--existing {existing}")];
        options.extend(self.digits_only.then(|| "--digits-only".to_owned()));
        options.extend(self.allow_weak.then(|| "--allow-weak".to_owned()));
        options.extend((self.delimiter != b',').then(|| format!("--delimiter {}", char::from(self.delimiter))));
        Identity {
            file: survey.digest.clone(),
            realm: self.realm.clone(),
            table,
            place: connection.name(),
            options: options.join(" "),
            refused: refused.to_owned(),
        }
    }

    /// Beside the file, named after it.
    fn journal(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".journal");
        PathBuf::from(name)
    }

    /// Says what was done; `table` is none for a dry run. An import with refused rows is a failure to scripts.
    fn report(&self, out: Output, ledger: Ledger, refused: &Path, table: Option<&str>) -> anyhow::Result<()> {
        for row in ledger.named() {
            out.note(&format!("{}, line {}: {}", self.file.display(), row.line, row.reason));
        }
        let named = ledger.named().len() as u64;
        let done = ledger.close()?;
        if done.refused > named {
            out.note(&format!("and {} more", grouped(done.refused - named)));
        }
        let pins = counted(done.pins, "PIN");
        match table {
            Some(table) => {
                let are = if done.pins == 1 { "is" } else { "are" };
                out.say(&format!("{pins} of {} {are} in {table}.", counted(done.callers, "caller")));
            }
            None => out.say(&format!("{pins} could be imported. Nothing was written to a table.")),
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
                "pins": done.pins,
                "callers": table.map(|_| done.callers),
                "skipped": done.skipped,
                "refused": done.refused,
                "refused_file": (done.refused > 0).then(|| refused.display().to_string()),
            }))?;
        }
        if done.refused > 0 { Err(Failed.into()) } else { Ok(()) }
    }
}

fn key_ids(hasher: &PinHasher) -> Vec<String> {
    hasher.keys().all().map(PinKey::id).map(str::to_owned).collect()
}

/// A name that no other import has.
fn fresh_name() -> String {
    format!("{:016x}", rand::random::<u64>())
}
