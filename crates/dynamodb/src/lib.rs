//! Callers, attempts, calls and transcriptions in DynamoDB: the only user of the DynamoDB SDK.
//!
//! One module a kind of item; [`tables`] has the tables' shapes in one place, [`client`] the time that a caller on the
//! line can wait.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod attempts;
pub mod audit;
pub mod call_list;
pub mod callers;
pub mod calls;
pub mod client;
pub mod counters;
mod cursor;
pub mod erasure;
mod error;
pub mod flows;
pub mod health;
pub mod imports;
mod item;
pub mod key_rotation;
pub mod listing;
mod revisions;
pub mod tables;

pub use cursor::Cursor;
pub use error::StoreError;
use error::was_written;

use aws_sdk_dynamodb::Client;

/// The tables, and the way to them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    tables: tables::TableNames,
}

impl Store {
    /// A store on these tables.
    #[must_use]
    pub fn new(client: Client, tables: tables::TableNames) -> Self {
        Self { client, tables }
    }

    /// Opens the connection and proves credentials and permission, with a write that its condition always refuses.
    ///
    /// # Errors
    /// What the function's real writes would have met.
    pub async fn warm_up(&self, table: Table) -> Result<(), StoreError> {
        // No caller, counter or call has this key: their keys begin otherwise.
        const NOBODY: &str = "#warm-up";
        let request = self.client.update_item().key(tables::PK, item::s(NOBODY));
        let request = match table {
            Table::Callers => request.table_name(&self.tables.callers),
            Table::Calls => request.table_name(&self.tables.calls).key(tables::SK, item::s(NOBODY)),
        };
        let refused = request
            .update_expression("SET attempts = :zero")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":zero", item::n(0))
            .send()
            .await;
        was_written(refused).map(drop)
    }
}

/// One of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// PINs, counters.
    Callers,
    /// Calls and transcriptions.
    Calls,
}
