//! The database of `ringbolt dev`: the running one, or its file opened by this command.

use anyhow::{Context as _, bail};
use aws_config::SdkConfig;
use ringbolt_dev::{
    create_tables,
    database::{self, Embedded},
    state::{self, Announcement, Claim, Found},
};
use ringbolt_dynamodb::client;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

/// How often to retry while another command uses the folder: ten seconds in all.
const ATTEMPTS: u32 = 200;
const RETRY_DELAY: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Local {
    folder: PathBuf,
    at: At,
}

#[derive(Debug)]
enum At {
    /// A `ringbolt dev` is running, and this command uses its database.
    Running(Announcement),
    /// None is running: this process serves the database and holds the claim.
    Ours { embedded: Embedded, _claim: Claim },
}

impl Local {
    pub(super) async fn open(folder: &Path) -> anyhow::Result<Self> {
        if !folder.join(state::DATABASE).is_file() {
            bail!(
                "there is no local database in {}: run `ringbolt dev` there once, or give its folder with --local=FOLDER",
                folder.display()
            );
        }
        let at = match find(folder).await? {
            Found::Running(announcement) => At::Running(announcement),
            Found::Free(claim) => {
                let embedded = database::start(Some(&folder.join(state::DATABASE))).await?;
                create_tables(&embedded.sdk()).await?;
                At::Ours { embedded, _claim: claim }
            }
            Found::Busy => {
                bail!("another `ringbolt` command is using the database in {}; wait until it ends", folder.display())
            }
        };
        Ok(Self { folder: folder.to_owned(), at })
    }

    /// Checks that a `ringbolt dev` is running on a folder.
    ///
    /// # Errors
    /// None is, or the folder cannot be read.
    pub(super) async fn require_running(folder: &Path) -> anyhow::Result<()> {
        if folder.join(state::DATABASE).is_file() && matches!(find(folder).await?, Found::Running(_)) {
            return Ok(());
        }
        bail!(
            "nothing runs locally (no `ringbolt dev` on {}): start it with `ringbolt dev`, or name a stack with --stack NAME",
            folder.display()
        )
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The configuration of clients of the database.
    pub(super) fn sdk(&self) -> SdkConfig {
        match &self.at {
            At::Running(announcement) => client::local_config(&announcement.database, &announcement.database_key),
            At::Ours { embedded, .. } => embedded.sdk(),
        }
    }

    pub(super) fn flow_files(&self) -> Option<&[PathBuf]> {
        match &self.at {
            At::Running(announcement) => Some(&announcement.flows),
            At::Ours { .. } => None,
        }
    }

    /// The stage of the running `ringbolt dev`. `None` if it is not running or has none.
    pub(super) fn stage(&self) -> Option<String> {
        self.announced().ok()?.stage.clone()
    }

    pub(super) fn address(&self) -> anyhow::Result<String> {
        Ok(self.announced()?.address.clone())
    }

    /// The tokens in the JSON form of the secret.
    pub(super) fn tokens(&self) -> anyhow::Result<Zeroizing<String>> {
        Ok(Zeroizing::new(serde_json::json!({ "current": self.announced()?.token }).to_string()))
    }

    fn announced(&self) -> anyhow::Result<&Announcement> {
        match &self.at {
            At::Running(announcement) => Ok(announcement),
            At::Ours { .. } => bail!("no `ringbolt dev` is running on {}: start it first", self.folder.display()),
        }
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        match self.at {
            At::Running(_) => Ok(()),
            At::Ours { embedded, _claim } => embedded.stop().await.context("the local database did not stop cleanly"),
        }
    }
}

/// Most commands are quick, so wait for another one to release the folder.
async fn find(folder: &Path) -> anyhow::Result<Found> {
    for _ in 1..ATTEMPTS {
        match state::look(folder)? {
            Found::Busy => tokio::time::sleep(RETRY_DELAY).await,
            found => return Ok(found),
        }
    }
    state::look(folder)
}
