//! `ringbolt secret rotate-pin-key finish`

use super::{
    super::restart::{self, Restart},
    job::{Job, Tally, Task},
    stage::{Rotation, SUBJECT, Stage},
    status::warn,
};
use crate::{
    audit::recorded,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs},
    output::Output,
};
use anyhow::{Context as _, bail};
use clap::Args;
use ringbolt_core::text::counted;
use schemars::JsonSchema;
use serde::Serialize;

/// The command's name in the audit log.
const FINISH: &str = "secret rotate-pin-key finish";

/// Switch attempts to the new key; run again to remove the old key
///
/// Two runs are needed, because the functions read the secret when they start. The first run makes the new key the
/// current one, and refuses while a PIN exists only under the old key. The second run, after the functions have
/// restarted, removes the tags under the old key from every caller and then the old key from the secret.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key finish --stack ringbolt")]
pub(super) struct Finish {
    /// Confirm that the functions have restarted since the last step
    #[arg(long)]
    restarted: bool,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What a run of `finish` did.
#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyFinish {
    /// The stage of the rotation now: `switched` after the first run, `settled` after the second.
    stage: Stage,
    /// How many callers have PINs.
    callers: u64,
    /// How many of them this run wrote.
    written_callers: u64,
}

impl Finish {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        match rotation.stage {
            Stage::Settled => bail!("no rotation of the PIN key is in progress"),
            Stage::Begun => self.switch(out, &connection, &rotation).await?,
            Stage::Switched => self.drop_old(out, &connection, &rotation).await?,
        }
        connection.close().await
    }

    async fn switch(&self, out: Output, connection: &Connection, rotation: &Rotation) -> anyhow::Result<()> {
        self.restarted(rotation, connection).await.context("the new key cannot become the current one yet")?;
        connection.announce(out);
        let tally = walk(connection, rotation, Task::Count).await?;
        if tally.on_old_only > 0 {
            bail!(
                "{} of {} have a PIN only under the old key, and their correct PINs would be refused: run `ringbolt secret \
                 rotate-pin-key run` first",
                tally.on_old_only,
                counted(tally.callers, "caller")
            );
        }
        warn(out, &tally);
        self.confirm.ask(
            out,
            &format!(
                "The PINs of all {} exist under the new key. Make it the current one?",
                counted(tally.callers, "caller")
            ),
        )?;
        let was = &rotation.secret.document;
        let mut document = was.with_current(was.next.clone().context("there is no next key")?);
        document.previous = Some(was.current.clone());
        let write = rotation.secret.replace(connection, &document);
        recorded(connection, FINISH, SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&KeyFinish { stage: Stage::Switched, callers: tally.callers, written_callers: 0 })?;
        }
        out.say("The new key is the current one; old tags are still recognised.");
        out.say(&format!("Next:\n  1. {}.", restart::instructions(connection)));
        out.say("  2. Run `ringbolt secret rotate-pin-key finish` again to remove the old key.");
        Ok(())
    }

    async fn drop_old(&self, out: Output, connection: &Connection, rotation: &Rotation) -> anyhow::Result<()> {
        self.restarted(rotation, connection).await.context("the old key cannot be removed yet")?;
        connection.announce(out);
        self.confirm.ask(out, "Remove the old PIN key for good?")?;
        let removal = remove_old_key(connection, rotation);
        let (moved, left) = recorded(connection, FINISH, SUBJECT.to_owned(), removal).await?;
        warn(out, &left);
        if out.json() {
            let (callers, written_callers) = (left.callers, moved.written);
            out.document(&KeyFinish { stage: Stage::Settled, callers, written_callers })?;
        }
        let callers = counted(left.callers, "caller");
        out.say(&format!("The PINs of {callers} exist only under the new key, and the old key is removed."));
        Ok(())
    }

    /// The functions must have read the current secret.
    async fn restarted(&self, rotation: &Rotation, connection: &Connection) -> anyhow::Result<()> {
        let restart: Restart = restart::since(connection, rotation.secret.changed_at).await;
        restart.require(self.restarted)
    }
}

/// Removes the tags under the old key, and then the key. Returns what was written and what a final count found.
async fn remove_old_key(connection: &Connection, rotation: &Rotation) -> anyhow::Result<(Tally, Tally)> {
    let moved = walk(connection, rotation, Task::Move).await?;
    // The first walk misses callers enrolled in a part already walked, so the key is removed only if a second walk finds
    // no tag under it.
    let left = walk(connection, rotation, Task::Count).await?;
    if left.on_old > 0 {
        bail!(
            "{} still enrolled under the old key, so something still writes with it: look for functions that have not \
             restarted and for a running import, then run this command again",
            counted(left.on_old, "caller")
        );
    }
    // The records of calls from before refer to their callers under the old key.
    let mut document = rotation.secret.document.with_current(rotation.secret.document.current.clone());
    let (old, _) = rotation.old_and_new().context("there is only one key")?;
    document.references.push(old.reference_key().to_text().to_string());
    rotation.secret.replace(connection, &document).await?;
    Ok((moved, left))
}

async fn walk(connection: &Connection, rotation: &Rotation, task: Task) -> anyhow::Result<Tally> {
    let (old, new) = rotation.old_and_new().context("there is only one key")?;
    let job =
        Job { store: connection.callers()?, hasher: rotation.hasher.clone(), old: old.clone(), new: new.clone(), task };
    job.run(connection, "the same command").await
}
