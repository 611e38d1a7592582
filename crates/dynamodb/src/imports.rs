//! Writes the rows of an import: in any order, each at least once, with several rows for some callers.
//!
//! Each import has a name, which it stores in every caller item that it writes (`import.run`). So the write of a row
//! can itself distinguish the import's first row for a caller, which replaces the old PINs, from a further row, which
//! adds a PIN. A caller's rows may be anywhere in the file and may be written in any order, in parallel, and again
//! after a crash: the final item is the same. The import does not have to remember the callers it has seen.

use crate::{
    Store, StoreError,
    attempts::conditional_check_failed,
    callers::{attribute_map, distinct, pins},
    item::{self, Item},
};
use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use ringbolt_core::{
    caller::{Attributes, Status},
    identity::CallerId,
    pin::PinTag,
};
use std::collections::HashMap;

/// One row of an import: a caller and one of their PINs, or with [`Existing::Skip`] all of them.
#[derive(Clone, Debug)]
pub struct ImportedRow<'a> {
    /// The caller.
    pub caller: &'a CallerId,
    /// The tags of each PIN, one under each key ([`ringbolt_core::pin::PinHasher::enrol`]).
    pub tags: &'a [PinTag],
    /// The attributes that replace the caller's existing ones; `None` keeps those. If a caller has several rows, the
    /// one with the highest number decides.
    pub attributes: Option<&'a Attributes>,
    /// The import's unique name. It is the same for all rows, even after an interruption.
    pub run: &'a str,
    /// The row's number in the import, unique among a caller's rows.
    pub row: u64,
    /// What to do with callers who existed before the import.
    pub existing: Existing,
}

/// What an import does with callers who existed before it. It always keeps counters and suspensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Replace their PINs with the import's.
    Replace,
    /// Add the import's PINs to theirs.
    Add,
    /// Leave them unchanged. All PINs of a new caller must be in one [`ImportedRow`], because a later import would leave
    /// the caller unchanged.
    Skip,
}

/// The result of importing a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// The row was written, as the import's first for this caller.
    First,
    /// The row was written; the import had already written this caller.
    Further,
    /// The caller existed before the import and was left unchanged.
    Skipped,
}

/// What is known about the item that a row will change.
#[derive(Clone, Copy)]
enum Seen {
    /// Nothing. Most callers have a single row, so this is the best guess.
    Nothing,
    /// It existed before the import.
    Before,
    /// The import has written it, up to row `last`.
    Ours { last: u64 },
}

/// Parallel writes to one caller refuse each other. A retry is only needed after another row's write has succeeded.
const TRIES: u32 = 16;

impl Store {
    /// Writes one row, with one round trip for a caller's first row and two for a further one. Repeating a row changes
    /// nothing and returns the same result.
    ///
    /// # Errors
    /// - [`StoreError::TooLarge`]: the caller's item would exceed 400 KB.
    /// - [`StoreError::Contended`]: other writes kept changing the item.
    /// - Any other DynamoDB error.
    pub async fn import_row(&self, row: &ImportedRow<'_>) -> Result<Imported, StoreError> {
        let mut seen = Seen::Nothing;
        for _ in 0..TRIES {
            let request = self.update(row.caller).expression_attribute_names("#import", "import");
            let (request, imported) = match (row.existing, seen) {
                (_, Seen::Ours { last }) => (further(request, row, last), Imported::Further),
                (Existing::Replace, _) => (
                    enrol(request, row, NOT_OURS).expression_attribute_values(":run", item::s(row.run)),
                    Imported::First,
                ),
                (_, Seen::Nothing) => (enrol(request, row, "attribute_not_exists(pk)"), Imported::First),
                (Existing::Add, Seen::Before) => (add_to_existing(request, row), Imported::First),
                (Existing::Skip, Seen::Before) => return Ok(Imported::Skipped),
            };
            let sent = request
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .send()
                .await;
            let Err(error) = sent else { return Ok(imported) };
            let Some(refused) = error.as_service_error().and_then(conditional_check_failed) else {
                return Err(StoreError::from_sdk(error));
            };
            // Without an item, the caller was erased in the meantime, so start over.
            seen = match refused.map(|item| mark_of(item, row.run)).transpose()? {
                None => Seen::Nothing,
                Some(None) => Seen::Before,
                Some(Some(ours)) if ours.first == row.row => return Ok(Imported::First),
                Some(Some(ours)) => Seen::Ours { last: ours.last },
            };
        }
        Err(StoreError::Contended)
    }

    /// The same store without retries, for code that retries by itself.
    #[must_use]
    pub fn without_retries(&self) -> Self {
        let config =
            self.client.config().to_builder().retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
        Self { client: aws_sdk_dynamodb::Client::from_conf(config.build()), tables: self.tables.clone() }
    }
}

const NOT_OURS: &str = "(attribute_not_exists(#import) OR #import.#run <> :run)";

/// Sets exactly the row's PINs, creating the caller if needed.
fn enrol(request: UpdateItemFluentBuilder, row: &ImportedRow<'_>, condition: &str) -> UpdateItemFluentBuilder {
    let request = if condition == NOT_OURS { request.expression_attribute_names("#run", "run") } else { request };
    let attributes = match row.attributes {
        Some(_) => ":attributes",
        None => "if_not_exists(#attributes, :attributes)",
    };
    request
        .update_expression(format!(
            "SET pins = :pins, attempts = if_not_exists(attempts, :zero), last_at = if_not_exists(last_at, :zero), \
             #status = if_not_exists(#status, :active), #attributes = {attributes}, #import = :import \
             REMOVE last_attempt"
        ))
        .condition_expression(condition)
        .expression_attribute_names("#status", "status")
        .expression_attribute_names("#attributes", "attributes")
        .expression_attribute_values(":pins", pins(row.tags))
        .expression_attribute_values(":zero", item::n(0))
        .expression_attribute_values(":active", item::s(Status::Active.as_str()))
        .expression_attribute_values(":attributes", attribute_map(row.attributes.unwrap_or(&Attributes::new())))
        .expression_attribute_values(":import", mark(row))
}

/// Adds a PIN to a caller who existed before the import.
fn add_to_existing(request: UpdateItemFluentBuilder, row: &ImportedRow<'_>) -> UpdateItemFluentBuilder {
    add(request, row, true, "#import = :import")
        .condition_expression(format!("attribute_exists(pk) AND {NOT_OURS}"))
        .expression_attribute_names("#run", "run")
        .expression_attribute_values(":run", item::s(row.run))
        .expression_attribute_values(":import", mark(row))
}

/// Adds a PIN to a caller whom the import has already written. The attributes of a later row are kept.
fn further(request: UpdateItemFluentBuilder, row: &ImportedRow<'_>, last: u64) -> UpdateItemFluentBuilder {
    let (request, order) = if last <= row.row {
        (add(request, row, true, "#import.#last = :row"), "#import.#last <= :row")
    } else {
        (add(request, row, false, ""), "#import.#last > :row")
    };
    request
        .condition_expression(format!("#import.#run = :run AND {order}"))
        .expression_attribute_names("#run", "run")
        .expression_attribute_names("#last", "last")
        .expression_attribute_values(":run", item::s(row.run))
        .expression_attribute_values(":row", item::n(row.row))
}

/// Adds a PIN. If the row decides, also sets the attributes and applies the assignment `more`.
fn add(
    mut request: UpdateItemFluentBuilder,
    row: &ImportedRow<'_>,
    decides: bool,
    more: &str,
) -> UpdateItemFluentBuilder {
    let mut sets = Vec::new();
    for (index, tag) in distinct(row.tags).enumerate() {
        sets.push(format!("pins.#t{index} = :found"));
        request = request.expression_attribute_names(format!("#t{index}"), tag.as_str());
    }
    if decides {
        sets.push(more.to_owned());
        if let Some(attributes) = row.attributes {
            sets.push("#attributes = :attributes".to_owned());
            request = request
                .expression_attribute_names("#attributes", "attributes")
                .expression_attribute_values(":attributes", attribute_map(attributes));
        }
    }
    request
        .update_expression(format!("SET {} REMOVE last_attempt", sets.join(", ")))
        .expression_attribute_values(":found", item::n(-1))
}

/// The mark of an import in an item: the import's name, and its first and highest row for this caller.
struct Mark {
    first: u64,
    last: u64,
}

fn mark(row: &ImportedRow<'_>) -> AttributeValue {
    AttributeValue::M(HashMap::from([
        ("run".to_owned(), item::s(row.run)),
        ("first".to_owned(), item::n(row.row)),
        ("last".to_owned(), item::n(row.row)),
    ]))
}

fn mark_of(item: &Item, run: &str) -> Result<Option<Mark>, StoreError> {
    let Some(AttributeValue::M(mark)) = item.get("import") else { return Ok(None) };
    match mark.get("run") {
        Some(AttributeValue::S(theirs)) if theirs == run => {
            Ok(Some(Mark { first: item::number(mark, "first")?, last: item::number(mark, "last")? }))
        }
        _ => Ok(None),
    }
}
