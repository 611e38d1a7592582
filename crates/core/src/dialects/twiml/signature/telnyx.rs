//! Telnyx's signature.
//!
//! Published (Telnyx, "Webhook signature verification"; telnyx-python 4.189.0, `verify_webhook_signature`):
//! `telnyx-signature-ed25519` is the base64 text of an Ed25519 signature over `telnyx-timestamp`, `|` and the raw body.
//! The timestamp is in seconds and at most five minutes away from now. The URL isn't signed.

use super::provider::Provider;
use super::refused::Refused;
use super::signed::Signed;
use crate::time::{EpochMs, millis};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::fmt;
use std::time::Duration;

/// The header with the signature.
pub(super) const HEADER: &str = "telnyx-signature-ed25519";
/// The header with the time of the signature, in seconds since 1970.
const TIMESTAMP: &str = "telnyx-timestamp";
/// How far the time of a signature may be from now, in the past and in the future.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Checks a signature in Telnyx's header. The time is checked last, so that [`Refused::Stale`] always means a genuine
/// request: replayed, late, or compared with a wrong clock.
pub(super) fn verify(keys: &[[u8; 32]], signed: &Signed<'_>, signature: &str) -> Result<(), Refused> {
    let provider = Provider::Telnyx;
    if signed.body.is_empty() {
        return Err(Refused::EmptyBody);
    }
    let timestamp = signed.header(TIMESTAMP).ok_or(Refused::NoTimestamp)?;
    let secs = seconds(timestamp).ok_or(Refused::UndecodableTimestamp)?;
    let signature = STANDARD.decode(signature).map_err(|_| Refused::Undecodable { provider })?;
    let message = message(timestamp, signed.body);
    let is_signed_with = |key: &[u8; 32]| UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).is_ok();
    if !keys.iter().any(is_signed_with) {
        return Err(Refused::WrongSignature { provider });
    }
    let away = secs.saturating_mul(1000).abs_diff(signed.now.0);
    if away > millis(TOLERANCE).unsigned_abs() { Err(Refused::Stale) } else { Ok(()) }
}

fn message(timestamp: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.as_bytes(), b"|", body].concat()
}

/// Reads digits only: `parse` alone would take a sign.
fn seconds(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Signs as Telnyx does, for the simulator, local runs and tests.
pub struct TelnyxSigner(Ed25519KeyPair);

/// The headers of a request that is signed as Telnyx does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelnyxSignature {
    /// `telnyx-signature-ed25519`: base64.
    pub signature: String,
    /// `telnyx-timestamp`: seconds since 1970.
    pub timestamp: String,
}

impl TelnyxSigner {
    /// The signer whose private key is this seed.
    #[must_use]
    #[expect(clippy::expect_used, reason = "every 32 bytes are an Ed25519 seed")]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed has 32 bytes"))
    }

    /// The public key in base64, as [`TwimlKeys`](super::TwimlKeys) reads it.
    #[must_use]
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.0.public_key())
    }

    /// The headers for a body that is sent at `now`.
    #[must_use]
    pub fn sign(&self, now: EpochMs, body: &[u8]) -> TelnyxSignature {
        let timestamp = now.epoch_secs().to_string();
        let signature = STANDARD.encode(self.0.sign(&message(&timestamp, body)));
        TelnyxSignature { signature, timestamp }
    }
}

impl fmt::Debug for TelnyxSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TelnyxSigner([redacted])")
    }
}
