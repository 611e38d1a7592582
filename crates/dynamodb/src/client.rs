//! The SDK's client, with the patience of a telephone call.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;

/// Defaults of the SDK as of this version; a newer SDK does not change them behind our back.
#[must_use]
pub fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// HTTPS with rustls on ring: 2 MB less in a function's package than with aws-lc.
#[must_use]
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// For a caller on the line, as parts of the deadline: a fifth to connect, a quarter for an attempt, seven tenths for
/// three attempts in all. With the default deadline of a second these are 200, 250 and 700 ms; with the SDK's own
/// defaults a hung server was still waited for after 40 s.
#[must_use]
pub fn patience(deadline: Duration) -> (TimeoutConfig, RetryConfig) {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(deadline / 5)
        .operation_attempt_timeout(deadline / 4)
        .operation_timeout(deadline * 7 / 10)
        .build();
    // The first pause is 25 ms rather than a second, or there would be no second attempt within the deadline.
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25));
    (timeouts, retries)
}

/// A client for webhooks: region, credentials and endpoint from `sdk`, [`patience`] from the deadline.
#[must_use]
pub fn webhook_client(sdk: &SdkConfig, deadline: Duration) -> Client {
    let (timeouts, retries) = patience(deadline);
    let config = aws_sdk_dynamodb::config::Builder::from(sdk).timeout_config(timeouts).retry_config(retries);
    Client::from_conf(config.build())
}

/// The configuration for a DynamoDB on this machine: no account, any credentials.
pub async fn local_config(endpoint: &str) -> SdkConfig {
    aws_config::defaults(behavior())
        .http_client(http_client())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint)
        .load()
        .await
}
