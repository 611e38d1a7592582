//! Work that the answer does not need and does not wait for.
//!
//! In Lambda it is done once the answer has left: an instance is frozen only when it asks for its next event ("Building a
//! custom runtime", in Lambda's developer guide, lists work between the two). Outside Lambda nothing is frozen, but whoever
//! gets an answer there expects its record soon, so the answer waits for a moment.

use lambda_runtime::{LambdaInvocation, Service};
use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{task::JoinHandle, task_local, time::timeout};

task_local! {
    /// What the request of this task has left to do.
    static LEFT: RefCell<Vec<Work>>;
}

/// Work that has begun; it says whether it succeeded.
pub(crate) struct Work {
    /// The task, which goes on if nobody waits for it any longer.
    pub(crate) task: JoinHandle<bool>,
    /// How long to wait for it once the answer has left.
    pub(crate) patience: Duration,
}

/// What is left to do once the answer has left.
pub(crate) struct Left(Vec<Work>);

/// Handles a request. What it hands to [`leave`] is not waited for.
pub(crate) async fn collect<T>(request: impl Future<Output = T>) -> (T, Left) {
    let scope = LEFT.scope(RefCell::default(), async {
        let answer = request.await;
        (answer, Left(LEFT.with(RefCell::take)))
    });
    scope.await
}

/// Leaves work for the time after the answer. Gives it back if nothing is done then.
pub(crate) fn leave(work: Work) -> Result<(), Work> {
    let mut work = Some(work);
    match LEFT.try_with(|left| left.borrow_mut().extend(work.take())) {
        Ok(()) => Ok(()),
        Err(_) => work.map_or(Ok(()), Err),
    }
}

impl Left {
    /// Whether there is nothing to do.
    pub(crate) fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits for the work. Says whether all of it succeeded in time.
    pub(crate) async fn done(self) -> bool {
        let mut all = true;
        for Work { task, patience } in self.0 {
            all &= matches!(timeout(patience, task).await, Ok(Ok(true)));
        }
        all
    }
}

/// A part of the Lambda runtime that posts an answer, and then does what `then` says before the next event is asked for.
pub(crate) struct Then<'a, S, F> {
    pub(crate) post: S,
    pub(crate) then: &'a F,
}

impl<'a, S, F> Service<LambdaInvocation> for Then<'a, S, F>
where
    S: Service<LambdaInvocation, Future: 'a>,
    F: AsyncFn(),
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + 'a>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.post.poll_ready(context)
    }

    fn call(&mut self, event: LambdaInvocation) -> Self::Future {
        let (posted, then) = (self.post.call(event), self.then);
        Box::pin(async move {
            let posted = posted.await;
            then().await;
            posted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(task: impl Future<Output = bool> + Send + 'static) -> Work {
        Work { task: tokio::spawn(task), patience: Duration::from_millis(10) }
    }

    #[tokio::test]
    async fn an_answer_does_not_wait_for_what_is_left() {
        let (answer, left) = collect(async {
            assert!(leave(work(std::future::pending())).is_ok());
            "answer"
        })
        .await;
        assert_eq!((answer, left.is_nothing()), ("answer", false));
        assert!(!left.done().await, "it is late");
    }

    #[tokio::test]
    async fn all_of_it_must_succeed() {
        for (results, all) in [(vec![], true), (vec![true, true], true), (vec![true, false], false)] {
            let left = async {
                for result in results {
                    assert!(leave(work(std::future::ready(result))).is_ok());
                }
            };
            let ((), left) = collect(left).await;
            assert_eq!(left.done().await, all);
        }
        let ((), left) = collect(async { assert!(leave(work(async { panic!("boom") })).is_ok()) }).await;
        assert!(!left.done().await);
    }

    #[tokio::test]
    async fn outside_lambda_nothing_is_left() {
        let work = leave(work(std::future::ready(true))).unwrap_err();
        assert!(work.task.await.unwrap());
    }
}
