//! How a webhook's request ended: one enum, from which logs, metrics, flow keys, drawings and commands take their words.

use std::fmt;

/// How a request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The PIN is right.
    Verified,
    /// The PIN is right, and a rule with `verified: false` turned the caller away.
    TurnedAway,
    /// The PIN is wrong, and tries are left.
    Wrong,
    /// The call or the calling number has no tries left, or this failure locks the caller.
    TooManyAttempts,
    /// The caller is locked after too many failures.
    Locked,
    /// An administrator suspended the caller.
    Suspended,
    /// Nobody enrolled this user.
    Unknown,
    /// Nothing was keyed.
    Unanswered,
    /// The IVR ended early, usually because the caller hung up.
    HungUp,
    /// The provider calls the user banned.
    Banned,
    /// An IVR without a PIN question was followed by an action.
    #[default]
    Answered,
    /// A text was read to the caller.
    Said,
    /// A question was asked, or the call went on as an earlier answer had settled (TwiML).
    Asked,
    /// The flow's fallback was answered.
    Fallback,
    /// A transcription was stored, the first for its question.
    First,
    /// A transcription that was stored before.
    Repeated,
    /// A transcription replaced another, which is kept as a revision.
    Superseded,
    /// A transcription that came before the present one, kept as a revision.
    Outdated,
    /// A transcription of a call that was erased: it was dropped.
    Erased,
    /// A transcription waits in the queue.
    Queued,
    /// A transcription was neither stored nor queued.
    NotStored,
    /// The request was refused: a bad token, method, size or path.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 22] = [
        Self::Verified,
        Self::TurnedAway,
        Self::Wrong,
        Self::TooManyAttempts,
        Self::Locked,
        Self::Suspended,
        Self::Unknown,
        Self::Unanswered,
        Self::HungUp,
        Self::Banned,
        Self::Answered,
        Self::Said,
        Self::Asked,
        Self::Fallback,
        Self::First,
        Self::Repeated,
        Self::Superseded,
        Self::Outdated,
        Self::Erased,
        Self::Queued,
        Self::NotStored,
        Self::Refused,
    ];

    /// Its word: in logs, in drawings, for the command, and as a key of `verify_pin`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::TurnedAway => "turned_away",
            Self::Wrong => "wrong",
            Self::TooManyAttempts => "too_many_attempts",
            Self::Locked => "locked",
            Self::Suspended => "suspended",
            Self::Unknown => "unknown",
            Self::Unanswered => "unanswered",
            Self::HungUp => "hung_up",
            Self::Banned => "banned",
            Self::Answered => "answered",
            Self::Said => "said",
            Self::Asked => "asked",
            Self::Fallback => "fallback",
            Self::First => "stored",
            Self::Repeated => "repeated",
            Self::Superseded => "superseded",
            Self::Outdated => "outdated",
            Self::Erased => "erased",
            Self::Queued => "queued",
            Self::NotStored => "not_stored",
            Self::Refused => "refused",
        }
    }

    /// The metric that counts it; `None` if only the request itself is counted.
    #[must_use]
    pub const fn metric(self) -> Option<&'static str> {
        Some(match self {
            Self::Verified => "Verified",
            Self::TurnedAway => "TurnedAway",
            Self::Wrong => "Wrong",
            Self::TooManyAttempts => "TooManyAttempts",
            Self::Locked => "Locked",
            Self::Suspended => "Suspended",
            Self::Unknown => "Unknown",
            Self::Unanswered => "Unanswered",
            Self::Fallback => "Fallbacks",
            Self::First | Self::Repeated | Self::Superseded | Self::Outdated => "Kept",
            Self::Queued => "Queued",
            Self::NotStored => "NotStored",
            Self::Refused => "Refused",
            Self::HungUp | Self::Banned | Self::Answered | Self::Said | Self::Asked | Self::Erased => return None,
        })
    }

    /// The outcome with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_word_of_its_own() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.word()), Some(outcome));
        }
        assert_eq!(Outcome::parse("too-many-attempts"), None);
    }
}
