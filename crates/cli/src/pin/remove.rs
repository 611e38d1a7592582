//! `ringbolt pin remove`

use super::{CallerArgs, keyed::PinInput};
use crate::{
    audit,
    caller::standing::{Refusal, Standing},
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
    when::Utc,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::{
    identity::CallerId,
    pin::{CallerPin, PinHasher, PinTag},
};
use ringbolt_dynamodb::{Store, callers::Change};
use schemars::JsonSchema;
use serde::Serialize;

/// How often to retry while attempts move the PIN to another tag.
const TRIES: usize = 10;

/// Remove one PIN from a caller
///
/// The PIN is searched for under every key of the secret, and under the current and the previous hash. Tags under other
/// keys or hashes cannot be compared with the PIN, and their number is shown. Other PINs and failed attempts stay
/// unchanged.
#[derive(Args)]
#[command(after_help = "Example: ringbolt pin remove --stack ringbolt --realm bank 90786")]
pub(crate) struct Remove {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    pin: PinInput,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A PIN was removed.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PinRemoved {
    /// How many PINs the caller has left.
    remaining_pins: usize,
    /// How many tags under unknown keys or hashes could not be compared with the PIN. It may still be among them.
    tags_not_compared: usize,
    /// Why the caller is refused, whatever they key; null if they are not, or if it is unknown.
    refused: Option<Refusal>,
    /// When their lock ends by itself; null if they are not locked, or until `ringbolt caller unlock`.
    lock_ends_at: Option<Utc>,
}

impl Remove {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        let pin = self.pin.known_pin()?;
        let work = Removal { connection: &connection, store: &store, hasher: &hasher, caller: &caller, pin: &pin };
        let removed =
            audit::recorded(&connection, "pin remove", audit::caller(&caller), work.run(&self.caller)).await?;
        let Removed { left, not_compared } = removed;
        out.say(&match left {
            0 => "The PIN is removed. It was the caller's only one, so they can no longer be verified.".to_owned(),
            1 => "The PIN is removed; the caller has 1 PIN left.".to_owned(),
            left => format!("The PIN is removed; the caller has {left} PINs left."),
        });
        if let Some(sentence) = said_of(not_compared) {
            out.say(&format!("{sentence}; if one of them is this PIN, it is still there."));
        }
        let standing = Standing::read(out, &connection, &store, &caller).await;
        standing.sentence().into_iter().for_each(|sentence| out.say(&sentence));
        if out.json() {
            out.document(&PinRemoved {
                remaining_pins: left,
                tags_not_compared: not_compared,
                refused: standing.refused,
                lock_ends_at: standing.lock_ends_at(),
            })?;
        }
        connection.close().await
    }
}

/// What a removal left.
struct Removed {
    /// The caller's PINs.
    left: usize,
    /// Tags under unknown keys or hashes.
    not_compared: usize,
}

struct Removal<'a> {
    connection: &'a Connection,
    store: &'a Store,
    hasher: &'a PinHasher,
    caller: &'a CallerId,
    pin: &'a CallerPin,
}

impl Removal<'_> {
    /// Removes the PIN. An attempt can move the PIN to another tag between the read and the
    /// removal, so this repeats until the PIN is no longer found.
    async fn run(self, args: &CallerArgs) -> anyhow::Result<Removed> {
        let mut removed = false;
        for _ in 0..TRIES {
            let item =
                self.store.caller(self.caller).await.explained(self.connection, "the caller could not be read")?;
            let Some(item) = item else { return Err(args.unknown("nothing was changed")) };
            let tags = || item.pins.iter().map(String::as_str);
            let found = self.hasher.find_all(self.caller, self.pin, tags())?;
            if found.is_empty() {
                let not_compared = tags().filter(|tag| self.hasher.comparable(tag).is_err()).count();
                return if removed {
                    Ok(Removed { left: PinTag::count_pins(tags()), not_compared })
                } else {
                    Err(not_found(not_compared))
                };
            }
            let found: Vec<PinTag> = found.into_iter().map(PinTag::from_stored).collect();
            match self
                .store
                .remove_pin(self.caller, &found)
                .await
                .explained(self.connection, "the PIN was not removed")?
            {
                Change::Made => removed = true,
                Change::NoCaller => return Err(args.unknown("nothing was changed")),
            }
        }
        bail!("the caller's PINs kept changing; run the command again to check whether this one is removed")
    }
}

fn not_found(not_compared: usize) -> anyhow::Error {
    let unknown = said_of(not_compared).map(|sentence| format!("; {sentence}")).unwrap_or_default();
    anyhow::anyhow!("the caller has no such PIN{unknown}; nothing was changed")
}

/// The number of tags that could not be compared, in words. `None` for zero.
fn said_of(not_compared: usize) -> Option<String> {
    match not_compared {
        0 => None,
        1 => Some("1 tag under an unknown key or hash could not be compared".to_owned()),
        many => Some(format!("{many} tags under unknown keys or hashes could not be compared")),
    }
}
