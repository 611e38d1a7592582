//! The stage of a rotation, derived from the secret.

use super::super::{
    document::{Document, Form as _},
    stored::StoredSecret,
};
use crate::connection::Connection;
use anyhow::{Context as _, bail};
use ringbolt_core::pin::{PinHasher, PinKeys, keys::PinKey};
use schemars::JsonSchema;
use serde::Serialize;

/// The subject in the audit log.
pub(super) const SUBJECT: &str = "the PIN key";

/// The stage of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PinKeyStage")]
pub(crate) enum Stage {
    /// There is one key.
    Settled,
    /// There is a next key, and attempts use the old one.
    Begun,
    /// Attempts use the new key, and tags under the old one are still recognised.
    Switched,
}

/// The rotation of the PIN key.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PinKeyRotation {
    /// Its stage now.
    pub(super) stage: Stage,
}

/// The secret, its stage, and a hasher with its keys.
pub(super) struct Rotation {
    pub(super) secret: StoredSecret,
    pub(super) stage: Stage,
    pub(super) hasher: PinHasher,
}

impl Stage {
    pub(super) fn of(document: &Document) -> anyhow::Result<Self> {
        match (&document.previous, &document.next) {
            (None, None) => Ok(Self::Settled),
            (None, Some(_)) => Ok(Self::Begun),
            (Some(_), None) => Ok(Self::Switched),
            (Some(_), Some(_)) => bail!(
                "the secret has both `previous` and `next`, which Ringbolt never writes: remove the key that no tag uses"
            ),
        }
    }
}

impl Rotation {
    /// Reads the secret and its stage.
    pub(super) async fn read(connection: &Connection) -> anyhow::Result<Self> {
        let secret = StoredSecret::read(connection, &connection.pin_keys_place()?).await?;
        let stage = Stage::of(&secret.document)?;
        let keys = PinKeys::from_json(&secret.document.to_json()?).context("the PIN keys cannot be used")?;
        let hasher = PinHasher::new(keys, connection.pin_hashes()?);
        Ok(Self { secret, stage, hasher })
    }

    /// The old and the new key, or `None` if there is only one.
    pub(super) fn old_and_new(&self) -> Option<(&PinKey, &PinKey)> {
        let keys = self.hasher.keys();
        let other = keys.all().nth(1);
        match self.stage {
            Stage::Settled => None,
            Stage::Begun => Some((keys.current(), other?)),
            Stage::Switched => Some((other?, keys.current())),
        }
    }
}
