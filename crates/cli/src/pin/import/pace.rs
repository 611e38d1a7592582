//! Limits how many requests are sent in parallel: fewer when AWS throttles, more when it does not. A request writes one
//! row, or invokes the enrolment function with several.
//!
//! It uses additive increase and multiplicative decrease, as TCP does. A throttled request halves the limit, once for all
//! requests in flight at that time; every successful one raises it a little.

use crate::enrol::Trouble;
use rand::Rng as _;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How many requests may be in flight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    initial: f64,
    most: f64,
}

impl Limits {
    /// For rows written to DynamoDB. With 5 ms per answer this allows about 10,000 rows a second, more than any machine
    /// hashes.
    pub(crate) const ROWS: Self = Self { initial: 8.0, most: 64.0 };
    /// For invocations of the enrolment function. Few, because the webhooks share the account's limit on concurrent
    /// invocations, and callers on the line come first. With 512 MB of memory these write about 70 rows a second.
    pub(crate) const INVOCATIONS: Self = Self { initial: 2.0, most: 8.0 };

    /// The most requests in flight.
    pub(crate) fn most(self) -> usize {
        self.most as usize
    }
}

/// The longest first pause before a retry. It doubles each time, and up to half of it is randomly left out.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The pace of an import. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pace {
    shared: Arc<(Mutex<State>, Notify)>,
    patience: Duration,
    most: f64,
}

struct State {
    limit: f64,
    in_flight: usize,
    /// How often the limit was halved.
    halvings: u64,
    throttled: u64,
    /// Since when there have been only failures.
    failing_since: Option<Instant>,
}

/// Permission to send one request.
pub(crate) struct Slot(Pace);

/// What to do after a failure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// Retry after this pause.
    Again(Duration),
    /// It has failed for too long, or permanently.
    GiveUp,
}

/// The number of halvings when a request was sent, so that requests in flight halve the limit only once.
#[derive(Clone, Copy)]
pub(crate) struct Sent(u64);

impl Pace {
    /// A pace that gives up after only failures for this long. Throttling does not count as a failure.
    pub(crate) fn new(patience: Duration, limits: Limits) -> Self {
        let state = State { limit: limits.initial, in_flight: 0, halvings: 0, throttled: 0, failing_since: None };
        Self { shared: Arc::new((Mutex::new(state), Notify::new())), patience, most: limits.most }
    }

    /// Waits until one more request may be sent.
    pub(crate) async fn slot(&self) -> Slot {
        loop {
            let freed = self.shared.1.notified();
            {
                let mut state = self.state();
                if (state.in_flight as f64) < state.limit.floor() {
                    state.in_flight += 1;
                    return Slot(self.clone());
                }
            }
            freed.await;
        }
    }

    /// Marks the sending of a request.
    pub(crate) fn sent(&self) -> Sent {
        Sent(self.state().halvings)
    }

    /// Records a successful request.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state();
        state.failing_since = None;
        state.limit = (state.limit + 1.0 / state.limit).min(self.most);
        drop(state);
        self.shared.1.notify_one();
    }

    /// Records the nth failure of a request (from 0).
    pub(crate) fn failed(&self, trouble: Trouble, sent: Sent, times: u32, now: Instant) -> After {
        let mut state = self.state();
        match trouble {
            Trouble::Throttled => {
                // AWS answers, so an outage is over.
                state.failing_since = None;
                state.throttled += 1;
                if state.halvings == sent.0 {
                    state.halvings += 1;
                    state.limit = (state.limit / 2.0).max(1.0);
                }
            }
            Trouble::Outage => {
                let since = *state.failing_since.get_or_insert(now);
                if now.duration_since(since) >= self.patience {
                    return After::GiveUp;
                }
            }
            Trouble::Permanent => return After::GiveUp,
        }
        let longest = FIRST_PAUSE.saturating_mul(1 << times.min(10)).min(LONGEST_PAUSE);
        After::Again(longest.mul_f64(rand::rng().random_range(0.5..1.0)))
    }

    /// The current limit, and how often AWS has throttled.
    pub(crate) fn status(&self) -> (usize, u64) {
        let state = self.state();
        (state.limit as usize, state.throttled)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
        self.0.shared.1.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn throttling_halves_the_limit_once_for_all_rows_in_flight() {
        let pace = Pace::new(PATIENCE, Limits::ROWS);
        let sent: Vec<Sent> = (0..8).map(|_| pace.sent()).collect();
        for sent in sent {
            assert!(matches!(pace.failed(Trouble::Throttled, sent, 0, Instant::now()), After::Again(_)));
        }
        assert_eq!(pace.status(), (4, 8));
        for _ in 0..10 {
            pace.failed(Trouble::Throttled, pace.sent(), 0, Instant::now());
        }
        assert_eq!(pace.status().0, 1, "one row is always allowed");
        for _ in 0..10_000 {
            pace.succeeded();
        }
        assert_eq!(pace.status().0, 64);
        let invocations = Pace::new(PATIENCE, Limits::INVOCATIONS);
        for _ in 0..10_000 {
            invocations.succeeded();
        }
        assert_eq!(invocations.status().0, 8);
    }

    #[test]
    fn pauses_grow_and_are_random() {
        let pace = Pace::new(PATIENCE, Limits::ROWS);
        let pause = |times| match pace.failed(Trouble::Throttled, pace.sent(), times, Instant::now()) {
            After::Again(pause) => pause,
            After::GiveUp => panic!("throttling never gives up"),
        };
        for (times, most) in [(0, 50), (1, 100), (3, 400), (20, 5000)] {
            let most = Duration::from_millis(most);
            assert!((most / 2..=most).contains(&pause(times)), "{times}");
        }
        assert_ne!(pause(5), pause(5));
    }

    #[test]
    fn an_outage_is_retried_for_a_while_but_a_refusal_is_not() {
        let pace = Pace::new(PATIENCE, Limits::ROWS);
        let began = Instant::now();
        let after = |trouble: Trouble, secs| pace.failed(trouble, pace.sent(), 0, began + Duration::from_secs(secs));
        assert!(matches!(after(Trouble::Outage, 0), After::Again(_)));
        assert!(matches!(after(Trouble::Outage, 59), After::Again(_)));
        pace.succeeded();
        assert!(matches!(after(Trouble::Outage, 70), After::Again(_)), "the outage was over");
        assert!(matches!(after(Trouble::Throttled, 120), After::Again(_)));
        assert!(matches!(after(Trouble::Outage, 131), After::Again(_)), "throttling is an answer");
        assert_eq!(after(Trouble::Outage, 191), After::GiveUp);
        assert_eq!(after(Trouble::Permanent, 0), After::GiveUp);
    }

    #[tokio::test]
    async fn no_more_rows_are_in_flight_than_the_pace_allows() {
        let pace = Pace::new(PATIENCE, Limits::ROWS);
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

    /// Polls a future once.
    async fn polled_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = future => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}
