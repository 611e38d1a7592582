//! What the log line about a failed try says of the guess and the account, so that one PIN tried on many accounts shows.

use crate::App;
use ringbolt_core::{
    attempt::AuthOutcome,
    identity::CallerId,
    pin::{DayDigest, DayKey, Guess},
};
use ringbolt_dynamodb::attempts::Attempted;

/// A failed try, as digests of one day. [`ringbolt_core::pin::daily`] says what they reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedTry {
    /// The account that was named, whether it exists or not.
    pub account: DayDigest,
    /// The guess, if it was compared and is wrong: the account exists and is open, or nobody has it.
    pub guess: Option<DayDigest>,
}

impl FailedTry {
    /// `None` for a right PIN, and for an answer that repeats an earlier attempt's.
    #[must_use]
    pub fn of(app: &App, caller: &CallerId, guess: &Guess, attempted: &Attempted) -> Option<Self> {
        let was_compared = match attempted.outcome {
            AuthOutcome::Verified { .. } => return None,
            AuthOutcome::Wrong { .. } | AuthOutcome::Unknown { .. } => true,
            AuthOutcome::Locked { .. } | AuthOutcome::Suspended => false,
        };
        if attempted.repeated {
            return None;
        }
        let day = DayKey::of(app.hasher.keys().current(), app.webhook.now());
        Some(Self { account: day.account(caller), guess: was_compared.then(|| day.guess(guess)) })
    }
}
