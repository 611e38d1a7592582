//! How a PIN is stretched, so that guessing stays slow even with the table and the key.

use super::{caller_pin::Guess, memory};
use crate::identity::CallerId;
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// How a PIN is stretched before it is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinHash {
    /// Argon2id: guessing stays slow even with the table and the key.
    Argon2id {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        passes: u32,
    },
    /// SHA-256, encrypted like every other: as safe as the key is, about 40 ms of CPU cheaper.
    Keyed,
}

impl Default for PinHash {
    /// OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self::Argon2id { memory_kib: 19_456, passes: 2 }
    }
}

/// The hashes of a deployment. Enrolment uses `current`; a guess is also compared with PINs under `previous`, while those
/// move over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinHashes {
    /// For new tags.
    pub current: PinHash,
    /// What tags may still have from before the last change.
    pub previous: Option<PinHash>,
}

impl PinHashes {
    /// Both hashes, the current one first; a `previous` equal to it is omitted.
    pub fn all(self) -> impl Iterator<Item = PinHash> {
        std::iter::once(self.current).chain(self.previous.filter(|previous| *previous != self.current))
    }
}

impl From<PinHash> for PinHashes {
    fn from(current: PinHash) -> Self {
        Self { current, previous: None }
    }
}

impl fmt::Display for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argon2id { memory_kib, passes } => write!(f, "a{memory_kib}-{passes}-1"),
            Self::Keyed => f.write_str("k"),
        }
    }
}

impl PinHash {
    /// Reads what `Display` writes, within bounds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "k" {
            return Some(Self::Keyed);
        }
        let mut numbers = text.strip_prefix('a')?.split('-').map(str::parse::<u32>);
        let (Some(Ok(memory_kib)), Some(Ok(passes)), Some(Ok(1)), None) =
            (numbers.next(), numbers.next(), numbers.next(), numbers.next())
        else {
            return None;
        };
        let bounded = (8..=1 << 18).contains(&memory_kib) && (1..=16).contains(&passes);
        bounded.then_some(Self::Argon2id { memory_kib, passes })
    }

    pub(super) fn stretch(self, caller: &CallerId, guess: &Guess) -> Result<Stretched, HashFailed> {
        let mut salted = Sha256::new();
        for part in [b"ringbolt/1/salt", caller.realm.as_str().as_bytes(), caller.user.as_str().as_bytes()] {
            salted.update((part.len() as u64).to_be_bytes());
            salted.update(part);
        }
        let mut out = Zeroizing::new([0; 32]);
        match self {
            Self::Argon2id { memory_kib, passes } => {
                let params = Params::new(memory_kib, passes, 1, Some(out.len())).map_err(HashFailed)?;
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                memory::hash_into(&argon2, guess.as_bytes(), &salted.finalize()[..16], out.as_mut())
                    .map_err(HashFailed)?;
            }
            Self::Keyed => out.copy_from_slice(&salted.chain_update(guess.as_bytes()).finalize()),
        }
        Ok(out)
    }
}

/// A stretched PIN.
pub(super) type Stretched = Zeroizing<[u8; 32]>;

/// Argon2 could not run: there was not enough memory, or its parameters are out of its range.
#[derive(Debug, thiserror::Error)]
#[error("the PIN could not be hashed")]
pub struct HashFailed(#[source] argon2::Error);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bounded_parameters_are_read() {
        for text in ["a4294967295-2-1", "a19456-999-1", "a19456-2-2", "a7-1-1", "a-2-1", "b", "", "a19456-2-1-1"] {
            assert_eq!(PinHash::parse(text), None, "{text}");
        }
    }
}
