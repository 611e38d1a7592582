//! Mistakes that a protocol like this one could have. A model with one of them must be refuted; otherwise the checker
//! checks nothing.

use crate::{
    bounds::{self, Sizes},
    expect_broken,
    rules::Rule,
};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The condition has no lockout.
    NeverLocks,
    /// The condition is checked on a read that comes before the write.
    ReadsBeforeItWrites,
    /// The condition lacks `last_at <= :now`, so a slow clock sets the time back.
    TimeMovesBack,
    /// The right PIN is let through a lock.
    RightPinOpensALock,
    /// The condition does not ask for the status.
    IgnoresSuspension,
    /// The functions do not know the former hash.
    ForgetsTheFormerHash,
    /// A refused attempt writes its time, so that hammering extends a lock.
    RefusalMovesTheTime,
    /// The condition lets retries through.
    CountsRetries,
    /// An outdated tag is replaced even if the item has changed since.
    ReplacesWithoutCondition,
    /// Replacing the PIN leaves `last_attempt` there.
    ReplacingKeepsTheLastAttempt,
}

/// Each mistake, a rule that it breaks, the model that shows it, and after how many events at the earliest.
const CASES: [(Sabotage, &[Rule; 1], Sizes, usize); 11] = [
    (Sabotage::NeverLocks, &[Rule::Schedule], bounds::GUESSES, 6),
    (Sabotage::ReadsBeforeItWrites, &[Rule::Schedule], bounds::GUESSES, 6),
    (Sabotage::TimeMovesBack, &[Rule::Schedule], bounds::CLOCKS, 10),
    (Sabotage::ReplacesWithoutCondition, &[Rule::Schedule], bounds::HASH, 8),
    (Sabotage::RightPinOpensALock, &[Rule::NoSuccessWhileLocked], bounds::GUESSES, 6),
    (Sabotage::IgnoresSuspension, &[Rule::NoSuccessWhileLocked], bounds::ADMINISTRATOR, 3),
    (Sabotage::ForgetsTheFormerHash, &[Rule::RightPinSucceeds], bounds::HASH, 3),
    (Sabotage::RefusalMovesTheTime, &[Rule::RefusedChangesNothing], bounds::GUESSES, 12),
    (Sabotage::CountsRetries, &[Rule::RetryCountsOnce], bounds::LOSSES, 3),
    (Sabotage::ReplacesWithoutCondition, &[Rule::OnlyTheRightPin], bounds::HASH, 7),
    (Sabotage::ReplacingKeepsTheLastAttempt, &[Rule::NothingIsCorrupt], bounds::ADMINISTRATOR, 4),
];

#[test]
fn every_mistake_is_found() {
    for (sabotage, rule, model, steps) in CASES {
        expect_broken(model.small, rule, Some(sabotage), steps);
    }
}

#[test]
fn some_mistake_breaks_each_rule() {
    let broken: BTreeSet<Rule> = CASES.iter().map(|(_, [rule], ..)| *rule).collect();
    assert_eq!(broken, Rule::KEPT.into());
}
