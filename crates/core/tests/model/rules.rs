//! The invariants, in terms of what really happened. They use none of the code under test: the schedule of the
//! lockout is written out once more.

use crate::{
    bridge::{Answer, Judged},
    cast::{Clock, LOCK, Pin, Print},
    database::Item,
    protocol::State,
    request::Delivery,
};
use ringbolt_core::{attempt::RETRY_WINDOW, time::EpochMs};
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// Never more guesses are compared than the lockout schedule allows.
    Schedule,
    /// Nobody succeeds while the caller is locked or suspended.
    NoSuccessWhileLocked,
    /// Outside a lock the right PIN succeeds, also under an outdated tag and after a lost reply.
    RightPinSucceeds,
    /// A refused attempt changes nothing.
    RefusedChangesNothing,
    /// A retry never counts twice, and has the first one's answer. A retry is the attempt that was counted last, made
    /// again within the retry window.
    RetryCountsOnce,
    /// No other PIN succeeds.
    OnlyTheRightPin,
    /// What Ringbolt wrote is never called corrupt.
    NothingIsCorrupt,
    /// One delivery never counts twice, whatever comes between. Not kept; see `limits.rs`.
    DeliveryCountsOnce,
    /// A guess that the database verified is answered so, whatever comes between. Not kept; see `limits.rs`.
    VerifiedIsAnswered,
    /// The right PIN meets no lock that wrong guesses alone did not earn. Not kept; see `limits.rs`.
    OnlyWrongGuessesLock,
}

impl Rule {
    /// The rules that Ringbolt keeps.
    pub const KEPT: [Self; 7] = [
        Self::Schedule,
        Self::NoSuccessWhileLocked,
        Self::RightPinSucceeds,
        Self::RefusedChangesNothing,
        Self::RetryCountsOnce,
        Self::OnlyTheRightPin,
        Self::NothingIsCorrupt,
    ];
}

/// What really happened to the caller, apart from what the item says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Truth {
    /// The caller's PIN.
    pub pin: Pin,
    /// Wrong guesses compared since the last success, unlock or new PIN.
    pub failures: u32,
    /// When the first of them was compared, by a right clock.
    pub first_at: EpochMs,
    /// When the last of them was compared, by a right clock.
    pub last_at: EpochMs,
    /// The last attempt that was counted. `None` if an administrator's change came after it.
    pub counted: Option<Counted>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counted {
    pub print: Print,
    /// The time that it wrote.
    pub at: EpochMs,
    pub right: bool,
}

impl Truth {
    pub fn new() -> Self {
        Self { pin: Pin::Own, failures: 0, first_at: EpochMs(0), last_at: EpochMs(0), counted: None }
    }

    /// Forgets the failures: after a success, an unlock, a new PIN.
    pub fn forgive(&mut self) {
        (self.failures, self.first_at, self.last_at) = (0, EpochMs(0), EpochMs(0));
    }

    /// Notes a counted attempt.
    fn note(&mut self, write: &Write<'_>) {
        let right = write.delivery.pin == self.pin;
        self.counted = Some(Counted { print: write.delivery.print(), at: write.delivery.now, right });
        match &write.judged.answer {
            // No guess can be right then, so nothing was compared.
            Answer::Incomparable(Some(_)) => {}
            answer if answer.lets_in() => self.forgive(),
            _ if right => {}
            _ => {
                if self.failures == 0 {
                    self.first_at = write.time;
                }
                self.failures += 1;
                self.last_at = write.time;
            }
        }
    }
}

/// One write of an attempt, and what it came to.
pub struct Write<'a> {
    pub delivery: &'a Delivery,
    pub before: &'a Item,
    pub after: &'a Item,
    pub counted: bool,
    pub judged: &'a Judged,
    /// By a right clock.
    pub time: EpochMs,
    /// The most by which two clocks of the model differ.
    pub skew: Duration,
}

/// Notes a write in `state.truth`, and in `state.broken` the rules that it broke.
pub fn observe(write: &Write<'_>, state: &mut State) {
    let before = state.truth.clone();
    if write.counted {
        state.truth.note(write);
    }
    let after = &state.truth;
    let checks = [
        (Rule::Schedule, keeps_schedule(write, &before, after)),
        (Rule::NoSuccessWhileLocked, refuses_while_locked(write)),
        (Rule::RightPinSucceeds, right_pin_succeeds(write, &before)),
        (Rule::RefusedChangesNothing, refused_changes_nothing(write)),
        (Rule::RetryCountsOnce, retry_counts_once(write, &before)),
        (Rule::OnlyTheRightPin, !write.judged.answer.lets_in() || write.delivery.pin == before.pin),
        (Rule::NothingIsCorrupt, !matches!(write.judged.answer, Answer::Corrupt(_) | Answer::Unknown)),
        (Rule::DeliveryCountsOnce, !write.counted || write.delivery.counted.is_none()),
        (Rule::VerifiedIsAnswered, write.delivery.counted != Some(true) || write.judged.answer.lets_in()),
        (Rule::OnlyWrongGuessesLock, only_wrong_guesses_lock(write, &before)),
    ];
    state.broken.extend(checks.into_iter().filter_map(|(rule, kept)| (!kept).then_some(rule)));
}

/// Never more guesses compared than the schedule allows in the time since the first of them, and none while locked. If
/// clocks differ, all of them together gain at most the difference, once.
fn keeps_schedule(write: &Write<'_>, before: &Truth, after: &Truth) -> bool {
    let elapsed = u64::try_from(write.time.0 - after.first_at.0).unwrap();
    let allowed = most_guesses(Duration::from_millis(elapsed) + write.skew);
    // The item may count a right guess under an outdated tag, too. It locks earlier then, but never later.
    let all_counted = write.after.attempts >= after.failures;
    // Without such a guess and with right clocks, the locks are known without the item.
    let exact = write.skew.is_zero() && write.before.attempts == before.failures;
    let locked =
        is_locked(write.before, write.delivery.now) || exact && locks(before.failures, before.last_at, write.time);
    !write.counted || after.failures <= allowed && all_counted && !locked
}

/// The most guesses that [`crate::cast::lockout`] allows within a span that begins with the first one.
fn most_guesses(span: Duration) -> u32 {
    match span {
        span if span < LOCK => 2,
        span if span < 3 * LOCK => 4,
        _ => 5,
    }
}

/// [`crate::cast::lockout`] once more: whether this many failures lock.
fn locks(failures: u32, last_at: EpochMs, now: EpochMs) -> bool {
    match failures {
        2 => now < last_at.plus(LOCK),
        4 => now < last_at.plus(2 * LOCK),
        failures => failures >= 5,
    }
}

fn is_locked(item: &Item, now: EpochMs) -> bool {
    locks(item.attempts, item.last_at, now)
}

/// No success while locked or suspended. An answer given again only repeats a success from before the lock.
fn refuses_while_locked(write: &Write<'_>) -> bool {
    let locked = is_locked(write.before, write.delivery.now) && !write.judged.repeated;
    !write.judged.answer.lets_in() || !(write.before.suspended || locked)
}

/// The right PIN succeeds outside a lock, and again if its own success was the last attempt counted, even if that one
/// had to be counted as a failure first and began a lock.
fn right_pin_succeeds(write: &Write<'_>, truth: &Truth) -> bool {
    let Write { delivery, before, .. } = write;
    let again = repeats(write, truth);
    if delivery.pin != truth.pin || before.suspended || is_locked(before, delivery.now) && !again {
        return true;
    }
    let known = before.pins.iter().any(|tag| tag.pin == delivery.pin && delivery.functions.know(*tag));
    match &write.judged.answer {
        Answer::Verified | Answer::Outdated(_) => true,
        // Made again at the item's time. The second time, this is an error that the provider's retry mends.
        Answer::ClockBehind(_) => true,
        // Functions from before a change of the hash, still busy with a request, meet a tag from after it.
        Answer::Incomparable(_) => !known,
        _ => false,
    }
}

/// A refused attempt changes nothing, and a counted one is never called refused.
fn refused_changes_nothing(write: &Write<'_>) -> bool {
    let called_refused = matches!(write.judged.answer, Answer::Locked | Answer::Suspended);
    if write.counted { !called_refused } else { write.before == write.after }
}

/// A retry does not count, and has the answer of the attempt that it repeats.
fn retry_counts_once(write: &Write<'_>, truth: &Truth) -> bool {
    if write.counted && repeats(write, truth) {
        return false;
    }
    let Judged { answer, repeated } = write.judged;
    let right = truth.counted.as_ref().is_some_and(|counted| counted.right);
    !repeated || (repeats(write, truth) && answer.lets_in() == right)
}

/// Whether the attempt is the same as the last one that was counted, within the retry window.
fn repeats(write: &Write<'_>, truth: &Truth) -> bool {
    truth.counted.as_ref().is_some_and(|counted| {
        counted.print == write.delivery.print() && counted.at > write.delivery.now.minus(RETRY_WINDOW)
    })
}

fn only_wrong_guesses_lock(write: &Write<'_>, truth: &Truth) -> bool {
    let right = write.delivery.pin == truth.pin && !write.before.suspended;
    !right || write.judged.answer != Answer::Locked || locks(truth.failures, truth.last_at, write.time)
}

/// The most by which two of these clocks differ.
pub fn skew(clocks: &[Clock]) -> Duration {
    let readings = clocks.iter().map(|clock| clock.reads(crate::cast::START).0);
    let (slowest, fastest) = (readings.clone().min().unwrap(), readings.max().unwrap());
    Duration::from_millis(u64::try_from(fastest - slowest).unwrap())
}
