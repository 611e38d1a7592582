//! `ringbolt secret rotate-pin-key run`

use super::{
    job::{Job, Task},
    stage::{Rotation, SUBJECT, Stage},
};
use crate::{audit::recorded, connection::ConnectionArgs, output::Output};
use anyhow::bail;
use clap::Args;
use ringbolt_core::text::counted;
use schemars::JsonSchema;
use serde::Serialize;

/// Add every caller's PINs under the new key, next to the old one
///
/// Calls continue during the run: failed attempts are not touched, and PINs that are set or removed in the meantime are
/// respected. If it is interrupted, run it again; it skips what is done. It never asks for confirmation, because it takes nothing
/// away; --yes is accepted as by the other steps.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key run --stack ringbolt")]
pub(super) struct Run {
    /// Do not ask for confirmation
    #[arg(long = "yes", short = 'y')]
    _yes: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What a run did.
#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyRun {
    /// The stage of the rotation.
    stage: Stage,
    /// How many callers have PINs. All of their PINs exist under the new key now.
    callers: u64,
    /// How many of them this run wrote.
    written_callers: u64,
    /// How many have a PIN under a key that is not in the secret. Such a PIN is always refused.
    callers_under_unknown_keys: u64,
    /// How many items of the table are not callers, and were skipped.
    unreadable_items: u64,
}

impl Run {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        let Some((old, new)) = rotation.old_and_new() else {
            bail!("no rotation of the PIN key is in progress: start one with `ringbolt secret rotate-pin-key begin`");
        };
        connection.announce(out);
        let job = Job {
            store: connection.callers()?,
            hasher: rotation.hasher.clone(),
            old: old.clone(),
            new: new.clone(),
            task: Task::Copy,
        };
        let walk = job.run(&connection, "the same command");
        let tally = recorded(&connection, "secret rotate-pin-key run", SUBJECT.to_owned(), walk).await?;
        if out.json() {
            out.document(&KeyRun {
                stage: rotation.stage,
                callers: tally.callers,
                written_callers: tally.written,
                callers_under_unknown_keys: tally.foreign,
                unreadable_items: tally.unreadable,
            })?;
        }
        out.say(&format!(
            "The PINs of {} exist under the new key; callers written: {}.",
            counted(tally.callers, "caller"),
            tally.written
        ));
        super::status::warn(out, &tally);
        out.say("Next: `ringbolt secret rotate-pin-key finish`.");
        connection.close().await
    }
}
