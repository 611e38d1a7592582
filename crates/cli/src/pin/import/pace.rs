//! How many rows are written at the same time: fewer where DynamoDB throttles, more again where it does not.
//!
//! Additive increase, multiplicative decrease, as TCP does it: a throttled row halves the number, once for all that were
//! on their way when it was seen; every row that goes in adds a little.

use rand::Rng as _;
use ringbolt_dynamodb::StoreError;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// At the beginning, and at the most. With answers after 5 ms the most is about 10,000 rows a second, more than any
/// machine hashes.
const BEGINNING: f64 = 8.0;
const MOST: f64 = 64.0;
/// The pause before a row is sent again: doubled each time, and a random half of it left out.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The pace of an import. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pace {
    shared: Arc<(Mutex<State>, Notify)>,
    patience: Duration,
}

struct State {
    limit: f64,
    under_way: usize,
    /// How often the limit was halved.
    halvings: u64,
    throttled: u64,
    /// Since when nothing but failures came.
    failing_since: Option<Instant>,
}

/// Leave to have one row under way.
pub(crate) struct Slot(Pace);

/// What to do after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Send it again after this pause.
    Again(Duration),
    /// It has failed for too long, or for good.
    GiveUp,
}

/// When a row was sent: what came since is not laid to its charge.
#[derive(Clone, Copy)]
pub(crate) struct Sent(u64);

impl Pace {
    /// A pace that gives up once nothing but failures came for so long; throttling is no failure.
    pub(crate) fn new(patience: Duration) -> Self {
        let state = State { limit: BEGINNING, under_way: 0, halvings: 0, throttled: 0, failing_since: None };
        Self { shared: Arc::new((Mutex::new(state), Notify::new())), patience }
    }

    /// Waits until one more row may be under way.
    pub(crate) async fn slot(&self) -> Slot {
        loop {
            let freed = self.shared.1.notified();
            {
                let mut state = self.state();
                if (state.under_way as f64) < state.limit.floor() {
                    state.under_way += 1;
                    return Slot(self.clone());
                }
            }
            freed.await;
        }
    }

    /// A row is being sent.
    pub(crate) fn sent(&self) -> Sent {
        Sent(self.state().halvings)
    }

    /// A row went in.
    pub(crate) fn went_well(&self) {
        let mut state = self.state();
        state.failing_since = None;
        state.limit = (state.limit + 1.0 / state.limit).min(MOST);
        drop(state);
        self.shared.1.notify_one();
    }

    /// A row did not go in, for the nth time (from 0).
    pub(crate) fn failed(&self, error: &StoreError, sent: Sent, times: u32, now: Instant) -> After {
        let mut state = self.state();
        match error {
            StoreError::Throttled => {
                // It answers: whatever outage there was is over.
                state.failing_since = None;
                state.throttled += 1;
                if state.halvings == sent.0 {
                    state.halvings += 1;
                    state.limit = (state.limit / 2.0).max(1.0);
                }
            }
            StoreError::Unavailable | StoreError::Nonsense | StoreError::Contended => {
                let since = *state.failing_since.get_or_insert(now);
                if now.duration_since(since) >= self.patience {
                    return After::GiveUp;
                }
            }
            _ => return After::GiveUp,
        }
        let longest = FIRST_PAUSE.saturating_mul(1 << times.min(10)).min(LONGEST_PAUSE);
        After::Again(longest.mul_f64(rand::rng().random_range(0.5..1.0)))
    }

    /// How many rows may be under way, and how often DynamoDB has throttled.
    pub(crate) fn standing(&self) -> (usize, u64) {
        let state = self.state();
        (state.limit as usize, state.throttled)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
        self.0.shared.1.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn throttling_halves_the_rows_under_way_once_for_all_that_were_sent() {
        let pace = Pace::new(PATIENCE);
        let sent: Vec<Sent> = (0..8).map(|_| pace.sent()).collect();
        for sent in sent {
            assert!(matches!(pace.failed(&StoreError::Throttled, sent, 0, Instant::now()), After::Again(_)));
        }
        assert_eq!(pace.standing(), (4, 8));
        for _ in 0..10 {
            pace.failed(&StoreError::Throttled, pace.sent(), 0, Instant::now());
        }
        assert_eq!(pace.standing().0, 1, "one is always under way");
        for _ in 0..10_000 {
            pace.went_well();
        }
        assert_eq!(pace.standing().0, 64);
    }

    #[test]
    fn pauses_grow_and_are_never_the_same_for_all() {
        let pace = Pace::new(PATIENCE);
        let pause = |times| match pace.failed(&StoreError::Throttled, pace.sent(), times, Instant::now()) {
            After::Again(pause) => pause,
            After::GiveUp => panic!("throttling is waited out"),
        };
        for (times, most) in [(0, 50), (1, 100), (3, 400), (20, 5000)] {
            let most = Duration::from_millis(most);
            assert!((most / 2..=most).contains(&pause(times)), "{times}");
        }
        assert_ne!(pause(5), pause(5));
    }

    #[test]
    fn an_outage_is_waited_out_for_a_while_and_a_refusal_is_not() {
        let pace = Pace::new(PATIENCE);
        let began = Instant::now();
        let after = |error: &StoreError, secs| pace.failed(error, pace.sent(), 0, began + Duration::from_secs(secs));
        assert!(matches!(after(&StoreError::Unavailable, 0), After::Again(_)));
        assert!(matches!(after(&StoreError::Unavailable, 59), After::Again(_)));
        pace.went_well();
        assert!(matches!(after(&StoreError::Unavailable, 70), After::Again(_)), "the outage was over");
        assert!(matches!(after(&StoreError::Throttled, 120), After::Again(_)));
        assert!(matches!(after(&StoreError::Unavailable, 131), After::Again(_)), "throttling is an answer");
        assert_eq!(after(&StoreError::Unavailable, 191), After::GiveUp);
        assert_eq!(after(&StoreError::NoTable, 0), After::GiveUp);
    }

    #[tokio::test]
    async fn no_more_rows_are_under_way_than_the_pace_allows() {
        let pace = Pace::new(PATIENCE);
        let mut slots = Vec::new();
        for _ in 0..8 {
            slots.push(pace.slot().await);
        }
        let ninth = pace.slot();
        tokio::pin!(ninth);
        assert!(polled_once(ninth.as_mut()).await.is_none());
        slots.pop();
        ninth.await;
    }

    /// Polls once.
    async fn polled_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}
