//! `ringbolt pin import`

mod estimate;
mod files;
mod journal;
mod ledger;
mod lengths;
mod lock;
mod pace;
mod pipeline;
mod progress;
mod refused;
pub(crate) mod report;
mod rows;
mod survey;
mod table;
mod through;
mod whole;
mod write;

use crate::{
    connection::ConnectionArgs,
    exit::{Interrupted, Usage},
    output::Output,
    stop::StopSignal,
};
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use files::ImportFiles;
use journal::Done;
use ledger::Ledger;
use pipeline::{Ended, Pipeline};
use progress::Progress;
use refused::RefusedFile;
use report::Imported;
use ringbolt_core::identity::{IdentifierForm, Realm};
use ringbolt_dynamodb::imports::Existing;
use rows::Rules;
use std::{future::pending, path::PathBuf};
use survey::Survey;
use whole::WholeCallers;

/// Import callers and PINs from a CSV
///
/// The first row names the columns: `user`, `pin`, and any others, which become attributes. Several rows for a user give
/// them several PINs; the attributes of the last row count. Rows that cannot be imported are listed in a file with their
/// line numbers and reasons; all other rows are imported.
///
/// If an import is interrupted, by Ctrl-C or otherwise, run the same command again to resume it. FILE.csv.journal records
/// the progress and is deleted when the import is finished. Locked callers stay locked, and suspended callers stay
/// suspended.
#[derive(Args)]
#[command(after_help = "Examples: ringbolt pin import callers.csv --local --realm demo --dry-run\n          \
                        ringbolt pin import callers.csv --stack ringbolt --realm bank --existing skip")]
pub(crate) struct Import {
    /// CSV file to import
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Realm of the callers, as in the call flow
    #[arg(long)]
    realm: String,
    /// Use only the digits of user ids, as flows with `identifier: digits` do
    #[arg(long)]
    digits_only: bool,
    /// Accept PINs that are easy to guess
    #[arg(long)]
    allow_weak: bool,
    /// What to do with the PINs of existing callers
    #[arg(long, value_enum, default_value_t = ExistingArg::Replace)]
    existing: ExistingArg,
    /// Check every row without writing to the table. If a deployment is named, also check its table and PIN keys, and
    /// estimate how long the import would take
    #[arg(long)]
    dry_run: bool,
    /// Delimiter between columns: one character, or `tab` [default: the comma, semicolon or tab that the first row uses]
    #[arg(long, value_parser = delimiter, value_name = "CHARACTER")]
    delimiter: Option<u8>,
    /// Number of digits that every PIN has, 4 to 12, or `any`. PINs of another length are refused. It is needed if a
    /// spreadsheet seems to have dropped leading zeros
    #[arg(long, value_parser = digits, value_name = "NUMBER")]
    digits: Option<Digits>,
    /// File for refused rows, with line, user and reason but never the PIN. An existing file is replaced only if it is
    /// such a list [default: FILE.refused.csv]
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// Seconds to wait while DynamoDB does not answer
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    patience: u64,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExistingArg {
    /// Replace them with those in the file; attributes stay if the file has no columns for them
    Replace,
    /// Add those in the file
    Add,
    /// Leave existing callers unchanged and only import new ones, each with all PINs in the file or not at all
    Skip,
}

/// How long PINs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Any,
    Exactly(usize),
}

fn digits(text: &str) -> Result<Digits, String> {
    match text.parse() {
        _ if text == "any" => Ok(Digits::Any),
        Ok(digits @ 4..=12) => Ok(Digits::Exactly(digits)),
        _ => Err("expected 4 to 12, or `any`".to_owned()),
    }
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
        [b'"' | b'\r' | b'\n'] => Err("this character has a special meaning in a CSV".to_owned()),
        [byte] if byte.is_ascii() => Ok(*byte),
        _ => Err("expected one ASCII character or `tab`".to_owned()),
    }
}

impl Import {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let rules = Rules {
            realm: Realm::parse(&self.realm).map_err(|error| Usage::new(format!("--realm: {error}")))?,
            form: if self.digits_only { IdentifierForm::Digits } else { IdentifierForm::Text },
            allow_weak: self.allow_weak,
            digits: match self.digits {
                Some(Digits::Exactly(digits)) => Some(digits),
                Some(Digits::Any) | None => None,
            },
        };
        let survey = survey::survey(&self.file, self.delimiter)?;
        let refused = self.check_lengths(out, &survey);
        // A dry run goes on, so that it lists all rows that are refused.
        if let Some(sentence) = refused.as_ref().filter(|_| !self.dry_run) {
            bail!("{sentence}");
        }
        let files = ImportFiles::new(&self.file, self.refused.as_deref())?;
        // Until here there is nothing to clean up, so the signal may end the process by itself.
        let mut stop = StopSignal::listen()?;
        if self.dry_run && !self.connection.names_a_deployment() {
            return self.check_rows(out, survey, rules, &files, &mut stop, refused).await;
        }
        let connection = self.connection.connect().await?;
        let imported = if self.dry_run {
            match self.preflight(out, &connection, &survey, &rules).await {
                Ok(()) => self.check_rows(out, survey, rules, &files, &mut stop, refused).await,
                Err(error) => Err(error),
            }
        } else {
            self.import(out, &connection, survey, rules, &files, &mut stop).await
        };
        let closed = connection.close().await;
        imported.and(closed)
    }

    /// Prints the lengths of the PINs if they differ. Returns why the import refuses the file as a whole: leading zeros seem
    /// to be lost, and no length is given.
    fn check_lengths(&self, out: Output, survey: &Survey) -> Option<String> {
        let clause = survey.lengths.clause()?;
        let Some(digits) = survey.lengths.damaged().filter(|_| self.digits.is_none()) else {
            out.note(&format!("{clause}."));
            return None;
        };
        Some(format!(
            "{}: {clause}, and none of them begins with 0, as if a spreadsheet had dropped leading zeros: save the column as \
             text. --digits {digits} refuses the shorter PINs, and --digits any imports them as they are",
            self.file.display()
        ))
    }

    /// The callers whose rows are written together: with `--existing skip`, all of them.
    fn whole_callers(&self, survey: &Survey, rules: &Rules) -> anyhow::Result<Option<WholeCallers>> {
        let skip = Existing::from(self.existing) == Existing::Skip;
        skip.then(|| WholeCallers::read(survey, rules)).transpose()
    }

    /// Reads all rows and reports what an import would do with them.
    async fn check_rows(
        &self,
        out: Output,
        survey: Survey,
        rules: Rules,
        files: &ImportFiles,
        stop: &mut StopSignal,
        refused: Option<String>,
    ) -> anyhow::Result<()> {
        let list = files.for_dry_run(&self.file);
        if list != files.refused {
            out.note(&format!(
                "An unfinished import of this file uses {}; this dry run lists refused rows in {}.",
                files.refused.display(),
                list.display()
            ));
        }
        let total = survey.rows;
        let done = Done { at: survey.first, ..Done::NOTHING };
        // The rows are read last: all readers of the file share its position.
        let whole = self.whole_callers(&survey, &rules)?;
        let refused = refused.or_else(|| whole.as_ref().and_then(|whole| whole.unreadable_users(&self.file)));
        let records = survey.rows_from(done.at)?;
        let mut ledger = Ledger::new(done, RefusedFile::create(&list)?, None);
        let mut progress = Progress::new(out, total, 0);
        let pipeline = Pipeline { columns: survey.columns.clone(), rules, whole, target: None };
        match pipeline.run(records, &mut ledger, &mut progress, stop, pending()).await? {
            Ended::Finished => {
                if let Some(changed) = survey.changed(ledger.done().rows)? {
                    bail!("{changed}: run the command again");
                }
                self.report(out, ledger, &list, Imported::Dry { refused })
            }
            Ended::Interrupted => Err(Interrupted::new("interrupted; nothing was written to a table")),
            Ended::Failed(failure) => Err(failure).with_context(|| self.file.display().to_string()),
        }
    }
}
