//! Checks that tables have the expected shape, and manages temporary callers for health checks.

use crate::{
    Store, StoreError,
    attempts::caller_key,
    error::was_written,
    item,
    tables::{PK, SK, TTL, TableShape},
};
use aws_sdk_dynamodb::{
    Client,
    types::{ContinuousBackupsStatus, PointInTimeRecoveryStatus, TimeToLiveStatus},
};
use ringbolt_core::{
    caller::{Attributes, Status},
    identity::CallerId,
    pin::PinTag,
    time::EpochMs,
};

/// The state of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableHealth {
    /// DynamoDB's table status; `ACTIVE` means that the table can be used.
    pub status: String,
    /// Whether its keys and indexes match the expected shape.
    pub fits: bool,
    /// Whether DynamoDB deletes expired items.
    pub expires: bool,
}

/// Checks a table.
///
/// # Errors
/// Any DynamoDB error; [`StoreError::NoTable`] if the table does not exist.
pub async fn table_health(client: &Client, name: &str, shape: TableShape) -> Result<TableHealth, StoreError> {
    let described = client.describe_table().table_name(name).send().await.map_err(StoreError::from_sdk)?;
    let table = described.table().ok_or(StoreError::Nonsense)?;
    let keys: Vec<&str> = table.key_schema().iter().map(|key| key.attribute_name()).collect();
    let expected: &[&str] = if shape.sort_key { &[PK, SK] } else { &[PK] };
    let has = |name| table.global_secondary_indexes().iter().any(|index| index.index_name() == Some(name));
    let indexed = shape.indexes.iter().all(|index| has(index.name));
    let ttl = client.describe_time_to_live().table_name(name).send().await.map_err(StoreError::from_sdk)?;
    let expires = ttl.time_to_live_description().is_some_and(|ttl| {
        let on = matches!(ttl.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
        on && ttl.attribute_name() == Some(TTL)
    });
    Ok(TableHealth {
        status: table.table_status().map_or_else(String::new, |status| status.as_str().to_owned()),
        fits: keys == expected && indexed,
        expires,
    })
}

/// Whether point-in-time recovery is enabled for a table.
///
/// # Errors
/// Any DynamoDB error.
pub async fn can_be_restored(client: &Client, name: &str) -> Result<bool, StoreError> {
    let described = client.describe_continuous_backups().table_name(name).send().await.map_err(StoreError::from_sdk)?;
    let backups = described.continuous_backups_description();
    Ok(backups.is_some_and(|backups| {
        let status = backups.point_in_time_recovery_description().and_then(|pitr| pitr.point_in_time_recovery_status());
        *backups.continuous_backups_status() == ContinuousBackupsStatus::Enabled
            && status == Some(&PointInTimeRecoveryStatus::Enabled)
    }))
}

impl Store {
    /// Enrols a temporary caller for a health check. If nothing else removes the caller, DynamoDB deletes them after
    /// `until`. Returns `false` if the caller already exists.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn create_passing_caller(
        &self,
        caller: &CallerId,
        tags: &[PinTag],
        until: EpochMs,
    ) -> Result<bool, StoreError> {
        let new = self.new_caller(caller, tags, &Attributes::new(), Status::Active);
        was_written(new.item(TTL, item::n(until.epoch_secs())).send().await)
    }

    /// Removes a caller created by [`Store::create_passing_caller`], and no other.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn remove_passing_caller(&self, caller: &CallerId) -> Result<(), StoreError> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.tables.callers)
            .key(PK, caller_key(caller))
            .condition_expression("attribute_exists(#ttl)")
            .expression_attribute_names("#ttl", TTL)
            .send()
            .await;
        was_written(removed).map(drop)
    }
}
