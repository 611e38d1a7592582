//! `ringbolt`: the command that people type.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod action_document;
mod api;
mod audit;
mod aws;
mod call;
mod caller;
mod completions;
mod confirm;
mod connection;
mod dev;
mod doctor;
#[cfg(test)]
mod documents;
mod enrol;
mod event;
mod exit;
mod explain;
mod flow;
#[cfg(test)]
mod help;
mod hours;
mod init;
mod keyboard;
mod live_flows;
mod man;
mod out_file;
mod output;
mod pin;
mod provider;
mod secret;
mod stage;
mod stop;
mod trigger;
mod twiml_document;
mod usage;
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
    /// Print JSON, for programs: results on standard output, notes and the error on standard error
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
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage::refused(&error, usage::wants_json(std::env::args_os().skip(1))),
    };
    let out = Output::new(cli.json);
    match cli.command.run(out).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            out.failed(&error);
            ExitCode::from(exit::code(&error))
        }
    }
}

impl Command {
    async fn run(self, out: Output) -> anyhow::Result<()> {
        match self {
            Self::Dev(command) => command.run(out).await,
            Self::Init(command) => command.run(out),
            Self::Call(command) => command.run(out).await,
            Self::Event(command) => command.run(out),
            Self::Trigger(command) => command.run(out).await,
            Self::Flow(command) => command.run(out).await,
            Self::Hours(command) => command.run(out).await,
            Self::Pin(command) => command.run(out).await,
            Self::Caller(command) => command.run(out).await,
            Self::Audit(command) => command.run(out).await,
            Self::Secret(command) => command.run(out).await,
            Self::Doctor(command) => command.run(out).await,
            Self::Completions(command) => command.run(out),
            Self::Man(command) => command.run(out),
        }
    }
}

/// Prints a line and ignores a closed pipe (`ringbolt dev | head`), where `println!` would panic.
pub(crate) fn print_best_effort(text: &str) {
    writeln!(stdout(), "{text}").unwrap_or_default();
}

/// Prints text for people. A closed pipe (`| head`) is ignored; any other write error, such as a full disk, exits with
/// code 1.
pub(crate) fn print(text: &str) {
    if let Err(error) = try_print(text)
        && error.kind() != ErrorKind::BrokenPipe
    {
        output::complain(&format!("ringbolt: {}: {error}", output::UNWRITABLE));
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
