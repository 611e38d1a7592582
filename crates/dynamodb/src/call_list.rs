//! Lists the calls in a time range: one IVR's, newest first, or all IVRs', in no particular order.

mod merge;

use crate::{
    Cursor, Store, StoreError,
    item::{self, Item},
    ivr_day,
    tables::{AT, PK, SK, TTL},
};
use aws_sdk_dynamodb::types::AttributeValue;
use merge::Merge;
use ringbolt_core::{call::record::fields::CALLING_NUMBER, time::EpochMs};
use std::{ops::Range, time::Duration};

const DAY: Duration = Duration::from_secs(86_400);

/// A stored item of a call: a visit to an IVR, or a transcription. A call has several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// When the webhook, or the current text of a transcription, was received.
    pub at: EpochMs,
    /// The id of a run through an IVR (`ivr_response_id`, `unique_id`; for TwiML, the `CallSid` and the run's number).
    pub response_id: String,
    /// Whether it is a transcription.
    pub is_transcript: bool,
    /// Its sort key in the call's partition.
    pub sort_key: String,
    /// The calling number as the provider sent it; `None` if the index was read, which has nothing but keys.
    pub number: Option<String>,
    /// The outcome of a visit; `None` if the index was read, or an earlier version wrote it.
    pub outcome: Option<String>,
}

/// Iterates over stored items of calls, page by page. It holds a few pages in memory, however many items there are.
#[derive(Debug)]
pub struct CallList {
    store: Store,
    span: Range<EpochMs>,
    walk: Walk,
    unreadable: usize,
}

#[derive(Debug)]
enum Walk {
    /// The index of an IVR: the days still to be read, the last one next, and the shards of the present one.
    Index { ivr_id: String, days: Vec<EpochMs>, today: Option<Merge> },
    /// The whole table.
    Table { after: Option<Cursor>, ended: bool },
}

impl Store {
    /// Lists an IVR's calls in a time range (end excluded), newest first.
    #[must_use]
    pub fn calls_of_ivr(&self, ivr_id: &str, span: Range<EpochMs>) -> CallList {
        let mut days = Vec::new();
        let mut day = EpochMs(span.start.epoch_secs().div_euclid(86_400) * 86_400_000);
        while day < span.end {
            days.push(day);
            day = day.plus(DAY);
        }
        let walk = Walk::Index { ivr_id: ivr_id.to_owned(), days, today: None };
        CallList { store: self.clone(), span, walk, unreadable: 0 }
    }

    /// Lists all calls in a time range (end excluded), in no particular order. Reads the whole table.
    #[must_use]
    pub fn calls_of_all_ivrs(&self, span: Range<EpochMs>) -> CallList {
        CallList { store: self.clone(), span, walk: Walk::Table { after: None, ended: false }, unreadable: 0 }
    }
}

impl CallList {
    /// How many items of the pages so far cannot be listed, because their time cannot be read. Ringbolt did not write them.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Reads the next page, which may be empty; `None` after the last one.
    ///
    /// # Errors
    /// Any DynamoDB error.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Listed>>, StoreError> {
        match &mut self.walk {
            Walk::Table { ended: true, .. } => Ok(None),
            Walk::Table { after, ended } => {
                let (items, next) = scan(&self.store, &self.span, after.take()).await?;
                *ended = next.is_none();
                *after = next;
                Ok(Some(items.iter().filter_map(|item| listed(item, &mut self.unreadable)).collect()))
            }
            Walk::Index { ivr_id, days, today } => {
                let merge = match today {
                    Some(merge) => merge,
                    None => match days.pop() {
                        Some(day) => today.insert(Merge::of(ivr_day::partitions(ivr_id, day))),
                        None => return Ok(None),
                    },
                };
                let page = merge.next_page(&self.store, &self.span, &mut self.unreadable).await?;
                if page.is_none() {
                    *today = None;
                }
                Ok(Some(page.unwrap_or_default()))
            }
        }
    }
}

async fn scan(
    store: &Store,
    span: &Range<EpochMs>,
    after: Option<Cursor>,
) -> Result<(Vec<Item>, Option<Cursor>), StoreError> {
    // Names such as `From` are reserved words in expressions.
    let names: Vec<_> = CALLING_NUMBER.iter().enumerate().map(|(place, name)| (format!("#n{place}"), *name)).collect();
    let numbers = names.iter().map(|(alias, _)| format!("told.#call.{alias}, visits[0].told.#call.{alias}"));
    let request = store
        .client
        .scan()
        .table_name(&store.tables.calls)
        .filter_expression("#at BETWEEN :from AND :last")
        .projection_expression(format!("pk, sk, #at, outcome, {}", numbers.collect::<Vec<_>>().join(", ")))
        .expression_attribute_names("#at", AT)
        .expression_attribute_names("#call", "call");
    let page = names
        .into_iter()
        .fold(request, |request, (alias, name)| request.expression_attribute_names(alias, name))
        .expression_attribute_values(":from", item::n(span.start.0))
        .expression_attribute_values(":last", item::n(span.end.0 - 1))
        .set_exclusive_start_key(after.map(Cursor::into_key))
        .send()
        .await
        .map_err(StoreError::from_sdk)?;
    Ok((page.items.unwrap_or_default(), Cursor::after(page.last_evaluated_key)))
}

/// `None` for an item that is neither a visit nor a transcription, and for one that cannot be read, which is counted.
fn listed(found: &Item, unreadable: &mut usize) -> Option<Listed> {
    let (Some(AttributeValue::S(pk)), Some(AttributeValue::S(sk))) = (found.get(PK), found.get(SK)) else {
        return None;
    };
    let is_transcript = match sk.split_once('#')?.0 {
        "visit" | "result" => false,
        "transcript" => true,
        _ => return None,
    };
    let response_id = pk.strip_prefix("call#")?.to_owned();
    let outcome = found.get("outcome").and_then(|outcome| outcome.as_s().ok()).cloned();
    let Ok(at) = item::number(found, AT).map(EpochMs) else {
        *unreadable += 1;
        return None;
    };
    Some(Listed { response_id, at, is_transcript, sort_key: sk.clone(), number: number(found), outcome })
}

/// The calling number of a visit, or of the first of those that an earlier version kept in one item.
fn number(found: &Item) -> Option<String> {
    let visit = match found.get("visits") {
        Some(AttributeValue::L(visits)) => visits.first()?.as_m().ok()?,
        _ => found,
    };
    let call = visit.get("told")?.as_m().ok()?.get("call")?.as_m().ok()?;
    match CALLING_NUMBER.iter().find_map(|name| call.get(*name))? {
        AttributeValue::S(number) => Some(number.clone()),
        AttributeValue::L(numbers) => numbers.first()?.as_s().ok().cloned(),
        _ => None,
    }
}

/// Whether an item has expired. DynamoDB may not have deleted it yet.
#[must_use]
pub fn is_expired(fields: &std::collections::BTreeMap<String, serde_json::Value>, now: EpochMs) -> bool {
    fields.get(TTL).and_then(serde_json::Value::as_i64).is_some_and(|expires| expires <= now.epoch_secs())
}
