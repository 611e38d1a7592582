//! `ringbolt secret twiml-keys`: the keys with which TwiML providers sign their requests. A provider's new key is added next
//! to its old one, and each is valid until the old one is removed.

pub(crate) mod add;
mod document;
mod key_input;
pub(crate) mod remove;
pub(crate) mod show;

pub(crate) use document::{KeysDocument, fingerprint};

use super::stored::StoredSecret;
use crate::{connection::Connection, output::Output};
use clap::{Args, Subcommand, ValueEnum};
use ringbolt_core::dialects::twiml::Provider;
use schemars::JsonSchema;
use serde::Serialize;

/// Show, add and remove the keys with which Twilio, SignalWire and Telnyx sign their requests
///
/// The voice webhook accepts every key of the secret. To rotate a key without refusing a call, add the new one, restart the
/// functions, let the provider sign with it, and remove the old one.
#[derive(Args)]
pub(super) struct TwimlKeysCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Show(Box<show::Show>),
    Add(Box<add::Add>),
    Remove(Box<remove::Remove>),
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
#[schemars(rename = "TwimlProvider")]
pub(crate) enum KeyOwner {
    /// Twilio: an auth token, or the secret of a SharedKey
    Twilio,
    /// SignalWire: the signing key of a project
    SignalWire,
    /// Telnyx: the public key of an account, in base64
    Telnyx,
}

impl KeyOwner {
    fn provider(self) -> Provider {
        match self {
            Self::Twilio => Provider::Twilio,
            Self::SignalWire => Provider::SignalWire,
            Self::Telnyx => Provider::Telnyx,
        }
    }

    fn of(provider: Provider) -> Self {
        match provider {
            Provider::Twilio => Self::Twilio,
            Provider::SignalWire => Self::SignalWire,
            Provider::Telnyx => Self::Telnyx,
        }
    }
}

impl TwimlKeysCommand {
    pub(super) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::Show(command) => command.run(out).await,
            Command::Add(command) => command.run(out).await,
            Command::Remove(command) => command.run(out).await,
        }
    }
}

async fn read(connection: &Connection) -> anyhow::Result<StoredSecret<KeysDocument>> {
    StoredSecret::read(connection, &connection.twiml_keys_place()?).await
}

/// The subject in the audit log.
fn subject(provider: Provider) -> String {
    format!("the TwiML keys of {}", provider.name())
}
