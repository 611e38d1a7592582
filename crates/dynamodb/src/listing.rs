//! Lists all callers of a realm, page by page.

use crate::{Cursor, Store, StoreError, item, tables::PK};
use aws_sdk_dynamodb::types::AttributeValue;
use ringbolt_core::{
    caller::CallerItem,
    identity::{CallerId, Realm, UserId},
};

/// A page of a realm's callers, in no particular order.
#[derive(Debug)]
pub struct CallerPage {
    /// The callers. An empty page may be followed by others.
    pub callers: Vec<(CallerId, CallerItem)>,
    /// The user ids, as they are stored, of items that Ringbolt cannot have written.
    pub unreadable: Vec<String>,
    /// The start of the next page; `None` after the last one.
    pub next: Option<Cursor>,
}

impl Store {
    /// Reads a page of a realm's callers: those found in at most 1 MB of the table. All realms share the table, so a
    /// listing reads (and pays for) the whole table. It may or may not reflect changes made in the meantime.
    ///
    /// # Errors
    /// What DynamoDB answered.
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
        let (mut callers, mut unreadable) = (Vec::new(), Vec::new());
        for stored in found.items() {
            // The filter lets only texts with this beginning through.
            let Some(AttributeValue::S(key)) = stored.get(PK) else { continue };
            let stored_user = key.strip_prefix(&prefix).unwrap_or_default();
            match (UserId::from_stored(stored_user), item::caller(stored)) {
                (Ok(user), Ok(item)) => callers.push((CallerId { realm: realm.clone(), user }, item)),
                // One damaged item must not hide all other callers.
                _ => unreadable.push(stored_user.to_owned()),
            }
        }
        Ok(CallerPage { callers, unreadable, next: Cursor::after(found.last_evaluated_key) })
    }
}
