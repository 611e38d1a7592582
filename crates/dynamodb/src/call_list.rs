//! Lists the calls in a time range: one IVR's, newest first, or all IVRs', in no particular order.

use crate::{
    Cursor, Store, StoreError,
    calls::ivr_day,
    item::{self, Item},
    tables::{AT, CALLS_BY_IVR_DAY, IVR_DAY, PK, SK, TTL},
};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::time::EpochMs;
use std::{ops::Range, time::Duration};

const DAY: Duration = Duration::from_secs(86_400);

/// A stored item of a call: a visit to an IVR, or a transcription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The respondent's id (`ivr_response_id`, `unique_id`).
    pub response_id: String,
    /// When the first webhook, or the current text of a transcription, was received.
    pub at: EpochMs,
    /// Whether it is a transcription.
    pub is_transcript: bool,
}

/// Iterates over stored items of calls, page by page.
#[derive(Debug)]
pub struct CallList {
    store: Store,
    span: Range<EpochMs>,
    /// The index partitions still to be read, the last one next; `None` for the whole table.
    partitions: Option<Vec<String>>,
    after: Option<Cursor>,
    ended: bool,
}

impl Store {
    /// Lists an IVR's calls in a time range (end excluded), newest first. The index has one partition per UTC day.
    #[must_use]
    pub fn calls_of_ivr(&self, ivr_id: &str, span: Range<EpochMs>) -> CallList {
        let mut partitions = Vec::new();
        let mut day = EpochMs(span.start.epoch_secs().div_euclid(86_400) * 86_400_000);
        while day < span.end {
            partitions.push(ivr_day(ivr_id, day));
            day = day.plus(DAY);
        }
        CallList { store: self.clone(), span, partitions: Some(partitions), after: None, ended: false }
    }

    /// Lists all calls in a time range (end excluded), in no particular order. Reads the whole table.
    #[must_use]
    pub fn calls_of_all_ivrs(&self, span: Range<EpochMs>) -> CallList {
        CallList { store: self.clone(), span, partitions: None, after: None, ended: false }
    }
}

impl CallList {
    /// Reads the next page, which may be empty; `None` after the last one.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Listed>>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        let (items, after) = match &self.partitions {
            None => self.scan().await?,
            Some(partitions) => match partitions.last() {
                None => return Ok(None),
                Some(partition) => self.query(partition).await?,
            },
        };
        self.after = Cursor::after(after);
        if self.after.is_none() {
            match &mut self.partitions {
                None => self.ended = true,
                Some(partitions) => drop(partitions.pop()),
            }
        }
        Ok(Some(items.iter().filter_map(listed).collect()))
    }

    async fn query(&self, partition: &str) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let page = self
            .store
            .client
            .query()
            .table_name(&self.store.tables.calls)
            .index_name(CALLS_BY_IVR_DAY)
            .key_condition_expression("#day = :day AND #at BETWEEN :from AND :last")
            .expression_attribute_names("#day", IVR_DAY)
            .expression_attribute_names("#at", AT)
            .expression_attribute_values(":day", item::s(partition))
            .expression_attribute_values(":from", item::n(self.span.start.0))
            .expression_attribute_values(":last", item::n(self.span.end.0 - 1))
            .scan_index_forward(false)
            .set_exclusive_start_key(self.after.clone().map(Cursor::into_key))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }

    async fn scan(&self) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let page = self
            .store
            .client
            .scan()
            .table_name(&self.store.tables.calls)
            .filter_expression("#at BETWEEN :from AND :last")
            .projection_expression("pk, sk, #at")
            .expression_attribute_names("#at", AT)
            .expression_attribute_values(":from", item::n(self.span.start.0))
            .expression_attribute_values(":last", item::n(self.span.end.0 - 1))
            .set_exclusive_start_key(self.after.clone().map(Cursor::into_key))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key))
    }
}

fn listed(found: &Item) -> Option<Listed> {
    let (Some(AttributeValue::S(pk)), Some(AttributeValue::S(sk))) = (found.get(PK), found.get(SK)) else {
        return None;
    };
    let response_id = pk.strip_prefix("call#")?.to_owned();
    let at = EpochMs(item::number(found, AT).ok()?);
    Some(Listed { response_id, at, is_transcript: sk.starts_with("transcript#") })
}

/// Whether an item has expired. DynamoDB may not have deleted it yet.
#[must_use]
pub fn is_expired(fields: &std::collections::BTreeMap<String, serde_json::Value>, now: EpochMs) -> bool {
    fields.get(TTL).and_then(serde_json::Value::as_i64).is_some_and(|expires| expires <= now.epoch_secs())
}
