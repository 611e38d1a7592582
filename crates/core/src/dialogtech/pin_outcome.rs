//! What came of a PIN question.

use crate::attempt::AuthOutcome;

/// What came of a PIN question, the whole call considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PinOutcome {
    Verified,
    Wrong,
    Unknown,
    Locked,
    Suspended,
    TooManyAttempts,
    Unanswered,
    HungUp,
}

impl PinOutcome {
    /// What the attempt alone came to.
    pub(super) fn of(outcome: &AuthOutcome) -> Self {
        match outcome {
            AuthOutcome::Verified { .. } => Self::Verified,
            // The next try would be refused: asking again would only keep the caller waiting.
            AuthOutcome::Wrong { locks: true, .. } => Self::TooManyAttempts,
            AuthOutcome::Wrong { .. } => Self::Wrong,
            AuthOutcome::Locked { .. } => Self::Locked,
            AuthOutcome::Suspended => Self::Suspended,
            AuthOutcome::Unknown => Self::Unknown,
        }
    }

    /// The same under the call's own limit: the last try may still be right; after it even the right PIN is refused.
    /// `tries` counts this one.
    pub(super) fn within(self, most: u32, tries: u32) -> Self {
        match self {
            Self::Verified if tries <= most => self,
            Self::Wrong | Self::Unknown | Self::Unanswered if tries < most => self,
            Self::Locked | Self::Suspended | Self::HungUp => self,
            _ => Self::TooManyAttempts,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
            Self::Locked => "locked",
            Self::Suspended => "suspended",
            Self::TooManyAttempts => "too-many-attempts",
            Self::Unanswered => "unanswered",
            Self::HungUp => "hung-up",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PinOutcome::{self, *};

    #[test]
    fn the_last_try_may_be_right_and_nothing_is_after_it() {
        let after = |outcome: PinOutcome| [1, 2, 3, 4].map(|tries| outcome.within(3, tries));
        assert_eq!(after(Verified), [Verified, Verified, Verified, TooManyAttempts]);
        for asked_again in [Wrong, Unknown, Unanswered] {
            assert_eq!(after(asked_again), [asked_again, asked_again, TooManyAttempts, TooManyAttempts]);
        }
        for settled in [Locked, Suspended, HungUp, TooManyAttempts] {
            assert_eq!(after(settled), [settled; 4]);
        }
    }
}
