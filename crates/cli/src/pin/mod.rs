//! `ringbolt pin`

mod set;
mod target;

pub(crate) use target::CallerArgs;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Enrol callers: their PINs
#[derive(Args)]
pub(crate) struct PinCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Set(set::Set),
}

impl PinCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Set(command) => command.run(out).await,
        }
    }
}
