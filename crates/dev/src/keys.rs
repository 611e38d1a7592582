//! The PIN key of a local database: created once and stored next to it.

use crate::private_file;
use anyhow::Context as _;
use rand::RngCore as _;
use ringbolt_core::pin::PinKeys;
use std::{fs, io::ErrorKind, path::Path};
use zeroize::Zeroizing;

/// Reads the key from a file, creating it if missing. Without a file, creates a key for this run only.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<PinKeys> {
    let Some(file) = file else { return parsed(&fresh()) };
    match fs::read_to_string(file) {
        Ok(json) => parsed(&Zeroizing::new(json)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let json = fresh();
            private_file::replace(file, json.as_bytes())
                .with_context(|| format!("{} could not be written", file.display()))?;
            parsed(&json)
        }
        Err(error) => Err(error).with_context(|| format!("{} could not be read", file.display())),
    }
}

fn parsed(json: &str) -> anyhow::Result<PinKeys> {
    PinKeys::from_json(json).context("the local PIN key cannot be used")
}

/// 512 random bits.
fn fresh() -> Zeroizing<String> {
    let mut key = Zeroizing::new([0_u8; 64]);
    rand::rng().fill_bytes(key.as_mut());
    let digits = Zeroizing::new(hex::encode(*key));
    Zeroizing::new(format!("{{\"current\":\"{}\"}}", digits.as_str()))
}
