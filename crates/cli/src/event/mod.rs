//! `ringbolt event`

mod case;
mod make;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Make sample events for trying the functions
#[derive(Args)]
pub(crate) struct EventCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Make(Box<make::Make>),
}

impl EventCommand {
    pub(crate) fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Make(command) => command.run(out),
        }
    }
}
