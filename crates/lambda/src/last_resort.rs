//! What a webhook answers while its secrets or its flow cannot be loaded: without a flow there is no fallback of the
//! flow's.

use crate::{Answer, Failure};
use ringbolt_core::outcome::Outcome;

/// The answer of a last resort, deployed with the function (`RINGBOLT_LAST_RESORT`). Without one it is status 503, at which
/// DialogTech follows its Backup Routing. Wix Answers does not document what it does.
#[derive(Clone, Debug, Default)]
pub struct LastResort(Option<Box<Answer>>);

impl LastResort {
    /// This answer.
    #[must_use]
    pub fn new(answer: Answer) -> Self {
        Self(Some(Box::new(answer)))
    }

    /// Answers it, and logs why.
    #[must_use]
    pub fn answer(&self, failure: &Failure) -> Answer {
        tracing::error!(failure = failure.kind(), reason = %failure, "answered the last resort");
        let answer = match &self.0 {
            Some(answer) => Answer::clone(answer),
            None => Answer::refusal(503, "This webhook is not ready. Please try again."),
        };
        answer.outcome(Outcome::Fallback).failed(failure)
    }
}
