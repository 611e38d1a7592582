//! `ringbolt secret`

mod document;
pub(crate) mod pin_key;
mod restart;
pub(crate) mod show_token;
mod stored;
pub(crate) mod token;
pub(crate) mod twiml_keys;

pub(crate) use twiml_keys::{KeysDocument, fingerprint};

use crate::output::Output;
use clap::{Args, Subcommand};

/// Show the webhook token, and rotate the token, the PIN key and the TwiML keys
#[derive(Args)]
pub(crate) struct SecretCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    ShowToken(Box<show_token::ShowToken>),
    RotateToken(Box<token::RotateToken>),
    RotatePinKey(Box<pin_key::RotatePinKey>),
    TwimlKeys(Box<twiml_keys::TwimlKeysCommand>),
}

impl SecretCommand {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        match self.command {
            Command::ShowToken(command) => command.run(out).await,
            Command::RotateToken(command) => command.run(out).await,
            Command::RotatePinKey(command) => command.run(out).await,
            Command::TwimlKeys(command) => command.run(out).await,
        }
    }
}
