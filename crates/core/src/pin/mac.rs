//! Keyed digests: HMAC-SHA-256, cut off at 128 bits.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key that was derived for one purpose.
pub(super) type DerivedKey = Zeroizing<[u8; 64]>;

/// A digest over parts that cannot be mistaken for one another.
pub(super) fn truncated(key: &DerivedKey, parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&**key).into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    let full = mac.finalize().into_bytes();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    half
}
