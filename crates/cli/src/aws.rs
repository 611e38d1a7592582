//! What `ringbolt flow` connects with.

use aws_sdk_dynamodb::Client;
use ringbolt_lambda::run::sdk_config;
use std::time::Duration;

/// Nobody is on the line: more patience than a webhook has.
const PATIENCE: Duration = Duration::from_secs(20);

/// Region, credentials and endpoint as every AWS tool finds them.
pub(crate) async fn connect() -> Client {
    ringbolt_dynamodb::client::webhook_client(&sdk_config().await, PATIENCE)
}
