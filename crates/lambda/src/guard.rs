//! The golden rule: a caller on the line never hears our failure.

use crate::{Answer, Failure};
use futures_util::FutureExt;
use std::{future::Future, panic::AssertUnwindSafe, time::Duration};

/// Runs `work` to find the answer. At the deadline, or after an error or a panic, answers the fallback and logs the
/// reason.
pub async fn or_fallback(
    deadline: Duration,
    fallback: Answer,
    work: impl Future<Output = Result<Answer, Failure>>,
) -> Answer {
    match within(deadline, work).await {
        Ok(answer) => answer,
        Err(failure) => {
            tracing::error!(failure = failure.kind(), reason = %failure, "answered the fallback");
            fallback.failed(&failure)
        }
    }
}

/// Runs `work` with a deadline; a panic becomes a failure like any other.
///
/// # Errors
/// The work's own failure, [`Failure::Deadline`] or [`Failure::Panic`].
pub async fn within<T>(deadline: Duration, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // Unwind safety: everything the work touches belongs to this request and is not used after a panic.
    // The SDK's futures are large; on the heap they are not copied at every layer.
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
