//! HMAC, as Twilio and SignalWire use it.

use super::keys::Secret;
use ring::hmac;
use subtle::ConstantTimeEq;

/// The hash function of an HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    /// The HMAC of a message, given in parts.
    pub(super) fn tag(self, key: &str, message: [&[u8]; 2]) -> hmac::Tag {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
        };
        let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key.as_bytes()));
        for part in message {
            context.update(part);
        }
        context.sign()
    }

    /// Whether one of the keys made `tag` over one of the URLs followed by one of the rests. Each comparison takes the
    /// same time, wherever the first difference is.
    pub(super) fn any_matches(self, keys: &[Secret], urls: &[String], rests: &[&[u8]], tag: &[u8]) -> bool {
        let of_url = |key: &Secret, url: &String| {
            rests.iter().any(|rest| bool::from(self.tag(key, [url.as_bytes(), rest]).as_ref().ct_eq(tag)))
        };
        keys.iter().any(|key| urls.iter().any(|url| of_url(key, url)))
    }
}
