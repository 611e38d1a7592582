//! The golden rule: a caller on the line never hears our failure.

use crate::{Answer, Failure};
use futures_util::FutureExt;
use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

/// Runs what finds the answer. At the deadline, after an error or a panic, the fallback is answered, and the reason
/// logged.
pub async fn or_fallback(
    deadline: Duration,
    fallback: Answer,
    work: impl Future<Output = Result<Answer, Failure>>,
) -> Answer {
    match within(deadline, work).await {
        Ok(answer) => answer,
        Err(failure) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "answered the fallback");
            fallback
        }
    }
}

/// Runs work with a deadline; a panic becomes a failure like any other.
///
/// # Errors
/// The work's own failure, [`Failure::Deadline`] or [`Failure::Panic`].
pub async fn within<T>(deadline: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // Nothing that the work has touched is used after a panic: it lives and dies with this request.
    // The SDK's futures are large, and would be copied at every layer: on the heap they stay where they are.
    match tokio::time::timeout(deadline, AssertUnwindSafe(Box::pin(work)).catch_unwind()).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Failure::Panic),
        Err(_) => Err(Failure::Deadline),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn at_the_deadline_the_fallback_is_answered() {
        let answer = or_fallback(SOON, Answer::text("fallback"), std::future::pending()).await;
        assert_eq!(answer.body, "fallback");
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_the_fallback() {
        let answer = or_fallback(Duration::MAX, Answer::text("fallback"), async { panic!("boom") }).await;
        assert_eq!(answer.body, "fallback");
    }
}
