//! `ringbolt secret twiml-keys remove`

use super::{super::restart, KeyOwner, add::TwimlKeyChange, fingerprint, read, subject};
use crate::{
    audit::recorded,
    confirm::Confirm,
    connection::ConnectionArgs,
    exit::Usage,
    output::{Output, harmless},
};
use anyhow::{Context as _, bail};
use clap::Args;
use ringbolt_core::text::counted;

/// Remove a key, once its provider signs with another one
///
/// It refuses while functions may run that do not know the provider's other keys yet, and it refuses the last key of a
/// provider: without it, every call of that provider is refused.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret twiml-keys remove twilio 5f3c9a01 --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Remove {
    /// Whose key it is
    provider: KeyOwner,
    /// Fingerprint of the key, as `ringbolt secret twiml-keys show` prints it
    fingerprint: String,
    /// Remove it even if it is the provider's last key
    #[arg(long)]
    even_if_last: bool,
    /// Confirm that the functions have restarted since the last change of the secret
    #[arg(long)]
    restarted: bool,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

impl Remove {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let stored = read(&connection).await?;
        let (provider, name) = (self.provider.provider(), self.provider.provider().name());
        let mut document = stored.document.clone();
        let keys = document.keys_mut(provider);
        let named: Vec<usize> = (0..keys.len()).filter(|place| self.names(&keys[*place])).collect();
        let [place] = named[..] else {
            let given = harmless(&self.fingerprint);
            bail!(
                "{name} has {} with the fingerprint {given}: `ringbolt secret twiml-keys show` lists them",
                counted(named.len(), "key")
            );
        };
        if keys.len() == 1 && !self.even_if_last {
            return Err(Usage::new(format!(
                "this is the last key of {name}, and without it every call of {name} is refused: add the new key first, or give \
                 --even-if-last"
            )));
        }
        let removed = zeroize::Zeroizing::new(keys.remove(place));
        let left = keys.len();
        if left > 0 {
            let restart = restart::since(&connection, stored.changed_at).await;
            restart.require(self.restarted).context("the key cannot be removed yet")?;
        }
        connection.announce(out);
        let question = match left {
            0 => format!("Remove the last key of {name}, so that its calls are refused?"),
            _ => format!("Does {name} sign with another key by now? Remove the key {}?", fingerprint(&removed)),
        };
        self.confirm.ask(out, &question)?;
        let write = stored.replace(&connection, &document);
        recorded(&connection, "secret twiml-keys remove", subject(provider), write).await?;
        if out.json() {
            let (provider, fingerprint) = (self.provider, fingerprint(&removed));
            out.document(&TwimlKeyChange { provider, fingerprint, provider_keys: left })?;
        }
        out.say(&format!("The key {} of {name} is removed from the secret.", fingerprint(&removed)));
        out.say(&format!("{}. Until then, running functions still accept it.", restart::instructions(&connection)));
        connection.close().await
    }

    fn names(&self, key: &str) -> bool {
        fingerprint(key).eq_ignore_ascii_case(self.fingerprint.trim())
    }
}
