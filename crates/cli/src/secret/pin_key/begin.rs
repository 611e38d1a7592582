//! `ringbolt secret rotate-pin-key begin`

use super::{
    super::{document::random_text, restart},
    stage::{PinKeyRotation, Rotation, SUBJECT, Stage},
};
use crate::{audit::recorded, confirm::Confirm, connection::ConnectionArgs, output::Output};
use anyhow::bail;
use clap::Args;

/// 88 letters and digits hold 524 bits: more than the 512 of AES-256-SIV.
const KEY_CHARS: usize = 88;

/// Add a new PIN key to the secret, without using it yet
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret rotate-pin-key begin --stack ringbolt")]
pub(super) struct Begin {
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Begin {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let rotation = Rotation::read(&connection).await?;
        match rotation.stage {
            Stage::Settled => {
                self.confirm.ask(out, &format!("Start replacing the PIN key of {}?", connection.name()))?;
                let mut document = rotation.secret.document.with_current(rotation.secret.document.current.clone());
                document.next = Some(random_text(KEY_CHARS));
                let write = rotation.secret.replace(&connection, &document);
                recorded(&connection, "secret rotate-pin-key begin", SUBJECT.to_owned(), write).await?;
                out.say("A new PIN key is added next to the current one.");
            }
            Stage::Begun => out.say("A rotation of the PIN key has already begun; nothing was changed."),
            Stage::Switched => bail!(
                "a rotation of the PIN key is not finished: attempts use the new key, but the secret still has the old one. \
                 Finish it first with `ringbolt secret rotate-pin-key finish`"
            ),
        }
        if out.json() {
            out.document(&PinKeyRotation { stage: Stage::Begun })?;
        }
        out.say(&format!("Next:\n  1. {}.", restart::instructions(&connection)));
        out.say("  2. `ringbolt secret rotate-pin-key run` adds every PIN under the new key.");
        out.say("  3. `ringbolt secret rotate-pin-key finish` switches attempts to the new key.");
        connection.close().await
    }
}
