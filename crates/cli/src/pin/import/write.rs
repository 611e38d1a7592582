//! Hashes rows and writes them to the table.

use super::{
    ledger::Verdict,
    pace::{After, Pace},
    pipeline::{Event, Numbered, Shared},
    refused::{Reason, Refused},
    whole::Entry,
};
use ringbolt_core::pin::{PinHasher, PinTag};
use ringbolt_dynamodb::{
    Store, StoreError,
    imports::{Existing, Imported, ImportedRow},
};
use std::{
    sync::{Arc, Mutex, PoisonError, mpsc as threads},
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, time::sleep};

/// Where rows are written, and how.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) store: Store,
    pub(crate) hasher: PinHasher,
    pub(crate) existing: Existing,
    /// The import's id.
    pub(crate) run: String,
    pub(crate) cores: usize,
    /// How long to retry during an outage.
    pub(crate) patience: Duration,
}

/// An entry with its tags.
pub(super) type Hashed = Numbered<(Entry, Vec<PinTag>)>;

/// Hashes rows until there are no more.
pub(super) fn hash(
    rows: &Mutex<threads::Receiver<Numbered<Entry>>>,
    hasher: &PinHasher,
    to_write: &mpsc::Sender<Hashed>,
    shared: &Shared,
) {
    loop {
        let row = rows.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(row) = row else { return };
        if shared.halted() {
            continue;
        }
        let pins = row.what.pins.iter().map(|pin| hasher.enrol(&row.what.caller, pin));
        match pins.collect::<Result<Vec<_>, _>>() {
            Ok(tags) => {
                let tags = tags.concat();
                if to_write.blocking_send(row.map(|row| (row, tags))).is_err() {
                    return;
                }
            }
            Err(failed) => shared.send(Event::Failed(failed.into())),
        }
    }
}

/// Writes rows, as many in parallel as the pace allows.
pub(super) async fn write_all(target: Target, mut hashed: mpsc::Receiver<Hashed>, shared: Shared, pace: Pace) {
    // The pace applies to all rows together, so the SDK must not retry single requests.
    let target = Arc::new(Target { store: target.store.without_retries(), ..target });
    while let Some(row) = hashed.recv().await {
        let slot = pace.slot().await;
        let (target, shared, pace) = (Arc::clone(&target), shared.clone(), pace.clone());
        tokio::spawn(async move {
            write(&target, row, &shared, &pace).await;
            drop(slot);
        });
    }
}

/// Retries a row until it is written or refused. If the import stops first, the next run writes the row.
async fn write(target: &Target, hashed: Hashed, shared: &Shared, pace: &Pace) {
    let (row, tags) = &hashed.what;
    let import = ImportedRow {
        caller: &row.caller,
        tags,
        attributes: row.attributes.as_ref(),
        run: &target.run,
        row: row.first,
        existing: target.existing,
    };
    for times in 0.. {
        let sent = pace.sent();
        let error = match target.store.import_row(&import).await {
            Ok(imported) => {
                pace.succeeded();
                if let Some(written) = &row.written {
                    written.get_or_init(|| Ok(imported));
                }
                // A resumed import finds that an earlier run has written the caller's first row.
                let further = imported == Imported::First && row.line != row.first;
                let imported = if further { Imported::Further } else { imported };
                return shared.send(hashed.finished(Verdict::Imported(imported)));
            }
            Err(error) => error,
        };
        if let Some(reason) = refusal(&error) {
            pace.succeeded();
            if let Some(written) = &row.written {
                written.get_or_init(|| Err(reason.clone()));
            }
            let refused = Refused { line: row.line, user: Some(row.caller.user.as_str().to_owned()), reason };
            return shared.send(hashed.finished(Verdict::Refused(refused)));
        }
        match pace.failed(&error, sent, times, Instant::now()) {
            After::GiveUp => return shared.send(Event::Failed(error.into())),
            After::Again(_) if shared.halted() => return,
            After::Again(pause) => sleep(pause).await,
        }
    }
}

/// Why the row itself is refused, if the error is due to it.
fn refusal(error: &StoreError) -> Option<Reason> {
    match error {
        StoreError::TooLarge => Some(Reason::TooLarge),
        StoreError::Unreadable { .. } | StoreError::Corrupt(_) => Some(Reason::Foreign),
        StoreError::Refused { code } => Some(Reason::Database(code.clone())),
        _ => None,
    }
}
