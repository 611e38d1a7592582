//! `ringbolt caller`

pub(crate) mod change;
mod counters;
pub(crate) mod erase;
pub(crate) mod export;
mod former;
mod found;
mod left;
pub(crate) mod show;
pub(crate) mod standing;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Manage callers: show, unlock, suspend, resume, export and erase
#[derive(Args)]
pub(crate) struct CallerCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Show(show::Show),
    Unlock(change::Unlock),
    Suspend(change::Suspend),
    Resume(change::Resume),
    Export(export::Export),
    Erase(erase::Erase),
}

impl CallerCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Show(command) => command.run(out).await,
            Command::Unlock(command) => command.run(out).await,
            Command::Suspend(command) => command.run(out).await,
            Command::Resume(command) => command.run(out).await,
            Command::Export(command) => command.run(out).await,
            Command::Erase(command) => command.run(out).await,
        }
    }
}
