//! The tag of a PIN: `AES-SIV(key, stretched PIN, associated data = realm, user)`.
//!
//! It is deterministic, so a guess finds its place in the caller's item before anything was read. It is encrypted, so a
//! stolen table reveals no PIN, and the key can be changed without knowing one.

use super::{
    hash::{PinHash, Stretched},
    keys::PinKey,
};
use crate::identity::CallerId;
use aes_siv::{KeyInit as _, siv::Aes256Siv};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{collections::BTreeMap, fmt};
use zeroize::Zeroizing;

/// What a tag says about its PIN. A caller's `pins` has a tag for each PIN, and one more for each duress PIN. Without the PIN
/// key nobody can tell them apart: a duress PIN looks like two PINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagKind {
    /// It is a PIN. Only these tags verify anybody.
    Pin,
    /// The PIN is one for duress. It has a tag of the other kind, too.
    Duress,
}

impl TagKind {
    const ALL: [Self; 2] = [Self::Pin, Self::Duress];

    /// What the tag is bound to, besides the caller.
    fn mark(self) -> Option<&'static [u8]> {
        match self {
            Self::Pin => None,
            Self::Duress => Some(b"duress"),
        }
    }
}

/// The name of a PIN in a caller's `pins`: `<key id>.<hash>.<ciphertext>`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PinTag(String);

impl PinTag {
    /// The tag as the table has it. Encrypted, yet not for logs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A tag out of a caller's item, such as one to be removed.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id of the key it was made with; `None` if the text is not a tag.
    #[must_use]
    pub fn key_id(text: &str) -> Option<&str> {
        text.split('.').next().filter(|id| id.len() == 8)
    }

    /// How many PINs these tags are of: a PIN has one tag under each key. A PIN that was enrolled again after the hash was
    /// changed counts twice until an attempt replaces its old tag.
    #[must_use]
    pub fn count_pins<'a>(tags: impl IntoIterator<Item = &'a str>) -> usize {
        let mut by_hash: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for tag in tags {
            let mut parts = tag.split('.');
            let (key, hash) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            *by_hash.entry(hash).or_default().entry(key).or_default() += 1;
        }
        by_hash.values().filter_map(|by_key| by_key.values().max()).sum()
    }

    /// The hash that the tag names.
    pub(super) fn hash(text: &str) -> Option<PinHash> {
        PinHash::parse(text.split('.').nth(1)?)
    }

    #[expect(clippy::expect_used, reason = "AES-SIV fails only with more than 126 pieces of associated data")]
    pub(super) fn seal(kind: TagKind, key: &PinKey, hash: PinHash, caller: &CallerId, stretched: &Stretched) -> Self {
        let sealed = Aes256Siv::new(key.tag_key().into())
            .encrypt(associated(kind, caller), stretched.as_ref())
            .expect("three pieces of associated data are within AES-SIV's bound");
        Self(format!("{}.{hash}.{}", key.id(), URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// The stretched PIN of a tag, and the tag's kind; `None` if the key does not open it for this caller.
    pub(super) fn open(key: &PinKey, caller: &CallerId, text: &str) -> Option<(TagKind, Stretched)> {
        let sealed = URL_SAFE_NO_PAD.decode(text.splitn(3, '.').nth(2)?).ok()?;
        let opened = TagKind::ALL.into_iter().find_map(|kind| {
            let opened = Aes256Siv::new(key.tag_key().into()).decrypt(associated(kind, caller), &sealed).ok()?;
            Some((kind, Zeroizing::new(opened)))
        });
        let (kind, opened) = opened?;
        let mut stretched = Zeroizing::new([0; 32]);
        if opened.len() != stretched.len() {
            return None;
        }
        stretched.copy_from_slice(&opened);
        Some((kind, stretched))
    }
}

impl fmt::Debug for PinTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinTag([redacted])")
    }
}

fn associated(kind: TagKind, caller: &CallerId) -> impl Iterator<Item = &[u8]> {
    [caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()].into_iter().chain(kind.mark())
}
