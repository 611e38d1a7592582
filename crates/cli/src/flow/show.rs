//! `ringbolt flow show`

use super::{excerpt, table::Deployed};
use crate::{connection::ConnectionArgs, output::Output};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::identity::FlowName;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal as _, Write as _, stdout};

/// Print the text of a published call flow, byte for byte
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow show --stack ringbolt bank --version 3 > bank.yaml")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Show {
    /// Name of the flow
    #[arg(value_parser = FlowName::parse)]
    name: FlowName,
    /// Version to print [default: the live one]
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u64).range(1..))]
    version: Option<u64>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A version of a call flow.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FlowText {
    /// The flow's name.
    flow: String,
    /// The version.
    version: u64,
    /// Its text, as it was pushed.
    text: String,
}

impl Show {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let deployed = Deployed::find(&self.connection).await?;
        let version = match self.version {
            Some(version) => version,
            None => deployed.live_of(&self.name).await?.version,
        };
        let text = deployed.text(&self.name, version).await?;
        if out.json() {
            out.document(&FlowText { flow: self.name.to_string(), version, text })?;
        } else {
            // Escape only on a terminal: a file must get the exact text.
            let text = if stdout().is_terminal() { excerpt::harmless_lines(&text) } else { text };
            match stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    return Err(error).context("the text could not be written");
                }
                _ => {}
            }
        }
        deployed.connection.close().await
    }
}
