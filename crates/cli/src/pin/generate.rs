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

/// Of four digits one in ten is refused as easy to guess; a thousand refusals in a row are no chance.
const TRIES: usize = 1_000;

/// Make a random PIN for a caller, and show it once
///
/// It takes the place of all others, and the counter is at zero, as with `pin set`; with --add, the others stay. It is
/// not easy to guess. It is shown when it is stored, on standard output, and kept nowhere in a form that could be shown
/// again.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin generate --stack ringbolt --realm bank 90786 --digits 8")]
pub(crate) struct Generate {
    #[command(flatten)]
    caller: CallerArgs,
    /// How many digits, 4 to 12
    #[arg(long, default_value_t = 6, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(4..=12))]
    digits: u8,
    /// Leave the caller's other PINs and his counter as they are
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
                Change::NoCaller => Err(self.caller.unknown("without --add, one is created")),
            }
        })
        .await?;
        let shown = if out.json() {
            crate::shown(&json!({ "pin": pin.digits() }).to_string())
        } else {
            out.note(if self.add { "The PIN is added:" } else { "The PIN is set, and the counter is at zero:" });
            crate::shown(pin.digits())
        };
        // It stands nowhere else.
        shown.context("the PIN was set and could not be shown, so nobody has it: generate another")?;
        connection.close().await
    }
}

/// Digits from the system's randomness, until the policy has nothing against them.
fn random(caller: &CallerId, digits: u8) -> anyhow::Result<CallerPin> {
    let mut random = OsRng.unwrap_err();
    for _ in 0..TRIES {
        let text: Zeroizing<String> =
            Zeroizing::new((0..digits).map(|_| char::from(b'0' + random.random_range(0..10_u8))).collect());
        if policy::weakness_for(&text, caller.user.as_str()).is_none() {
            return Ok(CallerPin::parse(&text)?);
        }
    }
    // A user id with all digit groups of this length in it.
    None.context("no PIN of so few digits is free of the digits of the user's id: take more with --digits")
}
