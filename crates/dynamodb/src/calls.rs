//! Stores calls and transcriptions until the retention period ends. They may arrive in any order and more than once.
//!
//! `pk = call#<ivr_response_id>`; `sk = result#<ivr_id>` for what the next-action webhook received and answered,
//! `sk = transcript#<survo_id>#<question>` for a transcription (its `unique_id` is the same id).

use crate::{
    Store, StoreError,
    attempts::conditional_check_failed,
    item::{self, Item},
    revisions::Revisions,
    tables::{AT, IVR_DAY, PK, SK, TTL},
};
use aws_sdk_dynamodb::{
    primitives::{DateTime, DateTimeFormat},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use ringbolt_core::{outcome::Outcome, time::EpochMs};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

/// One visit of a call to an IVR.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// `ivr_response_id`.
    pub response_id: &'a str,
    /// `ivr_id`.
    pub ivr_id: &'a str,
    /// The flow that answered.
    pub flow: &'a str,
    /// A keyed digest of the request, which identifies the visit.
    pub digest: &'a str,
    /// What the provider sent, without PINs and tokens.
    pub told: serde_json::Value,
    /// The answer, if it was known when the visit was recorded.
    pub answered: Option<&'a str>,
}

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
        }
    }
}

/// The maximum number of visits per item: a call that visits an IVR more often is in a loop.
const MOST_VISITS: u32 = 100;

impl Store {
    /// Stores a visit. Repeating the same request changes nothing.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn record_visit(&self, visit: &Visit<'_>, now: EpochMs, retention: Duration) -> Result<(), StoreError> {
        let mut entry =
            HashMap::from([("at".to_owned(), item::n(now.0)), ("told".to_owned(), item::from_json(&visit.told))]);
        if let Some(answered) = visit.answered {
            entry.insert("answered".to_owned(), item::s(answered));
        }
        let written = self
            .client
            .update_item()
            .table_name(&self.tables.calls)
            .key(PK, call_key(visit.response_id))
            .key(SK, item::s(format!("result#{}", visit.ivr_id)))
            .update_expression(
                "SET visits = list_append(if_not_exists(visits, :none), :visit), flow = :flow, \
                 #at = if_not_exists(#at, :now), #day = if_not_exists(#day, :day), #ttl = :expires ADD digests :digest",
            )
            .condition_expression("attribute_not_exists(pk) OR (NOT contains(digests, :one) AND size(digests) < :most)")
            .expression_attribute_names("#at", AT)
            .expression_attribute_names("#day", IVR_DAY)
            .expression_attribute_names("#ttl", TTL)
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":visit", AttributeValue::L(vec![AttributeValue::M(entry)]))
            .expression_attribute_values(":flow", item::s(visit.flow))
            .expression_attribute_values(":now", item::n(now.0))
            .expression_attribute_values(":day", item::s(ivr_day(visit.ivr_id, now)))
            .expression_attribute_values(":expires", item::n(now.plus(retention).epoch_secs()))
            .expression_attribute_values(":digest", AttributeValue::Ss(vec![visit.digest.to_owned()]))
            .expression_attribute_values(":one", item::s(visit.digest))
            .expression_attribute_values(":most", item::n(MOST_VISITS))
            .send()
            .await;
        match written {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().and_then(conditional_check_failed).is_some() => Ok(()),
            Err(error) => Err(StoreError::from_sdk(error)),
        }
    }

    /// Stores a transcription received at `at`. Repeating the current text or an earlier one changes nothing. A
    /// different text supersedes the current one, which moves to `revisions`. A text that was received before the
    /// current one, but waited in a queue, goes straight to `revisions`. So the order of storing does not affect the
    /// result.
    ///
    /// # Errors
    /// Any DynamoDB error, or [`StoreError::Contended`] if other writes kept changing the item.
    pub async fn keep_transcript(
        &self,
        transcript: &Transcript<'_>,
        at: EpochMs,
        retention: Duration,
    ) -> Result<Kept, StoreError> {
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
            .expression_attribute_values(":day", item::s(ivr_day(transcript.ivr_id, at)))
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

    /// Reads all items of a call, ordered by sort key: visits, then transcriptions.
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
            kept.push(found.iter().map(|(name, value)| (name.clone(), item::to_json(value))).collect());
        }
        Ok(kept)
    }
}

fn call_key(response_id: &str) -> AttributeValue {
    item::s(format!("call#{response_id}"))
}

fn fields(transcript: &Transcript<'_>) -> AttributeValue {
    AttributeValue::M(transcript.fields.iter().map(|(name, value)| (name.clone(), item::s(value))).collect())
}

pub(crate) fn ivr_day(ivr_id: &str, now: EpochMs) -> String {
    let written = DateTime::from_millis(now.0).fmt(DateTimeFormat::DateTime).unwrap_or_default();
    format!("{ivr_id}#{}", written.get(..10).unwrap_or("unknown"))
}
