//! Starting a function: everything is loaded and the connection to DynamoDB opened before the first event is asked for.

use crate::{
    Answer, App, Request, Webhook,
    app::system_clock,
    config::{ConfigMistakes, FlowSource, SteeringConfig, StoringConfig, WebhookConfig},
    flows::{FlowFileMistakes, Flows},
    logging,
    metrics::{self, Invocation},
    published::PublishedError,
    queue::{Batch, BatchResponse, Postback, Queue},
    secrets::SecretError,
    token::{InvalidTokens, WebhookTokens},
};
use aws_config::SdkConfig;
use futures_util::future::join_all;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_runtime::{LambdaEvent, service_fn};
use ringbolt_core::pin::{InvalidPinKeys, PinHasher, PinKeys};
pub use ringbolt_dynamodb::Table;
use ringbolt_dynamodb::{Store, client, flows::FlowTable};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};
use tracing_subscriber::filter::LevelFilter;

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The environment.
    #[error(transparent)]
    Config(#[from] ConfigMistakes),
    /// A secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// `RINGBOLT_WEBHOOK_TOKENS`.
    #[error("RINGBOLT_WEBHOOK_TOKENS: {0}")]
    Tokens(#[from] InvalidTokens),
    /// `RINGBOLT_PIN_KEYS`.
    #[error("RINGBOLT_PIN_KEYS: {0}")]
    PinKeys(#[from] InvalidPinKeys),
    /// `RINGBOLT_FLOW_FILES`.
    #[error("RINGBOLT_FLOW_FILES:\n{0}")]
    Flows(#[from] FlowFileMistakes),
    /// `RINGBOLT_FLOWS_TABLE`.
    #[error("RINGBOLT_FLOWS_TABLE: {0}")]
    Published(#[from] PublishedError),
    /// The Lambda runtime.
    #[error("the Lambda runtime ended: {0}")]
    Runtime(#[source] lambda_runtime::Error),
}

/// How an event was handled.
enum Done {
    /// A request to the flow of this name.
    Answered(String, Answer),
    Drained {
        messages: usize,
        response: BatchResponse,
    },
}

/// What goes back to Lambda.
#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Http(Box<ApiGatewayV2httpResponse>),
    Batch(BatchResponse),
}

/// Runs a webhook that steers calls, until Lambda ends it. `function` is the name of its package, `writes_to` names the
/// tables that a call's first request writes to.
pub async fn steering(
    function: &'static str,
    writes_to: &[Table],
    handle: impl AsyncFn(&App, Request) -> Answer,
) -> ExitCode {
    let started = async {
        let (webhook, steering) = (WebhookConfig::from_env(environment), SteeringConfig::from_env(environment));
        init_logging(&webhook);
        let (webhook, config) = ConfigMistakes::both(webhook, steering)?;
        let (webhook, sdk) = start_webhook(webhook, writes_to).await?;
        let keys = PinKeys::from_json(&config.pin_keys.read(&sdk).await?)?;
        let stage = config.stage.as_deref();
        let flows = match config.flows {
            FlowSource::Files(files) => Flows::load(&files, stage)?,
            FlowSource::Table(table) => {
                let client = client::webhook_client(&sdk, webhook.deadline);
                Flows::published(FlowTable::new(client, table), webhook.clock.clone(), stage).await?
            }
        };
        Ok(App { webhook, flows, hasher: PinHasher::new(keys, config.pin_hashes) })
    };
    serve(function, started.await, async |app, event| answered(app, &handle, event).await.into()).await
}

/// Runs a webhook that only stores, until Lambda ends it; `drain` stores what waits in the queue. `function` is the name
/// of its package.
pub async fn storing(
    function: &'static str,
    handle: impl AsyncFn(&Postback, Request) -> Answer,
    drain: impl AsyncFn(&Postback, Batch) -> BatchResponse,
) -> ExitCode {
    let started = async {
        let (webhook, storing) = (WebhookConfig::from_env(environment), StoringConfig::from_env(environment));
        init_logging(&webhook);
        let (webhook, config) = ConfigMistakes::both(webhook, storing)?;
        let (webhook, sdk) = start_webhook(webhook, &[Table::Calls]).await?;
        let queue = config.queue.map(|url| Queue::new(&sdk, url, webhook.deadline));
        Ok(Postback { webhook, queue })
    };
    serve(function, started.await, async |postback, event| match Batch::from_event(event) {
        Some(batch) => {
            let messages = batch.messages.len();
            Done::Drained { messages, response: drain(postback, batch).await }
        }
        None => answered(postback, &handle, event).await.into(),
    })
    .await
}

/// Logging starts first, so that mistakes in the environment can be logged.
fn init_logging(config: &Result<WebhookConfig, ConfigMistakes>) {
    logging::init(config.as_ref().map_or(LevelFilter::INFO, |config| config.log_level));
}

async fn start_webhook(config: WebhookConfig, writes_to: &[Table]) -> Result<(Webhook, SdkConfig), StartError> {
    let sdk = sdk_config().await;
    let tokens = WebhookTokens::from_json(&config.tokens.read(&sdk).await?)?;
    let store = Store::new(client::webhook_client(&sdk, config.deadline), config.tables);
    // At the same time, so that a call finds a connection for each of the writes that it makes in parallel.
    for warmed in join_all(writes_to.iter().map(|table| store.warm_up(*table))).await {
        if let Err(error) = warmed {
            // The database may be back when a call comes in; until then callers hear the fallback.
            tracing::error!(failure = error.kind(), reason = %error, "the database is not ready");
        }
    }
    let webhook =
        Webhook { store, tokens, deadline: config.deadline, retention: config.retention, clock: system_clock() };
    Ok((webhook, sdk))
}

/// Region, credentials and endpoint as every AWS tool finds them.
pub async fn sdk_config() -> SdkConfig {
    aws_config::defaults(client::behavior()).http_client(client::http_client()).load().await
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn serve<A>(
    function: &'static str,
    app: Result<A, StartError>,
    invoke: impl AsyncFn(&A, &str) -> Done,
) -> ExitCode {
    let cold = AtomicBool::new(true);
    let ended = match app {
        Ok(app) => {
            let answer = service_fn(async |event: LambdaEvent<Box<RawValue>>| {
                let began = Instant::now();
                let done = invoke(&app, event.payload.get()).await;
                let invocation = Invocation {
                    function,
                    request_id: &event.context.request_id,
                    cold: cold.swap(false, Ordering::Relaxed),
                    at: system_clock()(),
                    elapsed: began.elapsed(),
                };
                Ok::<_, std::convert::Infallible>(done.tell(&invocation))
            });
            lambda_runtime::run(answer).await.map_err(StartError::Runtime)
        }
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

impl Done {
    /// Writes the line about it, and gives what goes back to Lambda.
    fn tell(self, invocation: &Invocation<'_>) -> Reply {
        match self {
            Self::Answered(flow, answer) => {
                metrics::write(&metrics::answered(invocation, &flow, &answer.report, answer.status));
                Reply::Http(Box::new(answer.into_event()))
            }
            Self::Drained { messages, response } => {
                let failed = response.failed();
                metrics::write(&metrics::drained(invocation, messages.saturating_sub(failed), failed));
                Reply::Batch(response)
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
pub async fn respond<A>(app: &A, handle: &impl AsyncFn(&A, Request) -> Answer, event: &str) -> Answer {
    let began = Instant::now();
    let (flow, answer) = answered(app, handle, event).await;
    tracing::info!(
        flow,
        version = answer.report.version.map(tracing::field::display),
        call = answer.report.call,
        outcome = answer.report.outcome.word(),
        why = answer.report.why(),
        repeated = answer.report.repeated,
        status = answer.status,
        elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    answer
}

/// The name of the flow, and the answer.
async fn answered<A>(app: &A, handle: &impl AsyncFn(&A, Request) -> Answer, event: &str) -> (String, Answer) {
    match Request::from_event(event) {
        Ok(request) => {
            // An invalid name can be anything that a stranger wrote into the URL, so it is not logged.
            let flow = ringbolt_core::identity::FlowName::parse(&request.flow);
            (flow.map(|name| name.to_string()).unwrap_or_default(), handle(app, request).await)
        }
        Err(error) => (String::new(), Answer::refusal(400, &error.to_string())),
    }
}
