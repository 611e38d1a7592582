//! `ringbolt flow`

mod check;
mod diff;
mod excerpt;
mod findings;
mod graph;
mod history;
mod list;
mod push;
mod render;
mod rollback;
mod schema;
mod show;
mod source;
mod table;
mod test;

use crate::output::Output;
use clap::{Args, Subcommand};

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
