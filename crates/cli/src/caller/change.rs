//! `ringbolt caller unlock`, `suspend` and `resume`: one write each.

use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    pin::CallerArgs,
};
use clap::Args;
use ringbolt_core::caller::Status;
use ringbolt_dynamodb::callers::Change;
use serde_json::json;

/// Set a caller's counter of failed attempts to zero: a lock ends at once
///
/// A suspended caller stays suspended; see `ringbolt caller resume`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller unlock --stack ringbolt --realm bank 90786")]
pub(crate) struct Unlock {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Refuse a caller until he is resumed, whatever he keys
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller suspend --stack ringbolt --realm bank 90786")]
pub(crate) struct Suspend {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Let a suspended caller try again
///
/// His counter of failed attempts stays as it is; see `ringbolt caller unlock`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller resume --stack ringbolt --realm bank 90786")]
pub(crate) struct Resume {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What is done to a caller.
#[derive(Clone, Copy)]
enum Kind {
    Unlock,
    Suspend,
    Resume,
}

impl Unlock {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, Kind::Unlock).await
    }
}

impl Suspend {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, Kind::Suspend).await
    }
}

impl Resume {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, Kind::Resume).await
    }
}

async fn change(out: Output, named: &CallerArgs, connection: &ConnectionArgs, kind: Kind) -> anyhow::Result<()> {
    let caller = named.caller()?;
    let connection = connection.connect().await?;
    let store = connection.callers()?;
    connection.announce(out);
    let (command, undone, done, word) = match kind {
        Kind::Unlock => ("caller unlock", "the caller was not unlocked", "The counter is at zero.", "unlocked"),
        Kind::Suspend => ("caller suspend", "the caller was not suspended", "The caller is suspended.", "suspended"),
        Kind::Resume => ("caller resume", "the caller was not resumed", "The caller may try again.", "resumed"),
    };
    audit::recorded(&connection, command, audit::caller(&caller), async {
        let changed = match kind {
            Kind::Unlock => store.unlock(&caller).await,
            Kind::Suspend => store.set_status(&caller, Status::Suspended).await,
            Kind::Resume => store.set_status(&caller, Status::Active).await,
        };
        match changed.explained(&connection, undone)? {
            Change::Made => Ok(()),
            Change::NoCaller => Err(named.unknown("nothing was changed")),
        }
    })
    .await?;
    out.say(done);
    if out.json() {
        out.document(&json!({ word: true }))?;
    }
    connection.close().await
}
