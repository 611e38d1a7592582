//! What must hold for every attempt, in terms of what really happened: the rules of the model checker
//! (`crates/core/tests/model/rules.rs`), asked of the real store. They use none of the code under test, and not the
//! reference model: the schedule of the lockout is written out once more.

use crate::{
    model::{ATTEMPTS, LOCK_MS, LONGEST_MS, SUSPEND_AFTER, Try},
    stored::Stored,
};
use ringbolt_core::attempt::AuthOutcome;
use ringbolt_dynamodb::attempts::Attempted;
use std::fmt;

const RETRY_MS: i64 = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Never more guesses are compared than the lockout schedule allows. Clocks that differ gain their difference, once.
    Schedule,
    /// Nobody succeeds while the caller is locked or suspended.
    NoSuccessWhileLocked,
    /// Outside a lock the right PIN succeeds, also under an outdated tag and after a lost reply.
    RightPinSucceeds,
    /// A refused attempt changes nothing, and a counted one is never called refused.
    RefusedChangesNothing,
    /// An attempt counts once, however often it is sent, and a retry does not count.
    RetryCountsOnce,
    /// No other PIN succeeds.
    OnlyTheRightPin,
    /// What Ringbolt wrote is never called corrupt, and an answer fails only if nothing was heard of the database.
    NothingIsCorrupt,
}

/// What really happened to the caller, apart from what the item says.
#[derive(Clone, Debug)]
pub struct Truth {
    /// Wrong guesses compared since the last success, unlock or new PIN.
    pub failures: u32,
    /// When the first of them was compared, by a right clock.
    first_at: i64,
    /// When the last of them was compared, by a right clock.
    last_at: i64,
    /// The attempt that was counted last, with the time that it wrote. `None` after an administrator's change.
    pub counted: Option<(Try, i64)>,
    /// The slowest and the fastest clock so far, by their difference from a right one.
    clocks: (i64, i64),
}

impl Truth {
    pub fn new() -> Self {
        Self { failures: 0, first_at: 0, last_at: 0, counted: None, clocks: (0, 0) }
    }

    /// Forgets the failures: after a success, an unlock, new PINs.
    pub fn forgive(&mut self) {
        self.failures = 0;
    }
}

/// One attempt, and what it came to.
pub struct Made<'a> {
    pub tried: &'a Try,
    /// Whether the PIN is one of the caller's.
    pub right: bool,
    /// By the function's clock.
    pub now: i64,
    /// By a right clock.
    pub time: i64,
    pub before: &'a Stored,
    pub after: &'a Stored,
    /// `None` if the function heard nothing of the database.
    pub answer: Option<&'a Attempted>,
    /// Whether the test made sure that it hears nothing.
    pub nothing_heard: bool,
}

/// Rules that an attempt broke, with what happened.
#[derive(Debug)]
pub struct Broken {
    pub rules: Vec<Rule>,
    said: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rules, self.said)
    }
}

/// Notes an attempt in `truth`.
///
/// # Errors
/// The rules that it broke.
pub fn observe(made: &Made<'_>, truth: &mut Truth) -> Result<(), Broken> {
    let before = truth.clone();
    truth.note(made);
    let checks = [
        (Rule::Schedule, keeps_schedule(made, &before, truth)),
        (Rule::NoSuccessWhileLocked, refuses_while_locked(made, &before)),
        (Rule::RightPinSucceeds, right_pin_succeeds(made, &before)),
        (Rule::RefusedChangesNothing, refused_changes_nothing(made)),
        (Rule::RetryCountsOnce, counts_once(made, &before)),
        (Rule::OnlyTheRightPin, !made.lets_in() || made.right),
        (Rule::NothingIsCorrupt, made.answer.is_some() || made.nothing_heard),
    ];
    let rules: Vec<Rule> = checks.into_iter().filter_map(|(rule, kept)| (!kept).then_some(rule)).collect();
    if rules.is_empty() {
        return Ok(());
    }
    let Made { tried, right, now, time, before: item, after, answer, .. } = made;
    let said = format!(
        "{tried:?} (right: {right}) at {time}, by its clock {now}: {item:?} -> {after:?}, {answer:?}; {before:?}"
    );
    Err(Broken { rules, said })
}

impl Truth {
    fn note(&mut self, made: &Made<'_>) {
        let behind = made.now - made.time;
        self.clocks = (self.clocks.0.min(behind), self.clocks.1.max(behind));
        let counted = made.after.last_attempt.is_some()
            && (made.before.last_attempt != made.after.last_attempt || made.before.last_at != made.after.last_at);
        if counted {
            self.counted = Some((made.tried.clone(), made.after.last_at));
        }
        // The database may have verified a PIN without the function hearing of it.
        if made.lets_in() || counted && made.right && made.after.attempts == 0 {
            self.forgive();
        } else if counted && !made.right {
            if self.failures == 0 {
                self.first_at = made.time;
            }
            self.failures += 1;
            self.last_at = made.time;
        }
    }

    /// Whether the attempt is the same as the last one that was counted, within the retry window.
    fn is_repeated_by(&self, made: &Made<'_>) -> bool {
        self.counted.as_ref().is_some_and(|(tried, at)| tried == made.tried && *at > made.now - RETRY_MS)
    }
}

impl Made<'_> {
    fn lets_in(&self) -> bool {
        self.answer.is_some_and(|answer| matches!(answer.outcome, AuthOutcome::Verified { .. }))
    }

    fn is_refused(&self) -> bool {
        self.answer.is_some_and(|answer| {
            matches!(answer.outcome, AuthOutcome::Locked { .. } | AuthOutcome::Suspended | AuthOutcome::Unknown { .. })
        })
    }
}

fn keeps_schedule(made: &Made<'_>, before: &Truth, after: &Truth) -> bool {
    if after.failures == 0 || after.failures == before.failures {
        return true;
    }
    let skew = after.clocks.1 - after.clocks.0;
    let allowed = most_guesses(made.time - after.first_at + skew);
    // The item may count a right guess under an outdated tag, too. It locks earlier then, but never later.
    let all_counted = made.after.attempts >= i64::from(after.failures);
    // Without such a guess and with right clocks, the locks are known without the item.
    let exact = skew == 0 && made.before.attempts == i64::from(before.failures);
    let locked =
        made.before.is_locked(made.now) || exact && locks(i64::from(before.failures), before.last_at, made.time);
    after.failures <= allowed && all_counted && !locked
}

/// The most guesses within a span that begins with the first one: three, then three more after each lock.
fn most_guesses(span: i64) -> u32 {
    let (mut allowed, mut ends, mut lock) = (ATTEMPTS, 0, LOCK_MS);
    while allowed < SUSPEND_AFTER {
        ends += lock;
        if span < ends {
            break;
        }
        allowed = (allowed + ATTEMPTS).min(SUSPEND_AFTER);
        lock = (2 * lock).min(LONGEST_MS);
    }
    allowed
}

/// Whether this many failures lock: 1 s after three, 2 s after six, 4 s after nine, for good after ten.
pub fn locks(failures: i64, last_at: i64, now: i64) -> bool {
    match failures {
        3 => now < last_at + 1_000,
        6 => now < last_at + 2_000,
        9 => now < last_at + 4_000,
        failures => failures >= 10,
    }
}

fn refuses_while_locked(made: &Made<'_>, truth: &Truth) -> bool {
    let locked = made.before.is_locked(made.now) && !truth.is_repeated_by(made);
    !made.lets_in() || !(made.before.is_suspended() || locked)
}

fn right_pin_succeeds(made: &Made<'_>, truth: &Truth) -> bool {
    let may_be_refused = made.before.is_locked(made.now) && !truth.is_repeated_by(made);
    !made.right || made.before.is_suspended() || may_be_refused || made.answer.is_none() || made.lets_in()
}

fn refused_changes_nothing(made: &Made<'_>) -> bool {
    !made.is_refused() || made.before == made.after
}

/// A wrong attempt raises the counter by one, and not at all if it repeats the last one. A right one leaves no failure
/// behind, or one if an outdated tag could not be replaced.
fn counts_once(made: &Made<'_>, truth: &Truth) -> bool {
    let raised = made.after.attempts - made.before.attempts;
    let again = truth.is_repeated_by(made);
    match made.answer {
        _ if again && !made.right => made.before == made.after,
        Some(_) if made.is_refused() => true,
        Some(answer) if !made.right => raised == 1 && (answer.repeated || !again),
        Some(_) => made.after.attempts == 0 || raised == i64::from(!again),
        None => raised <= i64::from(!again),
    }
}

#[test]
fn the_schedule_is_three_guesses_then_three_after_each_lock_and_ten_in_all() {
    let spans = [(0, 3), (999, 3), (1_000, 6), (2_999, 6), (3_000, 9), (6_999, 9), (7_000, 10), (i64::MAX / 2, 10)];
    for (span, allowed) in spans {
        assert_eq!(most_guesses(span), allowed, "{span}");
    }
}
