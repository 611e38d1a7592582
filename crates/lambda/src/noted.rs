//! What an attempt leaves for the log line, whatever is answered in the end: the fallback, too.

use crate::{Answer, App, FailedTry, answer::Noticed};
use ringbolt_core::{attempt::AuthOutcome, identity::CallerId, pin::Guess};
use ringbolt_dynamodb::attempts::Attempted;
use std::sync::OnceLock;

/// What was noted about the attempt of a request.
#[derive(Debug, Default)]
pub struct Noted {
    failed_try: OnceLock<FailedTry>,
    duress: OnceLock<()>,
}

impl Noted {
    /// Notes an attempt that the database has judged. `tells_duress`: the flow asks for it.
    pub fn note(&self, app: &App, caller: &CallerId, guess: &Guess, attempted: &Attempted, tells_duress: bool) {
        if let Some(failed) = FailedTry::of(app, caller, guess, attempted) {
            self.failed_try.get_or_init(|| failed);
        }
        if tells_duress && matches!(attempted.outcome, AuthOutcome::Verified { duress: true, .. }) {
            self.duress.get_or_init(|| ());
        }
    }

    /// Puts it into the answer's report.
    #[must_use]
    pub fn tell(&self, mut answer: Answer) -> Answer {
        let noticed = Noticed {
            failed_try: self.failed_try.get().copied(),
            duress: self.duress.get().is_some(),
            clock_off_ms: None,
        };
        answer.report.noticed = (noticed != Noticed::default()).then(|| Box::new(noticed));
        answer
    }
}
