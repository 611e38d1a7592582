//! Which deployment a command works on: a stack in AWS, the database of `ringbolt dev`, or tables given one by one.
//!
//! Everything is read only when needed, so a command that needs no secret does not read one.

mod args;
mod enrolment;
mod functions;
mod local;
mod secret;
mod stack;

pub(crate) use args::ConnectionArgs;
pub(crate) use functions::{Deployed, Function};
pub(crate) use secret::SecretPlace;
pub(crate) use stack::StackOutputs;

use crate::{exit::Usage, explain};
use anyhow::Context as _;
use args::Given;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use ringbolt_core::pin::{PinHasher, PinHashes, PinKeys};
use ringbolt_dynamodb::{
    Store, StoreError,
    audit::AuditTable,
    flows::{FlowTable, Push},
    tables::TableNames,
};
use ringbolt_lambda::config;
use std::{path::PathBuf, time::Duration};

/// Longer than a webhook's timeout, because no caller is waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the stack's output has after the base URL of the voice webhook.
const VOICE_PATH: &str = "/twiml/{flow}/voice";

/// A deployment. Its tables and secrets are read only when a command needs them.
#[derive(Debug)]
pub(crate) struct Connection {
    sdk: SdkConfig,
    client: Client,
    given: Given,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A CloudFormation stack.
    Stack(StackOutputs),
    /// The database of `ringbolt dev`.
    Local(local::Local),
    /// Tables given one by one.
    Single,
}

impl Connection {
    /// The deployment's name in sentences: "the stack prod in eu-west-1".
    pub(crate) fn name(&self) -> String {
        match &self.place {
            Place::Stack(stack) => format!("the stack {} in {}", stack.name(), self.region()),
            Place::Local(local) => format!("the local database in {}", local.folder().display()),
            Place::Single => match self.sdk.endpoint_url().map(str::to_owned).or_else(explain::endpoint_variable) {
                Some(endpoint) => format!("the DynamoDB at {endpoint}"),
                None => format!("the given tables in {}", self.region()),
            },
        }
    }

    /// Whether this is the database of `ringbolt dev`.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.place, Place::Local(_))
    }

    /// The folder of the local database, if this is one.
    pub(crate) fn local_folder(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::Local(local) => Some(local.folder()),
            _ => None,
        }
    }

    /// The flow files of the running `ringbolt dev`. `None` if it is not running or this is not a local deployment.
    pub(crate) fn local_flow_files(&self) -> Option<&[PathBuf]> {
        match &self.place {
            Place::Local(local) => local.flow_files(),
            _ => None,
        }
    }

    /// The stack, if this is one.
    pub(crate) fn stack(&self) -> Option<&StackOutputs> {
        match &self.place {
            Place::Stack(stack) => Some(stack),
            _ => None,
        }
    }

    /// Whether the stack has the voice webhook, so that calls of TwiML providers come to it.
    pub(crate) fn has_voice_webhook(&self) -> bool {
        self.stack().is_some_and(|stack| stack.output("VoiceWebhookUrl").is_some())
    }

    /// The stage whose ids the functions use: that of the stack or of `ringbolt dev`, or else the environment's.
    pub(crate) fn stage(&self) -> Option<String> {
        let known = match &self.place {
            Place::Stack(stack) => stack.parameter("Stage").map(str::to_owned),
            Place::Local(local) => local.stage(),
            Place::Single => None,
        };
        known.or_else(crate::stage::of_environment)
    }

    /// Region, credentials and endpoint, for the clients of other services.
    pub(crate) fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// The DynamoDB client.
    pub(crate) fn dynamodb(&self) -> &Client {
        &self.client
    }

    /// The region's name.
    pub(crate) fn region(&self) -> String {
        self.sdk.region().map_or_else(|| "no region".to_owned(), ToString::to_string)
    }

    /// The table of callers.
    pub(crate) fn callers_table(&self) -> anyhow::Result<String> {
        self.value(&self.given.callers_table, "CallersTableName", || Some(ringbolt_dev::local_tables().callers))
    }

    /// The table of calls.
    pub(crate) fn calls_table(&self) -> anyhow::Result<String> {
        self.value(&self.given.calls_table, "CallsTableName", || Some(ringbolt_dev::local_tables().calls))
    }

    /// The table of counters.
    pub(crate) fn counters_table(&self) -> anyhow::Result<String> {
        self.value(&self.given.counters_table, "CountersTableName", || Some(ringbolt_dev::local_tables().counters))
    }

    /// The table of call flows. A local database has none.
    pub(crate) fn flows_table(&self) -> anyhow::Result<String> {
        if self.is_local() && self.given.flows_table.flag.is_none() {
            return Err(Usage::new(
                "`ringbolt dev` reads its call flows from files, so a local database has no table of call flows",
            ));
        }
        self.value(&self.given.flows_table, "FlowsTableName", || None)
    }

    /// The table of the audit log.
    pub(crate) fn audit_table(&self) -> anyhow::Result<String> {
        self.value(&self.given.audit_table, "AuditTableName", || Some(ringbolt_dev::LOCAL_AUDIT_TABLE.to_owned()))
    }

    /// A store for callers. The table of calls need not be given.
    pub(crate) fn callers(&self) -> anyhow::Result<Store> {
        Ok(self.store_of(self.callers_table()?, String::new(), String::new()))
    }

    /// A store for calls and transcriptions. The table of callers need not be given.
    pub(crate) fn calls(&self) -> anyhow::Result<Store> {
        Ok(self.store_of(String::new(), self.calls_table()?, String::new()))
    }

    /// A store for everything about a caller. The table of counters may be unknown; see
    /// [`Connection::knows_counters`].
    pub(crate) fn store(&self) -> anyhow::Result<Store> {
        let counters = self.counters_table().unwrap_or_default();
        Ok(self.store_of(self.callers_table()?, self.calls_table()?, counters))
    }

    /// Whether the table of counters is known. An old stack has no output for it.
    pub(crate) fn knows_counters(&self) -> bool {
        self.counters_table().is_ok()
    }

    fn store_of(&self, callers: String, calls: String, counters: String) -> Store {
        Store::new(self.client.clone(), TableNames { callers, calls, counters })
    }

    /// The published call flows.
    pub(crate) fn flows(&self) -> anyhow::Result<FlowTable> {
        Ok(FlowTable::new(self.client.clone(), self.flows_table()?))
    }

    /// The audit log.
    pub(crate) fn audit(&self) -> anyhow::Result<AuditTable> {
        Ok(AuditTable::new(self.client.clone(), self.audit_table()?))
    }

    /// Who makes a change: the value of --by or RINGBOLT_BY, or else the user and host of this machine.
    ///
    /// # Errors
    /// The name does not have 1 to [`Push::MAX_BY`] bytes, or it contains control characters.
    pub(crate) fn by(&self) -> anyhow::Result<String> {
        let given = self.given.by.flag.clone().or_else(|| self.given.by.variable());
        let by = given.unwrap_or_else(args::user_and_host);
        if !(1..=Push::MAX_BY).contains(&by.len()) || by.chars().any(char::is_control) {
            return Err(Usage::new(format!(
                "--by (RINGBOLT_BY) must be a name of 1 to {} bytes without control characters",
                Push::MAX_BY
            )));
        }
        Ok(by)
    }

    /// Where the PIN keys are.
    pub(crate) fn pin_keys_place(&self) -> anyhow::Result<SecretPlace> {
        if let Some(place) = self.given.pin_keys.secret()? {
            return Ok(place);
        }
        match &self.place {
            Place::Local(local) => Ok(SecretPlace::File(local.folder().join(ringbolt_dev::state::PIN_KEYS))),
            Place::Stack(stack) => Ok(SecretPlace::SecretsManager { arn: stack.require("PinKeySecretArn")? }),
            Place::Single => Ok(SecretPlace::of_variable(self.value(&self.given.pin_keys, "", || None)?)),
        }
    }

    /// Where the webhook tokens are. A running `ringbolt dev` announces its token.
    pub(crate) fn webhook_tokens_place(&self) -> anyhow::Result<SecretPlace> {
        if let Some(place) = self.given.webhook_tokens.secret()? {
            return Ok(place);
        }
        match &self.place {
            Place::Local(local) => Ok(SecretPlace::Inline(local.tokens()?)),
            Place::Stack(stack) => Ok(SecretPlace::SecretsManager { arn: stack.require("WebhookTokenSecretArn")? }),
            Place::Single => Ok(SecretPlace::of_variable(self.value(&self.given.webhook_tokens, "", || None)?)),
        }
    }

    /// Where the keys are with which TwiML providers sign.
    pub(crate) fn twiml_keys_place(&self) -> anyhow::Result<SecretPlace> {
        if let Some(place) = self.given.twiml_keys.secret()? {
            return Ok(place);
        }
        match &self.place {
            Place::Local(_) => Err(Usage::new("`ringbolt dev` keeps no TwiML keys: name a stack with --stack NAME")),
            Place::Stack(stack) if self.voice_url()?.is_some() => {
                Ok(SecretPlace::SecretsManager { arn: stack.require("TwimlKeySecretArn")? })
            }
            Place::Stack(stack) => anyhow::bail!(
                "the stack {} has no voice webhook, so it has no TwiML keys: deploy it with VoiceWebhook=true",
                stack.name()
            ),
            Place::Single => Ok(SecretPlace::of_variable(self.value(&self.given.twiml_keys, "", || None)?)),
        }
    }

    /// The base URL under which TwiML providers reach the voice webhook, without a trailing slash. `None` if this deployment
    /// has none.
    pub(crate) fn voice_url(&self) -> anyhow::Result<Option<String>> {
        match &self.place {
            Place::Local(_) => Ok(None),
            Place::Stack(stack) => {
                let base = |url: &str| url.strip_suffix(VOICE_PATH).map(str::to_owned);
                let found = stack
                    .output("VoiceWebhookUrl")
                    .map(|url| base(url).context("the stack's output VoiceWebhookUrl is no URL of a voice webhook"));
                found.transpose()
            }
            Place::Single if self.given.twiml_keys.is_given() => self.api_url().map(Some),
            Place::Single => Ok(None),
        }
    }

    /// The hashes of PINs, which are those that the functions of this deployment use.
    pub(crate) fn pin_hashes(&self) -> anyhow::Result<PinHashes> {
        let of_the_stack = self.stack().and_then(|stack| stack.parameter("PinHash"));
        let text = match (&self.given.pin_hash.flag, of_the_stack) {
            (Some(flag), _) => flag.clone(),
            (None, Some(parameter)) => parameter.to_owned(),
            // `ringbolt dev` always uses the default.
            (None, None) if self.is_local() => return Ok(PinHashes::default()),
            (None, None) => self.given.pin_hash.variable().unwrap_or_else(|| "argon2id".to_owned()),
        };
        config::pin_hashes(&text)
            .ok_or_else(|| Usage::new(format!("--pin-hash (RINGBOLT_PIN_HASH) is {}", config::PIN_HASH_VALUES)))
    }

    /// The hasher that the functions of this deployment use.
    pub(crate) async fn pin_hasher(&self) -> anyhow::Result<PinHasher> {
        let hashes = self.pin_hashes()?;
        Ok(PinHasher::new(self.pin_keys().await?, hashes))
    }

    /// The PIN keys.
    ///
    /// # Errors
    /// They are not known, cannot be read, or are not PIN keys.
    pub(crate) async fn pin_keys(&self) -> anyhow::Result<PinKeys> {
        let keys = self.pin_keys_place()?.read(self).await?;
        PinKeys::from_json(&keys).context("the PIN keys cannot be used")
    }

    /// The base URL of the webhooks, without a trailing slash.
    pub(crate) fn api_url(&self) -> anyhow::Result<String> {
        if let Some(flag) = &self.given.api_url.flag {
            return Ok(flag.trim_end_matches('/').to_owned());
        }
        match &self.place {
            Place::Stack(stack) => stack.api_url(),
            Place::Local(local) => local.address(),
            Place::Single => Ok(self.value(&self.given.api_url, "", || None)?.trim_end_matches('/').to_owned()),
        }
    }

    /// Whether the API of a stack is reached at another address than its own.
    pub(crate) fn has_other_api_url(&self) -> bool {
        self.stack().is_some() && self.given.api_url.flag.is_some()
    }

    /// The webhooks' log groups in CloudWatch Logs.
    pub(crate) fn log_groups(&self) -> anyhow::Result<Vec<String>> {
        let stack =
            self.stack().ok_or_else(|| Usage::new("give --stack NAME, which names the log groups of the functions"))?;
        let group = |function: Function| stack.require(&format!("{}LogGroupName", function.output_prefix()));
        Function::webhooks_of(stack).map(group).collect()
    }

    /// Prints which deployment is about to be changed, if it is in AWS.
    pub(crate) fn announce(&self, out: crate::output::Output) {
        if !self.is_local() {
            out.note(&format!("Working on {}.", self.name()));
        }
    }

    /// Explains a database error: what happened, where, and what to do.
    pub(crate) fn explain(&self, error: StoreError) -> anyhow::Error {
        explain::store(error, &self.name(), self.is_local()).into()
    }

    /// Stops the local database, if this command started it.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        match self.place {
            Place::Local(local) => local.close().await,
            Place::Stack(_) | Place::Single => Ok(()),
        }
    }

    /// The value from the command line, or else from the stack or local database, or else from the environment variable.
    fn value(
        &self,
        given: &args::Value,
        output: &str,
        local: impl FnOnce() -> Option<String>,
    ) -> anyhow::Result<String> {
        if let Some(flag) = &given.flag {
            return Ok(flag.clone());
        }
        let known = match &self.place {
            Place::Stack(stack) if !output.is_empty() => Some(stack.require(output)?),
            Place::Local(_) => local(),
            Place::Stack(_) | Place::Single => None,
        };
        known.or_else(|| given.variable()).ok_or_else(|| given.missing())
    }
}

/// Explains a store's error and says what was not done.
pub(crate) trait Explained<T> {
    /// "the caller was not unlocked: there is no such table ...".
    fn explained(self, connection: &Connection, undone: &str) -> anyhow::Result<T>;
}

impl<T> Explained<T> for Result<T, StoreError> {
    fn explained(self, connection: &Connection, undone: &str) -> anyhow::Result<T> {
        self.map_err(|error| connection.explain(error)).with_context(|| undone.to_owned())
    }
}
