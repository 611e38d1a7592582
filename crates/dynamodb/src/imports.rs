//! Rows of an import: many rows, in any order, each written at least once, several of them a caller's.
//!
//! An import has a name, and leaves it in every caller's item that it touches (`import.run`). So one row can tell, in
//! the write itself, whether it is the import's first for this caller, whose PINs take the place of the old ones, or a
//! further one, whose PIN is added. The rows of a caller may be far apart in the file, be written in any order, in
//! parallel, and again after a crash: the item is the same in the end. Nothing has to remember who was there.

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

/// One row of an import: a caller and one of his PINs.
#[derive(Clone, Debug)]
pub struct ImportedRow<'a> {
    /// Whose PIN.
    pub caller: &'a CallerId,
    /// The tags of the PIN, one under each key ([`ringbolt_core::pin::PinHasher::enrol`]).
    pub tags: &'a [PinTag],
    /// What a flow may say about the caller, in the place of what is there; `None` leaves it. Of several rows of a
    /// caller, that with the highest number decides.
    pub attributes: Option<&'a Attributes>,
    /// The import's name: the same for all its rows, after an interruption too, and no other import's.
    pub run: &'a str,
    /// The row's number within the import; no two rows of a caller have the same.
    pub row: u64,
    /// What becomes of callers who were there before the import.
    pub existing: Existing,
}

/// What an import does with callers who were there before it. Counters and an administrator's lock stay in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The import's PINs take the place of theirs.
    Replace,
    /// The import's PINs are added to theirs.
    Add,
    /// They are left as they are.
    Skip,
}

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is in, as the import's first of this caller.
    First,
    /// It is in; the import had touched the caller before.
    Further,
    /// The caller was there before the import, and is left as he is.
    Skipped,
}

/// What is known of the item that a row is about to change.
#[derive(Clone, Copy)]
enum Seen {
    /// Nothing: most rows are their caller's only one.
    Nothing,
    /// It was there before the import.
    Before,
    /// The import made or changed it; the highest row so far.
    Ours { last: u64 },
}

/// Rows of one caller at the same time get into each other's way; each try follows the other's success.
const TRIES: u32 = 16;

impl Store {
    /// Writes one row: one round trip for the first row of a caller, two for a further one. The same row again changes
    /// nothing and gives the same answer.
    ///
    /// # Errors
    /// What DynamoDB answered; [`StoreError::TooLarge`] where the caller's item would be over 400 KB,
    /// [`StoreError::Contended`] where others kept changing it.
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
                (Existing::Add, Seen::Before) => (join(request, row), Imported::First),
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
            // Without an item, somebody has erased the caller in between: begin anew.
            seen = match refused.map(|item| mark_of(item, row.run)).transpose()? {
                None => Seen::Nothing,
                Some(None) => Seen::Before,
                Some(Some(ours)) if ours.first == row.row => return Ok(Imported::First),
                Some(Some(ours)) => Seen::Ours { last: ours.last },
            };
        }
        Err(StoreError::Contended)
    }

    /// The same store, whose requests are sent once: for whoever decides himself when to ask again.
    #[must_use]
    pub fn without_retries(&self) -> Self {
        let config =
            self.client.config().to_builder().retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
        Self { client: aws_sdk_dynamodb::Client::from_conf(config.build()), tables: self.tables.clone() }
    }
}

const NOT_OURS: &str = "(attribute_not_exists(#import) OR #import.#run <> :run)";

/// These PINs and no others; creates the caller where there is none.
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

/// One PIN more for a caller from before the import.
fn join(request: UpdateItemFluentBuilder, row: &ImportedRow<'_>) -> UpdateItemFluentBuilder {
    add(request, row, true, "#import = :import")
        .condition_expression(format!("attribute_exists(pk) AND {NOT_OURS}"))
        .expression_attribute_names("#run", "run")
        .expression_attribute_values(":run", item::s(row.run))
        .expression_attribute_values(":import", mark(row))
}

/// One PIN more for a caller whom the import has touched. Where a later row has been, its attributes stay.
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

/// Sets a PIN beside the others, and where the row decides, the attributes and one thing more.
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

/// What an import leaves in an item: its name, and the first and the highest of its rows there.
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
