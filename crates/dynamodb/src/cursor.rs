//! Where reading goes on that takes more than one page.

use crate::item::Item;
use std::fmt;

/// Where the next page begins; the page before has it.
#[derive(Clone)]
pub struct Cursor(Item);

impl Cursor {
    /// Of a page's `LastEvaluatedKey`; `None` after the last page.
    pub(crate) fn after(key: Option<Item>) -> Option<Self> {
        key.filter(|key| !key.is_empty()).map(Self)
    }

    /// The next page's `ExclusiveStartKey`.
    pub(crate) fn into_key(self) -> Item {
        self.0
    }
}

// A key can name a person.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor")
    }
}
