//! A PIN in a request.

use ringbolt_core::pin::CallerPin;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::Zeroizing;

/// A PIN as it was sent, which may not be one. Prints as `[redacted]`, clears its memory. The JSON around it cannot be
/// cleared everywhere: the SDK and the Lambda runtime have buffers of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// The text. Parse it with [`CallerPin::parse`].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<&CallerPin> for Pin {
    fn from(pin: &CallerPin) -> Self {
        Self(Zeroizing::new(pin.digits().to_owned()))
    }
}

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin([redacted])")
    }
}
