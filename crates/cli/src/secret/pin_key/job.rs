//! Walks over all callers and counts their tags, copies them to the new key, or moves them to it.
//!
//! No state is kept between runs, because the items show what is done.

use crate::{connection::Connection, exit::Interrupted};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ringbolt_core::pin::{PinHasher, keys::PinKey, rotation::TagsByKey};
use ringbolt_dynamodb::{
    Cursor, Store, StoreError,
    key_rotation::{Moved, OldTag, PinHolder, PinHolders},
};
use std::{
    io::IsTerminal as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinSet;

/// Parts of the table that are walked in parallel.
pub(super) const SEGMENTS: i32 = 16;
/// The first pause when DynamoDB throttles. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Retries of a request without an answer before the walk gives up. Throttled requests are retried for ever.
const MAX_UNANSWERED: u32 = 6;

/// What to do with each caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Only count.
    Count,
    /// Add the tags that are missing under the new key.
    Copy,
    /// Add the missing tags, and remove those under the old key.
    Move,
}

/// Counts of what was found and written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Callers with PINs.
    pub(super) callers: u64,
    /// Callers with a PIN that exists only under the old key.
    pub(super) on_old_only: u64,
    /// Callers with a tag under the old key, with or without one under the new key.
    pub(super) on_old: u64,
    /// Callers whose items were written.
    pub(super) written: u64,
    /// Callers with a tag that belongs to neither key.
    pub(super) foreign: u64,
    /// Items in the table that are not callers.
    pub(super) unreadable: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.callers += other.callers;
        self.on_old_only += other.on_old_only;
        self.on_old += other.on_old;
        self.written += other.written;
        self.foreign += other.foreign;
        self.unreadable += other.unreadable;
    }
}

/// The settings of a walk.
pub(super) struct Job {
    pub(super) store: Store,
    pub(super) hasher: PinHasher,
    pub(super) old: PinKey,
    pub(super) new: PinKey,
    pub(super) task: Task,
}

struct Walk {
    job: Job,
    stop: AtomicBool,
    bar: ProgressBar,
}

impl Job {
    /// Walks over all callers.
    ///
    /// # Errors
    /// The database does not answer, or the user pressed Ctrl-C. What is done stays done, and the sentence says how to
    /// continue.
    pub(super) async fn run(self, connection: &Connection, again: &str) -> anyhow::Result<Tally> {
        let walk = Arc::new(Walk { job: self, stop: AtomicBool::new(false), bar: progress() });
        let mut segments = JoinSet::new();
        for segment in 0..SEGMENTS {
            let walk = Arc::clone(&walk);
            segments.spawn(async move { walk.segment(segment).await });
        }
        let (mut tally, mut failed) = (Tally::default(), None);
        loop {
            let ended = tokio::select! {
                ended = segments.join_next() => ended,
                signal = tokio::signal::ctrl_c(), if !walk.stop.load(Ordering::Relaxed) => {
                    signal?;
                    walk.stop.store(true, Ordering::Relaxed);
                    continue;
                }
            };
            let Some(ended) = ended else { break };
            let (part, error) = ended?;
            tally.add(part);
            if error.is_some() {
                // If one segment fails, stop the others too.
                walk.stop.store(true, Ordering::Relaxed);
                failed = failed.or(error);
            }
        }
        walk.bar.finish_and_clear();
        match failed {
            Some(error) => Err(connection.explain(error).context(format!("after {} callers", tally.callers))),
            None if walk.stop.load(Ordering::Relaxed) => Err(Interrupted::new(format!(
                "interrupted after {} callers, of whom {} were written. Continue with {again}",
                tally.callers, tally.written
            ))),
            None => Ok(tally),
        }
    }
}

impl Walk {
    async fn segment(&self, segment: i32) -> (Tally, Option<StoreError>) {
        let mut tally = Tally::default();
        let mut after: Option<Cursor> = None;
        loop {
            let page: PinHolders =
                match self.with_retries(|| self.job.store.pin_holders(segment, SEGMENTS, after.clone())).await {
                    Ok(page) => page,
                    Err(error) => return (tally, Some(error)),
                };
            tally.unreadable += page.unreadable as u64;
            for holder in page.holders {
                if self.stop.load(Ordering::Relaxed) {
                    return (tally, None);
                }
                if let Err(error) = self.caller(holder, &mut tally).await {
                    return (tally, Some(error));
                }
                self.bar.inc(1);
            }
            after = page.next;
            if after.is_none() || self.stop.load(Ordering::Relaxed) {
                return (tally, None);
            }
        }
    }

    async fn caller(&self, holder: PinHolder, tally: &mut Tally) -> Result<(), StoreError> {
        let Job { store, hasher, old, new, task } = &self.job;
        let (mut holder, mut written) = (holder, false);
        let found = loop {
            let tags = hasher.tags_by_key(&holder.caller, &holder.tags, old, new);
            let (pairs, old_tag) = match task {
                Task::Count => (Vec::new(), OldTag::Keep),
                Task::Copy => (tags.old_only.clone(), OldTag::Keep),
                Task::Move => ([tags.old_only.clone(), tags.both.clone()].concat(), OldTag::Remove),
            };
            if pairs.is_empty() {
                break tags;
            }
            // If an enrolment changed the PINs or deleted the caller in the meantime, read the caller again.
            if let Moved::Done = self.with_retries(|| store.move_tags(&holder.caller, &pairs, old_tag)).await? {
                written = true;
                break TagsByKey { foreign: tags.foreign, ..TagsByKey::default() };
            }
            let Some(changed) = self.with_retries(|| store.pin_holder(&holder.caller)).await? else { return Ok(()) };
            holder = changed;
        };
        tally.callers += 1;
        tally.written += u64::from(written);
        tally.on_old_only += u64::from(!found.old_only.is_empty());
        tally.on_old += u64::from(!found.old_only.is_empty() || !found.both.is_empty());
        tally.foreign += u64::from(found.foreign > 0);
        Ok(())
    }

    /// Retries with growing pauses: for ever if DynamoDB throttles, a few times if it does not answer.
    async fn with_retries<T, F>(&self, request: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (mut pause, mut unanswered) = (FIRST_PAUSE, 0);
        loop {
            match request().await {
                Err(StoreError::Throttled) if !self.stop.load(Ordering::Relaxed) => {}
                Err(StoreError::Unavailable) if unanswered < MAX_UNANSWERED && !self.stop.load(Ordering::Relaxed) => {
                    unanswered += 1;
                }
                done => return done,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Shows the number of callers and the rate, on a terminal only.
fn progress() -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} callers, {per_sec}, {elapsed}") {
        bar.set_style(style);
    }
    bar
}
