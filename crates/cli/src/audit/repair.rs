//! `ringbolt audit repair`

use super::{recorded, verify::walk};
use crate::{
    confirm::Confirm,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::audit::Head;
use serde_json::json;

/// Let a record go on whose end is not where its head says
///
/// While they disagree, no change can be recorded, so none is made. This puts the head to the last entry that there is,
/// and records that as a change, with what the head had been. It brings nothing back: what is missing stays missing.
#[derive(Args)]
#[command(after_help = "Example: ringbolt audit repair --stack ringbolt")]
pub(crate) struct Repair {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Repair {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let (verified, head) = walk(&connection, None).await?;
        let (last, was) = (verified.last, head.unwrap_or(Head::EMPTY));
        if was == last {
            out.say("The record ends where its head says. `ringbolt audit verify` looks at the rest.");
            if out.json() {
                out.document(&json!({ "repaired": false }))?;
            }
            return connection.close().await;
        }
        connection.announce(out);
        self.confirm.ask(&format!(
            "The record ends with entry {}, and its head names entry {}. Let it go on after entry {}?",
            last.seq, was.seq, last.seq
        ))?;
        let moved = connection.audit()?.move_head(head, last).await;
        if !moved.explained(&connection, "the record goes on as it was")? {
            bail!("the record has changed meanwhile: give the command again");
        }
        let subject = format!("the record of changes: its head had been {}:{}", was.seq, was.digest);
        recorded(&connection, "audit repair", subject, async { Ok(()) }).await?;
        out.say(&format!("The record goes on after entry {}.", last.seq));
        if out.json() {
            out.document(&json!({ "repaired": true, "number": last.seq }))?;
        }
        connection.close().await
    }
}
