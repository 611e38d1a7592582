//! `ringbolt secret rotate-pin-key run`

use super::{
    job::{Job, Task},
    stage::{Rotation, SUBJECT},
    status::counted,
};
use crate::{audit::recorded, connection::ConnectionArgs, output::Output};
use anyhow::bail;
use clap::Args;
use serde_json::json;

/// Add every caller's PINs under the new key, next to the old one
///
/// Calls continue during the run: failed attempts are not touched, and PINs that are set or removed in the meantime are
/// respected. If it is interrupted, run it again; it skips what is done.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key run --stack ringbolt")]
pub(super) struct Run {
    #[command(flatten)]
    connection: ConnectionArgs,
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
            out.document(&json!({ "stage": rotation.stage.name(), "callers": tally.callers, "written": tally.written, "foreign": tally.foreign }))?;
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
