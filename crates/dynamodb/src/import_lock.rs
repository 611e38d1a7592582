//! The lock of a realm's import. Two imports at once would replace each other's PINs, row by row.
//!
//! The item `pk = #import#<realm>` in the table of callers has the id of the running import (`run`) and its last sign of
//! life (`at`, milliseconds since 1970). Without one for [`LEASE`], the import has crashed and another one may begin. A
//! crashed import that is resumed has the same id, so it never waits for itself.

use crate::{Store, StoreError, error::was_written, item, tables::PK};
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use ringbolt_core::{identity::Realm, time::EpochMs};
use std::time::Duration;

/// How long a lock lasts without a sign of life. The clocks of the machines that import may differ by less than this.
pub const LEASE: Duration = Duration::from_secs(120);

/// Whether an import has its realm's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum ImportLock {
    /// It has.
    Ours,
    /// Another import has it.
    Theirs,
}

impl From<bool> for ImportLock {
    fn from(written: bool) -> Self {
        if written { Self::Ours } else { Self::Theirs }
    }
}

impl Store {
    /// Takes the lock for the import `run`, if it is free or its import has crashed.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn lock_import(&self, realm: &Realm, run: &str, now: EpochMs) -> Result<ImportLock, StoreError> {
        // A sign of life from the future comes from a wrong clock, and would keep the lock for ever.
        let request = sign_of_life(self.import_lock(realm, run), now)
            .condition_expression("attribute_not_exists(#run) OR #run = :run OR #at < :oldest OR #at > :newest")
            .expression_attribute_values(":oldest", item::n(now.minus(LEASE).0))
            .expression_attribute_values(":newest", item::n(now.plus(LEASE).0));
        was_written(request.send().await).map(ImportLock::from)
    }

    /// Gives a sign of life. [`ImportLock::Theirs`] if another import has taken the lock, so that this one must stop.
    ///
    /// # Errors
    /// Any DynamoDB error. The lock remains until [`LEASE`] has passed.
    pub async fn keep_import_lock(&self, realm: &Realm, run: &str, now: EpochMs) -> Result<ImportLock, StoreError> {
        let request = sign_of_life(self.import_lock(realm, run), now).condition_expression("#run = :run");
        was_written(request.send().await).map(ImportLock::from)
    }

    /// Releases the lock, unless another import has taken it. The item stays without content, so that an import needs no
    /// permission to delete.
    ///
    /// # Errors
    /// Any DynamoDB error. The lock remains until [`LEASE`] has passed.
    pub async fn unlock_import(&self, realm: &Realm, run: &str) -> Result<(), StoreError> {
        let request = self
            .import_lock(realm, run)
            .update_expression("REMOVE #run, #at")
            .expression_attribute_names("#at", "at")
            .condition_expression("#run = :run");
        was_written(request.send().await).map(drop)
    }

    fn import_lock(&self, realm: &Realm, run: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.callers)
            // No caller has such a key, since realms begin with a letter or digit.
            .key(PK, item::s(format!("#import#{realm}")))
            .expression_attribute_names("#run", "run")
            .expression_attribute_values(":run", item::s(run))
    }
}

fn sign_of_life(request: UpdateItemFluentBuilder, now: EpochMs) -> UpdateItemFluentBuilder {
    request
        .update_expression("SET #run = :run, #at = :now")
        .expression_attribute_names("#at", "at")
        .expression_attribute_values(":now", item::n(now.0))
}
