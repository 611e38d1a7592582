//! Published call flows: immutable versions, and one item that says which of them are live.
//!
//! `pk = flow#<name>, sk = v#<version>` has the text of a version; `pk = live, sk = live` has the live version of every
//! flow, so that a function learns with one read whether anything has changed.

use crate::{
    StoreError,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use ringbolt_core::{identity::FlowName, time::EpochMs};
use std::collections::{BTreeMap, HashMap};

const LIVE: &str = "live";

/// The table of call flows.
#[derive(Clone, Debug)]
pub struct FlowTable {
    client: Client,
    table: String,
}

/// The live version of each flow, by name; versions count from 1.
pub type LiveVersions = BTreeMap<FlowName, u64>;

impl FlowTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Which versions are live.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn live(&self) -> Result<LiveVersions, StoreError> {
        let Some(item) = self.get(LIVE, LIVE).await? else { return Ok(LiveVersions::new()) };
        let unreadable = || StoreError::Unreadable { attribute: "flows" };
        let Some(AttributeValue::M(flows)) = item.get("flows") else { return Err(unreadable()) };
        let version = |(name, version): (&String, &AttributeValue)| {
            let version = version.as_n().ok()?.parse().ok()?;
            Some((FlowName::parse(name).ok()?, version))
        };
        flows.iter().map(|live| version(live).ok_or_else(unreadable)).collect()
    }

    /// The text of a version.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] where there is no such version.
    pub async fn text(&self, name: &FlowName, version: u64) -> Result<String, StoreError> {
        let item = self.get(&version_pk(name), &version_sk(version)).await?;
        match item.as_ref().and_then(|item| item.get("text")) {
            Some(AttributeValue::S(text)) => Ok(text.clone()),
            _ => Err(StoreError::Unreadable { attribute: "text" }),
        }
    }

    /// Writes a new version and makes it live; says which. The caller has checked the text.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Contended`] where somebody else published this flow at the same time:
    /// the version is kept then, and not live.
    pub async fn publish(&self, name: &FlowName, text: &str, now: EpochMs) -> Result<u64, StoreError> {
        let before = self.live().await?.get(name).copied();
        let mut version = before.unwrap_or_default() + 1;
        // After a rollback there are versions above the live one.
        while !self.write_version(name, version, text, now).await? {
            version += 1;
        }
        self.move_live(name, before, version).await?;
        Ok(version)
    }

    async fn write_version(&self, name: &FlowName, version: u64, text: &str, now: EpochMs) -> Result<bool, StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(PK, item::s(version_pk(name)))
            .item(SK, item::s(version_sk(version)))
            .item("text", item::s(text))
            .item("pushed_at", item::n(now.0))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(false)
            }
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    async fn move_live(&self, name: &FlowName, before: Option<u64>, version: u64) -> Result<(), StoreError> {
        let live = || self.client.update_item().table_name(&self.table).key(PK, item::s(LIVE)).key(SK, item::s(LIVE));
        live()
            .update_expression("SET flows = if_not_exists(flows, :none)")
            .expression_attribute_values(":none", AttributeValue::M(HashMap::new()))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let moved = live()
            .update_expression("SET flows.#name = :version")
            .expression_attribute_names("#name", name.as_str())
            .expression_attribute_values(":version", item::n(version));
        let moved = match before {
            None => moved.condition_expression("attribute_not_exists(flows.#name)"),
            Some(before) => moved
                .condition_expression("flows.#name = :before")
                .expression_attribute_values(":before", item::n(before)),
        };
        match moved.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Err(StoreError::Contended)
            }
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    async fn get(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, item::s(pk))
            .key(SK, item::s(sk))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(found.item)
    }
}

fn version_pk(name: &FlowName) -> String {
    format!("flow#{name}")
}

/// Padded, so that versions sort as numbers.
fn version_sk(version: u64) -> String {
    format!("v#{version:010}")
}
