//! DynamoDB's operations by name, as a request's `X-Amz-Target` gives it.

use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};

/// What `X-Amz-Target` begins with ("DynamoDB low-level API", in DynamoDB's developer guide).
const PREFIX: &str = "DynamoDB_20120810.";

/// Executes an operation on its JSON request, and returns the JSON of its result.
///
/// # Errors
/// The operation is unknown, the request is not one of its requests, or the database refuses it.
pub(super) fn execute(database: &Database, target: &str, request: &str) -> Result<String, DynoxideError> {
    match target.strip_prefix(PREFIX).unwrap_or_default() {
        "BatchGetItem" => run(request, |request| database.batch_get_item(request)),
        "BatchWriteItem" => run(request, |request| database.batch_write_item(request)),
        "CreateTable" => run(request, |request| database.create_table(request)),
        "DeleteItem" => run(request, |request| database.delete_item(request)),
        "DeleteTable" => run(request, |request| database.delete_table(request)),
        "DescribeTable" => run(request, |request| database.describe_table(request)),
        "DescribeTimeToLive" => run(request, |request| database.describe_time_to_live(request)),
        "GetItem" => run(request, |request| database.get_item(request)),
        "ListTables" => run(request, |request| database.list_tables(request)),
        "PutItem" => run(request, |request| database.put_item(request)),
        "Query" => run(request, |request| database.query(request)),
        "Scan" => run(request, |request| database.scan(request)),
        "TransactGetItems" => run(request, |request| database.transact_get_items(request)),
        "TransactWriteItems" => run(request, |request| database.transact_write_items(request)),
        "UpdateItem" => run(request, |request| database.update_item(request)),
        "UpdateTable" => run(request, |request| database.update_table(request)),
        "UpdateTimeToLive" => run(request, |request| database.update_time_to_live(request)),
        _ => Err(DynoxideError::UnsupportedCapability(format!("the local database has no operation {target}"))),
    }
}

fn run<Request: DeserializeOwned, Answer: Serialize>(
    request: &str,
    operation: impl FnOnce(Request) -> dynoxide::Result<Answer>,
) -> Result<String, DynoxideError> {
    let request =
        serde_json::from_str(request).map_err(|error| DynoxideError::SerializationException(error.to_string()))?;
    let answer = operation(request)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
