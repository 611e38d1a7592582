//! `ringbolt pin add`

use super::{
    CallerArgs,
    keyed::{PinInput, Weak},
    realm,
};
use crate::{
    audit,
    caller::standing::{Changed, Standing},
    connection::ConnectionArgs,
    enrol::Enroller,
    output::Output,
};
use clap::Args;
use ringbolt_dynamodb::callers::Change;

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
        let (store, enroller) = (connection.callers()?, Enroller::of(&connection).await?);
        connection.announce(out);
        realm::flows_of(&connection, &caller.realm).await?;
        let pin = self.pin.new_pin()?;
        self.weak.check(&caller, &pin)?;
        audit::recorded(&connection, "pin add", audit::caller(&caller), async {
            match enroller.add(&connection, &caller, &pin, self.weak.is_allowed()).await? {
                Change::Made => Ok(()),
                Change::NoCaller => Err(self.caller.unknown("create them with `ringbolt pin set`")),
            }
        })
        .await?;
        let standing = Standing::read(out, &connection, &store, &caller).await;
        standing.report(out, Changed::PinAdded, "The PIN is added; the caller's other PINs stay.")?;
        connection.close().await
    }
}
