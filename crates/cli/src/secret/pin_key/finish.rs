//! `ringbolt secret rotate-pin-key finish`

use super::{
    super::{
        document::Document,
        restart::{self, Restart},
    },
    job::{Job, Tally, Task},
    stage::{Rotation, SUBJECT, Stage},
    status::{said, warn},
};
use crate::{
    audit::recorded,
    confirm::Confirm,
    connection::{Connection, ConnectionArgs},
    output::Output,
};
use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

/// What the record of changes calls the command.
const FINISH: &str = "secret rotate-pin-key finish";

/// Make attempts under the new key; given again, take the old key away
///
/// It takes two turns, because the functions read the secret when they start. The first makes the new key the current
/// one, and refuses while a PIN stands under the old key alone. The second, once the functions have started anew, takes
/// the tags under the old key out of every item and then the old key out of the secret.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key finish --stack ringbolt")]
pub(super) struct Finish {
    /// The functions have started anew since the last step, whatever the stack says
    #[arg(long)]
    restarted: bool,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Finish {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        match rotation.stage {
            Stage::Settled => bail!("no rotation of the PIN key is under way"),
            Stage::Begun => self.switch(out, &connection, &rotation).await?,
            Stage::Switched => self.drop_old(out, &connection, &rotation).await?,
        }
        connection.close().await
    }

    async fn switch(&self, out: Output, connection: &Connection, rotation: &Rotation) -> anyhow::Result<()> {
        self.restarted(rotation, connection).await.context("the new key cannot be made the current one yet")?;
        connection.announce(out);
        let tally = walk(connection, rotation, Task::Count).await?;
        if tally.on_old_only > 0 {
            bail!(
                "{} of {} on the old key only, and their right PINs would be refused: `ringbolt secret rotate-pin-key run` \
                 first",
                tally.on_old_only,
                said(tally.callers, "caller")
            );
        }
        warn(out, &tally);
        self.confirm.ask(&format!(
            "All {} have their PINs under the new key. Make it the current one?",
            said(tally.callers, "caller")
        ))?;
        let was = &rotation.kept.document;
        let mut document = Document::only(was.next.clone().context("there is no next key")?);
        document.previous = Some(was.current.clone());
        let write = rotation.kept.replace(connection, &document);
        recorded(connection, FINISH, SUBJECT.to_owned(), write).await?;
        if out.json() {
            out.document(&json!({ "stage": Stage::Switched.name(), "callers": tally.callers }))?;
        }
        out.say("The new key is the current one; the old one is still understood.");
        out.say(&format!("Next:\n  1. {}.", restart::how(connection)));
        out.say("  2. `ringbolt secret rotate-pin-key finish` once more takes the old key away.");
        Ok(())
    }

    async fn drop_old(&self, out: Output, connection: &Connection, rotation: &Rotation) -> anyhow::Result<()> {
        self.restarted(rotation, connection).await.context("the old key cannot be taken away yet")?;
        connection.announce(out);
        self.confirm.ask("Take the old PIN key away for good?")?;
        let take_away = take_away(connection, rotation);
        let (moved, left) = recorded(connection, FINISH, SUBJECT.to_owned(), take_away).await?;
        warn(out, &left);
        if out.json() {
            out.document(
                &json!({ "stage": Stage::Settled.name(), "callers": left.callers, "written": moved.written }),
            )?;
        }
        let callers = said(left.callers, "caller");
        out.say(&format!("Every PIN of {callers} stands under the new key alone, and the old key is gone."));
        Ok(())
    }

    /// The functions must have read the secret as it is now.
    async fn restarted(&self, rotation: &Rotation, connection: &Connection) -> anyhow::Result<()> {
        let seen: Restart = restart::since(connection, rotation.kept.changed_at).await;
        seen.require(self.restarted)
    }
}

/// Takes the tags under the old key away, then the key: what was written, and what was found in the end.
async fn take_away(connection: &Connection, rotation: &Rotation) -> anyhow::Result<(Tally, Tally)> {
    let moved = walk(connection, rotation, Task::Move).await?;
    // One walk sees no caller who was enrolled behind its back: the old key goes only when a second finds nobody.
    let left = walk(connection, rotation, Task::Count).await?;
    if left.on_old > 0 {
        bail!(
            "{} came under the old key meanwhile, so something still writes with it: look for functions that have not \
             started anew and for a long import, then give this command again",
            said(left.on_old, "caller")
        );
    }
    rotation.kept.replace(connection, &Document::only(rotation.kept.document.current.clone())).await?;
    Ok((moved, left))
}

async fn walk(connection: &Connection, rotation: &Rotation, task: Task) -> anyhow::Result<Tally> {
    let (old, new) = rotation.old_and_new().context("there is but one key")?;
    let job =
        Job { store: connection.callers()?, hasher: rotation.hasher.clone(), old: old.clone(), new: new.clone(), task };
    job.run(connection, "the same command").await
}
