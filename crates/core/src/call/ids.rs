//! The ids that a provider gives to a call and to a respondent: opaque text, never read for meaning.

use crate::text_type::text_type;
use sha2::{Digest as _, Sha256};

/// Why a text isn't the id of a call or respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 256 bytes and no control characters")]
pub struct InvalidId;

fn is_id(text: &str) -> bool {
    (1..=256).contains(&text.len()) && !text.chars().any(char::is_control)
}

text_type! {
    /// One respondent's run through one IVR: 1 to 256 bytes without control characters, because it becomes a database
    /// key.
    ResponseId, is_id, InvalidId, InvalidId
}

text_type! {
    /// One call, through all its IVRs: 1 to 256 bytes without control characters.
    SessionId, is_id, InvalidId, InvalidId
}

/// A text of a provider as part of a database key, whatever it is: nothing is lost because it isn't of the expected form.
///
/// ```
/// # use ringbolt_core::call::ids::KeyPart;
/// assert_eq!(KeyPart::of("Q1").as_str(), "Q1");
/// assert_eq!(KeyPart::of("").as_str(), "-");
/// assert!(KeyPart::of("a#b").as_str().starts_with('~'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPart(String);

impl KeyPart {
    /// The text itself, trimmed; `-` for an empty one; a digest of one that can't be part of a key: over 128 bytes, with
    /// control characters, `#`, or a `~` or `-` at its beginning.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self("-".to_owned());
        }
        let plain =
            text.len() <= 128 && !text.starts_with(['~', '-']) && !text.chars().any(|c| c.is_control() || c == '#');
        if plain {
            return Self(text.to_owned());
        }
        let digest = Sha256::digest(text);
        Self(format!("~{}", hex::encode(&digest[..16])))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
