//! The version of a caller's PINs: what a verified call's state remembers of them.

use super::keys::PinKey;
use crate::identity::CallerId;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::collections::BTreeSet;

/// A keyed digest of a caller's PINs, 64 bits. It reveals nothing without the PIN key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinsVersion(String);

impl PinsVersion {
    const BYTES: usize = 8;

    pub(super) fn new(key: &PinKey, caller: &CallerId, contents: &BTreeSet<[u8; 32]>) -> Self {
        let (realm, user) = (caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes());
        let parts: Vec<&[u8]> = [b"pins-version".as_slice(), realm, user]
            .into_iter()
            .chain(contents.iter().map(<[u8; 32]>::as_slice))
            .collect();
        Self(URL_SAFE_NO_PAD.encode(&key.fingerprint(&parts)[..Self::BYTES]))
    }

    /// Reads what [`PinsVersion::as_str`] gave; `None` if it is anything else.
    ///
    /// ```
    /// use ringbolt_core::pin::PinsVersion;
    /// assert_eq!(PinsVersion::parse("AAECAwQFBgc").unwrap().as_str(), "AAECAwQFBgc");
    /// assert_eq!(PinsVersion::parse("AAEC"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == Self::BYTES).then(|| Self(text.to_owned()))
    }

    /// Eleven letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
