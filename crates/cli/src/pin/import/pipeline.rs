//! The stages of an import: one thread reads, one thread per core hashes, tasks write (`write`), and the ledger counts.
//! With an enrolment function, one thread joins rows to requests instead, and tasks invoke the function (`through`).
//!
//! Every stage waits for the next one, which limits the rows in memory. After a stop signal no new row is started, but rows
//! that are being hashed or written are finished.

use super::{
    ledger::{Finished, Ledger, Verdict},
    pace::{Limits, Pace},
    progress::Progress,
    rows::Rules,
    through::{invoke_all, join},
    whole::{Entry, Planned, WholeCallers},
    write::{Target, Way, hash, write_all},
};
use crate::{enrol::FunctionFault, stop::StopSignal};
use ringbolt_core::pin::HashFailed;
use ringbolt_dev::callers_csv::{
    Columns,
    records::{Position, Records},
};
use ringbolt_dynamodb::StoreError;
use ringbolt_lambda::enrolment::MAX_ENTRIES;
use std::{
    fs::File,
    io::{self, BufReader},
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc as threads,
    },
    thread,
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{MissedTickBehavior, interval},
};

/// The most rows between the file and the journal.
const WINDOW: usize = 1_024;
/// The most hashed rows that wait to be written.
const HASHED: usize = 64;
/// The journal is written after this many rows and at this interval.
const RECORD_ROWS: u64 = 1_000;
const RECORD_INTERVAL: Duration = Duration::from_secs(1);

/// What to do with the rows.
pub(crate) struct Pipeline {
    pub(crate) columns: Columns,
    pub(crate) rules: Rules,
    /// The callers whose rows are written together. `None` if rows are written one by one.
    pub(crate) whole: Option<WholeCallers>,
    /// `None` for a dry run, which only reads and checks rows.
    pub(crate) target: Option<Target>,
}

/// How an import ended.
pub(crate) enum Ended {
    Finished,
    Interrupted,
    Failed(Failure),
}

/// Why an import cannot continue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the file could not be read")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Hash(#[from] HashFailed),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Function(#[from] FunctionFault),
    #[error("another import into this realm has begun, because this one gave no sign of life for a while")]
    LockLost,
}

/// A row at any stage, with its place in the file.
pub(super) struct Numbered<T> {
    number: u64,
    end: Position,
    window: OwnedSemaphorePermit,
    pub(super) what: T,
}

impl<T> Numbered<T> {
    /// Converts the row for the next stage.
    pub(super) fn map<U>(self, convert: impl FnOnce(T) -> U) -> Numbered<U> {
        Numbered { number: self.number, end: self.end, window: self.window, what: convert(self.what) }
    }

    pub(super) fn finished(self, verdict: Verdict) -> Event {
        Event::Finished(Finished { number: self.number, end: self.end, verdict, window: self.window })
    }
}

pub(super) enum Event {
    Finished(Finished),
    Failed(Failure),
}

/// State shared by all stages.
#[derive(Clone)]
pub(super) struct Shared {
    events: mpsc::UnboundedSender<Event>,
    halted: Arc<AtomicBool>,
}

impl Shared {
    /// Sends an event. If the receiver is gone, the import has already ended.
    pub(super) fn send(&self, event: Event) {
        self.events.send(event).unwrap_or_default();
    }

    pub(super) fn halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }
}

impl Ended {
    /// Notes a failure. The first one is the reason, and what follows from it is not.
    fn fail(&mut self, failure: Failure) {
        if !matches!(self, Self::Failed(_)) {
            *self = Self::Failed(failure);
        }
    }

    /// Notes a stop signal. Whether the import ends at once: a second signal does that, and one after a failure, which keeps
    /// its reason. At most one second of progress is missing from the journal then.
    fn ends_at_once(&mut self) -> bool {
        if matches!(self, Self::Finished) {
            *self = Self::Interrupted;
            return false;
        }
        true
    }
}

impl Pipeline {
    /// Processes all rows, or those before the stop signal. If `lock_lost` ends, the import stops.
    ///
    /// # Errors
    /// The journal or the file of refused rows cannot be written.
    pub(crate) async fn run(
        self,
        records: Records<BufReader<File>>,
        ledger: &mut Ledger,
        progress: &mut Progress,
        stop: &mut StopSignal,
        lock_lost: impl Future<Output = ()>,
    ) -> anyhow::Result<Ended> {
        let (events, mut finished) = mpsc::unbounded_channel();
        let shared = Shared { events, halted: Arc::new(AtomicBool::new(false)) };
        let halted = Arc::clone(&shared.halted);
        let limits = match self.target.as_ref().map(|target| &target.way) {
            Some(Way::Function(_)) => Limits::INVOCATIONS,
            Some(Way::Here { .. }) | None => Limits::ROWS,
        };
        let pace = Pace::new(self.target.as_ref().map_or(Duration::ZERO, |target| target.patience), limits);
        self.start(records, shared, &pace);

        let mut lock_lost = pin!(lock_lost);
        let mut has_lock = true;
        let mut ended = Ended::Finished;
        let mut tick = interval(RECORD_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut recorded = ledger.done().rows;
        loop {
            tokio::select! {
                event = finished.recv() => match event {
                    None => break,
                    Some(Event::Finished(row)) => {
                        ledger.finish(row).inspect_err(|_| halted.store(true, Ordering::Relaxed))?;
                        if ledger.done().rows >= recorded + RECORD_ROWS {
                            recorded = ledger.done().rows;
                            ledger.record().inspect_err(|_| halted.store(true, Ordering::Relaxed))?;
                        }
                    }
                    Some(Event::Failed(failure)) => {
                        halted.store(true, Ordering::Relaxed);
                        ended.fail(failure);
                    }
                },
                _ = tick.tick() => ledger.record().inspect_err(|_| halted.store(true, Ordering::Relaxed))?,
                () = &mut lock_lost, if has_lock => {
                    has_lock = false;
                    halted.store(true, Ordering::Relaxed);
                    ended.fail(Failure::LockLost);
                }
                () = stop.received() => {
                    if ended.ends_at_once() {
                        break;
                    }
                    halted.store(true, Ordering::Relaxed);
                }
            }
            progress.show(ledger.done(), pace.status());
        }
        ledger.record()?;
        progress.end();
        Ok(ended)
    }

    /// Starts every stage. Each one ends after the one before it.
    fn start(self, records: Records<BufReader<File>>, shared: Shared, pace: &Pace) {
        let Self { columns, rules, whole, target } = self;
        let waiting = match target.as_ref().map(|target| &target.way) {
            Some(Way::Here { cores, .. }) => 2 * cores,
            Some(Way::Function(_)) => MAX_ENTRIES,
            None => 0,
        };
        let (rows_out, rows) = threads::sync_channel(waiting);
        let reader =
            Reader { columns, rules, whole, rows_out: target.is_some().then_some(rows_out), shared: shared.clone() };
        let runtime = Handle::current();
        thread::spawn(move || reader.run(records, &runtime));
        let Some(target) = target else { return };
        match target.way.clone() {
            Way::Here { hasher, cores } => {
                let (to_write, hashed) = mpsc::channel(HASHED);
                let rows = Arc::new(Mutex::new(rows));
                for _ in 0..cores {
                    let (rows, hasher, to_write, shared) =
                        (Arc::clone(&rows), hasher.clone(), to_write.clone(), shared.clone());
                    thread::spawn(move || hash(&rows, &hasher, &to_write, &shared));
                }
                tokio::spawn(write_all(target, hashed, shared, pace.clone()));
            }
            Way::Function(function) => {
                // One request waits while the others are in flight.
                let (to_send, requests) = mpsc::channel(1);
                let joined = shared.clone();
                thread::spawn(move || join(&rows, &to_send, &joined));
                tokio::spawn(invoke_all(target, function, requests, shared, pace.clone()));
            }
        }
    }
}

struct Reader {
    columns: Columns,
    rules: Rules,
    whole: Option<WholeCallers>,
    /// `None` for a dry run.
    rows_out: Option<threads::SyncSender<Numbered<Entry>>>,
    shared: Shared,
}

impl Reader {
    fn run(mut self, mut records: Records<BufReader<File>>, runtime: &Handle) {
        let window = Arc::new(Semaphore::new(WINDOW));
        for number in 0.. {
            let Ok(permit) = runtime.block_on(Arc::clone(&window).acquire_owned()) else { return };
            if self.shared.halted() {
                return;
            }
            let read = match records.read_next() {
                Ok(read) => self.rules.parse(&self.columns, read),
                Err(error) => return self.shared.send(Event::Failed(error.into())),
            };
            let Some(read) = read else { return };
            let planned = read.and_then(|row| match (row, &mut self.whole) {
                (None, _) => Ok(None),
                (Some(row), Some(whole)) => whole.plan(row).map(Some),
                (Some(row), None) => Ok(Some(Planned::Write(row.into()))),
            });
            let row = Numbered { number, end: records.position(), window: permit, what: () };
            match (planned, &self.rows_out) {
                (Err(refused), _) => self.shared.send(row.finished(Verdict::Refused(refused))),
                (Ok(None), _) => self.shared.send(row.finished(Verdict::Blank)),
                (Ok(Some(_)), None) => self.shared.send(row.finished(Verdict::Valid)),
                (Ok(Some(Planned::Follow(what))), Some(_)) => self.shared.send(row.finished(Verdict::Follows(what))),
                (Ok(Some(Planned::Write(what))), Some(rows_out)) => {
                    if rows_out.send(row.map(|()| what)).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_reason_whatever_comes_after_it() {
        let mut ended = Ended::Finished;
        ended.fail(Failure::LockLost);
        assert!(ended.ends_at_once(), "a signal after a failure does not wait");
        ended.fail(Failure::Store(ringbolt_dynamodb::StoreError::Throttled));
        assert!(matches!(ended, Ended::Failed(Failure::LockLost)));
    }

    #[test]
    fn a_first_signal_lets_rows_in_progress_end_and_a_second_one_does_not() {
        let mut ended = Ended::Finished;
        assert!(!ended.ends_at_once() && matches!(ended, Ended::Interrupted));
        assert!(ended.ends_at_once() && matches!(ended, Ended::Interrupted));
    }
}
