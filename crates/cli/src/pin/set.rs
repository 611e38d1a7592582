//! `ringbolt pin set`

use super::{
    CallerArgs,
    attributes::AttributeArgs,
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
        let (caller, attributes) = (self.caller.caller()?, self.attributes.attributes()?);
        let connection = self.connection.connect().await?;
        let (store, enroller) = (connection.callers()?, Enroller::of(&connection).await?);
        connection.announce(out);
        realm::check(out, &connection, &caller).await?;
        let pin = self.pin.new_pin()?;
        self.weak.check(&caller, &pin)?;
        let set = enroller.set(&connection, &caller, &pin, &attributes, self.weak.is_allowed());
        audit::recorded(&connection, "pin set", audit::caller(&caller), set).await?;
        let standing = Standing::read(out, &connection, &store, &caller).await;
        standing.report(out, Changed::PinSet, "The PIN is set, and failed attempts are reset.")?;
        connection.close().await
    }
}
