//! `ringbolt`: the command that people type.

mod aws;
mod dev;
mod flow;
mod pin;

use clap::{Parser, Subcommand};
use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

/// Answers the webhooks of a telephone system: who is calling, and where the call goes next.
#[derive(Parser)]
#[command(name = "ringbolt", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Dev(dev::Dev),
    Flow(flow::FlowCommand),
    Pin(pin::PinCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Dev(command) => command.run().await,
        Command::Flow(command) => command.run().await,
        Command::Pin(command) => command.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a person at a terminal reads it")]
fn complain(error: &anyhow::Error) {
    eprintln!("ringbolt: {error:#}");
}

/// Where nobody reads any more (`ringbolt dev | head`), it goes on: `println!` would panic.
pub(crate) fn show(text: &str) {
    writeln!(stdout(), "{text}").unwrap_or_default();
}
