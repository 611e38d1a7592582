//! `ringbolt pin add`

use super::{
    CallerArgs,
    keyed::{PinInput, Weak},
    realm,
};
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
};
use clap::Args;
use ringbolt_dynamodb::callers::Change;
use serde_json::json;

/// Give a caller an additional PIN
///
/// Their other PINs and their failed attempts stay unchanged.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin add --stack ringbolt --realm bank 90786")]
pub(crate) struct Add {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    pin: PinInput,
    #[command(flatten)]
    weak: Weak,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Add {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        realm::flows_of(&connection, &caller.realm).await?;
        let pin = self.pin.new_pin()?;
        self.weak.check(&caller, &pin)?;
        let tags = hasher.enrol(&caller, &pin)?;
        audit::recorded(&connection, "pin add", audit::caller(&caller), async {
            match store.add_pin(&caller, &tags).await.explained(&connection, "the PIN was not added")? {
                Change::Made => Ok(()),
                Change::NoCaller => Err(self.caller.unknown("create them with `ringbolt pin set`")),
            }
        })
        .await?;
        out.say("The PIN is added; the caller's other PINs stay.");
        if out.json() {
            out.document(&json!({ "added": true }))?;
        }
        connection.close().await
    }
}
