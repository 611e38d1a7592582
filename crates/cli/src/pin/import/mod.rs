//! `ringbolt pin import`

mod estimate;
mod journal;
mod ledger;
mod pace;
mod pipeline;
mod places;
mod progress;
mod records;
mod refused;
mod report;
mod rows;
mod survey;
mod table;
mod write;

use crate::{
    connection::ConnectionArgs,
    exit::{Interrupted, Usage},
    output::Output,
    stop::StopSignal,
};
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use journal::Done;
use ledger::Ledger;
use pipeline::{Ended, Pipeline};
use places::Places;
use progress::Progress;
use refused::RefusedFile;
use ringbolt_core::identity::{IdentifierForm, Realm};
use ringbolt_dynamodb::imports::Existing;
use rows::Rules;
use std::path::PathBuf;
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
    /// Read and judge every row, and write nothing to the table. Where the deployment is named, see as well whether its
    /// table and PIN keys can be used, and how long the import would take
    #[arg(long)]
    dry_run: bool,
    /// What stands between the columns: one character, or `tab`
    #[arg(long, value_parser = delimiter, default_value = ",", value_name = "CHARACTER")]
    delimiter: u8,
    /// The file of refused rows: line, user and reason, never the PIN; what is there already stays, unless it is such a
    /// list [default: FILE.refused.csv]
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
        let survey = survey::survey(&self.file, self.delimiter)?;
        let places = Places::of(&self.file, self.refused.as_deref())?;
        // Up to here there is nothing to finish: the signal ends the process by itself.
        let mut stop = StopSignal::listen()?;
        if self.dry_run && !self.connection.names_a_place() {
            return self.judge(out, survey, rules, &places, &mut stop).await;
        }
        let connection = self.connection.connect().await?;
        let imported = if self.dry_run {
            match self.look(out, &connection, survey.rows).await {
                Ok(()) => self.judge(out, survey, rules, &places, &mut stop).await,
                Err(error) => Err(error),
            }
        } else {
            self.import(out, &connection, survey, rules, &places, &mut stop).await
        };
        let closed = connection.close().await;
        imported.and(closed)
    }

    /// Reads all rows and says what an import would do with them.
    async fn judge(
        &self,
        out: Output,
        survey: Survey,
        rules: Rules,
        places: &Places,
        stop: &mut StopSignal,
    ) -> anyhow::Result<()> {
        let list = places.for_dry_run(&self.file);
        if list != places.refused {
            out.note(&format!(
                "An import of this file is under way and goes on with {}; this run lists refused rows in {}.",
                places.refused.display(),
                list.display()
            ));
        }
        let total = survey.rows;
        let done = Done { at: survey.first, ..Done::NOTHING };
        let records = survey.rows_from(done.at)?;
        let mut ledger = Ledger::new(done, RefusedFile::anew(&list)?, None);
        let mut progress = Progress::new(out, total, 0);
        let pipeline = Pipeline { columns: survey.columns.clone(), rules, target: None };
        match pipeline.run(records, &mut ledger, &mut progress, stop).await? {
            Ended::Finished => {
                if let Some(changed) = survey.changed(ledger.done().rows)? {
                    bail!("{changed}: give the command again");
                }
                self.report(out, ledger, &list, None)
            }
            Ended::Interrupted => Err(Interrupted::new("interrupted; nothing was written to a table")),
            Ended::Failed(failure) => Err(failure).with_context(|| self.file.display().to_string()),
        }
    }
}
