//! Continues reading over several pages.

use crate::item::Item;
use std::fmt;

/// The position at which the next page starts.
#[derive(Clone)]
pub struct Cursor(Item);

impl Cursor {
    /// Converts a page's `LastEvaluatedKey`; `None` after the last page.
    pub(crate) fn after(key: Option<Item>) -> Option<Self> {
        key.filter(|key| !key.is_empty()).map(Self)
    }

    /// Converts to the next page's `ExclusiveStartKey`.
    pub(crate) fn into_key(self) -> Item {
        self.0
    }
}

// A key can identify a person.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor")
    }
}
