//! The SDK's client, with timeouts that suit a telephone call.

use crate::environment::base;
use aws_credential_types::provider::{SharedCredentialsProvider, error::CredentialsError};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region, SharedHttpClient, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_types::SdkConfig;
use std::{error::Error, iter::successors, time::Duration};

/// The SDK defaults as of this version, so that a newer SDK does not change them unnoticed.
#[must_use]
pub fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// How long an idle connection is kept. While a function is frozen, servers close connections unnoticed, and the next request
/// would lose an attempt on each.
const IDLE: Duration = Duration::from_secs(20);

/// How long a connection may take. Attempts have shorter limits of their own. The SDK has a pool of connections for each
/// value, so all clients share this one, and a webhook uses the connections that its start opened.
pub const CONNECT: Duration = Duration::from_secs(3);

/// HTTPS with rustls on ring, which makes a function's package 2 MB smaller than aws-lc does.
#[must_use]
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .pool_idle_timeout(IDLE)
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

/// Plain HTTP, for a database on this machine. It needs no certificates, whose loading takes most of the time that it takes
/// to create a client.
#[must_use]
pub fn plain_http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().pool_idle_timeout(IDLE).build_http()
}

/// The error code if there were no credentials for a request, for example because a session has ended. The SDK has none for
/// it.
pub const NO_CREDENTIALS: &str = "NoCredentials";

/// Whether a request failed because there were no credentials for it. It was not sent then.
#[must_use]
pub fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    successors(Some(error), |error| (*error).source()).any(|error| error.is::<CredentialsError>())
}

/// Timeouts for webhooks, as fractions of the deadline: a quarter per attempt, and seven tenths for up to three attempts in
/// total. With the default deadline of one second these are 250 and 700 ms. With the SDK's
/// own defaults, requests to an unresponsive server were still waiting after 40 s.
#[must_use]
pub fn patience(deadline: Duration) -> (TimeoutConfig, RetryConfig) {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(deadline / 4)
        .operation_timeout(deadline * 7 / 10)
        .build();
    // The first pause is 25 ms instead of a second, so that a second attempt fits into the deadline.
    let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(25));
    (timeouts, retries)
}

/// A client for webhooks: region, credentials and endpoint come from `sdk`, timeouts from the deadline.
#[must_use]
pub fn webhook_client(sdk: &SdkConfig, deadline: Duration) -> Client {
    limited_client(sdk, patience(deadline))
}

/// The same for a database that somebody breaks on purpose: it is asked as often, with hardly a pause.
#[must_use]
pub fn eager_client(sdk: &SdkConfig, deadline: Duration) -> Client {
    let (timeouts, retries) = patience(deadline);
    limited_client(sdk, (timeouts, retries.with_initial_backoff(Duration::from_millis(1))))
}

fn limited_client(sdk: &SdkConfig, (timeouts, retries): (TimeoutConfig, RetryConfig)) -> Client {
    let config = aws_sdk_dynamodb::config::Builder::from(sdk).timeout_config(timeouts).retry_config(retries);
    Client::from_conf(config.build())
}

/// A client for a start, when nobody waits on the line: an operation may take as long as `patience`, and two fifths of it
/// for each attempt.
#[must_use]
pub fn patient_client(sdk: &SdkConfig, patience: Duration) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(patience * 2 / 5)
        .operation_timeout(patience)
        .build();
    let config = aws_sdk_dynamodb::config::Builder::from(sdk).timeout_config(timeouts);
    Client::from_conf(config.build())
}

/// The configuration for a local DynamoDB at an `http://` address, which needs no account. The embedded one asks for its own
/// access key id; others accept any.
#[must_use]
pub fn local_config(endpoint: &str, access_key_id: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key_id, "local", None, None, "local");
    base()
        .http_client(plain_http_client())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .build()
}
