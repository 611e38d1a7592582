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
///
/// With --duress, it is a PIN for a caller who is forced to log in: it lets them through as any other, and if the flow says
/// `duress: true`, the operators are told. A caller should have another PIN, too.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin add --stack ringbolt --realm bank 90786")]
pub(crate) struct Add {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    pin: PinInput,
    /// Make it a duress PIN
    #[arg(long)]
    duress: bool,
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
        realm::check(out, &connection, &caller).await?;
        let pin = self.pin.new_pin()?;
        self.weak.check(&caller, &pin)?;
        audit::recorded(&connection, "pin add", audit::caller(&caller), async {
            match enroller.add(&connection, &caller, &pin, self.duress, self.weak.is_allowed()).await? {
                Change::Made => Ok(()),
                Change::NoCaller => Err(self.caller.unknown("create them with `ringbolt pin set`")),
            }
        })
        .await?;
        let standing = Standing::read(out, &connection, &store, &caller).await;
        let said = if self.duress {
            "The duress PIN is added; the caller's other PINs stay. Counts of PINs have it twice."
        } else {
            "The PIN is added; the caller's other PINs stay."
        };
        standing.report(out, Changed::PinAdded, said)?;
        connection.close().await
    }
}
