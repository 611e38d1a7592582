//! `ringbolt secret twiml-keys add`

use super::{
    super::{document::Form as _, restart},
    KeyOwner, fingerprint,
    key_input::KeyInput,
    read, subject,
};
use crate::{audit::recorded, confirm::Confirm, connection::ConnectionArgs, output::Output};
use anyhow::Context as _;
use clap::Args;
use ringbolt_core::dialects::twiml::{Provider, signature::TwimlKeys};
use schemars::JsonSchema;
use serde::Serialize;

/// Add a key of a provider; its other keys stay valid
///
/// The key is asked for without echo, or read from standard input or a file. Add a provider's new key before it signs with
/// it: until the functions have restarted, requests that are signed with the new key are refused.
#[derive(Args)]
#[command(after_help = "Example: ringbolt secret twiml-keys add twilio --stack ringbolt")]
#[command(mut_arg("local", |local| local.hide(true)))]
pub(super) struct Add {
    /// Whose key it is
    provider: KeyOwner,
    #[command(flatten)]
    input: KeyInput,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// A change of the TwiML keys.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TwimlKeyChange {
    /// Whose key it is.
    pub(super) provider: KeyOwner,
    /// The fingerprint of the key that was added or removed.
    pub(super) fingerprint: String,
    /// How many keys the provider has now.
    pub(super) provider_keys: usize,
}

impl Add {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        let connection = self.connection.connect().await?;
        let stored = read(&connection).await?;
        connection.announce(out);
        let provider = self.provider.provider();
        let key = self.input.read(&format!("{} of {}: ", what(provider), provider.name()))?;
        let mut document = stored.document.clone();
        document.keys_mut(provider).push(key.to_string());
        TwimlKeys::from_json(&document.to_json()?).context("the key was not added")?;
        let fingerprint = fingerprint(&key);
        let question = format!("Add the key {fingerprint} of {} to {}?", provider.name(), connection.name());
        self.confirm.ask(out, &question)?;
        let write = stored.replace(&connection, &document);
        recorded(&connection, "secret twiml-keys add", subject(provider), write).await?;
        let keys = document.keys(provider).len();
        if out.json() {
            let change =
                TwimlKeyChange { provider: self.provider, fingerprint: fingerprint.clone(), provider_keys: keys };
            out.document(&change)?;
        }
        out.say(&format!("The key {fingerprint} of {} is added. Next, in this order:", provider.name()));
        out.say(&format!(
            "  1. {}. Until then, requests signed with it are refused.",
            restart::instructions(&connection)
        ));
        if keys > 1 {
            out.say(&format!("  2. {}.", switch(provider)));
            out.say(&format!(
                "  3. Make a test call, then run `ringbolt secret twiml-keys remove {}` with the old key's fingerprint.",
                provider.word()
            ));
        } else {
            out.say("  2. Run `ringbolt doctor`, and make a test call.");
        }
        connection.close().await
    }
}

/// What the provider calls its key.
fn what(provider: Provider) -> &'static str {
    match provider {
        Provider::Twilio => "Auth token",
        Provider::SignalWire => "Signing key",
        Provider::Telnyx => "Public key",
    }
}

/// How the provider comes to sign with its new key.
fn switch(provider: Provider) -> &'static str {
    match provider {
        Provider::Twilio => "Promote the secondary auth token in Twilio's console, so that Twilio signs with it",
        Provider::SignalWire => "SignalWire signs with a new key about a minute after it was reset",
        Provider::Telnyx => "Change the key in Telnyx's portal, if this one is not in use yet",
    }
}
