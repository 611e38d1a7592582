//! The options that select a deployment, shared by all commands.

use super::{Connection, PATIENCE, Place, SecretPlace, local::Local, stack::StackOutputs};
use crate::{exit::Usage, explain};
use aws_config::{Region, SdkConfig, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig};
use aws_sdk_dynamodb::config::ProvideCredentials as _;
use clap::Args;
use ringbolt_dynamodb::client::{behavior, http_client, webhook_client};
use std::{env, path::PathBuf};

/// The options. The command line takes precedence over the stack or the local database, which take precedence over the
/// environment variables RINGBOLT_CALLERS_TABLE, RINGBOLT_CALLS_TABLE, RINGBOLT_COUNTERS_TABLE, RINGBOLT_FLOWS_TABLE,
/// RINGBOLT_AUDIT_TABLE, RINGBOLT_PIN_KEYS, RINGBOLT_PIN_HASH, RINGBOLT_WEBHOOK_TOKENS, RINGBOLT_TWIML_KEYS and
/// RINGBOLT_API_URL.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which deployment")]
pub(crate) struct ConnectionArgs {
    /// CloudFormation stack; its outputs name the tables, secrets and API [env: RINGBOLT_STACK]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    stack: Option<String>,
    /// Use the database of `ringbolt dev`, running or not [default folder: .ringbolt]
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = ".ringbolt")]
    local: Option<PathBuf>,
    /// Profile from the AWS configuration files [env: AWS_PROFILE]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    profile: Option<String>,
    /// AWS region [env: AWS_REGION]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    region: Option<String>,
    /// Your name for the audit log [default: user@host] [env: RINGBOLT_BY]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    by: Option<String>,
    /// Table of callers [env: RINGBOLT_CALLERS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    callers_table: Option<String>,
    /// Table of calls [env: RINGBOLT_CALLS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    calls_table: Option<String>,
    /// Table of counters, for `doctor` and `caller export` and `erase` [env: RINGBOLT_COUNTERS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    counters_table: Option<String>,
    /// Table of call flows [env: RINGBOLT_FLOWS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    flows_table: Option<String>,
    /// Table of the audit log [env: RINGBOLT_AUDIT_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    audit_table: Option<String>,
    /// Where the PIN keys are: a file, `secretsmanager:ARN`, or - for a line of standard input. On the command line, it
    /// also means: enrol with these keys, and not through the stack's enrolment function [env: RINGBOLT_PIN_KEYS]
    #[arg(long, value_name = "SECRET", hide_short_help = true)]
    pin_keys: Option<String>,
    /// PIN hash that the functions use: argon2id or keyed [env: RINGBOLT_PIN_HASH]
    #[arg(long, value_name = "HASH", hide_short_help = true)]
    pin_hash: Option<String>,
    /// Where the webhook tokens are: as --pin-keys [env: RINGBOLT_WEBHOOK_TOKENS]
    #[arg(long, value_name = "SECRET", hide_short_help = true)]
    webhook_tokens: Option<String>,
    /// Where the TwiML keys are: as --pin-keys [env: RINGBOLT_TWIML_KEYS]
    #[arg(long, value_name = "SECRET", hide_short_help = true)]
    twiml_keys: Option<String>,
    /// Base URL of the webhooks, such as https://ivr.example.com [env: RINGBOLT_API_URL]
    #[arg(long, value_name = "URL", hide_short_help = true)]
    api_url: Option<String>,
}

/// A setting with its option and its environment variable.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) flag: Option<String>,
    what: &'static str,
    option: &'static str,
    variable: &'static str,
}

/// The settings that can be given one by one.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) callers_table: Value,
    pub(super) calls_table: Value,
    pub(super) counters_table: Value,
    pub(super) flows_table: Value,
    pub(super) audit_table: Value,
    pub(super) pin_keys: Value,
    pub(super) pin_hash: Value,
    pub(super) webhook_tokens: Value,
    pub(super) twiml_keys: Value,
    pub(super) api_url: Value,
    pub(super) by: Value,
}

impl Value {
    fn new(flag: Option<String>, what: &'static str, option: &'static str, variable: &'static str) -> Self {
        Self { flag, what, option, variable }
    }

    /// The value of the environment variable; an empty one counts as unset.
    pub(super) fn variable(&self) -> Option<String> {
        env::var(self.variable).ok().filter(|value| !value.is_empty())
    }

    /// Whether the option or the environment variable is given.
    pub(super) fn is_given(&self) -> bool {
        self.flag.is_some() || self.variable().is_some()
    }

    /// Where the secret is that the option names, if it is given.
    pub(super) fn secret(&self) -> anyhow::Result<Option<SecretPlace>> {
        let place = |flag: &String| SecretPlace::of_option(flag, self.option, self.variable);
        self.flag.as_ref().map(place).transpose()
    }

    pub(super) fn missing(&self) -> anyhow::Error {
        let Self { what, option, variable, .. } = self;
        Usage::new(format!("{what} not known: give --stack NAME, --local, or {option} ({variable})"))
    }
}

impl std::fmt::Debug for Value {
    // The value can contain keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.option, if self.flag.is_some() { "given" } else { "not given" })
    }
}

impl ConnectionArgs {
    /// The options that name the same deployment in another command, with a space before them. Empty if nothing was named.
    pub(crate) fn in_words(&self) -> String {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
        let quoted =
            |text: &str| if plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) };
        match (&self.local, &self.stack) {
            (Some(folder), _) if folder.as_os_str() == ".ringbolt" => " --local".to_owned(),
            (Some(folder), _) => format!(" --local={}", quoted(&folder.display().to_string())),
            (None, Some(stack)) => format!(" --stack {}", quoted(stack)),
            (None, None) => String::new(),
        }
    }

    /// Finds the deployment. Reads only the stack, if one is named.
    ///
    /// # Errors
    /// There are no credentials, no region, no such stack or no local database.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        if let Some(folder) = &self.local {
            let local = Local::open(folder).await?;
            let sdk = local.sdk();
            let client = webhook_client(&sdk, PATIENCE);
            return Ok(Connection { sdk, client, given: self.given(), place: Place::Local(local) });
        }
        let sdk = self.sdk().await?;
        let client = webhook_client(&sdk, PATIENCE);
        let stack = self.stack.clone().or_else(|| env::var("RINGBOLT_STACK").ok()).filter(|name| !name.is_empty());
        let place = match stack {
            Some(name) => Place::Stack(StackOutputs::read(&sdk, name).await?),
            None => Place::Single,
        };
        Ok(Connection { sdk, client, given: self.given(), place })
    }

    /// Whether the options or the environment name a deployment: a stack, the local database or a table of callers.
    pub(crate) fn names_a_deployment(&self) -> bool {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        self.local.is_some()
            || self.stack.is_some()
            || self.callers_table.is_some()
            || ["RINGBOLT_STACK", "RINGBOLT_CALLERS_TABLE"].into_iter().any(set)
    }

    /// The same, with `--local` if nothing names a deployment.
    pub(crate) fn or_local(mut self) -> Self {
        let has_url = self.api_url.is_some() || env::var_os("RINGBOLT_API_URL").is_some_and(|value| !value.is_empty());
        if !self.names_a_deployment() && !has_url {
            self.local = Some(PathBuf::from(".ringbolt"));
        }
        self
    }

    /// Finds the deployment; a local one must be running.
    ///
    /// # Errors
    /// As [`ConnectionArgs::connect`], and no `ringbolt dev` is running.
    pub(crate) async fn running(&self) -> anyhow::Result<Connection> {
        if let Some(folder) = &self.local {
            Local::require_running(folder).await?;
        }
        self.connect().await
    }

    /// The folder given with `--local`, for commands that need no database.
    pub(crate) fn local_folder(&self) -> Option<&std::path::Path> {
        self.local.as_deref()
    }

    /// Region, credentials and endpoint, found as every AWS tool finds them. Missing credentials are detected here,
    /// because the services' errors would not say so.
    async fn sdk(&self) -> anyhow::Result<SdkConfig> {
        let mut loader = aws_config::defaults(behavior()).http_client(http_client());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            let provider = self.profile_credentials(profile).await;
            // Check the profile first: an unknown profile would otherwise be reported as a missing region.
            let found = provider.provide_credentials().await;
            found.map_err(|error| explain::credentials(&error, Some(profile)))?;
            loader = loader.profile_name(profile).credentials_provider(provider);
        }
        let sdk = loader.load().await;
        if sdk.region().is_none() {
            return Err(explain::AccessError::NoRegion.into());
        }
        let Some(provider) = sdk.credentials_provider() else { return Err(explain::AccessError::NoCredentials.into()) };
        if self.profile.is_none() {
            provider.provide_credentials().await.map_err(|error| explain::credentials(&error, None))?;
        }
        Ok(sdk)
    }

    /// The credentials of the named profile only. The SDK's default chain would prefer those in the environment, which may
    /// belong to another account; every other AWS tool prefers the named profile.
    async fn profile_credentials(&self, profile: &str) -> ProfileFileCredentialsProvider {
        let region = match &self.region {
            Some(region) => Some(Region::new(region.clone())),
            None => {
                let loader = aws_config::defaults(behavior()).http_client(http_client()).no_credentials();
                loader.profile_name(profile).load().await.region().cloned()
            }
        };
        // Signing in and assuming a role call services in the region.
        let config = ProviderConfig::without_region().with_region(region).with_http_client(http_client());
        ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&config).build()
    }

    fn given(&self) -> Given {
        let value = |flag: &Option<String>, what, option, variable| Value::new(flag.clone(), what, option, variable);
        Given {
            callers_table: value(
                &self.callers_table,
                "the table of callers is",
                "--callers-table",
                "RINGBOLT_CALLERS_TABLE",
            ),
            calls_table: value(&self.calls_table, "the table of calls is", "--calls-table", "RINGBOLT_CALLS_TABLE"),
            counters_table: value(
                &self.counters_table,
                "the table of counters is",
                "--counters-table",
                "RINGBOLT_COUNTERS_TABLE",
            ),
            flows_table: value(
                &self.flows_table,
                "the table of call flows is",
                "--flows-table",
                "RINGBOLT_FLOWS_TABLE",
            ),
            audit_table: value(
                &self.audit_table,
                "the table of the audit log is",
                "--audit-table",
                "RINGBOLT_AUDIT_TABLE",
            ),
            pin_keys: value(&self.pin_keys, "the PIN keys are", "--pin-keys", "RINGBOLT_PIN_KEYS"),
            pin_hash: value(&self.pin_hash, "the PIN hash is", "--pin-hash", "RINGBOLT_PIN_HASH"),
            webhook_tokens: value(
                &self.webhook_tokens,
                "the webhook tokens are",
                "--webhook-tokens",
                "RINGBOLT_WEBHOOK_TOKENS",
            ),
            twiml_keys: value(&self.twiml_keys, "the TwiML keys are", "--twiml-keys", "RINGBOLT_TWIML_KEYS"),
            api_url: value(&self.api_url, "the URL of the API is", "--api-url", "RINGBOLT_API_URL"),
            by: value(&self.by, "your name is", "--by", "RINGBOLT_BY"),
        }
    }
}

/// `ada@desk-7`. A container may have no name for its user.
pub(super) fn user_and_host() -> String {
    let or_unknown = |name: Result<String, _>| name.unwrap_or_else(|_: whoami::Error| "unknown".to_owned());
    format!("{}@{}", or_unknown(whoami::username()), or_unknown(whoami::hostname()))
}
