//! What a data-protection request needs: finding and deleting what is kept about one person.

use crate::{
    Cursor, Store, StoreError,
    attempts::caller_key,
    callers::Change,
    item::{self, Item},
    tables::{PK, SK},
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use ringbolt_core::identity::CallerId;
use std::collections::BTreeMap;

/// An item of the table `Calls`.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// `ivr_response_id`, as its key has it.
    pub response_id: String,
    /// The `ivr_id` of a webhook's results; `None` for a transcription.
    pub ivr_id: Option<String>,
    /// All of it.
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// A part of the table `Calls`, in no order.
#[derive(Clone, Debug)]
pub struct CallRecords {
    /// The records.
    pub records: Vec<CallRecord>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl Store {
    /// Deletes a caller: PINs, counters, attributes.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn delete_caller(&self, caller: &CallerId) -> Result<Change, StoreError> {
        let deleted = self
            .client
            .delete_item()
            .table_name(&self.tables.callers)
            .key(PK, caller_key(caller))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(if deleted.attributes().is_some() { Change::Made } else { Change::NoCaller })
    }

    /// The next part of all calls and transcriptions, a megabyte at the most.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn call_records(&self, from: Option<Cursor>) -> Result<CallRecords, StoreError> {
        let found = self
            .client
            .scan()
            .table_name(&self.tables.calls)
            .set_exclusive_start_key(from.map(Cursor::into_key))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let records = found.items().iter().filter_map(record).collect();
        Ok(CallRecords { records, next: Cursor::after(found.last_evaluated_key) })
    }

    /// Deletes everything kept under a response id; says how many items that were.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn delete_call(&self, response_id: &str) -> Result<u64, StoreError> {
        let pk = item::s(format!("call#{response_id}"));
        let mut keys = self
            .client
            .query()
            .table_name(&self.tables.calls)
            .key_condition_expression("pk = :call")
            .projection_expression("sk")
            .expression_attribute_values(":call", pk.clone())
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut deleted = 0;
        while let Some(found) = keys.next().await {
            let Some(sk) = found.map_err(StoreError::from_sdk)?.remove(SK) else { continue };
            let request = self.client.delete_item().table_name(&self.tables.calls).key(PK, pk.clone()).key(SK, sk);
            request.send().await.map_err(StoreError::from_sdk)?;
            deleted += 1;
        }
        Ok(deleted)
    }
}

/// `None` for an item that is no call's.
fn record(found: &Item) -> Option<CallRecord> {
    let text = |name: &str| match found.get(name) {
        Some(AttributeValue::S(text)) => Some(text.as_str()),
        _ => None,
    };
    Some(CallRecord {
        response_id: text(PK)?.strip_prefix("call#")?.to_owned(),
        ivr_id: text(SK)?.strip_prefix("result#").map(str::to_owned),
        fields: found.iter().map(|(name, value)| (name.clone(), item::to_json(value))).collect(),
    })
}
