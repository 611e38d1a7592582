//! Moving tags to another PIN key: callers in pages, and one conditional write a caller.

use crate::{Cursor, Store, StoreError, attempts::caller_key, error::was_written, item, tables::PK};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    identity::{CallerId, Realm, UserId},
    pin::rotation::TagPair,
};
use std::collections::{BTreeSet, HashMap};

/// A caller, and the tags of their PINs.
#[derive(Clone)]
pub struct PinHolder {
    /// Who.
    pub caller: CallerId,
    /// The tags as the item has them.
    pub tags: BTreeSet<String>,
}

/// Some of the callers.
pub struct PinHolders {
    /// The callers with PINs.
    pub holders: Vec<PinHolder>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<Cursor>,
    /// Items of which no caller's PINs could be read: Ringbolt did not write them.
    pub unreadable: usize,
}

/// What becomes of the tag under the old key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldTag {
    /// It stays, in addition to the new one.
    Keep,
    /// It goes, in the same write that puts the new one there.
    Remove,
}

/// Whether the tags were still as they had been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Moved {
    /// The new tags are there.
    Done,
    /// A tag was gone, or the caller. Read the caller again.
    Changed,
}

/// Tags that one write moves. DynamoDB allows 300 operators and 4 KB in an expression.
const TAGS_A_WRITE: usize = 40;

impl Store {
    /// A page of the callers with PINs in one segment of the table, consistently read. Segments are of equal size.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn pin_holders(
        &self,
        segment: i32,
        segments: i32,
        after: Option<Cursor>,
    ) -> Result<PinHolders, StoreError> {
        let page = self
            .client
            .scan()
            .table_name(&self.tables.callers)
            .segment(segment)
            .total_segments(segments)
            .set_exclusive_start_key(after.map(Cursor::into_key))
            .projection_expression("pk, pins")
            // Locks of imports are in the same table, under keys that begin as no realm does. So were counters, for a day,
            // before they had a table of their own.
            .filter_expression("NOT begins_with(pk, :no_realm)")
            .expression_attribute_values(":no_realm", item::s("#"))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let found: Vec<Option<PinHolder>> = page.items().iter().map(holder).collect();
        let read = found.len();
        let holders: Vec<PinHolder> = found.into_iter().flatten().collect();
        let next = Cursor::after(page.last_evaluated_key);
        Ok(PinHolders { unreadable: read - holders.len(), holders, next })
    }

    /// The tags of a caller as of now; `None` if there is no such caller.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn pin_holder(&self, caller: &CallerId) -> Result<Option<PinHolder>, StoreError> {
        let item = self.caller(caller).await?;
        Ok(item.map(|item| PinHolder { caller: caller.clone(), tags: item.pins }))
    }

    /// Puts tags under the new key into a caller's item, each only if its tag under the old key is still there: a PIN
    /// that was taken away in between does not come back. Counters, lock and attributes are not touched, so that an
    /// attempt in the same moment loses nothing. With [`OldTag::Keep`], doing it twice changes nothing more. Of very many
    /// PINs some are written before others ([`Moved::Changed`] can come after that).
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn move_tags(&self, caller: &CallerId, pairs: &[TagPair], old: OldTag) -> Result<Moved, StoreError> {
        for pairs in pairs.chunks(TAGS_A_WRITE) {
            let (mut sets, mut removes, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
            let mut names = HashMap::new();
            for (index, pair) in pairs.iter().enumerate() {
                sets.push(format!("pins.#n{index} = :found"));
                removes.push(format!("pins.#o{index}"));
                conditions.push(format!("attribute_exists(pins.#o{index})"));
                names.insert(format!("#n{index}"), pair.new.as_str().to_owned());
                names.insert(format!("#o{index}"), pair.old.as_str().to_owned());
            }
            let update = match old {
                OldTag::Keep => format!("SET {}", sets.join(", ")),
                OldTag::Remove => format!("SET {} REMOVE {}", sets.join(", "), removes.join(", ")),
            };
            let written = self
                .client
                .update_item()
                .table_name(&self.tables.callers)
                .key(PK, caller_key(caller))
                .update_expression(update)
                .condition_expression(conditions.join(" AND "))
                .set_expression_attribute_names(Some(names))
                .expression_attribute_values(":found", item::n(-1))
                .send()
                .await;
            if !was_written(written)? {
                return Ok(Moved::Changed);
            }
        }
        Ok(Moved::Done)
    }
}

/// Reads the key and the tags of a caller's item.
fn holder(found: &item::Item) -> Option<PinHolder> {
    let Some(AttributeValue::S(key)) = found.get(PK) else { return None };
    let Some(AttributeValue::M(pins)) = found.get("pins") else { return None };
    let (realm, user) = key.split_once('#')?;
    let caller = CallerId { realm: Realm::parse(realm).ok()?, user: UserId::from_stored(user).ok()? };
    Some(PinHolder { caller, tags: item::tags(pins) })
}
