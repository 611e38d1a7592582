//! `ringbolt secret rotate-pin-key status`

use super::{
    super::restart::{self, Restart},
    job::{Job, Tally, Task},
    stage::{Rotation, Stage},
};
use crate::{connection::ConnectionArgs, output::Output};
use clap::Args;
use serde_json::json;

/// Say where the rotation stands, and how many callers are still on the old key only
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key status --stack ringbolt")]
pub(super) struct Status {
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Status {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        let Some((old, new)) = rotation.old_and_new() else {
            if out.json() {
                out.document(&json!({ "stage": rotation.stage.name() }))?;
            }
            out.say("There is one PIN key, and no rotation is under way.");
            return connection.close().await;
        };
        let restarted = restart::since(&connection, rotation.kept.changed_at).await;
        let job = Job {
            store: connection.callers()?,
            hasher: rotation.hasher.clone(),
            old: old.clone(),
            new: new.clone(),
            task: Task::Count,
        };
        let tally = job.run(&connection, "the same command").await?;
        if out.json() {
            out.document(&json!({
                "stage": rotation.stage.name(),
                "callers": tally.callers,
                "on_old_key_only": tally.on_old_only,
                "on_old_key": tally.on_old,
                "foreign": tally.foreign,
                "restarted": match &restarted { Restart::Seen => Some(true), Restart::Missing(_) => Some(false), Restart::CannotTell(_) => None },
            }))?;
        }
        out.say(match rotation.stage {
            Stage::Switched => "Attempts are made under the new key; the old one is still understood.",
            _ => "There is a new key; attempts are made under the old one.",
        });
        out.say(&format!(
            "{} of {} on the old key only, and {} with a tag under it.",
            tally.on_old_only,
            said(tally.callers, "caller"),
            tally.on_old
        ));
        warn(out, &tally);
        match restarted {
            Restart::Seen => {}
            Restart::Missing(what) | Restart::CannotTell(what) => out.say(&format!("Note: {what}.")),
        }
        connection.close().await
    }
}

/// Says what neither key explains.
pub(super) fn warn(out: Output, tally: &Tally) {
    if tally.foreign > 0 {
        out.note(&format!(
            "{} a PIN that no key of the secret opens, which is refused whatever this rotation does: set it anew.",
            if tally.foreign == 1 { "One caller has".to_owned() } else { format!("{} callers have", tally.foreign) }
        ));
    }
    if tally.unreadable > 0 {
        out.note(&format!("{} of the table are no callers' and were passed over.", said(tally.unreadable, "item")));
    }
}

/// "1 caller", "2 callers".
pub(super) fn said(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
