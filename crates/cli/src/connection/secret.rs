//! Where a secret is, and how to read it.

use super::Connection;
use crate::explain;
use anyhow::Context as _;
use ringbolt_lambda::secrets::SecretSource;
use std::{fmt, fs, path::PathBuf};
use zeroize::Zeroizing;

/// Where the JSON with the PIN keys or webhook tokens is.
#[derive(Clone)]
pub(crate) enum SecretPlace {
    /// Given directly.
    Inline(Zeroizing<String>),
    /// A file of `ringbolt dev`.
    File(PathBuf),
    /// A secret in AWS Secrets Manager.
    SecretsManager {
        /// Its ARN.
        arn: String,
    },
}

impl SecretPlace {
    pub(super) fn parse(value: String) -> Self {
        match SecretSource::parse(value) {
            SecretSource::Inline(text) => Self::Inline(text),
            SecretSource::SecretsManager { arn } => Self::SecretsManager { arn },
        }
    }

    /// The secret's text.
    ///
    /// # Errors
    /// The file cannot be read, or Secrets Manager refuses or does not answer. The sentence does not contain the secret.
    pub(crate) async fn read(&self, connection: &Connection) -> anyhow::Result<Zeroizing<String>> {
        match self {
            Self::Inline(text) => Ok(text.clone()),
            Self::File(path) => fs::read_to_string(path)
                .map(Zeroizing::new)
                .with_context(|| format!("{} could not be read", path.display())),
            Self::SecretsManager { arn } => {
                let source = SecretSource::SecretsManager { arn: arn.clone() };
                source.read(connection.sdk()).await.map_err(|error| explain::secret(error, &connection.region()).into())
            }
        }
    }
}

impl fmt::Debug for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("Inline([redacted])"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::SecretsManager { arn } => write!(f, "SecretsManager({arn})"),
        }
    }
}
