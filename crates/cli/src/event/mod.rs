//! `ringbolt event`, and the sample requests that it shares with `ringbolt trigger`.

mod case;
mod login;
mod make;
mod sample;

pub(crate) use case::Case;
pub(crate) use login::KeyedLogin;
pub(crate) use sample::{DEMO, SampleArgs, Target};

use crate::output::Output;
use clap::{Args, Subcommand, ValueEnum as _};
use serde_json::{Value, json};

/// Make sample events for trying the functions
#[derive(Args)]
pub(crate) struct EventCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Make(Box<make::Make>),
}

impl EventCommand {
    pub(crate) fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Make(command) => command.run(out),
        }
    }
}

/// Lists the cases.
///
/// # Errors
/// The table of dialects lacks a webhook.
pub(crate) fn list(out: Output) -> anyhow::Result<()> {
    let cases = Case::value_variants();
    if out.json() {
        let row = |case: &Case| -> anyhow::Result<Value> {
            let (function, sam_function) = (case.webhook().function()?, case.webhook().sam_name()?);
            Ok(json!({ "case": case.name(), "function": function, "sam_function": sam_function, "what": case.what() }))
        };
        return out.document(&cases.iter().map(row).collect::<Result<Vec<_>, _>>()?);
    }
    let row = |case: &Case| Ok([case.name(), case.webhook().sam_name()?, case.what().to_owned()]);
    let rows: Vec<_> = cases.iter().map(row).collect::<anyhow::Result<_>>()?;
    out.table(["CASE", "FUNCTION", "WHAT"], &rows);
    Ok(())
}
