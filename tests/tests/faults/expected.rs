//! What must come of each trouble.

use crate::faults::dialect::{Dialect, Heard};
use ringbolt_tests::{Site, Trouble};

/// Often enough for every retry of the SDK.
pub const ALWAYS: usize = usize::MAX;

/// What a trouble means for the request that it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The request has its reply, perhaps after a retry.
    Replied,
    /// It never has one. The service may have done the work.
    Failed { done: bool },
}

/// What a trouble means that happens once, or always.
pub fn effect(trouble: Trouble, times: usize) -> Effect {
    use Trouble as T;
    match trouble {
        T::Slow | T::Duplicated | T::Goodbye | T::ClosedAfter => Effect::Replied,
        // The SDK does not send again what was refused on purpose, or answered without sense.
        T::Denied | T::Nonsense => Effect::Failed { done: false },
        _ if times == 1 => Effect::Replied,
        T::Closed | T::Reset | T::Silence | T::Throttled | T::ServerError | T::Unavailable => {
            Effect::Failed { done: false }
        }
        T::ReplyLost | T::ReplyHeld | T::ReplyCut | T::ReplyStalled | T::ReplyFailed => Effect::Failed { done: true },
    }
}

/// Whether only a time limit ends it.
pub fn waits_for_a_limit(trouble: Trouble) -> bool {
    matches!(trouble, Trouble::Silence | Trouble::ReplyHeld | Trouble::ReplyStalled)
}

/// Who is on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guess {
    Wrong,
    Right,
    /// The right PIN of a suspended caller.
    Suspended,
}

impl Guess {
    pub const ALL: [Self; 3] = [Self::Wrong, Self::Right, Self::Suspended];

    pub fn pin(self) -> &'static str {
        if self == Self::Wrong { "9999" } else { "4711" }
    }
}

/// What is heard, and what is counted for the caller and for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    pub heard: Heard,
    /// The failed attempts in the caller's item.
    pub counted: u32,
    /// The tries of the call.
    pub tries: u32,
}

/// What must come of a guess.
pub fn outcome(dialect: Dialect, site: Site, effect: Effect, guess: Guess) -> Outcome {
    let undisturbed = match guess {
        Guess::Wrong => Heard::Again,
        Guess::Right => Heard::LetIn,
        Guess::Suspended => Heard::TurnedAway,
    };
    let decides = matches!(site, Site::Attempt | Site::CallCounter | Site::AniCounter);
    // The attempt and the call's counter go out together, after the calling number's counter. Without a state, which only
    // a provider's signature makes up for, both counters come first. A failure is counted under the account's name last,
    // and the answer does not depend on that.
    let before = |other: Site| match other {
        Site::Attempt if dialect == Dialect::NextAction => matches!(site, Site::AniCounter | Site::CallCounter),
        Site::CallCounter if dialect == Dialect::NextAction => false,
        _ => site == Site::AniCounter,
    };
    let reaches = |other: Site| match effect {
        Effect::Failed { done } if site == other => done,
        Effect::Failed { .. } => !before(other),
        Effect::Replied => true,
    };
    Outcome {
        heard: if decides && effect != Effect::Replied { Heard::Fallback } else { undisturbed },
        counted: u32::from(guess == Guess::Wrong && reaches(Site::Attempt)),
        tries: u32::from(dialect != Dialect::Auth && reaches(Site::CallCounter)),
    }
}

/// The call sites of a login.
pub fn sites(dialect: Dialect) -> &'static [Site] {
    match dialect {
        Dialect::Auth => &[Site::AniCounter, Site::Attempt, Site::LiveFlows, Site::FlowVersion],
        Dialect::NextAction | Dialect::Voice => &[
            Site::AniCounter,
            Site::Attempt,
            Site::CallCounter,
            Site::AccountCounter,
            Site::Record,
            Site::SessionLink,
            Site::LiveFlows,
            Site::FlowVersion,
        ],
    }
}
