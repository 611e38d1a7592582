//! `ringbolt pin set`

use super::{
    CallerArgs,
    attributes::AttributeArgs,
    keyed::{PinInput, Weak},
    realm,
};
use crate::{
    audit,
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::{caller::Attributes, identity::CallerId, pin::PinTag};
use ringbolt_dynamodb::{Store, callers::Change};
use serde_json::json;

/// Replace a caller's PINs and reset failed attempts
///
/// Creates the caller if they do not exist. The PIN is asked for twice without echo, or read from standard input, so that
/// it does not appear in the shell history or the process list. A suspended caller stays suspended. With --shared NAME
/// instead of a user, it sets a PIN that several people share.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin set --stack ringbolt --realm bank 90786 --attribute first_name=Ada")]
pub(crate) struct Set {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    pin: PinInput,
    #[command(flatten)]
    weak: Weak,
    #[command(flatten)]
    attributes: AttributeArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Set {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        realm::flows_of(&connection, &caller.realm).await?;
        let pin = self.pin.new_pin()?;
        self.weak.check(&caller, &pin)?;
        let tags = hasher.enrol(&caller, &pin)?;
        let attributes = self.attributes.attributes()?;
        audit::recorded(&connection, "pin set", audit::caller(&caller), async {
            replace(&connection, &store, &caller, &tags, &attributes).await
        })
        .await?;
        out.say("The PIN is set, and failed attempts are reset.");
        if out.json() {
            out.document(&json!({ "set": true }))?;
        }
        connection.close().await
    }
}

/// Replaces all PINs of a caller, and adds attributes to the existing ones.
pub(super) async fn replace(
    connection: &Connection,
    store: &Store,
    caller: &CallerId,
    tags: &[PinTag],
    attributes: &Attributes,
) -> anyhow::Result<()> {
    store.replace_pins(caller, tags).await.explained(connection, "the PIN was not set")?;
    if attributes.is_empty() {
        return Ok(());
    }
    let put = store.put_attributes(caller, attributes).await;
    match put.explained(connection, "the PIN was set, but the attributes were not")? {
        Change::Made => Ok(()),
        Change::NoCaller => bail!("the caller was erased in the meantime; nothing is set"),
    }
}
