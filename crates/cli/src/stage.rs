//! `--stage`: which of an IVR's ids are used.

use crate::connection::Connection;
use clap::{Args, builder::NonEmptyStringValueParser};
use std::env;

/// The stage of a deployment, such as `dev` or `prod`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StageArg {
    /// Stage whose ids are used, if IVRs have one for each stage [env: RINGBOLT_STAGE]
    #[arg(long, value_name = "STAGE", value_parser = NonEmptyStringValueParser::new())]
    stage: Option<String>,
}

impl StageArg {
    /// The stage, for commands that need no deployment.
    pub(crate) fn name(&self) -> Option<String> {
        self.stage.clone().or_else(of_environment)
    }

    /// The stage of a deployment, unless another one is given.
    pub(crate) fn of(&self, connection: &Connection) -> Option<String> {
        self.stage.clone().or_else(|| connection.stage())
    }
}

/// The stage that the environment variable gives.
pub(crate) fn of_environment() -> Option<String> {
    env::var("RINGBOLT_STAGE").ok().filter(|stage| !stage.is_empty())
}
