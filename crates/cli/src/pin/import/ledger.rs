//! Collects the results of rows in the order of the file, although they finish in a different order.

use super::{
    journal::{Done, Journal},
    refused::{Refused, RefusedFile},
    whole::Follower,
};
use ringbolt_dev::callers_csv::records::Position;
use ringbolt_dynamodb::imports::Imported;
use std::collections::BTreeMap;
use tokio::sync::OwnedSemaphorePermit;

/// How many refused rows are printed at the end. The file lists all of them.
const NAMED: usize = 10;

/// A finished row.
pub(crate) struct Finished {
    /// Its number among the rows of this run, from 0, without gaps.
    pub(crate) number: u64,
    /// Its end in the file.
    pub(crate) end: Position,
    pub(crate) verdict: Verdict,
    /// Held until every row before it is done too, which limits how many rows can wait here.
    pub(crate) window: OwnedSemaphorePermit,
}

pub(crate) enum Verdict {
    Imported(Imported),
    /// It was written together with an earlier row of its caller.
    Follows(Follower),
    /// A dry run would import it.
    Valid,
    /// All its fields are empty.
    Blank,
    Refused(Refused),
}

/// Counts rows once every row before them is done, and records the progress.
pub(crate) struct Ledger {
    done: Done,
    next: u64,
    waiting: BTreeMap<u64, Finished>,
    refused: RefusedFile,
    named: Vec<Refused>,
    /// `None` for a dry run.
    journal: Option<Journal>,
}

impl Ledger {
    /// A ledger that continues from this progress.
    pub(crate) fn new(done: Done, refused: RefusedFile, journal: Option<Journal>) -> Self {
        Self { done, next: 0, waiting: BTreeMap::new(), refused, named: Vec::new(), journal }
    }

    /// Adds a finished row.
    ///
    /// # Errors
    /// A refused row cannot be recorded, or a row finished before the one that it was written with.
    pub(crate) fn finish(&mut self, finished: Finished) -> anyhow::Result<()> {
        self.waiting.insert(finished.number, finished);
        while let Some(Finished { end, verdict, window, .. }) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.done.at = end;
            self.done.rows += 1;
            let verdict = match verdict {
                Verdict::Follows(row) => row.result()?.map_or_else(Verdict::Refused, Verdict::Imported),
                verdict => verdict,
            };
            match verdict {
                Verdict::Imported(Imported::First) => {
                    self.done.pins += 1;
                    self.done.callers += 1;
                }
                Verdict::Imported(Imported::Further) | Verdict::Valid => self.done.pins += 1,
                Verdict::Imported(Imported::Skipped) => self.done.skipped += 1,
                Verdict::Blank | Verdict::Follows(_) => {}
                Verdict::Refused(refused) => {
                    self.refused.add(&refused)?;
                    self.done.refused += 1;
                    if self.named.len() < NAMED {
                        self.named.push(refused);
                    }
                }
            }
            drop(window);
        }
        Ok(())
    }

    /// Records the progress. Refused rows are written first, because the journal contains their length.
    ///
    /// # Errors
    /// One of the files cannot be written.
    pub(crate) fn record(&mut self) -> anyhow::Result<()> {
        self.done.refused_bytes = self.refused.flush()?;
        match &mut self.journal {
            Some(journal) => journal.record(&self.done),
            None => Ok(()),
        }
    }

    /// The progress so far.
    pub(crate) fn done(&self) -> &Done {
        &self.done
    }

    /// The first rows that this run refused.
    pub(crate) fn named(&self) -> &[Refused] {
        &self.named
    }

    /// Ends a finished import and deletes its journal.
    ///
    /// # Errors
    /// The journal cannot be removed.
    pub(crate) fn close(self) -> anyhow::Result<Done> {
        self.journal.map_or(Ok(()), Journal::remove)?;
        Ok(self.done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pin::import::refused::Reason;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    #[test]
    fn rows_are_counted_once_all_rows_before_them_are_done() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.refused.csv");
        let mut ledger = Ledger::new(Done::NOTHING, RefusedFile::create(&path).unwrap(), None);
        let window = Arc::new(Semaphore::new(10));
        let mut finish = |number: u64, verdict| {
            let end = Position { offset: 10 * (number + 1), line: number + 2 };
            let window = Arc::clone(&window).try_acquire_owned().unwrap();
            ledger.finish(Finished { number, end, verdict, window }).unwrap();
            ledger.record().unwrap();
            (ledger.done().rows, ledger.done().at.offset)
        };
        let refused = |line| Verdict::Refused(Refused { line, user: Some("ada".to_owned()), reason: Reason::NoPin });
        assert_eq!(finish(2, refused(4)), (0, 1 - 1));
        assert_eq!(finish(1, Verdict::Imported(Imported::First)), (0, 0));
        assert_eq!(window.available_permits(), 8, "both wait");
        assert_eq!(finish(0, refused(2)), (3, 30));
        assert_eq!(window.available_permits(), 10);
        assert_eq!(finish(3, Verdict::Blank), (4, 40));
        let done = *ledger.done();
        assert_eq!((done.pins, done.callers, done.refused), (1, 1, 2));
        let written = std::fs::read_to_string(&path).unwrap();
        assert_eq!(written, "line,user,reason\n2,ada,the PIN is empty\n4,ada,the PIN is empty\n");
        assert_eq!(done.refused_bytes, written.len() as u64);
    }
}
