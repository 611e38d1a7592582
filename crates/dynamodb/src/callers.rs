//! Enrolment and what administrators do: PINs put, added, removed; unlock, suspend, resume; attributes.
//!
//! All but the changes of attributes clear `last_attempt`: an answer from before them is never given again.

use crate::{Store, StoreError, attempts::caller_key, error::was_written, item, tables::PK};
use aws_sdk_dynamodb::{
    operation::{put_item::builders::PutItemFluentBuilder, update_item::builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};
use ringbolt_core::{
    caller::{Attributes, CallerItem, Status},
    identity::CallerId,
    pin::PinTag,
};
use std::collections::{BTreeSet, HashMap};

/// Whether there was such a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Change {
    /// The change was made.
    Made,
    /// There is no such caller; nothing was changed.
    NoCaller,
}

/// Why a caller's PINs and attributes were not set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// Nothing was written, or it is unknown whether the PINs were.
    #[error("the PIN was not set: {0}")]
    Pins(#[source] StoreError),
    /// The PINs were written, but the attributes were not.
    #[error("the PIN was set, but the attributes were not: {0}")]
    Attributes(#[source] StoreError),
}

impl Store {
    /// Gives a caller exactly these PINs ([`Store::replace_pins`]), then adds the attributes to the existing ones. Returns
    /// [`Change::NoCaller`] if the caller was erased between the two writes, so that nothing is set.
    ///
    /// # Errors
    /// Any DynamoDB error, with the write that failed.
    pub async fn set_pins(
        &self,
        caller: &CallerId,
        tags: &[PinTag],
        attributes: &Attributes,
    ) -> Result<Change, SetError> {
        self.replace_pins(caller, tags).await.map_err(SetError::Pins)?;
        if attributes.is_empty() {
            return Ok(Change::Made);
        }
        self.put_attributes(caller, attributes).await.map_err(SetError::Attributes)
    }

    /// Gives a caller exactly these PINs, with counters at zero; creates the caller if necessary. Attributes and
    /// an administrator's lock stay.
    ///
    /// `tags` has the tags of all PINs, under every key ([`ringbolt_core::pin::PinHasher::enrol`]).
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn replace_pins(&self, caller: &CallerId, tags: &[PinTag]) -> Result<(), StoreError> {
        self.update(caller)
            .update_expression(
                "SET pins = :pins, attempts = :zero, last_at = :zero, #status = if_not_exists(#status, :active), \
                 #attributes = if_not_exists(#attributes, :none) REMOVE last_attempt",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#attributes", "attributes")
            .expression_attribute_values(":pins", pins(tags))
            .expression_attribute_values(":zero", item::n(0))
            .expression_attribute_values(":active", item::s(Status::Active.as_str()))
            .expression_attribute_values(":none", AttributeValue::M(HashMap::new()))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(())
    }

    /// Creates a caller; says whether there was none. One that is there is left as it is, counters and all.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn create_caller(
        &self,
        caller: &CallerId,
        tags: &[PinTag],
        attributes: &Attributes,
        status: Status,
    ) -> Result<bool, StoreError> {
        was_written(self.new_caller(caller, tags, attributes, status).send().await)
    }

    /// The write of a caller who is not there yet.
    pub(crate) fn new_caller(
        &self,
        caller: &CallerId,
        tags: &[PinTag],
        attributes: &Attributes,
        status: Status,
    ) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(&self.tables.callers)
            .item(PK, caller_key(caller))
            .item("pins", pins(tags))
            .item("attempts", item::n(0))
            .item("last_at", item::n(0))
            .item("status", item::s(status.as_str()))
            .item("attributes", attribute_map(attributes))
            .condition_expression("attribute_not_exists(pk)")
    }

    /// Gives a caller one more PIN: its tags, one under each key. Counters stay.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn add_pin(&self, caller: &CallerId, tags: &[PinTag]) -> Result<Change, StoreError> {
        let mut request = self.update(caller);
        let mut sets = Vec::new();
        for (index, tag) in distinct(tags).enumerate() {
            sets.push(format!("pins.#t{index} = :found"));
            request = request.expression_attribute_names(format!("#t{index}"), tag.as_str());
        }
        if tags.is_empty() {
            return existing(request.update_expression("REMOVE last_attempt")).await;
        }
        let request = request
            .update_expression(format!("SET {} REMOVE last_attempt", sets.join(", ")))
            .expression_attribute_values(":found", item::n(-1));
        existing(request).await
    }

    /// Takes PINs away: their tags as they stand in the item. Counters stay.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn remove_pin(&self, caller: &CallerId, tags: &[PinTag]) -> Result<Change, StoreError> {
        let mut request = self.update(caller);
        let mut removes = vec!["last_attempt".to_owned()];
        for (index, tag) in distinct(tags).enumerate() {
            removes.push(format!("pins.#t{index}"));
            request = request.expression_attribute_names(format!("#t{index}"), tag.as_str());
        }
        existing(request.update_expression(format!("REMOVE {}", removes.join(", ")))).await
    }

    /// Sets the counter to zero. An administrator's lock stays.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn unlock(&self, caller: &CallerId) -> Result<Change, StoreError> {
        let request = self
            .update(caller)
            .update_expression("SET attempts = :zero REMOVE last_attempt")
            .expression_attribute_values(":zero", item::n(0));
        existing(request).await
    }

    /// Suspends a caller or lets them try again.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn set_status(&self, caller: &CallerId, status: Status) -> Result<Change, StoreError> {
        let request = self
            .update(caller)
            .update_expression("SET #status = :status REMOVE last_attempt")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", item::s(status.as_str()));
        existing(request).await
    }

    /// Replaces what a flow may say about a caller.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn set_attributes(&self, caller: &CallerId, attributes: &Attributes) -> Result<Change, StoreError> {
        let request = self
            .update(caller)
            .update_expression("SET #attributes = :attributes")
            .expression_attribute_names("#attributes", "attributes")
            .expression_attribute_values(":attributes", attribute_map(attributes));
        existing(request).await
    }

    /// Sets single attributes; the others stay.
    ///
    /// # Errors
    /// What DynamoDB answered.
    pub async fn put_attributes(&self, caller: &CallerId, attributes: &Attributes) -> Result<Change, StoreError> {
        let mut request = self.update(caller).expression_attribute_names("#attributes", "attributes");
        let mut sets = Vec::new();
        for (index, (name, value)) in attributes.iter().enumerate() {
            sets.push(format!("#attributes.#n{index} = :v{index}"));
            request = request
                .expression_attribute_names(format!("#n{index}"), name)
                .expression_attribute_values(format!(":v{index}"), item::from_json(value));
        }
        existing(request.update_expression(format!("SET {}", sets.join(", ")))).await
    }

    /// The caller's item, as of now.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Corrupt`] for an item that Ringbolt did not write.
    pub async fn caller(&self, caller: &CallerId) -> Result<Option<CallerItem>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.tables.callers)
            .key(PK, caller_key(caller))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        found.item().map(item::caller).transpose()
    }

    pub(crate) fn update(&self, caller: &CallerId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.tables.callers).key(PK, caller_key(caller))
    }
}

/// Sends an update that must not create a caller.
async fn existing(request: UpdateItemFluentBuilder) -> Result<Change, StoreError> {
    let written = request.condition_expression("attribute_exists(pk)").send().await;
    Ok(if was_written(written)? { Change::Made } else { Change::NoCaller })
}

/// DynamoDB refuses an expression that names one place twice.
pub(crate) fn distinct(tags: &[PinTag]) -> impl Iterator<Item = &PinTag> {
    tags.iter().collect::<BTreeSet<_>>().into_iter()
}

pub(crate) fn pins(tags: &[PinTag]) -> AttributeValue {
    AttributeValue::M(tags.iter().map(|tag| (tag.as_str().to_owned(), item::n(-1))).collect())
}

pub(crate) fn attribute_map(attributes: &Attributes) -> AttributeValue {
    AttributeValue::M(attributes.iter().map(|(name, value)| (name.clone(), item::from_json(value))).collect())
}
