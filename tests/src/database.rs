//! A database for one test: an embedded one, or separate tables in the DynamoDB at `RINGBOLT_TEST_DYNAMODB_ENDPOINT`.

use aws_sdk_dynamodb::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    types::AttributeValue,
};
use ringbolt_dev::database::{Embedded, start_with_key};
use ringbolt_dynamodb::{
    Store, client,
    tables::{self, IVR_DAY, TableNames, WHO},
};
use std::{
    collections::HashMap,
    env,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// The access key id of every test's database, and of the commands and functions that use it.
pub const ACCESS_KEY: &str = "test";

/// A database and the names of the test's tables.
pub struct TestDatabase {
    /// The database's address.
    pub endpoint: String,
    /// The test's tables.
    pub tables: TableNames,
    /// Keeps the embedded database alive.
    _embedded: Option<Embedded>,
}

impl TestDatabase {
    /// Starts a database with empty tables.
    pub async fn start() -> Self {
        let tables = unused_tables();
        let (endpoint, embedded) = match elsewhere() {
            Some(endpoint) => (endpoint, None),
            None => {
                let embedded = start_with_key(None, ACCESS_KEY.to_owned()).await.unwrap();
                (embedded.endpoint.clone(), Some(embedded))
            }
        };
        let database = Self { endpoint, tables, _embedded: embedded };
        tables::create_missing(&database.client().await, &database.tables).await.unwrap();
        database
    }

    /// A client with timeouts long enough for a busy machine.
    pub async fn client(&self) -> Client {
        patient_client(&self.endpoint).await
    }

    /// A store with a patient client.
    pub async fn store(&self) -> Store {
        Store::new(self.client().await, self.tables.clone())
    }
}

/// The DynamoDB that the tests use instead of the embedded one, if one is named.
#[must_use]
pub fn elsewhere() -> Option<String> {
    env::var("RINGBOLT_TEST_DYNAMODB_ENDPOINT").ok()
}

/// Names that no other test has for its tables.
pub(crate) fn unused_tables() -> TableNames {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let unique = format!("{}-{}", std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed));
    TableNames {
        callers: format!("callers-{unique}"),
        calls: format!("calls-{unique}"),
        counters: format!("counters-{unique}"),
    }
}

/// What a write of an item of `Calls` costs beyond one write unit: another unit for each further KB, and one for each entry
/// in an index.
#[must_use]
pub fn more_units(item: &HashMap<String, AttributeValue>) -> usize {
    let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
    let entries = [WHO, IVR_DAY].into_iter().filter(|key| item.contains_key(*key)).count();
    bytes.div_ceil(1024) - 1 + entries
}

/// The size of a value, as DynamoDB bills it.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number.len() / 2 + 2,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| name.len() + 1 + size(value)).sum::<usize>(),
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// A client for an endpoint, with timeouts of a minute so that a busy machine does not fail tests.
pub async fn patient_client(endpoint: &str) -> Client {
    let minute = Duration::from_secs(60);
    let patience = TimeoutConfig::builder().connect_timeout(minute).operation_timeout(minute).build();
    let config = aws_sdk_dynamodb::config::Builder::from(&client::local_config(endpoint, ACCESS_KEY))
        .timeout_config(patience)
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    Client::from_conf(config.build())
}
