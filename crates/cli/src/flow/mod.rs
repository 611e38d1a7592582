//! `ringbolt flow`

pub(crate) mod check;
pub(crate) mod diff;
mod excerpt;
mod findings;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod list;
mod moving;
pub(crate) mod push;
mod render;
pub(crate) mod rollback;
mod schema;
pub(crate) mod show;
mod source;
mod table;
pub(crate) mod test;

use crate::output::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Prints the warnings of `flow check` about flow files without errors.
pub(crate) fn warn(paths: &[PathBuf], stage: Option<&str>, out: Output) {
    let files = findings::examine(paths, false, stage);
    files.iter().filter(|file| !file.has_errors()).for_each(|file| render::complain(file, out));
}

/// Check, publish and roll back call flows
#[derive(Args)]
pub(crate) struct FlowCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Check),
    Test(test::Test),
    Graph(graph::DrawGraph),
    Push(push::Push),
    List(list::List),
    History(history::History),
    Rollback(rollback::Rollback),
    Diff(diff::Diff),
    Show(show::Show),
    Schema(schema::PrintSchema),
}

impl FlowCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Check(command) => command.run(out),
            Command::Test(command) => command.run(out),
            Command::Graph(command) => command.run(out),
            Command::Push(command) => command.run(out).await,
            Command::List(command) => command.run(out).await,
            Command::History(command) => command.run(out).await,
            Command::Rollback(command) => command.run(out).await,
            Command::Diff(command) => command.run(out).await,
            Command::Show(command) => command.run(out).await,
            Command::Schema(command) => command.run(out),
        }
    }
}
