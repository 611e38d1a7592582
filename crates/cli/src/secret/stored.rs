//! Reading and replacing a secret without losing a concurrent change.

use super::document::{Document, Form};
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

/// A secret as read.
pub(super) struct StoredSecret<D = Document> {
    pub(super) document: D,
    /// When it last changed.
    pub(super) changed_at: EpochMs,
    place: Place,
}

enum Place {
    File(PathBuf),
    SecretsManager { client: Client, arn: String, version: String },
}

/// The staging label of a new value until it becomes current.
const PENDING: &str = "RINGBOLTPENDING";
const CURRENT: &str = "AWSCURRENT";

impl<D: Form> StoredSecret<D> {
    /// Reads a secret.
    ///
    /// # Errors
    /// The secret cannot be read, is not Ringbolt's JSON, or was given directly, so it cannot be written back.
    pub(super) async fn read(connection: &Connection, place: &SecretPlace) -> anyhow::Result<Self> {
        match place {
            SecretPlace::Inline(_) | SecretPlace::StandardInput => Err(Usage::new(
                "a secret given directly cannot be changed: give --stack NAME, --local, a file, or `secretsmanager:ARN`",
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
                explain::AccessError::NoSecret { arn: arn.to_owned(), region: region.clone() }
            }
            _ => explain::service("Secrets Manager", &error, &region),
        })?;
        let text = given.secret_string().ok_or_else(|| explain::AccessError::NoTextInSecret { arn: arn.to_owned() })?;
        let document = parsed(text, arn)?;
        let changed_at = given.created_date().and_then(|date| date.to_millis().ok()).unwrap_or_default();
        let version = given.version_id().unwrap_or_default().to_owned();
        Ok(Self {
            document,
            changed_at: EpochMs(changed_at),
            place: Place::SecretsManager { client, arn: arn.to_owned(), version },
        })
    }

    /// Replaces the secret atomically, if it has not changed since it was read.
    ///
    /// # Errors
    /// It cannot be written, or it has changed since, in which case nothing is written.
    pub(super) async fn replace(&self, connection: &Connection, document: &D) -> anyhow::Result<()> {
        match &self.place {
            Place::File(path) => {
                let now: D = parsed(&fs::read_to_string(path)?, &path.display().to_string())?;
                if now != self.document {
                    bail!("{} has changed in the meantime: run the command again", path.display());
                }
                // A concurrent reader sees either the old or the new text.
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
                // Secrets Manager refuses to move the label from a version that no longer has it.
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
                        // If the reply was lost, the SDK's retry finds the label already moved.
                        let now = client.get_secret_value().secret_id(arn).send().await;
                        let now = now.map_err(|error| explain::service("Secrets Manager", &error, &region))?;
                        if now.version_id() != Some(ours) {
                            bail!("someone else has changed the secret {arn} in the meantime: run the command again");
                        }
                        Ok(())
                    }
                    Err(error) => Err(explain::service("Secrets Manager", &error, &region).into()),
                }
            }
        }
    }
}

fn parsed<D: Form>(text: &str, place: &str) -> anyhow::Result<D> {
    D::parse(text).with_context(|| format!("the secret {place} does not have the expected form {}", D::FORM))
}
