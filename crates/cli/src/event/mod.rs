//! `ringbolt event`, and the sample requests that it shares with `ringbolt trigger`.

mod case;
mod make;
mod sample;

pub(crate) use case::Case;
pub(crate) use sample::{DEMO, SampleArgs, Target};

use crate::output::Output;
use clap::{Args, Subcommand, ValueEnum as _};
use schemars::JsonSchema;
use serde::Serialize;

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

/// The sample events that can be made.
#[derive(Serialize, JsonSchema)]
pub(crate) struct EventCases {
    /// The cases.
    cases: Vec<EventCase>,
}

/// A sample event.
#[derive(Serialize, JsonSchema)]
struct EventCase {
    /// Its name, as an argument.
    case: String,
    /// The package of the function that answers it.
    function: &'static str,
    /// The function's name in `template.yaml`, for `sam local invoke`.
    sam_function: String,
    /// What it is.
    what: &'static str,
}

/// Lists the cases.
///
/// # Errors
/// The table of dialects lacks a webhook.
pub(crate) fn list(out: Output) -> anyhow::Result<()> {
    let cases = Case::value_variants();
    if out.json() {
        let row = |case: &Case| -> anyhow::Result<EventCase> {
            let (function, sam_function) = (case.webhook().function()?, case.webhook().sam_name()?);
            Ok(EventCase { case: case.name(), function, sam_function, what: case.what() })
        };
        return out.document(&EventCases { cases: cases.iter().map(row).collect::<Result<_, _>>()? });
    }
    let row = |case: &Case| Ok([case.name(), case.webhook().sam_name()?, case.what().to_owned()]);
    let rows: Vec<_> = cases.iter().map(row).collect::<anyhow::Result<_>>()?;
    out.table(["CASE", "FUNCTION", "WHAT"], &rows);
    Ok(())
}
