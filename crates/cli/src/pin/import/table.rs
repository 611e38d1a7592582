//! The import into the table of callers, recorded in the audit log.

use super::{
    Digits, Import,
    estimate::{self, counted, grouped},
    files::ImportFiles,
    journal::{Done, Identity, Journal},
    ledger::Ledger,
    lock::RealmLock,
    pace::Limits,
    pipeline::{Ended, Failure, Pipeline},
    progress::Progress,
    refused::RefusedFile,
    report::Imported,
    rows::Rules,
    survey::Survey,
    write::{Target, Way},
};
use crate::{
    audit,
    connection::{Connection, Explained as _},
    enrol::Enroller,
    exit::{Interrupted, Usage},
    output::Output,
    pin::realm::{self, Reach},
    stop::StopSignal,
};
use anyhow::{Context as _, bail};
use ringbolt_core::pin::{PinHasher, keys::PinKey};
use ringbolt_dev::callers_csv::names;
use ringbolt_dynamodb::{Store, StoreError, Table};
use ringbolt_lambda::enrolment::MAX_ENTRIES;
use std::{path::Path, thread::available_parallelism, time::Duration};

impl Import {
    /// For a dry run, checks that the table and the keys can be used, and prints how long the import would take.
    pub(super) async fn preflight(
        &self,
        out: Output,
        connection: &Connection,
        survey: &Survey,
        rules: &Rules,
    ) -> anyhow::Result<()> {
        let opened = Opened::new(connection).await?;
        connection.announce(out);
        self.check_flows(out, connection, survey, rules).await?;
        opened.way(out, survey.pins_after(&Done::NOTHING)).await.map(drop)
    }

    /// Imports all rows, or the remaining rows of an interrupted import.
    pub(super) async fn import(
        &self,
        out: Output,
        connection: &Connection,
        survey: Survey,
        rules: Rules,
        files: &ImportFiles,
        stop: &mut StopSignal,
    ) -> anyhow::Result<()> {
        let whole = self.whole_callers(&survey, &rules)?;
        if let Some(sentence) = whole.as_ref().and_then(|whole| whole.unreadable_users(&self.file)) {
            bail!("{sentence}. Correct the file; --dry-run lists every such row");
        }
        let opened = Opened::new(connection).await?;
        let (table, store) = (opened.table.clone(), opened.store.clone());
        connection.announce(out);
        self.check_flows(out, connection, &survey, &rules).await?;

        let identity = self.identity(connection, &survey, table.clone(), &files.refused);
        let (journal, before) = Journal::open(&files.journal, &identity, &opened.keys, new_run_id())?;
        let done = before.unwrap_or(Done { at: survey.first, ..Done::NOTHING });
        // Without recorded progress, the position is the start of the file, which is the header.
        let done = if done.rows == 0 { Done { at: survey.first, ..done } } else { done };
        if !survey.end_at(done.rows, done.at)? {
            bail!(
                "{} was changed or damaged: it records {} as done, but they do not end at the recorded position. Delete it \
                 to start again.",
                files.journal.display(),
                counted(done.rows, "row")
            );
        }
        // Open everything that can fail before the start of the change is recorded.
        let list = RefusedFile::resume(&files.refused, done.refused_bytes, &files.journal)?;
        let records = survey.rows_from(done.at)?;
        if before.is_some() {
            out.note(&format!("Resuming after {} of {}.", grouped(done.rows), counted(survey.rows, "row")));
        }
        let way = opened.way(out, survey.pins_after(&done)).await?;

        let lock = RealmLock::take(connection, store.clone(), rules.realm.clone(), journal.run.clone()).await?;
        let begun = match audit::begin(connection, "pin import", self.realm.clone()).await {
            Ok(begun) => begun,
            Err(error) => {
                lock.release().await;
                return Err(error);
            }
        };
        let target = Target {
            store,
            way,
            realm: rules.realm.clone(),
            existing: self.existing.into(),
            allow_weak: self.allow_weak,
            run: journal.run.clone(),
            patience: Duration::from_secs(self.patience),
        };
        let mut ledger = Ledger::new(done, list, Some(journal));
        let mut progress = Progress::new(out, survey.rows, done.rows);
        let pipeline = Pipeline { columns: survey.columns.clone(), rules, whole, target: Some(target) };
        let ended = pipeline.run(records, &mut ledger, &mut progress, stop, lock.lost()).await;
        lock.release().await;

        let done = *ledger.done();
        let so_far = format!("{} of {}", grouped(done.rows), counted(survey.rows, "row"));
        let detail = format!("{}, {}", counted(done.pins, "row"), counted(done.refused, "refused row"));
        match ended {
            Ok(Ended::Finished) => {
                let whole = survey.changed(done.rows).and_then(|changed| match changed {
                    // Keep the journal: without it, the import would look finished.
                    Some(changed) => bail!("{changed}: delete {} and import the file again", files.journal.display()),
                    None => Ok(()),
                });
                if let Err(error) = whole {
                    return Err(begun.failed_with(connection, &format!("the file changed; {detail}"), error).await);
                }
                begun.done(connection, &detail).await?;
                self.report(out, ledger, &files.refused, Imported::Into(&table))
            }
            Ok(Ended::Interrupted) => {
                let interrupted =
                    Interrupted::new(format!("interrupted after {so_far}; run the same command again to resume"));
                Err(begun.failed_with(connection, &format!("interrupted; {detail}"), interrupted).await)
            }
            Ok(Ended::Failed(failure)) => {
                let stopped = format!("the import stopped after {so_far}; run the same command again to resume");
                let reason = match failure {
                    Failure::Store(error) => connection.explain(error),
                    other => other.into(),
                };
                // If the database is unreachable, this fails too; the first audit log entry shows that the import began.
                begun.failed(connection, &format!("stopped; {detail}")).await.unwrap_or_default();
                Err(reason.context(stopped))
            }
            Err(error) => {
                let error =
                    error.context(format!("the import stopped after {so_far}; run the same command again to resume"));
                Err(begun.failed_with(connection, &format!("stopped; {detail}"), error).await)
            }
        }
    }

    /// Prints which columns seem to be meant for an attribute of a live flow of this realm.
    ///
    /// # Errors
    /// No live flow has this realm, or none could ask for the PIN of a row's user.
    async fn check_flows(
        &self,
        out: Output,
        connection: &Connection,
        survey: &Survey,
        rules: &Rules,
    ) -> anyhow::Result<()> {
        let flows = realm::flows_of(connection, &rules.realm).await?;
        let reach = Reach::of(&flows);
        if reach.may_miss_users() {
            let mut unreachable: Option<(u64, u64, String)> = None;
            survey.each_row(rules, |row| {
                if let Ok(row) = row
                    && let Err(sentence) = reach.check(&row.caller.user)
                {
                    unreachable.get_or_insert((row.line, 0, sentence)).1 += 1;
                }
            })?;
            if let Some((line, rows, sentence)) = unreachable {
                return Err(Usage::new(format!(
                    "{}, line {line}: {sentence}. {} concerned, and nothing was imported",
                    self.file.display(),
                    if rows == 1 { "1 row is".to_owned() } else { format!("{} rows are", grouped(rows)) },
                )));
            }
        }
        flows.iter().flat_map(|flow| names::hints(survey.columns.names(), flow)).for_each(|hint| out.note(&hint));
        Ok(())
    }

    fn identity(&self, connection: &Connection, survey: &Survey, table: String, refused: &Path) -> Identity {
        let existing = format!("{:?}", self.existing).to_lowercase();
        let mut options = vec![format!("--existing {existing}")];
        options.extend(self.digits_only.then(|| "--digits-only".to_owned()));
        options.extend(self.allow_weak.then(|| "--allow-weak".to_owned()));
        options.extend(self.delimiter.map(|delimiter| format!("--delimiter {}", char::from(delimiter))));
        options.extend(self.digits.map(|digits| match digits {
            Digits::Any => "--digits any".to_owned(),
            Digits::Exactly(digits) => format!("--digits {digits}"),
        }));
        Identity {
            file: survey.digest.clone(),
            realm: self.realm.clone(),
            table,
            place: connection.name(),
            options: options.join(" "),
            refused: refused.to_owned(),
        }
    }
}

/// What an import writes to, after a test request.
struct Opened {
    /// The name of the table of callers.
    table: String,
    store: Store,
    enroller: Enroller,
    /// The ids of the PIN keys.
    keys: Vec<String>,
}

impl Opened {
    /// # Errors
    /// The table, the PIN keys or the enrolment function cannot be used.
    async fn new(connection: &Connection) -> anyhow::Result<Self> {
        const UNDONE: &str = "nothing was imported";
        let (table, store, enroller) =
            (connection.callers_table()?, connection.callers()?, Enroller::of(connection).await?);
        let keys = match &enroller {
            Enroller::Here(here) => {
                match store.warm_up(Table::Callers).await {
                    Err(StoreError::Refused { .. }) => {
                        bail!("{table} in {} is not a table of callers: check --callers-table", connection.name())
                    }
                    tried => tried.explained(connection, UNDONE)?,
                }
                here.hasher.keys().all().map(PinKey::id).map(str::to_owned).collect()
            }
            // The function opens the table itself.
            Enroller::Function(function) => function.check().await.context(UNDONE)?,
        };
        Ok(Self { table, store, enroller, keys })
    }

    /// How rows are written. Prints how long they will take.
    async fn way(self, out: Output, rows: u64) -> anyhow::Result<Way> {
        match self.enroller {
            Enroller::Here(here) => {
                let hasher = Box::new(here.hasher);
                let cores = print_estimate(out, &hasher, rows).await?;
                Ok(Way::Here { hasher, cores })
            }
            Enroller::Function(function) => {
                out.note(&format!(
                    "{} through the enrolment function {}, up to {MAX_ENTRIES} with each of at most {} requests at a time.",
                    counted(rows, "PIN"),
                    function.name(),
                    Limits::INVOCATIONS.most()
                ));
                Ok(Way::Function(function))
            }
        }
    }
}

/// Prints how long the rows will take. Returns the number of cores that hash.
async fn print_estimate(out: Output, hasher: &PinHasher, rows: u64) -> anyhow::Result<usize> {
    let cores = available_parallelism().map_or(1, usize::from);
    let measured = hasher.clone();
    let a_second = tokio::task::spawn_blocking(move || estimate::hashes_a_second(&measured, cores)).await??;
    out.note(&estimate::sentence(rows, a_second, cores));
    Ok(cores)
}

/// An id that no other import has.
fn new_run_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}
