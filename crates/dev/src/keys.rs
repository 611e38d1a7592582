//! The PIN key of a local database: made once, kept beside it.

use anyhow::Context as _;
use rand::RngCore as _;
use ringbolt_core::pin::PinKeys;
use std::{fs, io::Write as _, path::Path};
use zeroize::Zeroizing;

/// Reads the key from a file, or makes it there; without a file, makes one for this run.
pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<PinKeys> {
    let json = match file {
        Some(file) if file.exists() => {
            Zeroizing::new(fs::read_to_string(file).with_context(|| format!("{} could not be read", file.display()))?)
        }
        Some(file) => {
            let json = fresh();
            write(file, &json).with_context(|| format!("{} could not be written", file.display()))?;
            json
        }
        None => fresh(),
    };
    PinKeys::from_json(&json).context("the local PIN key cannot be used")
}

/// 512 random bits.
fn fresh() -> Zeroizing<String> {
    let mut key = Zeroizing::new([0_u8; 64]);
    rand::rng().fill_bytes(key.as_mut());
    let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
    Zeroizing::new(format!("{{\"current\":\"{}\"}}", hex.as_str()))
}

fn write(file: &Path, json: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(json.as_bytes())
}
