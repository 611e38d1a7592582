//! The shapes of all tables. `ringbolt dev` and the tests create them, and the templates must match them.

use crate::StoreError;
use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType, TimeToLiveSpecification,
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
/// The index's sort key, in epoch milliseconds.
pub const AT: &str = "at";

/// The names of a deployment's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// The table of callers, with their PINs and counters.
    pub callers: String,
    /// The table of calls and transcriptions.
    pub calls: String,
}

/// The shape of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// Whether items have a sort key.
    pub sort_key: bool,
    /// Whether the table has the index by IVR and day.
    pub by_ivr_day: bool,
}

/// The table `Callers`.
pub const CALLERS: TableShape = TableShape { sort_key: false, by_ivr_day: false };
/// The table `Calls`.
pub const CALLS: TableShape = TableShape { sort_key: true, by_ivr_day: true };
/// The table `Flows`.
pub const FLOWS: TableShape = TableShape { sort_key: true, by_ivr_day: false };
/// The table `Audit`.
pub const AUDIT: TableShape = TableShape { sort_key: true, by_ivr_day: false };

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
    for (name, shape) in [(&names.callers, CALLERS), (&names.calls, CALLS)] {
        create_missing_table(client, name, shape).await?;
    }
    Ok(())
}

async fn create_missing_table(client: &Client, name: &str, shape: TableShape) -> Result<(), StoreError> {
    let found = client.describe_table().table_name(name).send().await;
    match found.map_err(StoreError::from_sdk) {
        Ok(_) => Ok(()),
        Err(StoreError::NoTable) => create(client, name, shape).await,
        Err(error) => Err(error),
    }
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
    if shape.by_ivr_day {
        let index = GlobalSecondaryIndex::builder()
            .index_name(CALLS_BY_IVR_DAY)
            .key_schema(key(IVR_DAY, KeyType::Hash)?)
            .key_schema(key(AT, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(|_| incomplete())?;
        request = request
            .attribute_definitions(defined(IVR_DAY, ScalarAttributeType::S)?)
            .attribute_definitions(defined(AT, ScalarAttributeType::N)?)
            .global_secondary_indexes(index);
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

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, StoreError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(|_| incomplete())
}

/// The error for an incomplete SDK request, which cannot occur because every field is set above.
fn incomplete() -> StoreError {
    StoreError::Refused { code: "IncompleteRequest".to_owned() }
}
