//! `ringbolt audit`, and recording the changes that other commands make.

pub(crate) mod changes;
pub(crate) mod list;
mod record;
pub(crate) mod repair;
pub(crate) mod verify;

pub(crate) use record::{Begun, begin, caller, recorded};

use crate::output::Output;
use clap::{Args, Subcommand};

/// Show and verify the audit log: who changed what
#[derive(Args)]
pub(crate) struct AuditCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Verify(verify::Verify),
    Repair(repair::Repair),
}

impl AuditCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::List(command) => command.run(out).await,
            Command::Verify(command) => command.run(out).await,
            Command::Repair(command) => command.run(out).await,
        }
    }
}
