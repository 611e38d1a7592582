//! The environment of the enrolment function.

use super::{ConfigMistakes, HashNames, PIN_HASH_VALUES, Reader};
use crate::secrets::SecretSource;
use ringbolt_core::pin::PinHashes;
use tracing_subscriber::filter::LevelFilter;

/// What the enrolment function needs. It has nothing in common with a webhook but the table of callers and the PIN keys.
#[derive(Clone, Debug)]
pub struct EnrolConfig {
    /// `RINGBOLT_CALLERS_TABLE`.
    pub callers_table: String,
    /// `RINGBOLT_PIN_KEYS`: JSON, or `secretsmanager:ARN`.
    pub pin_keys: SecretSource,
    /// `RINGBOLT_PIN_HASH`: as for the webhooks. New PINs are hashed with the current one.
    pub pin_hashes: PinHashes,
    /// `RINGBOLT_LOG_LEVEL`: error, warn, info or debug, default info.
    pub log_level: LevelFilter,
}

impl EnrolConfig {
    /// Reads the variables through `get`.
    ///
    /// # Errors
    /// Each variable that is missing or out of its range.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigMistakes> {
        let mut reader = Reader { get, mistakes: Vec::new() };
        let config = Self {
            callers_table: reader.required("RINGBOLT_CALLERS_TABLE"),
            pin_keys: SecretSource::parse(reader.required("RINGBOLT_PIN_KEYS")),
            pin_hashes: reader.parsed("RINGBOLT_PIN_HASH", HashNames(PinHashes::default()), PIN_HASH_VALUES).0,
            log_level: reader.parsed("RINGBOLT_LOG_LEVEL", LevelFilter::INFO, "error, warn, info or debug"),
        };
        reader.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringbolt_core::pin::PinHash;

    fn config(set: &[(&str, &str)]) -> Result<EnrolConfig, ConfigMistakes> {
        EnrolConfig::from_env(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn every_mistake_is_named_at_once_and_the_key_is_not_shown() {
        let mistakes = config(&[("RINGBOLT_PIN_HASH", "md5"), ("RINGBOLT_LOG_LEVEL", "loud")]).unwrap_err().to_string();
        for name in ["CALLERS_TABLE is not set", "PIN_KEYS is not set", "PIN_HASH must be", "LOG_LEVEL must be"] {
            assert!(mistakes.contains(&format!("RINGBOLT_{name}")), "{mistakes}");
        }
        let complete = config(&[("RINGBOLT_CALLERS_TABLE", "callers"), ("RINGBOLT_PIN_KEYS", "sesame")]).unwrap();
        assert_eq!(complete.pin_hashes.current, PinHash::default());
        assert!(!format!("{complete:?}").contains("sesame"));
    }
}
