//! What Ringbolt does not promise. An item remembers only the last attempt, and an outdated tag takes a second write.
//! Nobody is let in by this. A wrong guess that counts twice leaves fewer guesses; a right one clears the failures that
//! came between, as a new login would.
//!
//! If one of these tests fails, the protocol has become stricter: move its rule to [`Rule::KEPT`].

use crate::{bounds, expect_broken, rules::Rule};

/// A reply is lost, another attempt is counted, and only then the SDK sends the first one again: it counts twice.
#[test]
fn a_delivery_may_count_twice_if_another_attempt_comes_between() {
    expect_broken(bounds::LOSSES.small, &[Rule::DeliveryCountsOnce], None, 5);
}

/// The same, but enough failures come between for a lock. The right PIN is then answered with "locked".
#[test]
fn a_right_pin_may_be_answered_with_locked_if_failures_come_between() {
    expect_broken(bounds::LOSSES.small, &[Rule::VerifiedIsAnswered], None, 7);
}

/// A right PIN under an outdated tag is counted as a failure until its tag is replaced. A failure that comes between
/// can then lock too early, and if the tag is never replaced, the failure stays.
#[test]
fn a_right_pin_under_an_outdated_tag_counts_as_a_failure_until_its_tag_is_replaced() {
    expect_broken(bounds::HASH.small, &[Rule::OnlyWrongGuessesLock], None, 6);
}
