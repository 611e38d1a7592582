//! A deployment described by the outputs of its CloudFormation stack.

use crate::{
    aws::{
        self,
        cloudformation::{CloudFormation, Stack},
    },
    explain,
};
use anyhow::{Context as _, bail};
use aws_config::SdkConfig;

/// The stack's outputs and parameters, as declared in `template.yaml`.
#[derive(Clone, Debug)]
pub(crate) struct StackOutputs {
    name: String,
    stack: Stack,
}

impl StackOutputs {
    pub(super) async fn read(sdk: &SdkConfig, name: String) -> anyhow::Result<Self> {
        let described = CloudFormation::new(sdk, aws::short_timeouts()).stack(&name).await;
        let described = described.map_err(|error| explain::stack(&error, sdk, &name))?;
        let Some(stack) = described else { bail!("CloudFormation did not describe the stack {name}") };
        Ok(Self { name, stack })
    }

    /// The stack's name, as given.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The stack's ARN, if CloudFormation said it.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.stack.id.as_deref()
    }

    /// The stack's status, such as `UPDATE_COMPLETE`.
    pub(crate) fn status(&self) -> &str {
        self.stack.status.as_deref().unwrap_or_default()
    }

    /// An output, or `None` if the stack does not have it.
    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        self.stack.outputs.get(name).map(String::as_str)
    }

    /// A parameter of the last deployment.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.stack.parameters.get(name).map(String::as_str)
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
