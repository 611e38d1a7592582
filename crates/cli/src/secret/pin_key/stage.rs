//! Where a rotation stands, by what the secret holds.

use super::super::{document::Document, kept::Kept};
use crate::connection::Connection;
use anyhow::{Context as _, bail};
use ringbolt_core::pin::{PinHasher, PinKeys, keys::PinKey};

/// What the record of changes calls it.
pub(super) const SUBJECT: &str = "the PIN key";

/// Where a rotation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// There is one key.
    Settled,
    /// There is a next one, and attempts are made under the old one.
    Begun,
    /// Attempts are made under the new one, and the old one is still understood.
    Switched,
}

/// The secret, and the hasher with its keys.
pub(super) struct Rotation {
    pub(super) kept: Kept,
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
                "the secret has `previous` and `next`: two rotations at once, which Ringbolt never begins; take out the \
                 one under which no tag stands"
            ),
        }
    }

    /// The word for JSON.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Begun => "begun",
            Self::Switched => "switched",
        }
    }
}

impl Rotation {
    /// Reads where it stands.
    pub(super) async fn read(connection: &Connection) -> anyhow::Result<Self> {
        let kept = Kept::read(connection, &connection.pin_keys_place()?).await?;
        let stage = Stage::of(&kept.document)?;
        let keys = PinKeys::from_json(&kept.document.to_json()?).context("the PIN keys cannot be used")?;
        let hasher = PinHasher::new(keys, connection.pin_hash()?);
        Ok(Self { kept, stage, hasher })
    }

    /// The old key and the new one; `None` where there is but one.
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
