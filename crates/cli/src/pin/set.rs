//! `ringbolt pin set`

use super::CallerArgs;
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::{Context as _, bail};
use clap::Args;
use ringbolt_core::pin::{CallerPin, policy};
use std::io::{BufRead as _, stdin};
use zeroize::Zeroizing;

/// Give a caller this PIN in the place of all others, with his counter at zero
///
/// The PIN is read from standard input, so that it stands in no history and no list of processes.
#[derive(Args)]
#[command(after_help = "Example: echo 815294 | ringbolt pin set --stack ringbolt --realm bank 90786 --stdin")]
pub(crate) struct Set {
    #[command(flatten)]
    caller: CallerArgs,
    /// Read the PIN from the first line of standard input
    #[arg(long, required = true)]
    stdin: bool,
    /// Take a PIN that is easy to guess
    #[arg(long)]
    allow_weak: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Set {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let mut line = Zeroizing::new(String::new());
        stdin().lock().read_line(&mut line).context("standard input could not be read")?;
        let pin = CallerPin::parse(&line)?;
        if let Some(weakness) = policy::weakness_for(pin.digits(), caller.user.as_str()).filter(|_| !self.allow_weak) {
            bail!("this PIN is easy to guess: {weakness}. Take another, or insist with --allow-weak.");
        }
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        let tags = hasher.enrol(&caller, &pin)?;
        audit::recorded(&connection, "pin set", audit::caller(&caller), async {
            store.replace_pins(&caller, &tags).await.explained(&connection, "the PIN was not set")
        })
        .await?;
        out.say("The PIN is set, and the counter is at zero.");
        connection.close().await
    }
}
