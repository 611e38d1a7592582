//! `ringbolt pin generate`

use super::{CallerArgs, attributes::AttributeArgs, realm};
use crate::{
    audit,
    caller::standing::{Refusal, Standing},
    connection::ConnectionArgs,
    enrol::Enroller,
    output::Output,
    when::Utc,
};
use anyhow::{Context as _, bail};
use clap::Args;
use rand::{Rng as _, TryRngCore as _, rngs::OsRng};
use ringbolt_core::pin::{
    CallerPin,
    policy::{self, Weakness},
};
use ringbolt_dynamodb::callers::Change;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
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

/// A PIN was made. It cannot be shown again.
#[derive(Serialize, JsonSchema)]
pub(crate) struct GeneratedPin<'a> {
    /// The PIN.
    pin: &'a str,
    /// Why the caller is refused, whatever they key; null if they are not, or if it is unknown.
    refused: Option<Refusal>,
    /// When their lock ends by itself; null if they are not locked, or until `ringbolt caller unlock`.
    lock_ends_at: Option<Utc>,
}

impl Generate {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let (caller, attributes) = (self.caller.caller()?, self.attributes.attributes()?);
        let connection = self.connection.connect().await?;
        let (store, enroller) = (connection.callers()?, Enroller::of(&connection).await?);
        connection.announce(out);
        realm::check(out, &connection, &caller).await?;
        let pin = random(caller.user.as_str(), self.digits)?;
        // Read before the PIN is stored: afterwards nothing may come between storing and printing it.
        let standing = Standing::read(out, &connection, &store, &caller).await;
        let standing = if self.add { standing } else { standing.without_lock() };
        audit::recorded(&connection, "pin generate", audit::caller(&caller), async {
            if !self.add {
                return enroller.set(&connection, &caller, &pin, &attributes, false).await;
            }
            match enroller.add(&connection, &caller, &pin, false, false).await? {
                Change::Made => Ok(()),
                Change::NoCaller => Err(self.caller.unknown("leave out --add to create them")),
            }
        })
        .await?;
        let shown = if out.json() {
            let pin = pin.digits();
            out.document(&GeneratedPin { pin, refused: standing.refused, lock_ends_at: standing.lock_ends_at() })
        } else {
            out.note(if self.add { "The PIN is added:" } else { "The PIN is set, and failed attempts are reset:" });
            crate::try_print(pin.digits()).map_err(anyhow::Error::from)
        };
        // The PIN exists nowhere else.
        shown.context("the PIN was set but could not be printed, so nobody knows it: generate another one")?;
        if !out.json() {
            standing.sentence().into_iter().for_each(|sentence| out.note(&sentence));
        }
        connection.close().await
    }
}

/// Draws digits from the system's random source until the policy accepts them as the PIN of this user.
///
/// # Errors
/// The user id leaves no acceptable PIN of this length.
pub(crate) fn random(user: &str, digits: u8) -> anyhow::Result<CallerPin> {
    let mut random = OsRng.unwrap_err();
    let mut refused: HashMap<Weakness, usize> = HashMap::new();
    for _ in 0..TRIES {
        let text: Zeroizing<String> =
            Zeroizing::new((0..digits).map(|_| char::from(b'0' + random.random_range(0..10_u8))).collect());
        match policy::weakness_for(&text, user) {
            None => return Ok(CallerPin::parse(&text)?),
            Some(weakness) => *refused.entry(weakness).or_default() += 1,
        }
    }
    let mut refused: Vec<(usize, String)> =
        refused.into_iter().map(|(weakness, pins)| (pins, weakness.to_string())).collect();
    refused.sort_unstable_by(|one, other| other.cmp(one));
    let reasons: Vec<String> =
        refused.iter().map(|(pins, reason)| format!("{pins} because {}", reason.trim_end_matches('.'))).collect();
    // A long user id can contain almost every group of this many digits.
    bail!(
        "no acceptable PIN of {digits} digits was found for this user id; of {TRIES} random ones, these were refused: {}. \
         Use more --digits",
        reasons.join(", ").replace("The PIN", "the PIN")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_id_with_every_group_of_four_digits_leaves_no_pin_and_the_reason_is_counted() {
        let every: String = (0..10_000).map(|number| format!("{number:04}")).collect();
        let error = random(&every, 4).unwrap_err().to_string();
        assert!(error.contains("1000 because the PIN must not be part of the account number"), "{error}");
        assert!(error.ends_with("Use more --digits"), "{error}");
        assert_eq!(random("90786", 6).unwrap().digits().len(), 6);
    }
}
