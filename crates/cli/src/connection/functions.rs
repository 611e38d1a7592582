//! The deployed Lambda functions of a stack.

use super::{Connection, StackOutputs};
use crate::{
    aws::{self, lambda::Lambda},
    explain,
};
use anyhow::Context as _;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use jiff::fmt::strtime;
use ringbolt_core::time::EpochMs;
use std::collections::HashMap;

/// One of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    AuthWebhook,
    NextAction,
    TranscriptionPostback,
    /// Only in stacks with `VoiceWebhook=true`. It uses the providers' signatures and not the token.
    VoiceWebhook,
    /// Only in stacks with `EnrolFunction=true`.
    Enrol,
}

impl Function {
    /// The webhooks that every stack has, which use the token.
    pub(crate) const WEBHOOKS: [Self; 3] = [Self::AuthWebhook, Self::NextAction, Self::TranscriptionPostback];

    /// The functions that a stack has.
    pub(crate) fn deployed_in(stack: &StackOutputs) -> impl Iterator<Item = Self> {
        let optional = stack.output("EnrolFunctionName").map(|_| Self::Enrol);
        Self::webhooks_of(stack).chain(optional)
    }

    /// The webhooks that a stack has: those that calls go through.
    pub(crate) fn webhooks_of(stack: &StackOutputs) -> impl Iterator<Item = Self> {
        let optional = stack.output("VoiceWebhookFunctionName").map(|_| Self::VoiceWebhook);
        Self::WEBHOOKS.into_iter().chain(optional)
    }

    /// Whether it hashes PINs, so that it has the PIN keys.
    pub(crate) fn hashes_pins(self) -> bool {
        self != Self::TranscriptionPostback
    }

    /// Whether it is reached through the alias `live`, as all webhooks are.
    fn has_alias(self) -> bool {
        self != Self::Enrol
    }

    /// Whether it steers calls, so that it has the call flows.
    pub(crate) fn steers_calls(self) -> bool {
        matches!(self, Self::AuthWebhook | Self::NextAction | Self::VoiceWebhook)
    }

    /// Its name in sentences.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuthWebhook => "auth webhook",
            Self::NextAction => "next-action webhook",
            Self::TranscriptionPostback => "transcription postback",
            Self::VoiceWebhook => "voice webhook",
            Self::Enrol => "enrolment function",
        }
    }

    /// The prefix of its outputs in the stack.
    pub(super) fn output_prefix(self) -> &'static str {
        match self {
            Self::AuthWebhook => "AuthWebhook",
            Self::NextAction => "NextAction",
            Self::TranscriptionPostback => "TranscriptionPostback",
            Self::VoiceWebhook => "VoiceWebhook",
            Self::Enrol => "Enrol",
        }
    }
}

/// A deployed function. Not `Debug`, because an environment variable can contain a secret.
pub(crate) struct Deployed {
    /// Its environment variables.
    pub(crate) variables: HashMap<String, String>,
    /// Lambda's timeout for an invocation, in milliseconds.
    pub(crate) timeout_ms: i64,
    /// When its configuration or code last changed; it has restarted since then. `None` if Lambda does not say.
    pub(crate) changed_at: Option<EpochMs>,
    /// Why it cannot run, in Lambda's words.
    pub(crate) fault: Option<String>,
    /// Whether a change is in progress.
    pub(crate) is_changing: bool,
}

/// How many functions can run at the same time in the account and region.
pub(crate) struct Concurrency {
    /// All.
    pub(crate) total: i64,
    /// Those that no function has reserved.
    pub(crate) unreserved: i64,
}

/// The alias through which callers reach every webhook.
const LIVE: &str = "live";

impl Connection {
    fn lambda(&self) -> Lambda {
        Lambda::new(self.sdk(), aws::short_timeouts())
    }

    /// The concurrency of the account of these credentials.
    ///
    /// # Errors
    /// Lambda refuses or does not answer.
    pub(crate) async fn concurrency(&self) -> anyhow::Result<Concurrency> {
        let asked = self.lambda().account_limit().await;
        let limit = asked
            .map_err(|error| explain::service("Lambda", &error, &self.region()))
            .context("the account's limits could not be checked")?;
        Ok(Concurrency {
            total: limit.concurrent_executions.unwrap_or_default(),
            unreserved: limit.unreserved_concurrent_executions.unwrap_or_default(),
        })
    }

    /// Describes a function of the stack: of a webhook, the live version.
    ///
    /// # Errors
    /// The stack has no such output, the function does not exist, or Lambda refuses or does not answer.
    pub(crate) async fn function(&self, stack: &StackOutputs, function: Function) -> anyhow::Result<Deployed> {
        let name = stack.require(&format!("{}FunctionName", function.output_prefix()))?;
        let alias = function.has_alias().then_some(LIVE);
        let asked = self.lambda().function_configuration(&name, alias).await;
        let found = asked.map_err(|error| match error.code() {
            Some("ResourceNotFoundException") => {
                let what = if function.has_alias() { "live version of the function" } else { "function" };
                anyhow::anyhow!("there is no {what} {name} in {}: redeploy the stack", self.region())
            }
            _ => explain::service("Lambda", &error, &self.region()).into(),
        });
        let found = found.with_context(|| format!("the {} could not be checked", function.name()))?;
        let broken = |status: Option<&str>, reason: Option<String>| {
            let reason = reason.as_deref().unwrap_or("Lambda gave no reason");
            (status == Some("Failed")).then(|| reason.trim_end_matches('.').to_owned())
        };
        let (state, update) = (found.state.as_deref(), found.last_update_status.as_deref());
        Ok(Deployed {
            fault: broken(state, found.state_reason).or_else(|| broken(update, found.last_update_status_reason)),
            is_changing: update == Some("InProgress") || state == Some("Pending"),
            timeout_ms: i64::from(found.timeout.unwrap_or_default()) * 1_000,
            changed_at: found.last_modified.as_deref().and_then(last_modified),
            variables: found.environment.and_then(|environment| environment.variables).unwrap_or_default(),
        })
    }
}

/// Parses Lambda's time format: `2026-11-21T12:00:00.000+0000`.
fn last_modified(text: &str) -> Option<EpochMs> {
    let at = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()?;
    Some(EpochMs(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_time_format_is_parsed() {
        assert_eq!(last_modified("2026-11-21T12:00:00.250+0000"), Some(EpochMs(1_795_262_400_250)));
        assert_eq!(last_modified("2026-11-21T14:00:00+0200"), Some(EpochMs(1_795_262_400_000)));
        for other in ["", "yesterday", "2026-11-21T12:00:00"] {
            assert_eq!(last_modified(other), None, "{other}");
        }
    }
}
