//! `ringbolt pin`

pub(crate) mod add;
mod attributes;
pub(crate) mod export_users;
pub(crate) mod generate;
pub(crate) mod import;
mod keyed;
mod realm;
pub(crate) mod remove;
pub(crate) mod set;
mod target;

pub(crate) use generate::random;
pub(crate) use target::CallerArgs;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Manage the PINs of callers: set, add, remove, generate, import and export
#[derive(Args)]
pub(crate) struct PinCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Set(set::Set),
    Add(add::Add),
    Remove(remove::Remove),
    Generate(generate::Generate),
    Import(import::Import),
    ExportUsers(export_users::ExportUsers),
}

impl PinCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Set(command) => command.run(out).await,
            Command::Add(command) => command.run(out).await,
            Command::Remove(command) => command.run(out).await,
            Command::Generate(command) => command.run(out).await,
            Command::Import(command) => command.run(out).await,
            Command::ExportUsers(command) => command.run(out).await,
        }
    }
}
