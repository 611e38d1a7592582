//! `ringbolt call`

mod dial;
pub(crate) mod explain;
mod find;
pub(crate) mod list;
pub(crate) mod log;
mod newest;
mod number;
mod record;
pub(crate) mod replay;
pub(crate) mod show;
mod tail;
pub(crate) mod transcripts;

pub(crate) use dial::provider;
pub(crate) use list::id_in_log;
pub(crate) use log::{CallLog, LineFilter};

use crate::output::Output;
use clap::{Args, Subcommand};

/// Dial a flow by keyboard, or look up calls: what the webhooks received and answered
///
/// `ringbolt call flows/bank.yaml` plays the provider: it says what a caller would hear, takes what you key, and shows
/// which rule answered. It uses the real functions, an embedded database in memory, and the demo callers or those of
/// --callers. Nothing is kept.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct CallCommand {
    #[command(flatten)]
    dial: dial::Dial,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    List(Box<list::List>),
    Show(Box<show::Show>),
    Explain(Box<explain::Explain>),
    Transcripts(Box<transcripts::Transcripts>),
    Tail(Box<tail::Tail>),
    Replay(Box<replay::Replay>),
}

impl CallCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Some(Command::List(command)) => command.run(out).await,
            Some(Command::Show(command)) => command.run(out).await,
            Some(Command::Explain(command)) => command.run(out).await,
            Some(Command::Transcripts(command)) => command.run(out).await,
            Some(Command::Tail(command)) => command.run(out).await,
            Some(Command::Replay(command)) => command.run(out).await,
            None => self.dial.run(out).await,
        }
    }
}
