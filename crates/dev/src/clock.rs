//! A clock that can be moved: opening hours, lockouts and splits follow it.

use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::Clock;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A clock, and how far it is moved. Cheap to clone; clones are one clock.
#[derive(Clone)]
pub struct MovableClock {
    /// What it shows if it isn't moved; `None` for a clock that only moves when it is told to.
    base: Option<Clock>,
    moved_ms: Arc<AtomicI64>,
}

impl MovableClock {
    /// A clock that runs with another.
    #[must_use]
    pub fn running(base: Clock) -> Self {
        Self { base: Some(base), moved_ms: Arc::default() }
    }

    /// A clock that only moves when it is told to.
    #[must_use]
    pub fn still(at: EpochMs) -> Self {
        Self { base: None, moved_ms: Arc::new(AtomicI64::new(at.0)) }
    }

    /// What it shows.
    #[must_use]
    pub fn now(&self) -> EpochMs {
        EpochMs(self.base().0.saturating_add(self.moved_ms.load(Ordering::SeqCst)))
    }

    /// Makes it show a time, from which it runs on.
    pub fn set(&self, at: EpochMs) {
        self.moved_ms.store(at.0.saturating_sub(self.base().0), Ordering::SeqCst);
    }

    /// Makes it show the time that it would show by itself.
    pub fn reset(&self) {
        self.moved_ms.store(0, Ordering::SeqCst);
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    /// How far it is from the time that it would show by itself, in milliseconds.
    #[must_use]
    pub fn moved_ms(&self) -> i64 {
        self.moved_ms.load(Ordering::SeqCst)
    }

    /// The same clock for the functions.
    #[must_use]
    pub fn for_functions(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }

    fn base(&self) -> EpochMs {
        self.base.as_ref().map_or(EpochMs(0), |base| base())
    }
}
