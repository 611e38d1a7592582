//! Running a function: events come in, answers go out, and a line about each is logged.

use crate::{
    Answer, App, Failure, LastResort, Postback, Request,
    after::{self, Left},
    answer::{HttpAnswer, Report},
    app::{HasClock, system_clock},
    config::{ConfigMistakes, EnrolConfig, WebhookConfig, stack_name},
    enrolment::{self, Enroller},
    logging,
    metrics::{self, Invocation},
    queue::{Batch, BatchResponse, UnreadableBatch},
    start::{Enrolling, PATIENCE, Start, StartError, Steering, Storing, environment},
};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, layers::TracingLayer, service_fn, tower::layer::layer_fn};
use ringbolt_core::{outcome::Outcome, time::EpochMs};
pub use ringbolt_dynamodb::Table;
use serde::Serialize;
use serde_json::value::RawValue;
use std::{
    cell::RefCell,
    fmt,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;
use tracing_subscriber::filter::LevelFilter;
use zeroize::Zeroizing;

/// An event, and when it came.
struct Event<'a> {
    text: &'a str,
    received: Instant,
}

/// How an event was handled.
enum Done {
    /// A request to the flow of this name.
    Answered(String, Answer),
    Drained {
        messages: usize,
        response: BatchResponse,
    },
    Enrolled(enrolment::Response),
}

/// What is left of an invocation once its answer has left: other work, and the line about it.
struct Later {
    flow: String,
    report: Report,
    status: u16,
    request_id: String,
    cold: bool,
    at: EpochMs,
    elapsed: Duration,
    left: Left,
}

/// What goes back to Lambda.
#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Http(HttpAnswer),
    Batch(BatchResponse),
    Enrolment(enrolment::Response),
}

/// An event for which the function fails. Lambda gives a batch of the queue to the function again.
#[derive(thiserror::Error)]
enum Refused {
    #[error("the batch cannot be read: {0}")]
    Unreadable(#[from] UnreadableBatch),
    #[error(transparent)]
    NotReady(#[from] Failure),
}

/// The Lambda runtime logs this.
impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        let error_type = match refused {
            Refused::Unreadable(_) => "UnreadableBatch",
            Refused::NotReady(_) => "NotReady",
        };
        Self { error_type: error_type.to_owned(), error_message: refused.to_string() }
    }
}

/// Runs a webhook that steers calls, until Lambda ends it. `function` is the name of its package. `writes_to` names the
/// tables that a call's first request writes to: those in a list one after the other, and the lists at once. `last_resort`
/// reads the answer of a last resort, or says what is expected.
pub async fn steering(
    function: &'static str,
    writes_to: &'static [&'static [Table]],
    last_resort: fn(&str) -> Result<Answer, &'static str>,
    handle: impl AsyncFn(&App, Request) -> Answer,
) -> ExitCode {
    let config = init_logging(WebhookConfig::from_env(environment));
    steer(function, Steering::from_env(config, writes_to, last_resort), handle).await
}

/// The same for a webhook whose requests the provider signs.
pub async fn steering_signed(
    function: &'static str,
    writes_to: &'static [&'static [Table]],
    last_resort: fn(&str) -> Result<Answer, &'static str>,
    handle: impl AsyncFn(&App, Request) -> Answer,
) -> ExitCode {
    let config = init_logging(WebhookConfig::signed_from_env(environment));
    steer(function, Steering::from_env(config, writes_to, last_resort), handle).await
}

async fn steer(
    function: &'static str,
    start: Result<Steering, StartError>,
    handle: impl AsyncFn(&App, Request) -> Answer,
) -> ExitCode {
    let invoke = async |start: &Steering, ready: Result<&App, Failure>, event: &Event<'_>| {
        Ok(match ready {
            Ok(app) => answered(app, &handle, event).await,
            Err(failure) => {
                let resort = async |_: &(), _: Request| start.last_resort().answer(&failure);
                answered(&(), &resort, event).await
            }
        }
        .into())
    };
    serve(function, start, invoke).await
}

/// Runs a webhook that only stores, until Lambda ends it; `drain` stores what waits in the queue. `function` is the name
/// of its package.
pub async fn storing(
    function: &'static str,
    handle: impl AsyncFn(&Postback, Request) -> Answer,
    drain: impl AsyncFn(&Postback, Batch) -> BatchResponse,
) -> ExitCode {
    let start = Storing::from_env(init_logging(WebhookConfig::from_env(environment)));
    let invoke = async |_: &Storing, ready: Result<&Postback, Failure>, event: &Event<'_>| match Batch::from_event(
        event.text,
    )? {
        Some(batch) => {
            let messages = batch.messages.len();
            Ok(Done::Drained { messages, response: drain(ready?, batch).await })
        }
        None => Ok(match ready {
            Ok(postback) => answered(postback, &handle, event).await,
            Err(failure) => {
                // The provider sends it again.
                let resort = async |_: &(), _: Request| LastResort::default().answer(&failure);
                let (flow, answer) = answered(&(), &resort, event).await;
                (flow, answer.outcome(Outcome::NotStored))
            }
        }
        .into()),
    };
    serve(function, start, invoke).await
}

/// Runs the enrolment function, until Lambda ends it. `function` is the name of its package.
pub async fn enrolling(
    function: &'static str,
    handle: impl AsyncFn(&Enroller, &str) -> enrolment::Response,
) -> ExitCode {
    let config = EnrolConfig::from_env(environment);
    logging::init(config.as_ref().map_or(LevelFilter::INFO, |config| config.log_level));
    let start = Enrolling::from_env(config);
    let invoke = async |_: &Enrolling, ready: Result<&Enroller, Failure>, event: &Event<'_>| {
        Ok(Done::Enrolled(handle(ready.map_err(Refused::NotReady)?, event.text).await))
    };
    serve(function, start, invoke).await
}

/// Starts logging before anything else, so that mistakes can be logged.
fn init_logging(config: Result<WebhookConfig, ConfigMistakes>) -> Result<WebhookConfig, ConfigMistakes> {
    logging::init(config.as_ref().map_or(LevelFilter::INFO, |config| config.log_level));
    config
}

async fn serve<S: Start>(
    function: &'static str,
    start: Result<S, StartError>,
    invoke: impl AsyncFn(&S, Result<&S::Ready, Failure>, &Event<'_>) -> Result<Done, Refused>,
) -> ExitCode {
    let ended = match start {
        Ok(start) => run(function, &start, invoke).await,
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(reason = %error, "the function ends");
            ExitCode::FAILURE
        }
    }
}

async fn run<S: Start>(
    function: &'static str,
    start: &S,
    invoke: impl AsyncFn(&S, Result<&S::Ready, Failure>, &Event<'_>) -> Result<Done, Refused>,
) -> Result<(), StartError> {
    let (ready, cold, stack) = (OnceCell::new(), AtomicBool::new(true), stack_name(environment));
    let later = RefCell::new(None);
    if let Err(error) = ready.get_or_try_init(|| load(start, PATIENCE)).await {
        if start.is_final(&error) {
            return Err(error);
        }
        tracing::error!(reason = %error, "the function is not ready; the next request tries again");
    }
    let answer = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        let began = Instant::now();
        // What is left of the deadline is for the answer of a last resort, or for the real one.
        let loaded = ready.get_or_try_init(|| load(start, PATIENCE.min(start.deadline() * 7 / 10))).await;
        let loaded = loaded.map_err(|error| Failure::NotReady { reason: error.to_string() });
        // On the heap: the compiler gives up on futures that are nested as deeply as these.
        // It can have PINs, so its memory is cleared. The runtime's own buffer cannot be.
        let payload = Zeroizing::new(String::from(Box::<str>::from(event.payload)));
        let received = Event { text: &payload, received: began };
        let (done, left) = after::collect(Box::pin(invoke(start, loaded, &received))).await;
        let invocation = Invocation {
            stack: stack.as_deref(),
            function,
            request_id: &event.context.request_id,
            cold: cold.swap(false, Ordering::Relaxed),
            at: system_clock()(),
            elapsed: began.elapsed(),
        };
        Ok::<_, Refused>(match done? {
            Done::Answered(flow, mut answer) if !left.is_nothing() => {
                let (report, status) = (std::mem::take(&mut answer.report), answer.status);
                let Invocation { cold, at, elapsed, .. } = invocation;
                let request_id = event.context.request_id;
                later.replace(Some(Later { flow, report, status, request_id, cold, at, elapsed, left }));
                Reply::Http(answer.into_event())
            }
            done => done.tell(&invocation),
        })
    });
    let finish = async || {
        let answered = later.take();
        if let Some(answered) = answered {
            answered.finish(stack.as_deref(), function).await;
        }
    };
    // The line about an answer is part of its invocation's span.
    let then = layer_fn(|post| after::Then { post, then: &finish });
    Runtime::new(answer).layer(then).layer(TracingLayer::new()).run().await.map_err(StartError::Runtime)
}

async fn load<S: Start>(start: &S, within: Duration) -> Result<S::Ready, StartError> {
    // On the heap: a future of the SDK is large, and this one is part of every request's.
    tokio::time::timeout(within, Box::pin(start.load())).await.unwrap_or(Err(StartError::Late))
}

impl Later {
    async fn finish(self, stack: Option<&str>, function: &str) {
        let Self { flow, mut report, status, request_id, cold, at, elapsed, left } = self;
        report.unrecorded |= !left.done().await;
        let invocation = Invocation { stack, function, request_id: &request_id, cold, at, elapsed };
        metrics::write(&metrics::answered(&invocation, &flow, &report, status));
    }
}

impl Done {
    /// Writes the line about it, and gives what goes back to Lambda.
    fn tell(self, invocation: &Invocation<'_>) -> Reply {
        match self {
            Self::Answered(flow, answer) => {
                metrics::write(&metrics::answered(invocation, &flow, &answer.report, answer.status));
                Reply::Http(answer.into_event())
            }
            Self::Drained { messages, response } => {
                let failed = response.failed();
                metrics::write(&metrics::drained(invocation, messages.saturating_sub(failed), failed));
                Reply::Batch(response)
            }
            Self::Enrolled(response) => {
                metrics::write(&metrics::enrolled(invocation, &response));
                Reply::Enrolment(response)
            }
        }
    }
}

impl From<(String, Answer)> for Done {
    fn from((flow, answer): (String, Answer)) -> Self {
        Self::Answered(flow, answer)
    }
}

/// Answers one event outside Lambda, whatever is in it, and logs one line about it.
pub async fn respond<A: HasClock>(app: &A, handle: &impl AsyncFn(&A, Request) -> Answer, event: &str) -> Answer {
    let began = Instant::now();
    let (flow, answer) = answered(app, handle, &Event { text: event, received: began }).await;
    let noticed = answer.report.noticed();
    tracing::info!(
        flow,
        version = answer.report.version.map(tracing::field::display),
        call = answer.report.call,
        outcome = answer.report.outcome.word(),
        ivr = answer.report.visited.as_ref().and_then(|visited| visited.name.as_deref()),
        rule = answer.report.rule().map(tracing::field::display),
        line = answer.report.line(),
        why = answer.report.why(),
        failed = answer.report.failed.as_ref().map(|failed| failed.kind),
        repeated = answer.report.repeated,
        account = noticed.failed_try.map(|failed| tracing::field::display(failed.account)),
        guess = noticed.failed_try.and_then(|failed| failed.guess).map(tracing::field::display),
        duress = noticed.duress.then_some(true),
        clock_off_ms = noticed.clock_off_ms,
        status = answer.status,
        elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    answer
}

/// The name of the flow, and the answer.
async fn answered<A: HasClock>(
    app: &A,
    handle: &impl AsyncFn(&A, Request) -> Answer,
    event: &Event<'_>,
) -> (String, Answer) {
    match Request::from_event(event.text) {
        Ok(request) => {
            let request = Request { received: event.received, ..request };
            // An invalid name can be anything that a stranger wrote into the URL, so it is not logged.
            let flow = ringbolt_core::identity::FlowName::parse(&request.flow);
            let clock_off_ms = request.clock_off_ms(app.now());
            if let Some(clock_off_ms) = clock_off_ms {
                tracing::warn!(clock_off_ms, "the clock of this instance differs from API Gateway's");
            }
            let mut answer = handle(app, request).await;
            if clock_off_ms.is_some() {
                answer.report.noticed.get_or_insert_default().clock_off_ms = clock_off_ms;
            }
            (flow.map(|name| name.to_string()).unwrap_or_default(), answer)
        }
        Err(error) => (String::new(), Answer::refusal(400, &error.to_string())),
    }
}
