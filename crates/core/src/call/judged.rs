//! The outcome of a PIN question, by the attempt and by the call's own limit.

use crate::attempt::AuthOutcome;
use crate::outcome::Outcome;

/// The outcome of the attempt alone.
pub(super) fn of_attempt(outcome: &AuthOutcome) -> Outcome {
    match outcome {
        AuthOutcome::Verified { .. } => Outcome::Verified,
        // The next try would be refused: asking again would only keep the caller waiting.
        AuthOutcome::Wrong { locks: true, .. } | AuthOutcome::Unknown { locks: true } => Outcome::TooManyAttempts,
        AuthOutcome::Wrong { .. } => Outcome::Wrong,
        AuthOutcome::Locked { .. } => Outcome::Locked,
        AuthOutcome::Suspended => Outcome::Suspended,
        AuthOutcome::Unknown { locks: false } => Outcome::Unknown,
    }
}

/// The same under the call's limit: the last try may still be right; after it even the right PIN is refused. `tries`
/// counts this one.
pub(super) fn within(outcome: Outcome, most: u32, tries: u32) -> Outcome {
    match outcome {
        Outcome::Verified if tries <= most => outcome,
        Outcome::Wrong | Outcome::Unknown | Outcome::Unanswered | Outcome::HungUp if tries < most => outcome,
        Outcome::Locked | Outcome::Suspended => outcome,
        _ => Outcome::TooManyAttempts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_try_may_be_right_and_none_after_it() {
        for (outcome, tries, expected) in [
            (Outcome::Verified, 3, Outcome::Verified),
            (Outcome::Verified, 4, Outcome::TooManyAttempts),
            (Outcome::Wrong, 2, Outcome::Wrong),
            (Outcome::Wrong, 3, Outcome::TooManyAttempts),
            (Outcome::Unknown, 3, Outcome::TooManyAttempts),
            (Outcome::Unanswered, 3, Outcome::TooManyAttempts),
            (Outcome::HungUp, 2, Outcome::HungUp),
            (Outcome::Locked, 9, Outcome::Locked),
            (Outcome::Suspended, 9, Outcome::Suspended),
        ] {
            assert_eq!(within(outcome, 3, tries), expected, "{outcome} at try {tries}");
        }
    }
}
