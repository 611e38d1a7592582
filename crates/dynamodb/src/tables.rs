//! The shapes of all tables. `ringbolt dev` and the tests create them, and the templates must match them.

use crate::StoreError;
use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
        GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};

/// The partition key of every table.
pub const PK: &str = "pk";
/// The sort key of the tables that have one.
pub const SK: &str = "sk";
/// The attribute with an item's expiry time, in epoch seconds. DynamoDB may delete items days later, so every read
/// compares this time with the clock.
pub const TTL: &str = "expires_at";
/// The index that lists the calls of an IVR on a day.
pub const CALLS_BY_IVR_DAY: &str = "by-ivr-day";
/// The index's partition key, `<ivr id>#<YYYY-MM-DD, UTC>`.
pub const IVR_DAY: &str = "ivr_day";
/// The index that finds what is about a caller.
pub const CALLS_BY_CALLER: &str = "by-caller";
/// The index's partition key: a keyed reference to the caller.
pub const WHO: &str = "who";
/// The sort key of the indexes, in epoch milliseconds.
pub const AT: &str = "at";

/// The names of a deployment's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// The table of callers, with their PINs and failed attempts.
    pub callers: String,
    /// The table of calls and transcriptions.
    pub calls: String,
    /// The table of the short-lived counters of calls and calling numbers.
    pub counters: String,
}

/// The shape of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// Whether items have a sort key.
    pub sort_key: bool,
    /// Its indexes, sorted by [`AT`].
    pub indexes: &'static [IndexShape],
}

/// The shape of an index. It is sparse: it holds the items that have its key, and nothing of them but keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexShape {
    /// Its name.
    pub name: &'static str,
    /// The attribute that is its partition key, a text. Its sort key is [`AT`].
    pub partition: &'static str,
}

/// The table `Callers`.
pub const CALLERS: TableShape = TableShape { sort_key: false, indexes: &[] };
/// The table `Calls`.
pub const CALLS: TableShape = TableShape {
    sort_key: true,
    indexes: &[
        IndexShape { name: CALLS_BY_CALLER, partition: WHO },
        IndexShape { name: CALLS_BY_IVR_DAY, partition: IVR_DAY },
    ],
};
/// The table `Counters`.
pub const COUNTERS: TableShape = TableShape { sort_key: false, indexes: &[] };
/// The table `Flows`.
pub const FLOWS: TableShape = TableShape { sort_key: true, indexes: &[] };
/// The table `Audit`.
pub const AUDIT: TableShape = TableShape { sort_key: true, indexes: &[] };

/// Creates the table of call flows if it is missing. For local databases only: in AWS the template creates it.
///
/// # Errors
/// Any DynamoDB error.
pub async fn create_missing_flows(client: &Client, name: &str) -> Result<(), StoreError> {
    create_missing_table(client, name, FLOWS).await
}

/// Creates the audit table if it is missing. For local databases only: in AWS the template creates it.
///
/// # Errors
/// Any DynamoDB error.
pub async fn create_missing_audit(client: &Client, name: &str) -> Result<(), StoreError> {
    create_missing_table(client, name, AUDIT).await
}

/// Creates the missing tables, with TTL and on-demand billing. For local databases only: in AWS the template creates
/// them.
///
/// # Errors
/// Any DynamoDB error.
pub async fn create_missing(client: &Client, names: &TableNames) -> Result<(), StoreError> {
    for (name, shape) in [(&names.callers, CALLERS), (&names.calls, CALLS), (&names.counters, COUNTERS)] {
        create_missing_table(client, name, shape).await?;
    }
    Ok(())
}

async fn create_missing_table(client: &Client, name: &str, shape: TableShape) -> Result<(), StoreError> {
    let found = client.describe_table().table_name(name).send().await;
    match found.map_err(StoreError::from_sdk) {
        Ok(found) => {
            let table = found.table().ok_or(StoreError::Nonsense)?;
            let has = |name| table.global_secondary_indexes().iter().any(|index| index.index_name() == Some(name));
            for index in shape.indexes.iter().filter(|index| !has(index.name)) {
                add_index(client, name, index).await?;
            }
            Ok(())
        }
        Err(StoreError::NoTable) => create(client, name, shape).await,
        Err(error) => Err(error),
    }
}

/// Adds an index to a table that an earlier version created. DynamoDB fills it from the items that are there.
async fn add_index(client: &Client, name: &str, index: &IndexShape) -> Result<(), StoreError> {
    let added = CreateGlobalSecondaryIndexAction::builder()
        .index_name(index.name)
        .set_key_schema(Some(keys(index)?))
        .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
        .build()
        .map_err(|_| incomplete())?;
    client
        .update_table()
        .table_name(name)
        .attribute_definitions(defined(index.partition, ScalarAttributeType::S)?)
        .attribute_definitions(defined(AT, ScalarAttributeType::N)?)
        .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(added).build())
        .send()
        .await
        .map_err(StoreError::from_sdk)?;
    Ok(())
}

async fn create(client: &Client, name: &str, shape: TableShape) -> Result<(), StoreError> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(defined(PK, ScalarAttributeType::S)?)
        .key_schema(key(PK, KeyType::Hash)?);
    if shape.sort_key {
        request =
            request.attribute_definitions(defined(SK, ScalarAttributeType::S)?).key_schema(key(SK, KeyType::Range)?);
    }
    for index in shape.indexes {
        let built = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(keys(index)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(|_| incomplete())?;
        request = request
            .attribute_definitions(defined(index.partition, ScalarAttributeType::S)?)
            .global_secondary_indexes(built);
    }
    if !shape.indexes.is_empty() {
        request = request.attribute_definitions(defined(AT, ScalarAttributeType::N)?);
    }
    request.send().await.map_err(StoreError::from_sdk)?;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(TTL).build().map_err(|_| incomplete())?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(ttl)
        .send()
        .await
        .map_err(StoreError::from_sdk)?;
    Ok(())
}

fn defined(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, StoreError> {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().map_err(|_| incomplete())
}

fn keys(index: &IndexShape) -> Result<Vec<KeySchemaElement>, StoreError> {
    Ok(vec![key(index.partition, KeyType::Hash)?, key(AT, KeyType::Range)?])
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(|_| incomplete())
}

/// The error for an incomplete SDK request, which cannot occur because every field is set above.
fn incomplete() -> StoreError {
    StoreError::Refused { code: "IncompleteRequest".to_owned() }
}
