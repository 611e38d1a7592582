//! `ringbolt secret rotate-pin-key run`

use super::{
    job::{Job, Task},
    stage::{Rotation, SUBJECT},
    status::said,
};
use crate::{audit::recorded, connection::ConnectionArgs, output::Output};
use anyhow::bail;
use clap::Args;
use serde_json::json;

/// Put every caller's PINs under the new key too, beside the old one
///
/// Callers call meanwhile: nobody's counters are touched, and a PIN that is set or removed in between is respected. It
/// can be interrupted; given again, it passes over what is done.
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
            bail!("no rotation of the PIN key is under way: start one with `ringbolt secret rotate-pin-key begin`");
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
            "All PINs of {} stand under the new key; written: {}.",
            said(tally.callers, "caller"),
            tally.written
        ));
        super::status::warn(out, &tally);
        out.say("Next: `ringbolt secret rotate-pin-key finish`.");
        connection.close().await
    }
}
