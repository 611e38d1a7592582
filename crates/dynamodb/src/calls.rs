//! Stores transcriptions until the retention period ends, and reads calls. Transcriptions may arrive in any order and
//! more than once.
//!
//! `pk = call#<unique_id>`, which is the `ivr_response_id` of the visits; `sk = transcript#<survo_id>#<question>`.
//! Visits are in [`crate::visits`]. Earlier versions kept all visits to an IVR in one item, `sk = result#<ivr_id>`.

use crate::{
    Store, StoreError,
    attempts::conditional_check_failed,
    call_list::Listed,
    erasure::ERASED,
    item::{self, Item},
    ivr_day::ivr_day,
    revisions::Revisions,
    tables::{AT, IVR_DAY, PK, SK, TTL},
};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use ringbolt_core::{fields::NAMELESS, outcome::Outcome, time::EpochMs};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// The most items that DynamoDB reads with one request.
const BATCH: usize = 100;
/// DynamoDB may leave out items of a batch, because it answers 16 MB at most or is throttling.
const BATCH_ATTEMPTS: u32 = 10;

/// Items by partition key and sort key.
type Found = BTreeMap<(String, String), BTreeMap<String, serde_json::Value>>;

/// One transcribed answer.
#[derive(Clone)]
pub struct Transcript<'a> {
    /// `unique_id`, the same as a visit's `response_id`.
    pub response_id: &'a str,
    /// `survo_id`, the same as a visit's `ivr_id`.
    pub ivr_id: &'a str,
    /// `question`, as received.
    pub question: &'a str,
    /// The flow whose URL received it.
    pub flow: &'a str,
    /// All parameters that the provider sent, including `text`.
    pub fields: BTreeMap<String, String>,
}

/// How a postback was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It was the first for its question.
    First,
    /// The same text was received before, so nothing was superseded.
    Repeated,
    /// It supersedes another text, which moved to the revisions.
    Superseded,
    /// It is older than the current text, so it was stored as a revision.
    Outdated,
    /// Its call was erased, so it was dropped.
    Erased,
}

impl Kept {
    /// The outcome of the postback.
    #[must_use]
    pub fn outcome(self) -> Outcome {
        match self {
            Self::First => Outcome::First,
            Self::Repeated => Outcome::Repeated,
            Self::Superseded => Outcome::Superseded,
            Self::Outdated => Outcome::Outdated,
            Self::Erased => Outcome::Erased,
        }
    }
}

impl Store {
    /// Stores a transcription received at `at`. Repeating the current text or an earlier one changes nothing. A
    /// different text supersedes the current one, which moves to `revisions`. A text that was received before the
    /// current one, but waited in a queue, goes straight to `revisions`. So the order of storing does not affect the
    /// result. Nothing is stored under the id of a call that was erased.
    ///
    /// # Errors
    /// Any DynamoDB error, or [`StoreError::Contended`] if other writes kept changing the item.
    pub async fn keep_transcript(
        &self,
        transcript: &Transcript<'_>,
        at: EpochMs,
        retention: Duration,
    ) -> Result<Kept, StoreError> {
        // Nobody is on the line: a read before the write delays no caller.
        if self.is_erased(transcript.response_id).await? {
            return Ok(Kept::Erased);
        }
        let first = Revisions::first(fields(transcript), at);
        let Some(mut present) = self.write_transcript(transcript, first, None, retention).await? else {
            return Ok(Kept::First);
        };
        for _ in 0..3 {
            let Some((kept, revisions)) = Revisions::read(&present)?.keep(fields(transcript), at) else {
                return Ok(Kept::Repeated);
            };
            match self.write_transcript(transcript, revisions, Some(&present), retention).await? {
                None => return Ok(kept),
                Some(changed) => present = changed,
            }
        }
        Err(StoreError::Contended)
    }

    /// Replaces `present` with a transcription. If the stored item has changed, returns that item instead.
    async fn write_transcript(
        &self,
        transcript: &Transcript<'_>,
        revisions: Revisions<AttributeValue>,
        present: Option<&Item>,
        retention: Duration,
    ) -> Result<Option<Item>, StoreError> {
        let unreadable = StoreError::Unreadable { attribute: "revisions" };
        let (fields, at, earlier) = revisions.into_attributes().ok_or(unreadable)?;
        let request = self
            .client
            .update_item()
            .table_name(&self.tables.calls)
            .key(PK, call_key(transcript.response_id))
            .key(SK, item::s(format!("transcript#{}#{}", transcript.ivr_id, transcript.question)))
            .update_expression(
                "SET revisions = :earlier, #fields = :fields, flow = :flow, #at = :at, #day = :day, #ttl = :expires",
            )
            .expression_attribute_names("#fields", "fields")
            .expression_attribute_names("#at", AT)
            .expression_attribute_names("#day", IVR_DAY)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":earlier", earlier)
            .expression_attribute_values(":fields", fields)
            .expression_attribute_values(":flow", item::s(transcript.flow))
            .expression_attribute_values(":at", item::n(at.0))
            .expression_attribute_values(":day", item::s(ivr_day(transcript.ivr_id, at, transcript.response_id)))
            .expression_attribute_values(":expires", item::n(at.plus(retention).epoch_secs()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let request = match present {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(present) => ["fields", "revisions", AT].into_iter().zip([":f", ":r", ":a"]).fold(
                request.condition_expression("#fields = :f AND revisions = :r AND #at = :a"),
                |request, (name, value)| match present.get(name) {
                    Some(known) => request.expression_attribute_values(value, known.clone()),
                    None => request,
                },
            ),
        };
        match request.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error().and_then(conditional_check_failed) {
                Some(Some(item)) => Ok(Some(item.clone())),
                Some(None) => Err(StoreError::Contended),
                None => Err(StoreError::from_sdk(error)),
            },
        }
    }

    /// Reads all items of a call, ordered by sort key. The mark of an erased call is not one of them.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn call(&self, response_id: &str) -> Result<Vec<BTreeMap<String, serde_json::Value>>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.tables.calls)
            .key_condition_expression("pk = :call")
            .expression_attribute_values(":call", call_key(response_id))
            .into_paginator()
            .items()
            .send();
        let mut kept = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(StoreError::from_sdk)?;
            if found.get(SK) == Some(&item::s(ERASED)) {
                continue;
            }
            kept.push(found.iter().map(|(name, value)| (name.clone(), item::to_json(value))).collect());
        }
        Ok(kept)
    }
}

impl Store {
    /// Reads the listed items themselves, up to 100 with one request. What was deleted meanwhile is left out; the others
    /// come in the order in which they were listed.
    ///
    /// # Errors
    /// Any DynamoDB error; [`StoreError::Throttled`] if DynamoDB repeatedly left out items that it was asked for.
    pub async fn listed_items(
        &self,
        listed: &[Listed],
    ) -> Result<Vec<BTreeMap<String, serde_json::Value>>, StoreError> {
        let mut found = BTreeMap::new();
        for chunk in listed.chunks(BATCH) {
            self.read_batch(chunk, &mut found).await?;
        }
        let key = |listed: &Listed| (format!("call#{}", listed.response_id), listed.sort_key.clone());
        Ok(listed.iter().filter_map(|listed| found.remove(&key(listed))).collect())
    }

    async fn read_batch(&self, listed: &[Listed], found: &mut Found) -> Result<(), StoreError> {
        let key = |listed: &Listed| {
            Item::from([(PK.to_owned(), call_key(&listed.response_id)), (SK.to_owned(), item::s(&listed.sort_key))])
        };
        let keys = KeysAndAttributes::builder().set_keys(Some(listed.iter().map(key).collect())).build();
        let mut asked = HashMap::from([(self.tables.calls.clone(), keys.map_err(|_| StoreError::Nonsense)?)]);
        for pause_ms in (0..BATCH_ATTEMPTS).map(|attempt| attempt * 50) {
            tokio::time::sleep(Duration::from_millis(pause_ms.into())).await;
            let page = self.client.batch_get_item().set_request_items(Some(asked)).send().await;
            let page = page.map_err(StoreError::from_sdk)?;
            for item in page.responses.unwrap_or_default().into_values().flatten() {
                let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
                let Some(key) = text(PK).zip(text(SK)) else { continue };
                found.insert(key, item.iter().map(|(name, value)| (name.clone(), item::to_json(value))).collect());
            }
            asked = page.unprocessed_keys.unwrap_or_default();
            if asked.is_empty() {
                return Ok(());
            }
        }
        Err(StoreError::Throttled)
    }
}

pub(crate) fn call_key(response_id: &str) -> AttributeValue {
    item::s(format!("call#{response_id}"))
}

fn fields(transcript: &Transcript<'_>) -> AttributeValue {
    let kept_name = |name: &str| if name.is_empty() { NAMELESS.to_owned() } else { name.to_owned() };
    AttributeValue::M(transcript.fields.iter().map(|(name, value)| (kept_name(name), item::s(value))).collect())
}
