//! Starting a function: whatever needs the network is loaded at once, before the first event is asked for.
//!
//! Lambda ends a start after ten seconds, and callers then hear nothing. So what does not come in time is left for the next
//! request, which tries again and is answered with the last resort meanwhile.

use crate::{
    Answer, App, LastResort, Postback, Webhook,
    app::system_clock,
    config::{Admission, ConfigMistakes, EnrolConfig, FlowSource, SteeringConfig, StoringConfig, WebhookConfig},
    enrolment::Enroller,
    flows::{FlowFileMistakes, Flows},
    queue::Queue,
    secrets::{SecretError, SecretSource},
    signed::Signatures,
    token::{InvalidTokens, WebhookTokens},
};
use aws_types::SdkConfig;
use futures_util::future::join_all;
use ringbolt_core::{
    dialects::twiml::signature::{InvalidTwimlKeys, TwimlKeys},
    pin::{InvalidPinKeys, PinHasher, PinKeys},
};
use ringbolt_dynamodb::{Store, StoreError, Table, client, flows::FlowTable, tables::TableNames};
use std::time::Duration;

/// How long a start may take, and each request of a start.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a function is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The environment.
    #[error(transparent)]
    Config(#[from] ConfigMistakes),
    /// A secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// `RINGBOLT_WEBHOOK_TOKENS`.
    #[error("RINGBOLT_WEBHOOK_TOKENS: {0}")]
    Tokens(#[from] InvalidTokens),
    /// `RINGBOLT_TWIML_KEYS`.
    #[error("RINGBOLT_TWIML_KEYS: {0}")]
    TwimlKeys(#[from] InvalidTwimlKeys),
    /// `RINGBOLT_PIN_KEYS`.
    #[error("RINGBOLT_PIN_KEYS: {0}")]
    PinKeys(#[from] InvalidPinKeys),
    /// `RINGBOLT_FLOW_FILES`.
    #[error("RINGBOLT_FLOW_FILES:\n{0}")]
    Flows(#[from] FlowFileMistakes),
    /// `RINGBOLT_FLOWS_TABLE`.
    #[error("RINGBOLT_FLOWS_TABLE: {0}")]
    Published(#[source] StoreError),
    /// Something took too long.
    #[error("the secrets or the call flows did not arrive in time")]
    Late,
    /// The Lambda runtime.
    #[error("the Lambda runtime ended: {0}")]
    Runtime(#[source] lambda_runtime::Error),
}

/// A function that has read its environment and has yet to load what that names.
pub(crate) trait Start {
    /// What the function has when it is ready.
    type Ready;

    /// Loads it.
    async fn load(&self) -> Result<Self::Ready, StartError>;

    /// Whether it is of no use to try again.
    fn is_final(&self, error: &StartError) -> bool;

    /// How long a request may take.
    fn deadline(&self) -> Duration;
}

/// A webhook that steers calls.
pub(crate) struct Steering {
    webhook: WebhookConfig,
    config: SteeringConfig,
    writes_to: &'static [&'static [Table]],
    sdk: SdkConfig,
}

/// A webhook that only stores.
pub(crate) struct Storing {
    webhook: WebhookConfig,
    config: StoringConfig,
    sdk: SdkConfig,
}

impl Steering {
    /// Reads the environment. `writes_to` names the tables that a call's first request writes to: those in a list one after
    /// the other, and the lists at once. `last_resort` reads the answer of a last resort, or says what is expected in its
    /// place.
    pub(crate) fn from_env(
        webhook: Result<WebhookConfig, ConfigMistakes>,
        writes_to: &'static [&'static [Table]],
        last_resort: fn(&str) -> Result<Answer, &'static str>,
    ) -> Result<Self, StartError> {
        let steering = SteeringConfig::from_env(environment, last_resort);
        let (webhook, config) = ConfigMistakes::both(webhook, steering)?;
        Ok(Self { webhook, config, writes_to, sdk: sdk_config() })
    }

    /// What is answered while the function is not ready.
    pub(crate) fn last_resort(&self) -> &LastResort {
        &self.config.last_resort
    }

    async fn flows(&self) -> Result<Flows, StartError> {
        let stage = self.config.stage.as_deref();
        match &self.config.flows {
            FlowSource::Files(files) => Ok(Flows::load(files, stage)?),
            FlowSource::Table(table) => {
                let client = client::patient_client(&self.sdk, PATIENCE);
                let table = FlowTable::new(client, table.clone());
                Flows::published(table, system_clock(), stage).await.map_err(StartError::Published)
            }
        }
    }
}

impl Start for Steering {
    type Ready = App;

    async fn load(&self) -> Result<App, StartError> {
        // The connection that has brought the flows is the first of those that are warmed up.
        let flows = async {
            let flows = self.flows().await?;
            warm_up(&self.webhook.tables, self.writes_to, &self.sdk).await;
            Ok::<_, StartError>(flows)
        };
        let (webhook, signatures, keys, flows) = tokio::join!(
            start_webhook(&self.webhook, &self.sdk),
            signatures(&self.webhook.admission, &self.sdk),
            pin_keys(&self.config.pin_keys, &self.sdk),
            flows
        );
        let hasher = PinHasher::new(keys?, self.config.pin_hashes);
        let last_resort = self.config.last_resort.clone();
        Ok(App { webhook: webhook?, signatures: signatures?, flows: flows?, hasher, last_resort })
    }

    fn is_final(&self, error: &StartError) -> bool {
        is_final(error, Some(self.webhook.admission.secret()), Some(&self.config.pin_keys))
    }

    fn deadline(&self) -> Duration {
        self.webhook.deadline
    }
}

impl Storing {
    /// Reads the environment.
    pub(crate) fn from_env(webhook: Result<WebhookConfig, ConfigMistakes>) -> Result<Self, StartError> {
        let (webhook, config) = ConfigMistakes::both(webhook, StoringConfig::from_env(environment))?;
        Ok(Self { webhook, config, sdk: sdk_config() })
    }
}

impl Start for Storing {
    type Ready = Postback;

    async fn load(&self) -> Result<Postback, StartError> {
        let warmed = warm_up(&self.webhook.tables, &[&[Table::Calls]], &self.sdk);
        let (webhook, ()) = tokio::join!(start_webhook(&self.webhook, &self.sdk), warmed);
        let webhook = webhook?;
        let queue = self.config.queue.clone().map(|url| Queue::new(&self.sdk, url, webhook.deadline));
        Ok(Postback { webhook, queue })
    }

    fn is_final(&self, error: &StartError) -> bool {
        is_final(error, Some(self.webhook.admission.secret()), None)
    }

    fn deadline(&self) -> Duration {
        self.webhook.deadline
    }
}

/// How long the enrolment function waits for DynamoDB: 2.5 seconds for each attempt, seven in all. No caller is waiting.
const ENROLMENT_PATIENCE: Duration = Duration::from_secs(10);

/// The function that enrols callers for operators.
pub(crate) struct Enrolling {
    config: EnrolConfig,
    sdk: SdkConfig,
}

impl Enrolling {
    /// Takes the environment that was read.
    pub(crate) fn from_env(config: Result<EnrolConfig, ConfigMistakes>) -> Result<Self, StartError> {
        Ok(Self { config: config?, sdk: sdk_config() })
    }
}

impl Start for Enrolling {
    type Ready = Enroller;

    async fn load(&self) -> Result<Enroller, StartError> {
        let callers = self.config.callers_table.clone();
        let tables = TableNames { callers, calls: String::new(), counters: String::new() };
        let warmed = warm_up(&tables, &[&[Table::Callers]], &self.sdk);
        let (keys, ()) = tokio::join!(pin_keys(&self.config.pin_keys, &self.sdk), warmed);
        let hasher = PinHasher::new(keys?, self.config.pin_hashes);
        Ok(Enroller::new(Store::new(client::webhook_client(&self.sdk, ENROLMENT_PATIENCE), tables), hasher))
    }

    fn is_final(&self, error: &StartError) -> bool {
        is_final(error, None, Some(&self.config.pin_keys))
    }

    fn deadline(&self) -> Duration {
        ENROLMENT_PATIENCE
    }
}

/// A file in the package and a value in the environment stay what they are; Secrets Manager and the table may have
/// something else a moment later.
fn is_final(error: &StartError, admission: Option<&SecretSource>, pin_keys: Option<&SecretSource>) -> bool {
    match error {
        StartError::Config(_) | StartError::Flows(_) | StartError::Runtime(_) => true,
        StartError::Tokens(_) | StartError::TwimlKeys(_) => admission.is_some_and(SecretSource::is_inline),
        StartError::PinKeys(_) => pin_keys.is_some_and(SecretSource::is_inline),
        StartError::Secret(_) | StartError::Published(_) | StartError::Late => false,
    }
}

async fn pin_keys(source: &SecretSource, sdk: &SdkConfig) -> Result<PinKeys, StartError> {
    Ok(PinKeys::from_json(&source.read(sdk).await?)?)
}

async fn tokens(admission: &Admission, sdk: &SdkConfig) -> Result<WebhookTokens, StartError> {
    match admission {
        Admission::Tokens(source) => Ok(WebhookTokens::from_json(&source.read(sdk).await?)?),
        Admission::Signatures { .. } => Ok(WebhookTokens::none()),
    }
}

async fn signatures(admission: &Admission, sdk: &SdkConfig) -> Result<Option<Signatures>, StartError> {
    match admission {
        Admission::Tokens(_) => Ok(None),
        Admission::Signatures { keys, public_url } => {
            let keys = TwimlKeys::from_json(&keys.read(sdk).await?)?;
            Ok(Some(Signatures::new(keys, public_url.clone())))
        }
    }
}

async fn start_webhook(config: &WebhookConfig, sdk: &SdkConfig) -> Result<Webhook, StartError> {
    let store = Store::new(client::webhook_client(sdk, config.deadline), config.tables.clone());
    let tokens = tokens(&config.admission, sdk).await?;
    let WebhookConfig { deadline, retention, .. } = *config;
    Ok(Webhook { store, tokens, deadline, retention, clock: system_clock() })
}

/// Opens connections, with a start's patience: they are in the pool that the webhook's client uses. One for each list of
/// tables, so that a call finds one for each of the writes that it makes at once; the tables of a list are written to one
/// after the other.
async fn warm_up(tables: &TableNames, writes_to: &[&[Table]], sdk: &SdkConfig) {
    let patient = Store::new(client::patient_client(sdk, PATIENCE), tables.clone());
    let connections = writes_to.iter().map(|tables| async {
        for table in *tables {
            if let Err(error) = patient.warm_up(*table).await {
                // The database may be back when a call comes in; until then callers hear the fallback.
                tracing::error!(failure = error.kind(), reason = %error, "the database is not ready");
            }
        }
    });
    join_all(connections).await;
}

fn sdk_config() -> SdkConfig {
    ringbolt_dynamodb::environment::sdk_config(environment)
}

/// The variable of this name.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
