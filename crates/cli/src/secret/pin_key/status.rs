//! `ringbolt secret rotate-pin-key status`

use super::{
    super::restart::{self, Restart},
    job::{Job, Tally, Task},
    stage::{Rotation, Stage},
};
use crate::{connection::ConnectionArgs, output::Output};
use clap::Args;
use ringbolt_core::text::counted;
use schemars::JsonSchema;
use serde::Serialize;

/// Show the stage of the rotation, and how many callers depend on the old key
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key status --stack ringbolt")]
pub(super) struct Status {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// How far a rotation is. Without one, the counts are null.
#[derive(Serialize, JsonSchema)]
pub(crate) struct KeyStatus {
    /// The stage of the rotation.
    stage: Stage,
    /// How many callers have PINs.
    callers: Option<u64>,
    /// How many of them have a PIN only under the old key.
    callers_only_under_old_key: Option<u64>,
    /// How many of them have a PIN under the old key, with or without one under the new key.
    callers_under_old_key: Option<u64>,
    /// How many have a PIN under a key that is not in the secret. Such a PIN is always refused.
    callers_under_unknown_keys: Option<u64>,
    /// How many items of the table are not callers, and were skipped.
    unreadable_items: Option<u64>,
    /// Whether the functions have restarted since the secret changed; null if unknown.
    restarted: Option<bool>,
}

impl Status {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        let Some((old, new)) = rotation.old_and_new() else {
            if out.json() {
                out.document(&KeyStatus {
                    stage: rotation.stage,
                    callers: None,
                    callers_only_under_old_key: None,
                    callers_under_old_key: None,
                    callers_under_unknown_keys: None,
                    unreadable_items: None,
                    restarted: None,
                })?;
            }
            out.say("There is one PIN key, and no rotation is in progress.");
            return connection.close().await;
        };
        let restarted = restart::since(&connection, rotation.secret.changed_at).await;
        let job = Job {
            store: connection.callers()?,
            hasher: rotation.hasher.clone(),
            old: old.clone(),
            new: new.clone(),
            task: Task::Count,
        };
        let tally = job.run(&connection, "the same command").await?;
        if out.json() {
            out.document(&KeyStatus {
                stage: rotation.stage,
                callers: Some(tally.callers),
                callers_only_under_old_key: Some(tally.on_old_only),
                callers_under_old_key: Some(tally.on_old),
                callers_under_unknown_keys: Some(tally.foreign),
                unreadable_items: Some(tally.unreadable),
                restarted: match &restarted {
                    Restart::Done => Some(true),
                    Restart::Pending(_) => Some(false),
                    Restart::Unknown(_) => None,
                },
            })?;
        }
        out.say(match rotation.stage {
            Stage::Switched => "Attempts use the new key; tags under the old one are still recognised.",
            _ => "There is a new key; attempts use the old one.",
        });
        out.say(&format!(
            "{} of {} have a PIN only under the old key; {} have a tag under it.",
            tally.on_old_only,
            counted(tally.callers, "caller"),
            tally.on_old
        ));
        warn(out, &tally);
        match restarted {
            Restart::Done => {}
            Restart::Pending(what) | Restart::Unknown(what) => out.say(&format!("Note: {what}.")),
        }
        connection.close().await
    }
}

/// Reports tags of unknown keys and unreadable items.
pub(super) fn warn(out: Output, tally: &Tally) {
    if tally.foreign > 0 {
        out.note(&format!(
            "{} a PIN under a key that is not in the secret. Such a PIN is always refused: set a new one.",
            if tally.foreign == 1 {
                "One caller has".to_owned()
            } else {
                format!("{} have", counted(tally.foreign, "caller"))
            }
        ));
    }
    if tally.unreadable > 0 {
        out.note(&format!("Skipped {} in the table because they are not callers.", counted(tally.unreadable, "item")));
    }
}
