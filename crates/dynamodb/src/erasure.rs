//! What a data-protection request needs: finding and deleting what is kept about one person.
//!
//! A visit refers to the caller whom it is about, and an index finds it by that reference. What belongs to the same call
//! is found by the call's session. Records that earlier versions wrote have no reference: [`Store::former_records`] reads
//! the whole table for them, until a search has found none and [`Store::note_no_former_records`] says so.

use crate::{
    Cursor, Store, StoreError,
    attempts::caller_key,
    callers::Change,
    calls::call_key,
    item::{self, Item},
    tables::{CALLS_BY_CALLER, PK, SK, TTL, WHO},
    visits::session_key,
};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use ringbolt_core::{identity::CallerId, pin::CallerReference, time::EpochMs};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The sort key of what is left of an erased call: a mark that keeps its transcriptions from coming back.
pub(crate) const ERASED: &str = "erased";
/// How long the mark stays. A transcription waits in the queue and among the dead letters for 14 days at most.
const MARK_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// The key of the note that no record of an earlier version is left.
const NOTE: (&str, &str) = ("#former-records", "none");

/// A record of visits that an earlier version wrote, or a later one's visit.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    /// `ivr_response_id`, as its key has it.
    pub response_id: String,
    /// `ivr_id`, if an earlier version wrote it, without a reference.
    pub former_ivr_id: Option<String>,
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
    /// Deletes a caller: PINs, failed attempts, attributes.
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

    /// The response ids of the visits that refer to a caller. One request for each reference and for each megabyte of
    /// keys, which is thousands of visits.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn calls_about(&self, references: &BTreeSet<CallerReference>) -> Result<BTreeSet<String>, StoreError> {
        let mut found = BTreeSet::new();
        for reference in references {
            let mut keys = self
                .client
                .query()
                .table_name(&self.tables.calls)
                .index_name(CALLS_BY_CALLER)
                .key_condition_expression("#who = :who")
                .expression_attribute_names("#who", WHO)
                .expression_attribute_values(":who", item::s(reference.as_str()))
                .into_paginator()
                .items()
                .send();
            while let Some(key) = keys.next().await {
                found.extend(part(&key.map_err(StoreError::from_sdk)?, PK, "call#"));
            }
        }
        Ok(found)
    }

    /// The response ids of a call's runs through IVRs.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn runs_of_session(&self, session_id: &str) -> Result<Vec<String>, StoreError> {
        let keys = self.keys_under(session_key(session_id)).await?;
        Ok(keys.iter().filter_map(|key| part(key, SK, "call#")).collect())
    }

    /// The next part of all visits, a megabyte of the table at the most.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn former_records(&self, from: Option<Cursor>) -> Result<CallRecords, StoreError> {
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

    /// Whether a search has found no record of an earlier version. None comes after that, unless an earlier version runs
    /// again.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn has_no_former_records(&self) -> Result<bool, StoreError> {
        let (pk, sk) = NOTE;
        let note = self.client.get_item().table_name(&self.tables.calls).key(PK, item::s(pk)).key(SK, item::s(sk));
        Ok(note.send().await.map_err(StoreError::from_sdk)?.item.is_some())
    }

    /// Notes that a search of the whole table has found no record of an earlier version.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn note_no_former_records(&self) -> Result<(), StoreError> {
        let (pk, sk) = NOTE;
        let note = self.client.put_item().table_name(&self.tables.calls).item(PK, item::s(pk)).item(SK, item::s(sk));
        note.send().await.map(drop).map_err(StoreError::from_sdk)
    }

    /// Deletes everything kept under a response id, and says how many items that were. A mark stays for 30 days, so that
    /// a transcription that waits in the queue does not come back.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn erase_call(&self, response_id: &str, now: EpochMs) -> Result<u64, StoreError> {
        let pk = call_key(response_id);
        // First, so that nothing comes in behind the deletion.
        self.client
            .put_item()
            .table_name(&self.tables.calls)
            .item(PK, pk.clone())
            .item(SK, item::s(ERASED))
            .item(TTL, item::n(now.plus(MARK_LIFE).epoch_secs()))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let mut deleted = 0;
        for sk in self.keys_under(pk.clone()).await?.into_iter().filter_map(|mut key| key.remove(SK)) {
            if sk != item::s(ERASED) {
                self.delete_call_item(pk.clone(), sk).await?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }

    /// Deletes the link from a call to one of its runs through IVRs.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn unlink_run(&self, session_id: &str, response_id: &str) -> Result<(), StoreError> {
        self.delete_call_item(session_key(session_id), call_key(response_id)).await
    }

    /// Whether a call was erased, so that nothing more is to be stored under its id.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn is_erased(&self, response_id: &str) -> Result<bool, StoreError> {
        let mark = self.client.get_item().table_name(&self.tables.calls).key(PK, call_key(response_id));
        Ok(mark.key(SK, item::s(ERASED)).send().await.map_err(StoreError::from_sdk)?.item.is_some())
    }

    async fn delete_call_item(&self, pk: AttributeValue, sk: AttributeValue) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.tables.calls).key(PK, pk).key(SK, sk);
        request.send().await.map(drop).map_err(StoreError::from_sdk)
    }

    async fn keys_under(&self, pk: AttributeValue) -> Result<Vec<Item>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.calls)
            .key_condition_expression("pk = :pk")
            .projection_expression("sk")
            .expression_attribute_values(":pk", pk)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            keys.push(key.map_err(StoreError::from_sdk)?);
        }
        Ok(keys)
    }
}

/// What follows a prefix in a key.
fn part(key: &Item, name: &str, prefix: &str) -> Option<String> {
    match key.get(name) {
        Some(AttributeValue::S(text)) => text.strip_prefix(prefix).map(str::to_owned),
        _ => None,
    }
}

/// `None` for an item without visits.
fn record(found: &Item) -> Option<CallRecord> {
    let former_ivr_id = part(found, SK, "result#");
    if former_ivr_id.is_none() && part(found, SK, "visit#").is_none() {
        return None;
    }
    Some(CallRecord {
        response_id: part(found, PK, "call#")?,
        former_ivr_id,
        fields: found.iter().map(|(name, value)| (name.clone(), item::to_json(value))).collect(),
    })
}
