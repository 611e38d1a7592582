//! The functions of a stack, as Lambda has them.

use super::{Connection, StackOutputs};
use crate::explain;
use anyhow::Context as _;
use aws_sdk_lambda::{
    Client,
    config::{Builder, timeout::TimeoutConfig},
    error::ProvideErrorMetadata as _,
    types::{LastUpdateStatus, State},
};
use jiff::fmt::strtime;
use ringbolt_core::time::EpochMs;
use std::{collections::HashMap, time::Duration};

/// One of the three functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    AuthWebhook,
    NextAction,
    TranscriptionPostback,
}

impl Function {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::AuthWebhook, Self::NextAction, Self::TranscriptionPostback];
    /// Those that hash PINs.
    pub(crate) const WITH_PINS: [Self; 2] = [Self::AuthWebhook, Self::NextAction];

    /// As sentences call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AuthWebhook => "auth webhook",
            Self::NextAction => "next-action webhook",
            Self::TranscriptionPostback => "transcription postback",
        }
    }

    /// What the stack's outputs of it begin with.
    pub(super) fn output(self) -> &'static str {
        match self {
            Self::AuthWebhook => "AuthWebhook",
            Self::NextAction => "NextAction",
            Self::TranscriptionPostback => "TranscriptionPostback",
        }
    }
}

/// A function as it is deployed. Not `Debug`: a variable can hold a secret.
pub(crate) struct Deployed {
    /// Its environment.
    pub(crate) variables: HashMap<String, String>,
    /// Milliseconds after which Lambda ends an invocation.
    pub(crate) timeout_ms: i64,
    /// When its configuration or code was last changed: nothing that it has read is older. `None` where Lambda does not
    /// say.
    pub(crate) changed_at: Option<EpochMs>,
    /// Why it does not run, in Lambda's words.
    pub(crate) fault: Option<String>,
    /// A change is under way.
    pub(crate) is_changing: bool,
}

impl Connection {
    /// Asks Lambda for a function of the stack: the version that answers, where new code takes over by and by.
    ///
    /// # Errors
    /// There is no such function or output of the stack, or Lambda does not say.
    pub(crate) async fn function(&self, stack: &StackOutputs, function: Function) -> anyhow::Result<Deployed> {
        let patience = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(5))
            .operation_timeout(Duration::from_secs(20))
            .build();
        let client = Client::from_conf(Builder::from(self.sdk()).timeout_config(patience).build());
        let name = stack.require(&format!("{}FunctionName", function.output()))?;
        let with_canary = stack.parameter("CanaryDeployment").is_some_and(|canary| canary != "none");
        // The postback has no alias.
        let alias = (with_canary && function != Function::TranscriptionPostback).then(|| "live".to_owned());
        let asked = client.get_function_configuration().function_name(&name).set_qualifier(alias).send().await;
        let found = asked.map_err(|error| match error.code() {
            Some("ResourceNotFoundException") => {
                anyhow::anyhow!("there is no function {name} in {}: deploy again", self.region())
            }
            _ => explain::service("Lambda", &error, &self.region()).into(),
        });
        let found = found.with_context(|| format!("the {} was not looked at", function.name()))?;
        let broken = |is_broken: bool, reason: Option<&str>| {
            is_broken.then(|| reason.unwrap_or("Lambda gives no reason").trim_end_matches('.').to_owned())
        };
        let update = found.last_update_status();
        Ok(Deployed {
            fault: broken(matches!(found.state(), Some(State::Failed)), found.state_reason()).or_else(|| {
                broken(matches!(update, Some(LastUpdateStatus::Failed)), found.last_update_status_reason())
            }),
            is_changing: matches!(update, Some(LastUpdateStatus::InProgress))
                || matches!(found.state(), Some(State::Pending)),
            timeout_ms: i64::from(found.timeout().unwrap_or_default()) * 1_000,
            changed_at: found.last_modified().and_then(last_modified),
            variables: found.environment.and_then(|environment| environment.variables).unwrap_or_default(),
        })
    }
}

/// Lambda's form of a time: `2026-11-21T12:00:00.000+0000`.
fn last_modified(text: &str) -> Option<EpochMs> {
    let at = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()?;
    Some(EpochMs(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_form_of_a_time_is_read() {
        assert_eq!(last_modified("2026-11-21T12:00:00.250+0000"), Some(EpochMs(1_795_262_400_250)));
        assert_eq!(last_modified("2026-11-21T14:00:00+0200"), Some(EpochMs(1_795_262_400_000)));
        for other in ["", "yesterday", "2026-11-21T12:00:00"] {
            assert_eq!(last_modified(other), None, "{other}");
        }
    }
}
