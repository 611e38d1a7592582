//! `ringbolt call`

mod list;
mod log;
mod number;
mod record;
mod show;
mod tail;
mod transcripts;

pub(crate) use log::CallLog;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Look up calls: what the webhooks received and answered
#[derive(Args)]
pub(crate) struct CallCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(Box<list::List>),
    Show(Box<show::Show>),
    Transcripts(Box<transcripts::Transcripts>),
    Tail(Box<tail::Tail>),
}

impl CallCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::List(command) => command.run(out).await,
            Command::Show(command) => command.run(out).await,
            Command::Transcripts(command) => command.run(out).await,
            Command::Tail(command) => command.run(out).await,
        }
    }
}
