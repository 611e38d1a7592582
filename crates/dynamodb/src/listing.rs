//! All callers of a realm, a page at a time.

use crate::{Cursor, Store, StoreError, item, tables::PK};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    caller::CallerItem,
    identity::{CallerId, IdentifierForm, Realm, UserId},
};

/// Some of the callers of a realm, in no order.
#[derive(Debug)]
pub struct CallerPage {
    /// The callers. A page may have none, and others follow all the same.
    pub callers: Vec<(CallerId, CallerItem)>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<Cursor>,
}

impl Store {
    /// A page of a realm's callers: what lies in at most 1 MB of the table. The whole table is read (and paid for) in
    /// the course of a listing: realms lie in it side by side. What changes meanwhile may be listed as before or after.
    ///
    /// # Errors
    /// What DynamoDB answered, or [`StoreError::Unreadable`] for an item that Ringbolt did not write.
    pub async fn callers_page(&self, realm: &Realm, from: Option<Cursor>) -> Result<CallerPage, StoreError> {
        let prefix = format!("{realm}#");
        let found = self
            .client
            .scan()
            .table_name(&self.tables.callers)
            .filter_expression("begins_with(pk, :realm)")
            .expression_attribute_values(":realm", item::s(&prefix))
            .set_exclusive_start_key(from.map(Cursor::into_key))
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        let mut callers = Vec::new();
        for stored in found.items() {
            let Some(AttributeValue::S(key)) = stored.get(PK) else {
                return Err(StoreError::Unreadable { attribute: PK });
            };
            let user = key.strip_prefix(&prefix).ok_or(StoreError::Unreadable { attribute: PK })?;
            // A stored user id is in its one form; the one form of that is itself.
            let user =
                UserId::parse(user, IdentifierForm::Text).map_err(|_| StoreError::Unreadable { attribute: PK })?;
            callers.push((CallerId { realm: realm.clone(), user }, item::caller(stored)?));
        }
        Ok(CallerPage { callers, next: Cursor::after(found.last_evaluated_key) })
    }
}
