//! Published call flows: immutable versions, and one item that says which of them are live.
//!
//! `pk = flow#<name>, sk = v#<version>` has a version; `pk = live, sk = live` has, under `flows`, the live version of
//! every flow, so that a function learns with one read whether anything has changed; under `moved`, who made it live and
//! when; and under `closures`, which calendars are closed. Versions are never deleted or overwritten, so that they count from 1 without a gap.

mod closures;
mod live;
mod publish;
mod version;

pub use closures::{ClosedCalendars, Closure, ClosureChange, LiveState};
pub use live::{Live, LiveInDetail, LiveVersions, Move, Moved};
pub use publish::{InvalidPush, Published, Push};
pub use version::{History, Version, VersionInfo};

use crate::{
    StoreError,
    item::Item,
    tables::{PK, SK},
};
use aws_sdk_dynamodb::Client;
use ringbolt_core::identity::FlowName;

/// The table of call flows.
#[derive(Clone, Debug)]
pub struct FlowTable {
    client: Client,
    table: String,
}

/// Which answer of the database is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// One that can be a second old, at half the price.
    Recent,
    /// One that has every write that was acknowledged before it.
    Consistent,
}

impl FlowTable {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    async fn get(&self, pk: &str, sk: &str, read: Read) -> Result<Option<Item>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, crate::item::s(pk))
            .key(SK, crate::item::s(sk))
            .consistent_read(read == Read::Consistent)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        Ok(found.item)
    }
}

fn version_pk(name: &FlowName) -> String {
    format!("flow#{name}")
}

/// Padded, so that versions sort as numbers.
fn version_sk(version: u64) -> String {
    format!("v#{version:010}")
}
