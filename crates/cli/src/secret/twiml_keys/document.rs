//! The JSON of the secret with the TwiML keys.

use super::super::document::{Form, object};
use ringbolt_core::dialects::twiml::Provider;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::{Zeroize as _, Zeroizing};

/// `{"twilio": [...], "signalwire": [...], "telnyx": [...]}`. A list without keys is left out.
#[derive(Clone, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeysDocument {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    twilio: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signalwire: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    telnyx: Vec<String>,
}

impl KeysDocument {
    /// Parses the JSON of the secret. The error is dropped, because it could quote a key.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        <Self as Form>::parse(json)
    }

    /// The keys of a provider.
    pub(crate) fn keys(&self, provider: Provider) -> &[String] {
        match provider {
            Provider::Twilio => &self.twilio,
            Provider::SignalWire => &self.signalwire,
            Provider::Telnyx => &self.telnyx,
        }
    }

    pub(super) fn keys_mut(&mut self, provider: Provider) -> &mut Vec<String> {
        match provider {
            Provider::Twilio => &mut self.twilio,
            Provider::SignalWire => &mut self.signalwire,
            Provider::Telnyx => &mut self.telnyx,
        }
    }

    /// Whether no provider has a key.
    pub(crate) fn is_empty(&self) -> bool {
        Provider::ALL.into_iter().all(|provider| self.keys(provider).is_empty())
    }
}

/// What names a key without showing it: the first 32 bits of its SHA-256. Keys are random, so it cannot be guessed back.
pub(crate) fn fingerprint(key: &str) -> String {
    hex::encode(&Sha256::digest(key)[..4])
}

impl Form for KeysDocument {
    const FORM: &str = r#"{"twilio": [...], "signalwire": [...], "telnyx": [...]}"#;

    fn parse(json: &str) -> Option<Self> {
        object(json)
    }

    fn to_json(&self) -> anyhow::Result<Zeroizing<String>> {
        Ok(Zeroizing::new(serde_json::to_string(self)?))
    }
}

impl Drop for KeysDocument {
    fn drop(&mut self) {
        self.twilio.zeroize();
        self.signalwire.zeroize();
        self.telnyx.zeroize();
    }
}

impl fmt::Debug for KeysDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeysDocument([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_round_trips_and_is_redacted_in_debug_output() {
        let mut document = KeysDocument::parse("{}").unwrap();
        assert!(document.is_empty());
        document.keys_mut(Provider::Twilio).push("sesame".to_owned());
        assert_eq!(*document.to_json().unwrap(), r#"{"twilio":["sesame"]}"#);
        assert_eq!(KeysDocument::parse(&document.to_json().unwrap()), Some(document.clone()));
        assert_eq!(format!("{document:?}"), "KeysDocument([redacted])");
        for other in [r#"{"twillio":[]}"#, "[]", r#"[["sesame"],[],[]]"#] {
            assert_eq!(KeysDocument::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_fingerprint_tells_keys_apart() {
        assert_eq!(fingerprint("sesame").len(), 8);
        assert_ne!(fingerprint("sesame"), fingerprint("sesamf"));
    }
}
