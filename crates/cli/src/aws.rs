//! What the commands that work on a deployment share: the SDK's configuration, and variables named as the functions'.

use anyhow::Context as _;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use ringbolt_core::pin::{PinHasher, PinKeys};
use ringbolt_lambda::{config, run::sdk_config, secrets::SecretSource};
use std::time::Duration;

/// Nobody is on the line: more patience than a webhook has.
const PATIENCE: Duration = Duration::from_secs(20);

/// Region, credentials and endpoint as every AWS tool finds them.
pub(crate) async fn connect() -> (SdkConfig, Client) {
    let sdk = sdk_config().await;
    let client = ringbolt_dynamodb::client::webhook_client(&sdk, PATIENCE);
    (sdk, client)
}

/// The hasher that the functions of this environment have.
pub(crate) async fn hasher(sdk: &SdkConfig, pin_keys: String, pin_hash: &str) -> anyhow::Result<PinHasher> {
    let hash = config::pin_hash(pin_hash).context("RINGBOLT_PIN_HASH must be `argon2id` or `keyed`")?;
    let keys = SecretSource::parse(pin_keys).read(sdk).await?;
    Ok(PinHasher::new(PinKeys::from_json(&keys).context("RINGBOLT_PIN_KEYS")?, hash))
}
