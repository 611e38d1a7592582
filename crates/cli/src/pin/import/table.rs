//! The import itself: into the table of callers, recorded as a change.

use super::{
    Import,
    estimate::{self, counted, grouped},
    journal::{Done, Identity, Journal},
    ledger::Ledger,
    pipeline::{Ended, Failure, Pipeline},
    places::Places,
    progress::Progress,
    refused::RefusedFile,
    rows::Rules,
    survey::Survey,
    write::Target,
};
use crate::{
    audit,
    connection::{Connection, Explained as _},
    exit::Interrupted,
    output::Output,
    stop::StopSignal,
};
use anyhow::bail;
use ringbolt_core::pin::{PinHasher, keys::PinKey};
use ringbolt_dynamodb::{Store, StoreError, Table};
use std::{path::Path, thread::available_parallelism, time::Duration};

impl Import {
    /// For a dry run: whether the table and the keys can be used, and how long it would take.
    pub(super) async fn look(&self, out: Output, connection: &Connection, rows: u64) -> anyhow::Result<()> {
        let (_, _, hasher) = opened(connection).await?;
        connection.announce(out);
        estimated(out, &hasher, rows).await.map(drop)
    }

    /// Takes the rows into the table, or those that an interrupted import has left.
    pub(super) async fn import(
        &self,
        out: Output,
        connection: &Connection,
        survey: Survey,
        rules: Rules,
        places: &Places,
        stop: &mut StopSignal,
    ) -> anyhow::Result<()> {
        let (table, store, hasher) = opened(connection).await?;
        connection.announce(out);

        let identity = self.identity(connection, &survey, table.clone(), &places.refused);
        let (journal, before) = Journal::open(&places.journal, &identity, &key_ids(&hasher), fresh_name())?;
        let done = before.unwrap_or(Done { at: survey.first, ..Done::NOTHING });
        // An interruption before the first line of progress leaves the beginning of the file, and that is the header.
        let done = if done.rows == 0 { Done { at: survey.first, ..done } } else { done };
        if !survey.end_at(done.rows, done.at)? {
            bail!(
                "{} was changed or damaged: it says that {} are done, which do not end where it says. Delete it to begin \
                 anew.",
                places.journal.display(),
                counted(done.rows, "row")
            );
        }
        // All that can be refused is opened before the change is recorded as begun.
        let list = RefusedFile::go_on(&places.refused, done.refused_bytes, &places.journal)?;
        let records = survey.rows_from(done.at)?;
        if before.is_some() {
            out.note(&format!("Going on after {} of {}.", grouped(done.rows), counted(survey.rows, "row")));
        }
        let cores = estimated(out, &hasher, survey.rows.saturating_sub(done.rows)).await?;

        let begun = audit::begin(connection, "pin import", self.realm.clone()).await?;
        let target = Target {
            store,
            hasher,
            existing: self.existing.into(),
            run: journal.run.clone(),
            cores,
            patience: Duration::from_secs(self.patience),
        };
        let mut ledger = Ledger::new(done, list, Some(journal));
        let mut progress = Progress::new(out, survey.rows, done.rows);
        let pipeline = Pipeline { columns: survey.columns.clone(), rules, target: Some(target) };
        let ended = pipeline.run(records, &mut ledger, &mut progress, stop).await;

        let done = *ledger.done();
        let so_far = format!("{} of {}", grouped(done.rows), counted(survey.rows, "row"));
        let detail = format!("{}, {}", counted(done.pins, "row"), counted(done.refused, "refused row"));
        match ended {
            Ok(Ended::Finished) => {
                let whole = survey.changed(done.rows).and_then(|changed| match changed {
                    // The journal stays: without it, the import would look like one that was finished.
                    Some(changed) => bail!("{changed}: delete {} and import it again", places.journal.display()),
                    None => Ok(()),
                });
                if let Err(error) = whole {
                    return Err(begun.failed_with(connection, &format!("the file changed; {detail}"), error).await);
                }
                begun.done(connection, &detail).await?;
                self.report(out, ledger, &places.refused, Some(&table))
            }
            Ok(Ended::Interrupted) => {
                let interrupted = Interrupted::new(format!(
                    "interrupted after {so_far}. They are done; give the same command again to go on."
                ));
                Err(begun.failed_with(connection, &format!("interrupted; {detail}"), interrupted).await)
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
                let error =
                    error.context(format!("the import stopped after {so_far}; give the same command again to go on"));
                Err(begun.failed_with(connection, &format!("stopped; {detail}"), error).await)
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
}

/// The table's name, the table and the hasher, each of them tried.
async fn opened(connection: &Connection) -> anyhow::Result<(String, Store, PinHasher)> {
    let (table, store, hasher) = (connection.callers_table()?, connection.callers()?, connection.pin_hasher().await?);
    match store.warm_up(Table::Callers).await {
        Err(StoreError::Refused { .. }) => {
            bail!("{table} in {} is no table of callers: look at --callers-table", connection.name())
        }
        tried => tried.explained(connection, "nothing was imported")?,
    }
    Ok((table, store, hasher))
}

/// Says how long so many rows take, and gives the number of cores that hash.
async fn estimated(out: Output, hasher: &PinHasher, rows: u64) -> anyhow::Result<usize> {
    let cores = available_parallelism().map_or(1, usize::from);
    let measured = hasher.clone();
    let a_second = tokio::task::spawn_blocking(move || estimate::hashes_a_second(&measured, cores)).await??;
    out.note(&estimate::sentence(rows, a_second, cores));
    Ok(cores)
}

fn key_ids(hasher: &PinHasher) -> Vec<String> {
    hasher.keys().all().map(PinKey::id).map(str::to_owned).collect()
}

/// A name that no other import has.
fn fresh_name() -> String {
    format!("{:016x}", rand::random::<u64>())
}
