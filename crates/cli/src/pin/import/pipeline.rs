//! Rows on their way: one thread reads, one a core hashes, tasks write, and the ledger counts.
//!
//! Every stage waits for the next one, so that memory holds no more than a window of rows. On a stop nothing new is
//! begun; what is being hashed or written is finished.

use super::{
    ledger::{Finished, Ledger, Verdict},
    pace::{After, Pace},
    progress::Progress,
    records::{Next, Position, Records},
    refused::{Reason, Refused},
    rows::{Columns, Row, Rules},
};
use crate::stop::StopSignal;
use ringbolt_core::pin::{HashFailed, PinHasher, PinTag};
use ringbolt_dynamodb::{
    Store, StoreError,
    imports::{Existing, ImportedRow},
};
use std::{
    fs::File,
    io::{self, BufReader},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc as threads,
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{MissedTickBehavior, interval, sleep},
};

/// How many rows may be under way between the file and the journal.
const WINDOW: usize = 1_024;
/// Rows that are hashed and wait to be written.
const HASHED: usize = 64;
/// How often the journal is written: by rows, and by time.
const RECORDED_ROWS: u64 = 1_000;
const RECORDED: Duration = Duration::from_secs(1);

/// What is to be done with the rows.
pub(crate) struct Pipeline {
    pub(crate) columns: Columns,
    pub(crate) rules: Rules,
    /// None for a dry run: rows are read and judged alone.
    pub(crate) target: Option<Target>,
}

/// Where rows go.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) store: Store,
    pub(crate) hasher: PinHasher,
    pub(crate) existing: Existing,
    /// The import's name.
    pub(crate) run: String,
    pub(crate) cores: usize,
    /// How long an outage is waited out.
    pub(crate) patience: Duration,
}

/// How it ended.
pub(crate) enum Ended {
    Finished,
    Interrupted,
    Failed(Failure),
}

/// Why it cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the file could not be read")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Hash(#[from] HashFailed),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A row with its place in the file, at whatever stage.
struct Numbered<T> {
    number: u64,
    end: Position,
    window: OwnedSemaphorePermit,
    what: T,
}

impl<T> Numbered<T> {
    fn finished(self, verdict: Verdict) -> Event {
        Event::Finished(Finished { number: self.number, end: self.end, verdict, window: self.window })
    }
}

enum Event {
    Finished(Finished),
    Failed(Failure),
}

/// What every stage has. Where nobody listens to its events any more, all is over already.
#[derive(Clone)]
struct Shared {
    events: mpsc::UnboundedSender<Event>,
    halted: Arc<AtomicBool>,
}

impl Shared {
    fn tell(&self, event: Event) {
        self.events.send(event).unwrap_or_default();
    }

    fn halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }
}

impl Pipeline {
    /// Takes all rows through, or those before the stop.
    ///
    /// # Errors
    /// The journal or the file of refused rows cannot be written.
    pub(crate) async fn run(
        self,
        records: Records<BufReader<File>>,
        ledger: &mut Ledger,
        progress: &mut Progress,
        stop: &mut StopSignal,
    ) -> anyhow::Result<Ended> {
        let (events, mut finished) = mpsc::unbounded_channel();
        let shared = Shared { events, halted: Arc::new(AtomicBool::new(false)) };
        let halted = Arc::clone(&shared.halted);
        let pace = Pace::new(self.target.as_ref().map_or(Duration::ZERO, |target| target.patience));
        self.start(records, shared, &pace);

        let mut ended = Ended::Finished;
        let mut tick = interval(RECORDED);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut recorded = ledger.done().rows;
        loop {
            tokio::select! {
                event = finished.recv() => match event {
                    None => break,
                    Some(Event::Finished(row)) => {
                        ledger.finish(row).inspect_err(|_| halted.store(true, Ordering::Relaxed))?;
                        if ledger.done().rows >= recorded + RECORDED_ROWS {
                            recorded = ledger.done().rows;
                            ledger.record().inspect_err(|_| halted.store(true, Ordering::Relaxed))?;
                        }
                    }
                    Some(Event::Failed(failure)) => {
                        halted.store(true, Ordering::Relaxed);
                        if !matches!(ended, Ended::Failed(_)) {
                            ended = Ended::Failed(failure);
                        }
                    }
                },
                _ = tick.tick() => ledger.record().inspect_err(|_| halted.store(true, Ordering::Relaxed))?,
                () = stop.came() => {
                    // Whoever asks twice does not want to wait; the journal loses a second's rows at the most.
                    if matches!(ended, Ended::Interrupted) {
                        break;
                    }
                    halted.store(true, Ordering::Relaxed);
                    ended = Ended::Interrupted;
                }
            }
            progress.show(ledger.done(), pace.standing());
        }
        ledger.record()?;
        progress.end();
        Ok(ended)
    }

    /// Starts every stage; they end by themselves, each after the one before it.
    fn start(self, records: Records<BufReader<File>>, shared: Shared, pace: &Pace) {
        let Self { columns, rules, target } = self;
        let (to_hash, rows) = threads::sync_channel(target.as_ref().map_or(0, |target| 2 * target.cores));
        let reader = Reader { columns, rules, to_hash: target.is_some().then_some(to_hash), shared: shared.clone() };
        let runtime = Handle::current();
        thread::spawn(move || reader.run(records, &runtime));
        let Some(target) = target else { return };
        let (to_write, hashed) = mpsc::channel(HASHED);
        let rows = Arc::new(Mutex::new(rows));
        for _ in 0..target.cores {
            let (rows, hasher, to_write, shared) =
                (Arc::clone(&rows), target.hasher.clone(), to_write.clone(), shared.clone());
            thread::spawn(move || hash(&rows, &hasher, &to_write, &shared));
        }
        tokio::spawn(write_all(target, hashed, shared, pace.clone()));
    }
}

struct Reader {
    columns: Columns,
    rules: Rules,
    to_hash: Option<threads::SyncSender<Numbered<Row>>>,
    shared: Shared,
}

impl Reader {
    fn run(self, mut records: Records<BufReader<File>>, runtime: &Handle) {
        let window = Arc::new(Semaphore::new(WINDOW));
        for number in 0.. {
            let Ok(permit) = runtime.block_on(Arc::clone(&window).acquire_owned()) else { return };
            if self.shared.halted() {
                return;
            }
            let read = match records.next() {
                Ok(Next::End) => return,
                Ok(Next::Record { line, bytes }) => self.columns.row(line, bytes, &self.rules),
                Ok(Next::TooLong { line }) => Err(Refused { line, user: None, reason: Reason::TooLong }),
                Ok(Next::Unclosed { line }) => Err(Refused { line, user: None, reason: Reason::Unclosed }),
                Err(error) => return self.shared.tell(Event::Failed(error.into())),
            };
            let row = Numbered { number, end: records.position(), window: permit, what: () };
            match (read, &self.to_hash) {
                (Err(refused), _) => self.shared.tell(row.finished(Verdict::Refused(refused))),
                (Ok(None), _) => self.shared.tell(row.finished(Verdict::Blank)),
                (Ok(Some(_)), None) => self.shared.tell(row.finished(Verdict::Valid)),
                (Ok(Some(what)), Some(to_hash)) => {
                    let row = Numbered { number, end: row.end, window: row.window, what };
                    if to_hash.send(row).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

type Hashed = Numbered<(Row, Vec<PinTag>)>;

fn hash(
    rows: &Mutex<threads::Receiver<Numbered<Row>>>,
    hasher: &PinHasher,
    to_write: &mpsc::Sender<Hashed>,
    shared: &Shared,
) {
    loop {
        let row = rows.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Numbered { number, end, window, what: row }) = row else { return };
        if shared.halted() {
            continue;
        }
        match hasher.enrol(&row.caller, &row.pin) {
            Ok(tags) => {
                if to_write.blocking_send(Numbered { number, end, window, what: (row, tags) }).is_err() {
                    return;
                }
            }
            Err(failed) => shared.tell(Event::Failed(failed.into())),
        }
    }
}

async fn write_all(target: Target, mut hashed: mpsc::Receiver<Hashed>, shared: Shared, pace: Pace) {
    // The pace is kept here, where all rows are known, not in the SDK for each by itself.
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

/// Writes a row until it is in, refused, or the import is stopped: then it stays undone, and the next run does it.
async fn write(target: &Target, hashed: Hashed, shared: &Shared, pace: &Pace) {
    let (row, tags) = &hashed.what;
    let import = ImportedRow {
        caller: &row.caller,
        tags,
        attributes: row.attributes.as_ref(),
        run: &target.run,
        row: row.line,
        existing: target.existing,
    };
    for times in 0.. {
        let sent = pace.sent();
        let error = match target.store.import_row(&import).await {
            Ok(imported) => {
                pace.went_well();
                return shared.tell(hashed.finished(Verdict::Imported(imported)));
            }
            Err(error) => error,
        };
        if let Some(reason) = refusal(&error) {
            pace.went_well();
            let refused = Refused { line: row.line, user: Some(row.caller.user.as_str().to_owned()), reason };
            return shared.tell(hashed.finished(Verdict::Refused(refused)));
        }
        match pace.failed(&error, sent, times, Instant::now()) {
            After::GiveUp => return shared.tell(Event::Failed(error.into())),
            After::Again(_) if shared.halted() => return,
            After::Again(pause) => sleep(pause).await,
        }
    }
}

/// What the row itself is to blame for.
fn refusal(error: &StoreError) -> Option<Reason> {
    match error {
        StoreError::TooLarge => Some(Reason::TooLarge),
        StoreError::Unreadable { .. } => Some(Reason::Foreign),
        StoreError::Refused { code } => Some(Reason::Database(code.clone())),
        _ => None,
    }
}
