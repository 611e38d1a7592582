//! Hashes rows and writes them to the table, with the PIN key.

use super::{
    ledger::Verdict,
    pace::{After, Pace},
    pipeline::{Event, Numbered, Shared},
    refused::{Reason, Refused},
    whole::Entry,
};
use crate::enrol::{EnrolFunction, Trouble};
use ringbolt_core::{
    identity::Realm,
    pin::{PinHasher, PinTag},
};
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
    pub(crate) way: Way,
    pub(crate) realm: Realm,
    pub(crate) existing: Existing,
    pub(crate) allow_weak: bool,
    /// The import's id.
    pub(crate) run: String,
    /// How long to retry during an outage.
    pub(crate) patience: Duration,
}

/// Who makes the tags of PINs and writes the rows.
#[derive(Clone)]
pub(crate) enum Way {
    /// This process, with the PIN key. `cores` is the number of threads that hash.
    Here { hasher: Box<PinHasher>, cores: usize },
    /// The enrolment function of the stack.
    Function(EnrolFunction),
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
                return hashed.map(|(row, _)| row).settle(Ok(imported), shared);
            }
            Err(error) => error,
        };
        if let Some(reason) = refusal(&error) {
            pace.succeeded();
            return hashed.map(|(row, _)| row).settle(Err(reason), shared);
        }
        match pace.failed(Trouble::from(&error), sent, times, Instant::now()) {
            After::GiveUp => return shared.send(Event::Failed(error.into())),
            After::Again(_) if shared.halted() => return,
            After::Again(pause) => sleep(pause).await,
        }
    }
}

impl Numbered<Entry> {
    /// Sends the result of a row, and keeps it for the caller's further rows.
    pub(super) fn settle(self, result: Result<Imported, Reason>, shared: &Shared) {
        let row = &self.what;
        if let Some(written) = &row.written {
            written.get_or_init(|| result.clone());
        }
        let verdict = match result {
            // A resumed import finds that an earlier run has written the caller's first row.
            Ok(Imported::First) if row.line != row.first => Verdict::Imported(Imported::Further),
            Ok(imported) => Verdict::Imported(imported),
            Err(reason) => {
                let user = Some(row.caller.user.as_str().to_owned());
                Verdict::Refused(Refused { line: row.line, user, reason })
            }
        };
        shared.send(self.finished(verdict));
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
