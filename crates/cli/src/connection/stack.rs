//! A deployment described by the outputs of its CloudFormation stack.

use crate::explain;
use anyhow::{Context as _, bail};
use aws_config::SdkConfig;
use aws_sdk_cloudformation::config::{Builder, timeout::TimeoutConfig};
use std::{collections::BTreeMap, time::Duration};

/// The stack's outputs and parameters, as declared in `template.yaml`.
#[derive(Clone, Debug)]
pub(crate) struct StackOutputs {
    name: String,
    arn: Option<String>,
    status: String,
    outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
}

impl StackOutputs {
    pub(super) async fn read(sdk: &SdkConfig, name: String) -> anyhow::Result<Self> {
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(5))
            .operation_timeout(Duration::from_secs(20))
            .build();
        let client = aws_sdk_cloudformation::Client::from_conf(Builder::from(sdk).timeout_config(timeouts).build());
        let described = client.describe_stacks().stack_name(&name).send().await;
        let described = described.map_err(|error| explain::stack(&error, sdk, &name))?;
        let Some(stack) = described.stacks().first() else { bail!("CloudFormation did not describe the stack {name}") };
        let outputs =
            stack.outputs().iter().filter_map(|o| Some((o.output_key()?.to_owned(), o.output_value()?.to_owned())));
        let parameters = stack
            .parameters()
            .iter()
            .filter_map(|p| Some((p.parameter_key()?.to_owned(), p.parameter_value()?.to_owned())));
        Ok(Self {
            name,
            arn: stack.stack_id().map(str::to_owned),
            status: stack.stack_status().map_or_else(String::new, |status| status.as_str().to_owned()),
            outputs: outputs.collect(),
            parameters: parameters.collect(),
        })
    }

    /// The stack's name, as given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The stack's ARN, if CloudFormation said it.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// The stack's status, such as `UPDATE_COMPLETE`.
    pub(crate) fn status(&self) -> &str {
        &self.status
    }

    /// An output, or `None` if the stack does not have it.
    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }

    /// A parameter of the last deployment.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A required output.
    ///
    /// # Errors
    /// The stack does not have it: it is not a Ringbolt stack, or an older version deployed it.
    pub(crate) fn require(&self, name: &str) -> anyhow::Result<String> {
        self.output(name).map(str::to_owned).with_context(|| {
            format!(
                "the stack {} has no output {name}: it is not a Ringbolt stack, or an older version deployed it; deploy \
                this version, or name another stack",
                self.name
            )
        })
    }

    /// The base URL of the webhooks.
    pub(super) fn api_url(&self) -> anyhow::Result<String> {
        self.require("ApiUrl")
    }
}
