//! The keys that check signatures.

use super::provider::Provider;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The keys of each provider. Several keys of one provider belong to a rotation: each of them is valid.
#[derive(Clone)]
pub struct TwimlKeys {
    /// Auth tokens, and secrets of SharedKeys.
    pub(super) twilio: Vec<Secret>,
    /// Signing keys.
    pub(super) signalwire: Vec<Secret>,
    /// Ed25519 public keys.
    pub(super) telnyx: Vec<[u8; 32]>,
}

/// A key of HMAC. Its memory is cleared when it is dropped; `ring` doesn't clear the state that it derives per request.
pub(super) type Secret = Zeroizing<String>;

/// What is wrong with the keys. No text quotes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTwimlKeys {
    /// Not the expected JSON. The parser's message is left out because it could quote a key.
    #[error(
        r#"TwiML keys must be JSON: {{"twilio": ["..."], "signalwire": ["..."], "telnyx": ["..."]}}; each list is optional"#
    )]
    Json,
    /// No key at all, so that every request would be refused.
    #[error("there is no TwiML key; give at least one key of one provider")]
    None,
    /// Short enough to guess, or empty.
    #[error("a {} key is too short: at least {min} characters", provider.name(), min = TwimlKeys::MIN_CHARS)]
    Short {
        /// Whose key it is.
        provider: Provider,
    },
    /// White space or a control character, as copying a key can add.
    #[error("a {} key contains a space, a line break or another invisible character", provider.name())]
    Space {
        /// Whose key it is.
        provider: Provider,
    },
    /// A Telnyx key that is not an Ed25519 public key.
    #[error("a Telnyx key must be the base64 text of 32 bytes, as the portal shows the public key")]
    PublicKey,
    /// A rotation to the same key.
    #[error("a {} key is given twice", provider.name())]
    Same {
        /// Whose key it is.
        provider: Provider,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    twilio: Vec<String>,
    #[serde(default)]
    signalwire: Vec<String>,
    #[serde(default)]
    telnyx: Vec<String>,
}

impl Drop for Document {
    fn drop(&mut self) {
        self.twilio.zeroize();
        self.signalwire.zeroize();
        self.telnyx.zeroize();
    }
}

impl TwimlKeys {
    /// The minimum length of a Twilio or SignalWire key, in characters. Twilio's auth tokens have 32.
    pub const MIN_CHARS: usize = 16;

    /// Parses `{"twilio": [KEY], "signalwire": [KEY], "telnyx": [KEY]}`. Each list is optional.
    ///
    /// A Twilio key is an auth token or the secret of a SharedKey, a SignalWire key is the signing key of a project,
    /// and a Telnyx key is the account's public key in base64.
    ///
    /// # Errors
    /// [`InvalidTwimlKeys`]: different JSON, no key at all, a key that is too short or contains white space, a Telnyx
    /// key that isn't the base64 text of 32 bytes, the same key twice.
    pub fn from_json(json: &str) -> Result<Self, InvalidTwimlKeys> {
        let document: Document = serde_json::from_str(json).map_err(|_| InvalidTwimlKeys::Json)?;
        let keys = Self {
            twilio: secrets(Provider::Twilio, &document.twilio)?,
            signalwire: secrets(Provider::SignalWire, &document.signalwire)?,
            telnyx: public_keys(&document.telnyx)?,
        };
        if keys.providers().next().is_none() {
            return Err(InvalidTwimlKeys::None);
        }
        Ok(keys)
    }

    /// The providers that have a key.
    pub fn providers(&self) -> impl Iterator<Item = Provider> {
        Provider::ALL.into_iter().filter(|provider| self.count(*provider) > 0)
    }

    /// How many keys a provider has; more than one is a rotation.
    #[must_use]
    pub fn count(&self, provider: Provider) -> usize {
        match provider {
            Provider::Twilio => self.twilio.len(),
            Provider::SignalWire => self.signalwire.len(),
            Provider::Telnyx => self.telnyx.len(),
        }
    }
}

fn secrets(provider: Provider, keys: &[String]) -> Result<Vec<Secret>, InvalidTwimlKeys> {
    for (index, key) in keys.iter().enumerate() {
        if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(InvalidTwimlKeys::Space { provider });
        }
        if key.chars().count() < TwimlKeys::MIN_CHARS {
            return Err(InvalidTwimlKeys::Short { provider });
        }
        if keys[..index].contains(key) {
            return Err(InvalidTwimlKeys::Same { provider });
        }
    }
    Ok(keys.iter().map(|key| Zeroizing::new(key.clone())).collect())
}

fn public_keys(keys: &[String]) -> Result<Vec<[u8; 32]>, InvalidTwimlKeys> {
    let mut read: Vec<[u8; 32]> = Vec::with_capacity(keys.len());
    for key in keys {
        let bytes = STANDARD.decode(key).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.ok_or(InvalidTwimlKeys::PublicKey)?;
        if read.contains(&bytes) {
            return Err(InvalidTwimlKeys::Same { provider: Provider::Telnyx });
        }
        read.push(bytes);
    }
    Ok(read)
}

impl fmt::Debug for TwimlKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TwimlKeys([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "sesame-sesame-sesame-sesame-1234";

    fn public_key(byte: u8, length: usize) -> String {
        STANDARD.encode(vec![byte; length])
    }

    #[test]
    fn every_provider_may_have_several_keys_or_none() {
        let (one, two) = (public_key(1, 32), public_key(2, 32));
        let keys = TwimlKeys::from_json(&format!(r#"{{"twilio":["{TOKEN}"],"telnyx":["{one}","{two}"]}}"#)).unwrap();
        assert_eq!(Provider::ALL.map(|provider| keys.count(provider)), [1, 0, 2]);
        assert_eq!(keys.providers().collect::<Vec<_>>(), [Provider::Twilio, Provider::Telnyx]);
        let shortest = "k".repeat(TwimlKeys::MIN_CHARS);
        assert!(TwimlKeys::from_json(&format!(r#"{{"twilio":["{shortest}"]}}"#)).is_ok());
    }

    #[test]
    fn bad_keys_are_refused_without_being_quoted() {
        let twilio = Provider::Twilio;
        for (given, expected) in [
            (TOKEN.to_owned(), InvalidTwimlKeys::Json),
            (format!(r#"{{"twilio":"{TOKEN}"}}"#), InvalidTwimlKeys::Json),
            (format!(r#"{{"twillio":["{TOKEN}"]}}"#), InvalidTwimlKeys::Json),
            (format!(r#"{{"twilio":["{TOKEN}"],"twilio":["{TOKEN}"]}}"#), InvalidTwimlKeys::Json),
            ("{}".to_owned(), InvalidTwimlKeys::None),
            (r#"{"twilio":[],"telnyx":[]}"#.to_owned(), InvalidTwimlKeys::None),
            (r#"{"twilio":[""]}"#.to_owned(), InvalidTwimlKeys::Short { provider: twilio }),
            (format!(r#"{{"twilio":["{TOKEN}","sesame"]}}"#), InvalidTwimlKeys::Short { provider: twilio }),
            (format!(r#"{{"twilio":["{TOKEN}\n"]}}"#), InvalidTwimlKeys::Space { provider: twilio }),
            (format!(r#"{{"twilio":["{TOKEN} 5"]}}"#), InvalidTwimlKeys::Space { provider: twilio }),
            (format!(r#"{{"twilio":["{TOKEN}\u0007"]}}"#), InvalidTwimlKeys::Space { provider: twilio }),
            (
                format!(r#"{{"signalwire":["{TOKEN}","{TOKEN}"]}}"#),
                InvalidTwimlKeys::Same { provider: Provider::SignalWire },
            ),
            (format!(r#"{{"telnyx":["{TOKEN}"]}}"#), InvalidTwimlKeys::PublicKey),
            (format!(r#"{{"telnyx":["{}"]}}"#, public_key(1, 31)), InvalidTwimlKeys::PublicKey),
            (format!(r#"{{"telnyx":["{}"]}}"#, public_key(1, 33)), InvalidTwimlKeys::PublicKey),
            (
                format!(r#"{{"telnyx":["{0}","{0}"]}}"#, public_key(1, 32)),
                InvalidTwimlKeys::Same { provider: Provider::Telnyx },
            ),
        ] {
            let error = TwimlKeys::from_json(&given).unwrap_err();
            assert_eq!(error, expected, "{given}");
            assert!(!error.to_string().contains("sesame"), "{error}");
        }
    }

    #[test]
    fn keys_do_not_print() {
        let shown = format!("{:?}", TwimlKeys::from_json(&format!(r#"{{"twilio":["{TOKEN}"]}}"#)).unwrap());
        assert_eq!(shown, "TwimlKeys([redacted])");
    }
}
