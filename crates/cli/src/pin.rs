//! `ringbolt pin`

use crate::{aws, show};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use ringbolt_core::{
    identity::{CallerId, IdentifierForm, Realm, UserId},
    pin::{CallerPin, policy},
};
use ringbolt_dynamodb::{Store, tables::TableNames};
use std::io::{BufRead as _, stdin};
use zeroize::Zeroizing;

/// Enrol callers
#[derive(Args)]
pub(crate) struct PinCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Set(Set),
}

/// Give a caller this PIN in the place of all others, with his counter at zero
///
/// The PIN is read from standard input, so that it stands in no history and no list of processes. The environment is
/// that of the functions: RINGBOLT_PIN_KEYS is their secret, or where it is.
#[derive(Args)]
#[command(after_help = "Example: echo 815294 | ringbolt pin set --realm bank 90786 --stdin")]
struct Set {
    /// The user's id
    user: String,
    /// Whose PINs, as in the call flow
    #[arg(long)]
    realm: String,
    /// Read the PIN from the first line of standard input
    #[arg(long, required = true)]
    stdin: bool,
    /// The flow has `identifier: digits`: only the digits of the user's id count
    #[arg(long)]
    digits_only: bool,
    /// Take a PIN that is easy to guess
    #[arg(long)]
    allow_weak: bool,
    /// The table of callers (an output of the stack)
    #[arg(long, env = "RINGBOLT_CALLERS_TABLE", value_name = "NAME")]
    callers_table: String,
    /// The PIN keys, or `secretsmanager:ARN`
    #[arg(env = "RINGBOLT_PIN_KEYS", hide_env_values = true, long, value_name = "SECRET")]
    pin_keys: String,
    /// How PINs are stretched: argon2id or keyed, as the functions do
    #[arg(long, env = "RINGBOLT_PIN_HASH", default_value = "argon2id")]
    pin_hash: String,
}

impl PinCommand {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let Command::Set(set) = self.command;
        set.run().await
    }
}

impl Set {
    async fn run(self) -> anyhow::Result<()> {
        let form = if self.digits_only { IdentifierForm::Digits } else { IdentifierForm::Text };
        let caller = CallerId {
            realm: Realm::parse(&self.realm).context("--realm")?,
            user: UserId::parse(&self.user, form).context("the user")?,
        };
        let mut line = Zeroizing::new(String::new());
        stdin().lock().read_line(&mut line).context("standard input could not be read")?;
        let pin = CallerPin::parse(&line)?;
        if let Some(weakness) = policy::weakness_for(pin.digits(), caller.user.as_str()).filter(|_| !self.allow_weak) {
            bail!("this PIN is easy to guess: {weakness}. Take another, or insist with --allow-weak.");
        }
        let (sdk, client) = aws::connect().await;
        let hasher = aws::hasher(&sdk, self.pin_keys, &self.pin_hash).await?;
        let tags = hasher.enrol(&caller, &pin)?;
        // The table of calls is not touched.
        let tables = TableNames { callers: self.callers_table.clone(), calls: String::new() };
        Store::new(client, tables)
            .replace_pins(&caller, &tags)
            .await
            .with_context(|| format!("the PIN was not written to {}", self.callers_table))?;
        show("The PIN is set, and the counter is at zero.");
        Ok(())
    }
}
