//! Where the PIN keys and the tokens come from.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::config::timeout::TimeoutConfig;
use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// A secret's text, or where to read it.
#[derive(Clone)]
pub enum SecretSource {
    /// The JSON itself, for local use.
    Inline(Zeroizing<String>),
    /// A secret of AWS Secrets Manager.
    SecretsManager {
        /// Its ARN.
        arn: String,
    },
}

/// The secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager did not give it.
    #[error("Secrets Manager did not give {arn}: {code}")]
    NotGiven {
        /// Which secret.
        arn: String,
        /// The service's error code.
        code: String,
    },
    /// A binary secret.
    #[error("the secret {arn} has no text")]
    NoText {
        /// Which secret.
        arn: String,
    },
}

impl SecretSource {
    /// `secretsmanager:ARN`, or the secret itself.
    #[must_use]
    pub fn parse(value: String) -> Self {
        match value.strip_prefix("secretsmanager:") {
            Some(arn) => Self::SecretsManager { arn: arn.to_owned() },
            None => Self::Inline(Zeroizing::new(value)),
        }
    }

    /// The secret's text.
    ///
    /// # Errors
    /// [`SecretError`] where Secrets Manager does not give it, or gives no text.
    pub async fn read(&self, sdk: &SdkConfig) -> Result<Zeroizing<String>, SecretError> {
        use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
        let arn = match self {
            Self::Inline(text) => return Ok(text.clone()),
            Self::SecretsManager { arn } => arn,
        };
        // At the start nobody waits on the line, but Lambda ends a start after ten seconds.
        let patience = TimeoutConfig::builder()
            .operation_attempt_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(5))
            .build();
        let config = aws_sdk_secretsmanager::config::Builder::from(sdk).timeout_config(patience).build();
        let given =
            aws_sdk_secretsmanager::Client::from_conf(config).get_secret_value().secret_id(arn).send().await.map_err(
                |error| SecretError::NotGiven {
                    arn: arn.clone(),
                    code: error.code().unwrap_or("no answer").to_owned(),
                },
            )?;
        given.secret_string.map(Zeroizing::new).ok_or_else(|| SecretError::NoText { arn: arn.clone() })
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
