//! `ringbolt caller unlock`, `suspend` and `resume`, with one write each.

use super::standing::{Changed, Standing};
use crate::{
    audit,
    connection::{ConnectionArgs, Explained as _},
    output::Output,
    pin::CallerArgs,
};
use clap::Args;
use ringbolt_core::caller::Status;
use ringbolt_dynamodb::callers::Change;

/// Reset a caller's failed attempts to zero, which ends a lock at once
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

/// Refuse a caller until `ringbolt caller resume`, whatever they key
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
/// Their failed attempts are not reset; see `ringbolt caller unlock`.
#[derive(Args)]
#[command(after_help = "Example: ringbolt caller resume --stack ringbolt --realm bank 90786")]
pub(crate) struct Resume {
    #[command(flatten)]
    caller: CallerArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

#[derive(Clone, Copy)]
enum ChangeKind {
    Unlock,
    Suspend,
    Resume,
}

impl Unlock {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, ChangeKind::Unlock).await
    }
}

impl Suspend {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, ChangeKind::Suspend).await
    }
}

impl Resume {
    pub(crate) async fn run(self, out: Output) -> anyhow::Result<()> {
        change(out, &self.caller, &self.connection, ChangeKind::Resume).await
    }
}

async fn change(out: Output, args: &CallerArgs, connection: &ConnectionArgs, kind: ChangeKind) -> anyhow::Result<()> {
    let caller = args.caller()?;
    let connection = connection.connect().await?;
    let store = connection.callers()?;
    connection.announce(out);
    let (command, undone, done, word) = match kind {
        ChangeKind::Unlock => {
            ("caller unlock", "the caller was not unlocked", "Failed attempts are reset to zero.", Changed::Unlocked)
        }
        ChangeKind::Suspend => {
            ("caller suspend", "the caller was not suspended", "The caller is suspended.", Changed::Suspended)
        }
        ChangeKind::Resume => {
            ("caller resume", "the caller was not resumed", "The caller is no longer suspended.", Changed::Resumed)
        }
    };
    audit::recorded(&connection, command, audit::caller(&caller), async {
        let changed = match kind {
            ChangeKind::Unlock => store.unlock(&caller).await,
            ChangeKind::Suspend => store.set_status(&caller, Status::Suspended).await,
            ChangeKind::Resume => store.set_status(&caller, Status::Active).await,
        };
        match changed.explained(&connection, undone)? {
            Change::Made => Ok(()),
            Change::NoCaller => Err(args.unknown("nothing was changed")),
        }
    })
    .await?;
    let standing = match kind {
        ChangeKind::Suspend => Standing::SUSPENDED,
        ChangeKind::Unlock | ChangeKind::Resume => Standing::read(out, &connection, &store, &caller).await,
    };
    standing.report(out, word, done)?;
    connection.close().await
}
