//! `ringbolt`: the command that people type.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod action_document;
mod api;
mod audit;
mod call;
mod caller;
mod completions;
mod confirm;
mod connection;
mod dev;
mod doctor;
mod event;
mod exit;
mod explain;
mod flow;
mod hours;
mod init;
mod live_flows;
mod man;
mod output;
mod pin;
mod secret;
mod stage;
mod stop;
mod trigger;
mod when;

use clap::{Parser, Subcommand};
use output::Output;
use std::{
    io::{ErrorKind, Write as _, stdout},
    process::{self, ExitCode},
};

/// Tells a telephone system who is calling and where the call goes next.
#[derive(Parser)]
#[command(name = "ringbolt", version, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print JSON on standard output, for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 refused, not found or failed, 2 command line error, \
                          130 interrupted";

#[derive(Subcommand)]
enum Command {
    Dev(dev::Dev),
    Init(init::Init),
    Call(call::CallCommand),
    Event(event::EventCommand),
    Trigger(Box<trigger::Trigger>),
    Flow(flow::FlowCommand),
    Hours(hours::HoursCommand),
    Pin(pin::PinCommand),
    Caller(caller::CallerCommand),
    Audit(audit::AuditCommand),
    Secret(secret::SecretCommand),
    Doctor(doctor::Doctor),
    Completions(completions::Completions),
    Man(man::ManCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let out = Output::new(cli.json);
    let done = match cli.command {
        Command::Dev(command) => command.run().await,
        Command::Init(command) => command.run(out),
        Command::Call(command) => command.run(out).await,
        Command::Event(command) => command.run(out),
        Command::Trigger(command) => command.run(out).await,
        Command::Flow(command) => command.run(out).await,
        Command::Hours(command) => command.run(out).await,
        Command::Pin(command) => command.run(out).await,
        Command::Caller(command) => command.run(out).await,
        Command::Audit(command) => command.run(out).await,
        Command::Secret(command) => command.run(out).await,
        Command::Doctor(command) => command.run(out).await,
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(out),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<exit::Failed>() {
                complain(&error);
            }
            exit::code(&error)
        }
    }
}

#[expect(clippy::print_stderr, reason = "a person at a terminal reads it")]
fn complain(error: &anyhow::Error) {
    eprintln!("ringbolt: {error:#}");
}

/// Prints a line and ignores a closed pipe (`ringbolt dev | head`), where `println!` would panic.
pub(crate) fn print_best_effort(text: &str) {
    writeln!(stdout(), "{text}").unwrap_or_default();
}

/// Prints the result of a command. A closed pipe (`| head`) is ignored; any other write error, such as a full disk,
/// exits with code 1.
pub(crate) fn print(text: &str) {
    if let Err(error) = try_print(text)
        && error.kind() != ErrorKind::BrokenPipe
    {
        complain(&anyhow::Error::new(error).context("cannot write to standard output"));
        process::exit(1);
    }
}

/// Prints a line and flushes it.
///
/// # Errors
/// Standard output cannot be written, or its reader is gone.
pub(crate) fn try_print(text: &str) -> std::io::Result<()> {
    let mut out = stdout();
    writeln!(out, "{text}").and_then(|()| out.flush())
}
