//! Reads secrets: the PIN keys and the webhook tokens.

use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use ringbolt_dynamodb::client::{CONNECT, NO_CREDENTIALS, lacks_credentials};
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// A secret's text, or the place to read it from.
#[derive(Clone)]
pub enum SecretSource {
    /// The JSON itself, for local use.
    Inline(Zeroizing<String>),
    /// A secret in AWS Secrets Manager.
    SecretsManager {
        /// Its ARN.
        arn: String,
    },
}

/// A secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager refused or did not answer.
    #[error("Secrets Manager did not return {arn}: {code}")]
    NotGiven {
        /// The secret's ARN.
        arn: String,
        /// The service's error code.
        code: String,
    },
    /// The secret is binary.
    #[error("the secret {arn} has no text")]
    NoText {
        /// The secret's ARN.
        arn: String,
    },
}

impl SecretSource {
    /// Parses `secretsmanager:ARN`; any other value is the secret itself.
    #[must_use]
    pub fn parse(value: String) -> Self {
        match value.strip_prefix("secretsmanager:") {
            Some(arn) => Self::SecretsManager { arn: arn.to_owned() },
            None => Self::Inline(Zeroizing::new(value)),
        }
    }

    /// Whether the text is here already.
    pub(crate) fn is_inline(&self) -> bool {
        matches!(self, Self::Inline(_))
    }

    /// Reads the secret's text.
    ///
    /// # Errors
    /// [`SecretError`] if Secrets Manager does not return the secret, or the secret is binary.
    pub async fn read(&self, sdk: &SdkConfig) -> Result<Zeroizing<String>, SecretError> {
        use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
        let arn = match self {
            Self::Inline(text) => return Ok(text.clone()),
            Self::SecretsManager { arn } => arn,
        };
        // No caller is waiting during the start, but Lambda ends a start after ten seconds.
        let timeouts = TimeoutConfig::builder()
            // The same for all clients, so that they share one set of root certificates.
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let config = aws_sdk_secretsmanager::config::Builder::from(sdk).timeout_config(timeouts).build();
        let secret =
            aws_sdk_secretsmanager::Client::from_conf(config).get_secret_value().secret_id(arn).send().await.map_err(
                |error| {
                    let without_answer = if lacks_credentials(&error) { NO_CREDENTIALS } else { "no answer" };
                    SecretError::NotGiven { arn: arn.clone(), code: error.code().unwrap_or(without_answer).to_owned() }
                },
            )?;
        secret.secret_string.map(Zeroizing::new).ok_or_else(|| SecretError::NoText { arn: arn.clone() })
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("Inline([redacted])"),
            Self::SecretsManager { arn } => write!(f, "SecretsManager({arn})"),
        }
    }
}
