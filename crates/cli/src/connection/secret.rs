//! Where a secret is, and how to read it.

use super::Connection;
use crate::{exit::Usage, explain};
use anyhow::Context as _;
use ringbolt_lambda::secrets::SecretSource;
use std::{
    fmt, fs,
    io::{BufRead as _, stdin},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// Where the JSON with the PIN keys or webhook tokens is.
#[derive(Clone)]
pub(crate) enum SecretPlace {
    /// Given directly, in an environment variable.
    Inline(Zeroizing<String>),
    /// A file.
    File(PathBuf),
    /// The next line of standard input.
    StandardInput,
    /// A secret in AWS Secrets Manager.
    SecretsManager {
        /// Its ARN.
        arn: String,
    },
}

impl SecretPlace {
    /// Reads the value of an option. `variable` is the environment variable that can have the secret instead.
    ///
    /// # Errors
    /// The value seems to be the secret itself, or there is no such file. The sentence does not repeat the value.
    pub(super) fn of_option(value: &str, option: &str, variable: &str) -> anyhow::Result<Self> {
        if let Some(arn) = value.strip_prefix("secretsmanager:") {
            return Ok(Self::SecretsManager { arn: arn.to_owned() });
        }
        if value == "-" {
            return Ok(Self::StandardInput);
        }
        let path = PathBuf::from(value);
        if !value.trim_start().starts_with('{') && path.exists() {
            return Ok(Self::File(path));
        }
        Err(Usage::new(format!(
            "{option} is not a file: give a file, `secretsmanager:ARN`, or - for a line of standard input, or set {variable}. \
             The secret itself is not taken from the command line, which every user of this machine can read"
        )))
    }

    /// Reads the value of an environment variable, as the functions do.
    pub(super) fn of_variable(value: String) -> Self {
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
            Self::StandardInput => {
                let mut line = Zeroizing::new(String::new());
                let read =
                    stdin().lock().read_line(&mut line).context("the secret could not be read from standard input")?;
                if read == 0 {
                    return Err(Usage::new("standard input has no line with the secret"));
                }
                Ok(line)
            }
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
            Self::StandardInput => f.write_str("StandardInput"),
            Self::SecretsManager { arn } => write!(f, "SecretsManager({arn})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_itself_is_not_taken_from_the_command_line() {
        let place = |value| SecretPlace::of_option(value, "--pin-keys", "RINGBOLT_PIN_KEYS");
        for secret in [r#"{"current":"sesame"}"#, r#" {"current":"sesame"}"#, "sesame", ""] {
            let error = place(secret).unwrap_err();
            let sentence = error.to_string();
            assert!(error.is::<Usage>() && !sentence.contains("sesame"), "{sentence}");
            for way in ["give a file", "secretsmanager:ARN", "standard input", "RINGBOLT_PIN_KEYS"] {
                assert!(sentence.contains(way), "{sentence}");
            }
        }
        assert!(matches!(place("-").unwrap(), SecretPlace::StandardInput));
        assert!(
            matches!(place("secretsmanager:arn:x").unwrap(), SecretPlace::SecretsManager { arn } if arn == "arn:x")
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(place(file.path().to_str().unwrap()).unwrap(), SecretPlace::File(_)));
    }
}
