//! `ringbolt hours`

mod calendar;
pub(crate) mod close;
pub(crate) mod list;
pub(crate) mod open;
mod until;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Close a line for the rest of a day, without a new version of its call flow
#[derive(Args)]
pub(crate) struct HoursCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Close(close::Close),
    Open(open::Open),
    List(list::List),
}

impl HoursCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Close(command) => command.run(out).await,
            Command::Open(command) => command.run(out).await,
            Command::List(command) => command.run(out).await,
        }
    }
}
