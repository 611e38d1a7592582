//! `ringbolt secret rotate-pin-key`: another PIN key, without anybody's PIN being known, and without a moment in which a
//! right PIN is refused.
//!
//! | the secret | attempts are made under | what must be true before the next step |
//! |---|---|---|
//! | `current` A | A | |
//! | `current` A, `next` B | A | every function knows B; every PIN stands under B too |
//! | `current` B, `previous` A | B | every function makes attempts under B; no tag is left under A |
//! | `current` B | B | |

mod begin;
mod finish;
mod job;
mod run;
mod stage;
mod status;

use crate::output::Output;
use clap::{Args, Subcommand};

/// Replace the PIN key: begin, run, finish, and finish again
///
/// No PIN is known or changed, and no right PIN is refused meanwhile. Every step can be interrupted and given again;
/// `status` says where the rotation stands. Between the steps the functions start anew: `begin` and `finish` say so.
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
