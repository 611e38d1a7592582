//! Reading a secret to change it, and writing it so that no change of somebody else is lost.

use super::document::Document;
use crate::{
    connection::{Connection, SecretPlace},
    exit::Usage,
    explain,
};
use anyhow::{Context as _, bail};
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata as _};
use ringbolt_core::time::EpochMs;
use ringbolt_dev::private_file;
use std::{fs, path::PathBuf, time::UNIX_EPOCH};

/// A secret as it was read.
pub(super) struct Kept {
    pub(super) document: Document,
    /// When it became what it is.
    pub(super) changed_at: EpochMs,
    place: Place,
}

enum Place {
    File(PathBuf),
    SecretsManager { client: Client, arn: String, version: String },
}

/// The stage under which a new value waits until it takes the place of the one that was read.
const PENDING: &str = "RINGBOLTPENDING";
const CURRENT: &str = "AWSCURRENT";

impl Kept {
    /// Reads a secret.
    ///
    /// # Errors
    /// It cannot be read, is no JSON of ours, or was given itself, so that there is nowhere to write.
    pub(super) async fn read(connection: &Connection, place: &SecretPlace) -> anyhow::Result<Self> {
        match place {
            SecretPlace::Inline(_) => Err(Usage::new(
                "a secret that is given itself cannot be changed here: give --stack NAME, --local, or `secretsmanager:ARN`",
            )),
            SecretPlace::File(path) => {
                let text = place.read(connection).await?;
                let modified = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                Ok(Self {
                    document: parsed(&text, &path.display().to_string())?,
                    changed_at: EpochMs(i64::try_from(modified.as_millis()).unwrap_or(i64::MAX)),
                    place: Place::File(path.clone()),
                })
            }
            SecretPlace::SecretsManager { arn } => Self::read_aws(connection, arn).await,
        }
    }

    async fn read_aws(connection: &Connection, arn: &str) -> anyhow::Result<Self> {
        let client = Client::new(connection.sdk());
        let region = connection.region();
        let given = client.get_secret_value().secret_id(arn).send().await;
        let given = given.map_err(|error| match error.code() {
            Some("ResourceNotFoundException") => {
                explain::Trouble::NoSecret { arn: arn.to_owned(), region: region.clone() }
            }
            _ => explain::service("Secrets Manager", &error, &region),
        })?;
        let text = given.secret_string().ok_or_else(|| explain::Trouble::NoTextInSecret { arn: arn.to_owned() })?;
        let document = parsed(text, arn)?;
        let changed_at = given.created_date().and_then(|date| date.to_millis().ok()).unwrap_or_default();
        let version = given.version_id().unwrap_or_default().to_owned();
        Ok(Self {
            document,
            changed_at: EpochMs(changed_at),
            place: Place::SecretsManager { client, arn: arn.to_owned(), version },
        })
    }

    /// Puts another value in its place, all at once, and only if it is still what was read.
    ///
    /// # Errors
    /// It cannot be written, or somebody else has changed it since: then nothing was written.
    pub(super) async fn replace(&self, connection: &Connection, document: &Document) -> anyhow::Result<()> {
        match &self.place {
            Place::File(path) => {
                let now = parsed(&fs::read_to_string(path)?, &path.display().to_string())?;
                if now != self.document {
                    bail!("{} has changed in between: give the command again", path.display());
                }
                // Whoever reads the file finds the old text or the new one.
                private_file::replace(path, document.to_json()?.as_bytes())
                    .with_context(|| format!("{} cannot be written", path.display()))
            }
            Place::SecretsManager { client, arn, version } => {
                let region = connection.region();
                let put = client
                    .put_secret_value()
                    .secret_id(arn)
                    .secret_string(document.to_json()?.as_str())
                    .version_stages(PENDING)
                    .send()
                    .await
                    .map_err(|error| explain::service("Secrets Manager", &error, &region))?;
                let ours = put.version_id().unwrap_or_default();
                // Secrets Manager refuses to move the stage from a version that does not have it any more.
                let moved = client
                    .update_secret_version_stage()
                    .secret_id(arn)
                    .version_stage(CURRENT)
                    .move_to_version_id(ours)
                    .remove_from_version_id(version)
                    .send()
                    .await;
                match moved {
                    Ok(_) => Ok(()),
                    Err(error) if error.code() == Some("InvalidParameterException") => {
                        // Where the reply was lost, the SDK's repetition meets its own work.
                        let now = client.get_secret_value().secret_id(arn).send().await;
                        let now = now.map_err(|error| explain::service("Secrets Manager", &error, &region))?;
                        if now.version_id() != Some(ours) {
                            bail!("somebody else has changed the secret {arn} in between: give the command again");
                        }
                        Ok(())
                    }
                    Err(error) => Err(explain::service("Secrets Manager", &error, &region).into()),
                }
            }
        }
    }
}

fn parsed(text: &str, place: &str) -> anyhow::Result<Document> {
    Document::parse(text).with_context(|| {
        format!(
            "the secret {place} is not what Ringbolt expects: {{\"current\": ..., \"previous\": ..., \"next\": ...}}"
        )
    })
}
