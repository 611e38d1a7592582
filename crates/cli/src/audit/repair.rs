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
use schemars::JsonSchema;
use serde::Serialize;

/// Repair an audit log whose head does not match its last entry
///
/// While they disagree, no change can be recorded, so none can be made. This sets the head to the last existing entry
/// and records the repair with the old head. It restores nothing: missing entries stay missing.
#[derive(Args)]
#[command(after_help = "Example: ringbolt audit repair --stack ringbolt")]
pub(crate) struct Repair {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What was repaired.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Repaired {
    /// Whether the head was moved. False if it matched the last entry already.
    repaired: bool,
    /// The number of the entry after which the audit log continues; null if nothing was repaired.
    number: Option<u64>,
}

impl Repair {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let (verified, head) = walk(&connection, None).await?;
        let (last, was) = (verified.last, head.unwrap_or(Head::EMPTY));
        if was == last {
            out.say("The head matches the last entry. `ringbolt audit verify` checks the rest.");
            if out.json() {
                out.document(&Repaired { repaired: false, number: None })?;
            }
            return connection.close().await;
        }
        connection.announce(out);
        self.confirm.ask(
            out,
            &format!(
                "The audit log ends with entry {}, but its head names entry {}. Continue it after entry {}?",
                last.seq, was.seq, last.seq
            ),
        )?;
        let moved = connection.audit()?.move_head(head, last).await;
        if !moved.explained(&connection, "the audit log was not repaired")? {
            bail!("the audit log has changed in the meantime: run the command again");
        }
        let subject = format!("the audit log, whose head was {}:{}", was.seq, was.digest);
        recorded(&connection, "audit repair", subject, async { Ok(()) }).await?;
        out.say(&format!("The audit log continues after entry {}.", last.seq));
        if out.json() {
            out.document(&Repaired { repaired: true, number: Some(last.seq) })?;
        }
        connection.close().await
    }
}
