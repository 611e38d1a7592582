//! `ringbolt flow`

use crate::{aws, show};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use ringbolt_core::flow::Flow;
use ringbolt_dynamodb::flows::FlowTable;
use ringbolt_lambda::{app::system_clock, flows};
use std::{fs, path::PathBuf};

/// Check call flows, and publish them
#[derive(Args)]
pub(crate) struct FlowCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
    Push(Push),
}

/// Check call flows: every mistake, with its line
#[derive(Args)]
#[command(after_help = "Example: ringbolt flow check flows/")]
struct Check {
    /// Flow files, and folders of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Publish call flows: each becomes a new version, which is live at once
///
/// The functions look for new versions every 30 seconds. A flow with a mistake is not published.
#[derive(Args)]
#[command(after_help = "Example: RINGBOLT_FLOWS_TABLE=ringbolt-Flows-1A2B ringbolt flow push flows/bank.yaml")]
struct Push {
    /// Flow files, and folders of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The table of call flows (an output of the stack)
    #[arg(long, env = "RINGBOLT_FLOWS_TABLE", value_name = "NAME")]
    flows_table: String,
}

impl FlowCommand {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Check(check) => {
                for (file, flow, _) in load(&check.files)? {
                    show(&format!("{}: the flow `{}` is in order", file.display(), flow.name));
                }
                Ok(())
            }
            Command::Push(push) => push.run().await,
        }
    }
}

impl Push {
    async fn run(self) -> anyhow::Result<()> {
        let flows = load(&self.files)?;
        let client = aws::connect().await;
        let table = FlowTable::new(client, self.flows_table.clone());
        for (file, flow, text) in flows {
            let version = table
                .publish(&flow.name, &text, system_clock()())
                .await
                .with_context(|| format!("{} was not published to {}", file.display(), self.flows_table))?;
            show(&format!("{}: the flow `{}` is live as version {version}", file.display(), flow.name));
        }
        Ok(())
    }
}

/// Reads and checks the files, all of them before anything is done with one.
fn load(paths: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, Flow, String)>> {
    let (mut loaded, mut mistakes) = (Vec::new(), Vec::new());
    for file in paths.iter().flat_map(|path| flows::files(path)) {
        let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        match Flow::load(&text) {
            Ok(flow) => loaded.push((file, flow, text)),
            Err(found) => mistakes.extend(found.0.into_iter().map(|mistake| format!("{}: {mistake}", file.display()))),
        }
    }
    if !mistakes.is_empty() {
        bail!("these call flows cannot be used:\n{}", mistakes.join("\n"));
    }
    if loaded.is_empty() {
        bail!("there is no flow file (*.yaml) in these folders");
    }
    Ok(loaded)
}
