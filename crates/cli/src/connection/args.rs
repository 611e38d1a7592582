//! The options that name a deployment, the same for every command.

use super::{Connection, PATIENCE, Place, local::Local, stack::StackOutputs};
use crate::{exit::Usage, explain};
use aws_config::{Region, SdkConfig, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig};
use aws_sdk_dynamodb::config::ProvideCredentials as _;
use clap::Args;
use ringbolt_dynamodb::client::{behavior, http_client, webhook_client};
use std::{env, path::PathBuf};

/// The options. A value on the command line goes before what the stack or the local database says, and that before the
/// variables RINGBOLT_CALLERS_TABLE, RINGBOLT_CALLS_TABLE, RINGBOLT_FLOWS_TABLE, RINGBOLT_AUDIT_TABLE, RINGBOLT_PIN_KEYS,
/// RINGBOLT_PIN_HASH, RINGBOLT_WEBHOOK_TOKENS and RINGBOLT_API_URL.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which deployment")]
pub(crate) struct ConnectionArgs {
    /// The CloudFormation stack: its outputs name tables, secrets and API [env: RINGBOLT_STACK]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    stack: Option<String>,
    /// The database of `ringbolt dev`, whether it runs or not; the folder is .ringbolt unless given
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = ".ringbolt")]
    local: Option<PathBuf>,
    /// The profile of AWS's configuration files [env: AWS_PROFILE]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    profile: Option<String>,
    /// The AWS region [env: AWS_REGION]
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    region: Option<String>,
    /// Who makes a change, for the record of changes; else the user and host of this machine [env: RINGBOLT_BY]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    by: Option<String>,
    /// The table of callers, where no stack is given [env: RINGBOLT_CALLERS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    callers_table: Option<String>,
    /// The table of calls [env: RINGBOLT_CALLS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    calls_table: Option<String>,
    /// The table of call flows [env: RINGBOLT_FLOWS_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    flows_table: Option<String>,
    /// The table of administrative changes [env: RINGBOLT_AUDIT_TABLE]
    #[arg(long, value_name = "TABLE", hide_short_help = true)]
    audit_table: Option<String>,
    /// Where the PIN keys are: `secretsmanager:ARN` [env: RINGBOLT_PIN_KEYS]
    #[arg(long, value_name = "SECRET", hide_short_help = true)]
    pin_keys: Option<String>,
    /// How PINs are stretched: argon2id or keyed, as the functions do [env: RINGBOLT_PIN_HASH]
    #[arg(long, value_name = "HASH", hide_short_help = true)]
    pin_hash: Option<String>,
    /// Where the webhook tokens are: `secretsmanager:ARN` [env: RINGBOLT_WEBHOOK_TOKENS]
    #[arg(long, value_name = "SECRET", hide_short_help = true)]
    webhook_tokens: Option<String>,
    /// What the webhooks' addresses begin with, such as https://ivr.example.com [env: RINGBOLT_API_URL]
    #[arg(long, value_name = "URL", hide_short_help = true)]
    api_url: Option<String>,
}

/// A value that can be given, and its variable.
#[derive(Clone)]
pub(super) struct Value {
    pub(super) flag: Option<String>,
    what: &'static str,
    option: &'static str,
    variable: &'static str,
}

/// All that can be given one by one.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) callers_table: Value,
    pub(super) calls_table: Value,
    pub(super) flows_table: Value,
    pub(super) audit_table: Value,
    pub(super) pin_keys: Value,
    pub(super) pin_hash: Value,
    pub(super) webhook_tokens: Value,
    pub(super) api_url: Value,
    pub(super) by: Value,
}

impl Value {
    fn new(flag: Option<String>, what: &'static str, option: &'static str, variable: &'static str) -> Self {
        Self { flag, what, option, variable }
    }

    /// What the environment says; empty is as if it said nothing.
    pub(super) fn variable(&self) -> Option<String> {
        env::var(self.variable).ok().filter(|value| !value.is_empty())
    }

    pub(super) fn missing(&self) -> anyhow::Error {
        let Self { what, option, variable, .. } = self;
        Usage::new(format!("where {what}? Give --stack NAME, --local, or {option} ({variable})"))
    }
}

impl std::fmt::Debug for Value {
    // A flag can hold keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.option, if self.flag.is_some() { "given" } else { "not given" })
    }
}

impl ConnectionArgs {
    /// Finds the deployment. Reads the stack where one is named; nothing else yet.
    ///
    /// # Errors
    /// No credentials, no region, no such stack, no local database: each in one sentence.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        if let Some(folder) = &self.local {
            let local = Local::open(folder).await?;
            let sdk = ringbolt_dynamodb::client::local_config(local.endpoint()).await;
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

    /// Whether anything says where the callers are, for what can do without: a stack, the local database or a table.
    pub(crate) fn names_a_place(&self) -> bool {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        self.local.is_some()
            || self.stack.is_some()
            || self.callers_table.is_some()
            || ["RINGBOLT_STACK", "RINGBOLT_CALLERS_TABLE"].into_iter().any(set)
    }

    /// The folder of the local database, where that is meant: for what needs no database.
    pub(crate) fn local_folder(&self) -> Option<&std::path::Path> {
        self.local.as_deref()
    }

    /// Region, credentials and endpoint as every AWS tool finds them; that there are credentials at all is looked at
    /// here, because no service says so afterwards.
    async fn sdk(&self) -> anyhow::Result<SdkConfig> {
        let mut loader = aws_config::defaults(behavior()).http_client(http_client());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            let provider = self.of_profile(profile).await;
            // Before the region is asked for, which a profile that there is not does not have either.
            let found = provider.provide_credentials().await;
            found.map_err(|error| explain::credentials(&error, Some(profile)))?;
            loader = loader.profile_name(profile).credentials_provider(provider);
        }
        let sdk = loader.load().await;
        if sdk.region().is_none() {
            return Err(explain::Trouble::NoRegion.into());
        }
        let Some(provider) = sdk.credentials_provider() else { return Err(explain::Trouble::NoCredentials.into()) };
        if self.profile.is_none() {
            provider.provide_credentials().await.map_err(|error| explain::credentials(&error, None))?;
        }
        Ok(sdk)
    }

    /// The credentials of a profile that was named, and of nothing else: the SDK's own chain would take those in the
    /// environment first, which can be another account's. Every AWS tool lets the name win.
    async fn of_profile(&self, profile: &str) -> ProfileFileCredentialsProvider {
        let region = match &self.region {
            Some(region) => Some(Region::new(region.clone())),
            None => {
                let loader = aws_config::defaults(behavior()).http_client(http_client()).no_credentials();
                loader.profile_name(profile).load().await.region().cloned()
            }
        };
        // To sign in, or to take a role, it asks services of the region.
        let config = ProviderConfig::without_region().with_region(region).with_http_client(http_client());
        ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&config).build()
    }

    fn given(&self) -> Given {
        let value = |flag: &Option<String>, what, option, variable| Value::new(flag.clone(), what, option, variable);
        Given {
            callers_table: value(&self.callers_table, "are the callers", "--callers-table", "RINGBOLT_CALLERS_TABLE"),
            calls_table: value(&self.calls_table, "are the calls", "--calls-table", "RINGBOLT_CALLS_TABLE"),
            flows_table: value(&self.flows_table, "are the call flows", "--flows-table", "RINGBOLT_FLOWS_TABLE"),
            audit_table: value(&self.audit_table, "are changes recorded", "--audit-table", "RINGBOLT_AUDIT_TABLE"),
            pin_keys: value(&self.pin_keys, "are the PIN keys", "--pin-keys", "RINGBOLT_PIN_KEYS"),
            pin_hash: value(&self.pin_hash, "is the hash of PINs", "--pin-hash", "RINGBOLT_PIN_HASH"),
            webhook_tokens: value(
                &self.webhook_tokens,
                "are the webhook tokens",
                "--webhook-tokens",
                "RINGBOLT_WEBHOOK_TOKENS",
            ),
            api_url: value(&self.api_url, "is the API", "--api-url", "RINGBOLT_API_URL"),
            by: value(&self.by, "is your name", "--by", "RINGBOLT_BY"),
        }
    }
}

/// `ada@desk-7`
pub(super) fn user_and_host() -> String {
    let set = |name: &&str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(set);
    let kernel =
        || std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"));
    let host = kernel().ok().map(|host| host.trim().to_owned()).filter(|host| !host.is_empty());
    let host = host.or_else(|| ["HOSTNAME", "COMPUTERNAME"].iter().find_map(set));
    format!("{}@{}", user.as_deref().unwrap_or("unknown"), host.as_deref().unwrap_or("unknown"))
}
