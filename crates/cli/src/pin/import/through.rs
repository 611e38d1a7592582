//! Writes rows through the enrolment function of the stack, several with each request.

use super::{
    pace::{After, Pace},
    pipeline::{Event, Failure, Numbered, Shared},
    refused::Reason,
    whole::Entry,
    write::Target,
};
use crate::{
    enrol::{EnrolFunction, FunctionFault},
    output::harmless,
};
use ringbolt_dynamodb::imports::Imported;
use ringbolt_lambda::enrolment::{self, EntryRefusal, MAX_ENTRIES, MAX_PINS, Operation, Outcome, Pin, Request};
use std::{
    mem,
    sync::{Arc, mpsc as threads},
    time::Instant,
};
use tokio::{sync::mpsc, time::sleep};

/// The most bytes of a request's attributes. Lambda accepts requests of 6 MB, and the attributes of one row have up to
/// 400 KB, which JSON can make six times as long.
const MAX_BYTES: usize = 2 << 20;

/// The rows of a request.
#[derive(Default)]
struct Joined {
    rows: Vec<Numbered<Entry>>,
    pins: usize,
    bytes: usize,
}

impl Joined {
    /// Whether one more row fits. Any row fits into an empty request.
    fn has_room(&self, pins: usize, bytes: usize) -> bool {
        let fits = self.rows.len() < MAX_ENTRIES && self.pins + pins <= MAX_PINS && self.bytes + bytes <= MAX_BYTES;
        self.rows.is_empty() || fits
    }
}

/// Joins rows to requests until there are no more. A request is full, or the last one.
pub(super) fn join(
    rows: &threads::Receiver<Numbered<Entry>>,
    requests: &mpsc::Sender<Vec<Numbered<Entry>>>,
    shared: &Shared,
) {
    let mut joined = Joined::default();
    while let Ok(row) = rows.recv() {
        if shared.halted() {
            continue;
        }
        let (pins, bytes) = (row.what.pins.len(), bytes_of(&row.what));
        if pins > MAX_PINS {
            row.settle(Err(Reason::TooManyPins { most: MAX_PINS }), shared);
            continue;
        }
        if !joined.has_room(pins, bytes) && requests.blocking_send(mem::take(&mut joined).rows).is_err() {
            return;
        }
        joined.pins += pins;
        joined.bytes += bytes;
        joined.rows.push(row);
    }
    if !joined.rows.is_empty() && !shared.halted() {
        // The receiver is gone only if the import has ended.
        requests.blocking_send(joined.rows).unwrap_or_default();
    }
}

fn bytes_of(entry: &Entry) -> usize {
    entry.attributes.as_ref().map_or(0, |attributes| serde_json::to_string(attributes).map_or(0, |text| text.len()))
}

/// Sends requests, as many in parallel as the pace allows.
pub(super) async fn invoke_all(
    target: Target,
    function: EnrolFunction,
    mut requests: mpsc::Receiver<Vec<Numbered<Entry>>>,
    shared: Shared,
    pace: Pace,
) {
    // The pace applies to all requests together, so the SDK must not retry single ones.
    let work = Arc::new(Work { target, function: function.without_retries(), shared, pace });
    while let Some(rows) = requests.recv().await {
        let slot = work.pace.slot().await;
        let work = Arc::clone(&work);
        tokio::spawn(async move {
            work.write(rows).await;
            drop(slot);
        });
    }
}

struct Work {
    target: Target,
    function: EnrolFunction,
    shared: Shared,
    pace: Pace,
}

impl Work {
    /// Repeats a request, with the rows that are left, until all are written or refused. If the import stops first, the
    /// next run writes them.
    async fn write(&self, mut rows: Vec<Numbered<Entry>>) {
        for times in 0.. {
            let sent = self.pace.sent();
            let fault = match self.function.outcomes(&self.request(&rows)).await {
                Ok(outcomes) => {
                    let all = rows.len();
                    let fault = self.settle(&mut rows, outcomes);
                    if rows.len() < all {
                        self.pace.succeeded();
                    }
                    fault
                }
                Err(fault) => Some(fault),
            };
            let Some(fault) = fault else { return };
            match self.pace.failed(fault.trouble(), sent, times, Instant::now()) {
                After::GiveUp => return self.shared.send(Event::Failed(Failure::Function(fault))),
                After::Again(_) if self.shared.halted() => return,
                After::Again(pause) => sleep(pause).await,
            }
        }
    }

    fn request(&self, rows: &[Numbered<Entry>]) -> Request {
        let entry = |row: &Numbered<Entry>| enrolment::Entry {
            user: row.what.caller.user.as_str().to_owned(),
            pins: row.what.pins.iter().map(Pin::from).collect(),
            attributes: row.what.attributes.clone(),
            row: row.what.first,
        };
        Request {
            operation: Operation::Import,
            realm: Some(self.target.realm.to_string()),
            run: Some(self.target.run.clone()),
            existing: Some(self.target.existing.into()),
            allow_weak: self.target.allow_weak,
            entries: rows.iter().map(entry).collect(),
        }
    }

    /// Settles the rows that are written or refused, and leaves the others. Returns the worst fault of those.
    fn settle(&self, rows: &mut Vec<Numbered<Entry>>, outcomes: Vec<Outcome>) -> Option<FunctionFault> {
        let mut worst: Option<FunctionFault> = None;
        for (row, outcome) in mem::take(rows).into_iter().zip(outcomes) {
            match result(&self.function, outcome) {
                Ok(result) => row.settle(result, &self.shared),
                Err(fault) => {
                    rows.push(row);
                    if worst.as_ref().is_none_or(|worst| worst.trouble() < fault.trouble()) {
                        worst = Some(fault);
                    }
                }
            }
        }
        worst
    }
}

/// The result of a row, or the fault because of which it has none yet.
fn result(function: &EnrolFunction, outcome: Outcome) -> Result<Result<Imported, Reason>, FunctionFault> {
    Ok(match outcome {
        Outcome::First => Ok(Imported::First),
        Outcome::Further => Ok(Imported::Further),
        Outcome::Skipped => Ok(Imported::Skipped),
        Outcome::Refused(refusal) => Err(match refusal {
            EntryRefusal::TooLarge => Reason::TooLarge,
            EntryRefusal::Foreign => Reason::Foreign,
            EntryRefusal::Database { code } => Reason::Database(harmless(&code)),
            EntryRefusal::Weak { .. } | EntryRefusal::Invalid { .. } => {
                Reason::Function(harmless(&refusal.to_string()))
            }
        }),
        Outcome::Failed { fault } => return Err(function.failed(fault)),
        Outcome::Done | Outcome::NoCaller | Outcome::WithoutAttributes { .. } => return Err(function.unreadable()),
    })
}
