//! Holds the realm's lock while an import runs, so that no other import into the realm begins.

use crate::connection::{Connection, Explained as _};
use anyhow::bail;
use ringbolt_core::identity::Realm;
use ringbolt_dynamodb::{
    Store,
    import_lock::{ImportLock, LEASE},
};
use ringbolt_lambda::app::system_clock;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often the import gives a sign of life.
const INTERVAL: Duration = Duration::from_secs(15);

/// How long the end of an import may wait for the lock's release during an outage.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// The lock of this import.
pub(super) struct RealmLock {
    store: Store,
    realm: Realm,
    /// The import's id.
    run: String,
}

impl RealmLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// Another import has it, or the table cannot be written.
    pub(super) async fn take(connection: &Connection, store: Store, realm: Realm, run: String) -> anyhow::Result<Self> {
        let taken = store.lock_import(&realm, &run, system_clock()()).await;
        if taken.explained(connection, "nothing was imported")? == ImportLock::Theirs {
            bail!(
                "another import into the realm {realm} is running; wait until it ends. If it crashed, repeat its command to \
                 resume it, or wait {} seconds",
                LEASE.as_secs()
            );
        }
        Ok(Self { store, realm, run })
    }

    /// Gives signs of life until another import has taken the lock. This happens only if none could be given for
    /// [`LEASE`], for instance because this machine slept.
    pub(super) async fn lost(&self) {
        loop {
            sleep(INTERVAL).await;
            // If DynamoDB is unreachable, the rows cannot be written either, and their errors say so.
            if let Ok(ImportLock::Theirs) = self.store.keep_import_lock(&self.realm, &self.run, system_clock()()).await
            {
                return;
            }
        }
    }

    /// Releases the lock.
    pub(super) async fn release(self) {
        // Best effort: otherwise the lock ends by itself, and resuming this import does not wait for it.
        let released = timeout(RELEASE_TIMEOUT, self.store.unlock_import(&self.realm, &self.run)).await;
        released.map(Result::unwrap_or_default).unwrap_or_default();
    }
}
