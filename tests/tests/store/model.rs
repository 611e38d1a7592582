//! The reference: what attempts come to, in plain Rust, one after the other. It shares nothing with the code that it
//! is compared with.

use crate::stored::Stored;
use std::collections::BTreeSet;

/// One caller.
#[derive(Clone, Debug)]
pub struct Model {
    pub pins: BTreeSet<String>,
    pub attempts: u32,
    pub last_at: i64,
    pub last: Option<Try>,
    pub suspended: bool,
}

/// What makes two tries the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    pub pin: String,
    pub call: String,
    pub number: u32,
    pub key: char,
}

/// What is lost of a try's requests and their replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    Nothing,
    /// The first request does not arrive, once or twice. The SDK sends it again.
    Requests(u32),
    /// It arrives, but its reply is lost, once or twice.
    Replies(u32),
    /// The same for the second request, if there is one: by a clock that runs behind, and for an outdated tag.
    LaterReplies(u32),
    /// The first request never arrives, and the function knows nothing.
    EveryRequest,
    /// It arrives, but the function never hears of it.
    EveryReply,
    /// The second request never arrives: an outdated tag is not replaced.
    EveryLaterRequest,
}

/// What a try comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Came {
    Verified,
    Wrong { attempts: u32, locks: bool },
    Locked { until: i64 },
    Exhausted,
    Suspended,
}

/// The lockout of the tests: 3 tries, then 1 second, doubling up to 4; 10 failures and it is over.
pub const ATTEMPTS: u32 = 3;
pub const LOCK_MS: i64 = 1_000;
pub const LONGEST_MS: i64 = 4_000;
pub const SUSPEND_AFTER: u32 = 10;
const RETRY_MS: i64 = 10_000;

impl Model {
    pub fn new(pins: &[&str]) -> Self {
        let pins = pins.iter().map(|pin| (*pin).to_owned()).collect();
        Self { pins, attempts: 0, last_at: 0, last: None, suspended: false }
    }

    /// The answer, and whether it is an earlier one. A lost reply makes the SDK send the counted attempt again, and the
    /// database's answer to that is an earlier one.
    pub fn attempt(&mut self, tried: Try, now: i64, loss: Loss) -> (Came, bool) {
        let is_behind = now < self.last_at;
        let (came, again) = self.delivered(tried, now);
        let is_counted = !again && matches!(came, Came::Verified | Came::Wrong { .. });
        // By a clock that runs behind, only the second request is counted.
        let is_lost = match loss {
            Loss::Replies(_) => !is_behind,
            Loss::LaterReplies(_) => is_behind,
            _ => false,
        };
        (came, again || is_counted && is_lost)
    }

    /// Goes on from an attempt of which nothing was heard: whether it was counted, the item alone says.
    pub fn resume(&mut self, tried: &Try, before: &Stored, after: &Stored) {
        if before == after {
            return;
        }
        (self.attempts, self.last_at) = (u32::try_from(after.attempts).unwrap(), after.last_at);
        self.last = Some(tried.clone());
    }

    fn delivered(&mut self, tried: Try, now: i64) -> (Came, bool) {
        if self.suspended {
            return (Came::Suspended, false);
        }
        // A clock that runs behind takes part in the retry window and the locks, but what it counts has the item's time.
        if self.last.as_ref() == Some(&tried) && now - self.last_at < RETRY_MS {
            if self.pins.contains(&tried.pin) {
                // It may still count as a failure, if an outdated tag could not be replaced.
                self.attempts = 0;
                return (Came::Verified, true);
            }
            return (Came::Wrong { attempts: self.attempts, locks: self.stopped(now) }, true);
        }
        if self.attempts >= SUSPEND_AFTER {
            return (Came::Exhausted, false);
        }
        if let Some(until) = self.locked_until().filter(|until| now < *until) {
            return (Came::Locked { until }, false);
        }
        let now = now.max(self.last_at);
        let right = self.pins.contains(&tried.pin);
        self.attempts = if right { 0 } else { self.attempts + 1 };
        self.last_at = now;
        self.last = Some(tried);
        let came =
            if right { Came::Verified } else { Came::Wrong { attempts: self.attempts, locks: self.stopped(now) } };
        (came, false)
    }

    fn stopped(&self, now: i64) -> bool {
        self.attempts >= SUSPEND_AFTER || self.locked_until().is_some_and(|until| now < until)
    }

    fn locked_until(&self) -> Option<i64> {
        if self.attempts == 0 || !self.attempts.is_multiple_of(ATTEMPTS) {
            return None;
        }
        let mut lock = LOCK_MS;
        for _ in 1..self.attempts / ATTEMPTS {
            lock = (lock * 2).min(LONGEST_MS);
        }
        Some(self.last_at + lock)
    }
}
