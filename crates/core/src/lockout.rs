//! When a caller who failed too often may try again.
//!
//! A caller is locked whenever the count of consecutive failures is a multiple of [`Lockout::attempts`] and the last
//! counted attempt is younger than the lock of that multiple. The count never passes [`Lockout::suspend_after`].
//! The rule is written twice: here, to explain an item, and in the database's condition, which decides and is made from
//! [`Lockout::groups`].

use crate::time::EpochMs;
use std::time::Duration;

/// How many failures lock a caller, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lockout {
    attempts: u32,
    lock: Duration,
    longest: Duration,
    suspend_after: u32,
}

/// What is wrong with a lockout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLockout {
    /// Outside 1 to 10.
    #[error("`attempts` is 1 to 10 (PCI DSS 4, 8.3.4: lock after at most 10)")]
    Attempts,
    /// Too short, too long, or longer than the longest.
    #[error("`lock` is 1 second to 24 hours, and `longest` is at least `lock` and at most 24 hours")]
    Lock,
    /// Beyond what NIST allows, or before the first lock.
    #[error("`suspend_after` is at least `attempts` and at most 100 (NIST SP 800-63B)")]
    SuspendAfter,
}

impl Default for Lockout {
    /// 3 failures lock for 30 minutes, doubling up to 24 hours; after 20 an administrator must unlock.
    fn default() -> Self {
        Self {
            attempts: 3,
            lock: Duration::from_secs(30 * 60),
            longest: Duration::from_secs(24 * 3600),
            suspend_after: 20,
        }
    }
}

impl Lockout {
    /// A lockout with these values.
    ///
    /// # Errors
    /// [`InvalidLockout`] names the first value outside its range.
    pub fn new(attempts: u32, lock: Duration, longest: Duration, suspend_after: u32) -> Result<Self, InvalidLockout> {
        let day = Duration::from_secs(24 * 3600);
        if !(1..=10).contains(&attempts) {
            return Err(InvalidLockout::Attempts);
        }
        if lock < Duration::from_secs(1) || longest < lock || longest > day {
            return Err(InvalidLockout::Lock);
        }
        if !(attempts..=100).contains(&suspend_after) {
            return Err(InvalidLockout::SuspendAfter);
        }
        Ok(Self { attempts, lock, longest, suspend_after })
    }

    /// Failures in a row that lock, 1 to 10.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Failures in a row after which only an administrator unlocks, at most 100.
    #[must_use]
    pub fn suspend_after(&self) -> u32 {
        self.suspend_after
    }

    /// How long the first lock is.
    #[must_use]
    pub fn lock(&self) -> Duration {
        self.lock
    }

    /// How long a lock can become by doubling, at most 24 hours.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// How long the lock is that begins at this count of failures; `None` if the count does not lock.
    #[must_use]
    pub fn lock_at(&self, attempts: u32) -> Option<Duration> {
        if attempts == 0 || !attempts.is_multiple_of(self.attempts) {
            return None;
        }
        let doublings = attempts / self.attempts - 1;
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        Some(self.lock.checked_mul(factor).map_or(self.longest, |lock| lock.min(self.longest)))
    }

    /// Whether a caller with these counters may try at `now`.
    #[must_use]
    pub fn state(&self, attempts: u32, last_at: EpochMs, now: EpochMs) -> LockState {
        if attempts >= self.suspend_after {
            return LockState::Exhausted;
        }
        match self.lock_at(attempts).map(|lock| last_at.plus(lock)) {
            Some(until) if now < until => LockState::Locked { until },
            _ => LockState::Open,
        }
    }

    /// The counts that lock, below `suspend_after`, grouped by the length of their lock, shortest first: with the
    /// defaults `[3] 30m, [6] 1h, [9] 2h, [12] 4h, [15] 8h, [18] 16h`.
    #[must_use]
    pub fn groups(&self) -> Vec<(Duration, Vec<u32>)> {
        let mut groups: Vec<(Duration, Vec<u32>)> = Vec::new();
        for count in (self.attempts..self.suspend_after).step_by(self.attempts as usize) {
            let Some(lock) = self.lock_at(count) else { continue };
            match groups.last_mut() {
                Some((length, counts)) if *length == lock => counts.push(count),
                _ => groups.push((lock, vec![count])),
            }
        }
        groups
    }
}

/// Whether a caller may try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockState {
    /// Yes.
    Open,
    /// Not before this time, not even with the right PIN.
    Locked {
        /// The first moment at which an attempt counts again.
        until: EpochMs,
    },
    /// Not before an administrator unlocks.
    Exhausted,
}

/// How many attempts a call and a calling number may make, in addition to what each caller's own counter allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tries within one call, 1 to 10, default 3.
    pub attempts_per_call: u32,
    /// Tries from one calling number, if limited at all.
    pub per_ani: Option<AniLimit>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { attempts_per_call: 3, per_ani: None }
    }
}

/// How many attempts may come from one calling number (ANI). All callers who withhold their number share one limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AniLimit {
    /// The most tries within any window, 1 to 100,000.
    pub attempts: u32,
    /// The length of the sliding window, 1 minute to 24 hours.
    pub window: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn locks_double_up_to_the_longest() {
        let lockout = Lockout::default();
        let locks: Vec<_> = (0..20).filter_map(|n| Some((n, lockout.lock_at(n)?.as_secs() / 60))).collect();
        assert_eq!(locks, [(3, 30), (6, 60), (9, 120), (12, 240), (15, 480), (18, 960)]);
        let steep = Lockout::new(1, MINUTE, 5 * MINUTE, 100).unwrap();
        assert_eq!(steep.lock_at(99), Some(5 * MINUTE), "the shift does not overflow");
    }

    #[test]
    fn a_lock_ends_to_the_millisecond() {
        let lockout = Lockout::default();
        let (last, until) = (EpochMs(1_000), EpochMs(1_000 + 30 * 60_000));
        assert_eq!(lockout.state(3, last, EpochMs(until.0 - 1)), LockState::Locked { until });
        assert_eq!(lockout.state(3, last, until), LockState::Open);
        assert_eq!(lockout.state(4, last, last), LockState::Open, "between two locks there are tries");
        assert_eq!(lockout.state(20, last, EpochMs(i64::MAX)), LockState::Exhausted);
    }

    #[test]
    fn counts_with_the_same_lock_stand_together() {
        let lockout = Lockout::new(10, MINUTE, 2 * MINUTE, 50).unwrap();
        assert_eq!(lockout.groups(), [(MINUTE, vec![10]), (2 * MINUTE, vec![20, 30, 40])]);
    }

    #[test]
    fn values_outside_of_their_range_are_refused() {
        let new = |attempts, lock: u64, longest: u64, suspend| {
            Lockout::new(attempts, Duration::from_secs(lock), Duration::from_secs(longest), suspend)
        };
        assert_eq!(new(0, 60, 60, 20), Err(InvalidLockout::Attempts));
        assert_eq!(new(11, 60, 60, 20), Err(InvalidLockout::Attempts));
        assert_eq!(new(3, 0, 60, 20), Err(InvalidLockout::Lock));
        assert_eq!(new(3, 61, 60, 20), Err(InvalidLockout::Lock));
        assert_eq!(new(3, 60, 86_401, 20), Err(InvalidLockout::Lock));
        assert_eq!(new(3, 60, 60, 2), Err(InvalidLockout::SuspendAfter));
        assert_eq!(new(3, 60, 60, 101), Err(InvalidLockout::SuspendAfter));
        assert!(new(3, 1, 1, 3).is_ok(), "the third failure suspends");
    }
}
