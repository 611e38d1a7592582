//! `ringbolt secret twiml-keys show`

use super::{
    super::restart::{self, Restart},
    KeyOwner, fingerprint, read,
};
use crate::{connection::ConnectionArgs, output::Output};
use clap::Args;
use ringbolt_core::{dialects::twiml::Provider, text::counted};
use schemars::JsonSchema;
use serde::Serialize;

/// Show which keys are valid, by their fingerprints
///
/// A fingerprint is the beginning of the key's SHA-256. No key is printed.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret twiml-keys show --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Show {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// The keys with which TwiML providers sign.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TwimlKeyList {
    /// The keys, by provider.
    keys: Vec<TwimlKey>,
    /// Whether the functions have restarted since the secret changed; null if unknown.
    restarted: Option<bool>,
}

/// A key.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TwimlKey {
    /// Whose key it is.
    pub(super) provider: KeyOwner,
    /// The first eight hexadecimal digits of the key's SHA-256.
    pub(super) fingerprint: String,
}

impl Show {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let stored = read(&connection).await?;
        let restarted = restart::since(&connection, stored.changed_at).await;
        if out.json() {
            let keys = Provider::ALL.into_iter().flat_map(|provider| {
                let key =
                    move |key: &String| TwimlKey { provider: KeyOwner::of(provider), fingerprint: fingerprint(key) };
                stored.document.keys(provider).iter().map(key)
            });
            let restarted = match &restarted {
                Restart::Done => Some(true),
                Restart::Pending(_) => Some(false),
                Restart::Unknown(_) => None,
            };
            out.document(&TwimlKeyList { keys: keys.collect(), restarted })?;
        }
        if stored.document.is_empty() {
            out.say(
                "There are no keys, so the voice webhook plays no flow: add one with `ringbolt secret twiml-keys add`.",
            );
        }
        for provider in Provider::ALL {
            let keys = stored.document.keys(provider);
            if keys.is_empty() {
                continue;
            }
            let fingerprints: Vec<String> = keys.iter().map(|key| fingerprint(key)).collect();
            let rotation = if keys.len() > 1 { "; remove the old one once nothing is signed with it" } else { "" };
            out.say(&format!(
                "{}: {} ({}){rotation}.",
                provider.name(),
                counted(keys.len(), "key"),
                fingerprints.join(", ")
            ));
        }
        match restarted {
            Restart::Done => {}
            Restart::Pending(what) | Restart::Unknown(what) => out.say(&format!("Note: {what}.")),
        }
        connection.close().await
    }
}
