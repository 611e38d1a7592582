//! `ringbolt secret rotate-pin-key` replaces the PIN key without knowing any PIN and without refusing a correct PIN at any
//! moment.
//!
//! | secret | attempts use | required before the next step |
//! |---|---|---|
//! | `current` A | A | |
//! | `current` A, `next` B | A | every function knows B; every PIN also exists under B |
//! | `current` B, `previous` A | B | every function uses B for attempts; no tag is left under A |
//! | `current` B | B | |

mod begin;
pub(crate) mod finish;
mod job;
pub(crate) mod run;
pub(crate) mod stage;
pub(crate) mod status;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Replace the PIN key: begin, run, finish, and finish again
///
/// PINs stay unknown and unchanged, and correct PINs are accepted throughout. Every step can be interrupted and
/// repeated; `status` shows the progress. `begin` and `finish` say when the functions must be restarted.
#[derive(Args)]
pub(super) struct RotatePinKey {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Begin(Box<begin::Begin>),
    Run(Box<run::Run>),
    Status(Box<status::Status>),
    Finish(Box<finish::Finish>),
}

impl RotatePinKey {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Begin(command) => command.run(out).await,
            Command::Run(command) => command.run(out).await,
            Command::Status(command) => command.run(out).await,
            Command::Finish(command) => command.run(out).await,
        }
    }
}
