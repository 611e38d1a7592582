//! Stores callers, attempts, calls and transcriptions in DynamoDB. No other crate uses the DynamoDB SDK.
//!
//! Each kind of item has its own module. [`tables`] defines the shapes of all tables, and [`client`] the timeouts.
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
pub mod environment;
pub mod erasure;
mod error;
pub mod flows;
pub mod health;
pub mod import_lock;
pub mod imports;
mod item;
mod ivr_day;
pub mod key_rotation;
pub mod listing;
mod revisions;
pub mod tables;
pub mod visits;

pub use cursor::Cursor;
pub use error::StoreError;
use error::was_written;

use aws_sdk_dynamodb::Client;

/// A client and the names of its tables. Cheap to clone.
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

    /// Opens the connection and checks credentials and permissions with a write whose condition always fails.
    ///
    /// # Errors
    /// Any error that the function's real writes would get.
    pub async fn warm_up(&self, table: Table) -> Result<(), StoreError> {
        // No caller, counter or call can have this key, since their keys start differently.
        const NOBODY: &str = "#warm-up";
        let request = self.client.update_item().key(tables::PK, item::s(NOBODY));
        let request = match table {
            Table::Callers => request.table_name(&self.tables.callers),
            Table::Counters => request.table_name(&self.tables.counters),
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
    /// PINs and failed attempts.
    Callers,
    /// Counters of calls and calling numbers.
    Counters,
    /// Calls and transcriptions.
    Calls,
}
