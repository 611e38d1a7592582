//! `ringbolt pin generate`

use super::{CallerArgs, attributes::AttributeArgs, set};
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::Context as _;
use clap::Args;
use rand::{Rng as _, TryRngCore as _, rngs::OsRng};
use ringbolt_core::{
    identity::CallerId,
    pin::{CallerPin, policy},
};
use ringbolt_dynamodb::callers::Change;
use serde_json::json;
use zeroize::Zeroizing;

/// About one in ten 4-digit PINs is refused as easy to guess, so a thousand refusals in a row are no accident.
const TRIES: usize = 1_000;

/// Make a random PIN for a caller, and print it once
///
/// It replaces the caller's PINs and resets their failed attempts, as `pin set` does; with --add, both stay unchanged.
/// PINs that are easy to guess are avoided. The PIN is printed on standard output after it is stored, and cannot be
/// shown again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin generate --stack ringbolt --realm bank 90786 --digits 8")]
pub(crate) struct Generate {
    #[command(flatten)]
    caller: CallerArgs,
    /// Number of digits, 4 to 12
    #[arg(long, default_value_t = 6, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(4..=12))]
    digits: u8,
    /// Keep the caller's other PINs and failed attempts
    #[arg(long, conflicts_with = "attributes")]
    add: bool,
    #[command(flatten)]
    attributes: AttributeArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Generate {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        let pin = random(&caller, self.digits)?;
        let tags = hasher.enrol(&caller, &pin)?;
        let attributes = self.attributes.attributes()?;
        audit::recorded(&connection, "pin generate", audit::caller(&caller), async {
            if !self.add {
                return set::replace(&connection, &store, &caller, &tags, &attributes).await;
            }
            match store.add_pin(&caller, &tags).await.explained(&connection, "the PIN was not added")? {
                Change::Made => Ok(()),
                Change::NoCaller => Err(self.caller.unknown("leave out --add to create them")),
            }
        })
        .await?;
        let shown = if out.json() {
            crate::try_print(&json!({ "pin": pin.digits() }).to_string())
        } else {
            out.note(if self.add { "The PIN is added:" } else { "The PIN is set, and failed attempts are reset:" });
            crate::try_print(pin.digits())
        };
        // The PIN exists nowhere else.
        shown.context("the PIN was set but could not be printed, so nobody knows it: generate another one")?;
        connection.close().await
    }
}

/// Draws digits from the system's random source until the policy accepts them.
fn random(caller: &CallerId, digits: u8) -> anyhow::Result<CallerPin> {
    let mut random = OsRng.unwrap_err();
    for _ in 0..TRIES {
        let text: Zeroizing<String> =
            Zeroizing::new((0..digits).map(|_| char::from(b'0' + random.random_range(0..10_u8))).collect());
        if policy::weakness_for(&text, caller.user.as_str()).is_none() {
            return Ok(CallerPin::parse(&text)?);
        }
    }
    // A long user id can contain almost every group of this many digits.
    None.context("no acceptable PIN of this length was found for this user id: use more --digits")
}
