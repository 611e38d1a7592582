//! `ringbolt audit`, and the recording of changes that other commands make.

mod list;
mod record;
mod repair;
mod verify;

pub(crate) use record::{begin, caller, recorded};

use crate::output::Output;
use clap::{Args, Subcommand};

/// See who changed what, and whether the record is whole
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
