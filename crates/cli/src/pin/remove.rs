//! `ringbolt pin remove`

use super::{CallerArgs, keyed::PinInput};
use crate::{
    audit,
    connection::{Connection, ConnectionArgs, Explained as _},
    output::Output,
};
use anyhow::bail;
use clap::Args;
use ringbolt_core::{
    identity::CallerId,
    pin::{CallerPin, PinHasher, PinTag},
};
use ringbolt_dynamodb::{Store, callers::Change};
use serde_json::json;

/// How often the caller is looked at again, while attempts move his PIN to another tag.
const LOOKS: usize = 10;

/// Take one PIN away from a caller
///
/// The PIN is looked for under every key and every hash under which the caller has PINs. His other PINs stay, and so does
/// his counter of failed attempts.
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

impl Remove {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        let caller = self.caller.caller()?;
        let connection = self.connection.connect().await?;
        let (store, hasher) = (connection.callers()?, connection.pin_hasher().await?);
        connection.announce(out);
        let pin = self.pin.known_pin()?;
        let work = Removal { connection: &connection, store: &store, hasher: &hasher, caller: &caller, pin: &pin };
        let left = audit::recorded(&connection, "pin remove", audit::caller(&caller), work.run(&self.caller)).await?;
        out.say(&match left {
            0 => "The PIN is removed. It was the caller's only one: he cannot be verified any more.".to_owned(),
            1 => "The PIN is removed; the caller has 1 other.".to_owned(),
            left => format!("The PIN is removed; the caller has {left} others."),
        });
        if out.json() {
            out.document(&json!({ "removed": true, "pins_left": left }))?;
        }
        connection.close().await
    }
}

struct Removal<'a> {
    connection: &'a Connection,
    store: &'a Store,
    hasher: &'a PinHasher,
    caller: &'a CallerId,
    pin: &'a CallerPin,
}

impl Removal<'_> {
    /// Removes the PIN; says how many are left. An attempt with it may move it to another tag between the look and the
    /// removal, so it is looked for until it is found no more.
    async fn run(self, named: &CallerArgs) -> anyhow::Result<usize> {
        let mut removed = false;
        for _ in 0..LOOKS {
            let item =
                self.store.caller(self.caller).await.explained(self.connection, "the caller could not be read")?;
            let Some(item) = item else { return Err(named.unknown("nothing was changed")) };
            let tags = || item.pins.iter().map(String::as_str);
            let found = self.hasher.find_all(self.caller, self.pin, tags())?;
            if found.is_empty() {
                return if removed { Ok(PinTag::count_pins(tags())) } else { Err(self.not_found(tags())) };
            }
            let found: Vec<PinTag> = found.into_iter().map(PinTag::from_stored).collect();
            match self
                .store
                .remove_pin(self.caller, &found)
                .await
                .explained(self.connection, "the PIN was not removed")?
            {
                Change::Made => removed = true,
                Change::NoCaller => return Err(named.unknown("nothing was changed")),
            }
        }
        bail!("the caller's PINs kept changing; look whether this one is still there by giving the command again")
    }

    fn not_found<'a>(&self, tags: impl Iterator<Item = &'a str>) -> anyhow::Error {
        let known =
            |tag: &str| PinTag::key_id(tag).is_some_and(|id| self.hasher.keys().all().any(|key| key.id() == id));
        match tags.filter(|tag| !known(tag)).count() {
            0 => anyhow::anyhow!("the caller has no such PIN; nothing was changed"),
            unknown => anyhow::anyhow!(
                "the caller has no such PIN under the keys of this deployment, and {unknown} under a key that it does not \
                 know, where nobody can look; nothing was changed"
            ),
        }
    }
}
