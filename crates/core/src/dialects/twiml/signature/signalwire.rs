//! SignalWire's signature.
//!
//! Published (@signalwire/compatibility-api 3.2.0, `validateRequest`; signalwire-python, `webhook_validator`; the SDK
//! for Node.js, "Webhook signature validation"), each under the project's signing key:
//! - `X-SignalWire-Signature`: base64(HMAC-SHA1(URL + sorted form)) as Twilio's, for cXML;
//! - `X-SignalWire-Signature`: hex(HMAC-SHA1(URL + raw body)), for SWML and RELAY;
//! - `X-SignalWire-Sha256-Signature`: hex(HMAC-SHA256(URL + raw body)); if it doesn't match, the SHA-1 header decides;
//! - `X-Twilio-Signature` in place of `X-SignalWire-Signature`, if that is missing.
//!
//! The libraries differ in repeated parameters. Those for Node.js and the newer ones keep the order of the values; the
//! older one for Python (signalwire 2.1.1) sorts them as Twilio does. Both are accepted.
//!
//! Guessed: which of them SignalWire sends for cXML today. All cover the URL and the body, so all are accepted. The
//! newer libraries also accept a signature of the URL alone with any body; it is refused here.

use super::form::Values;
use super::keys::Secret;
use super::mac::Algorithm;
use super::provider::Provider;
use super::refused::Refused;
use super::signed::Signed;
use super::twilio;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The header with the SHA-1 signature.
const SHA1_HEADER: &str = "x-signalwire-signature";
/// The header with the SHA-256 signature.
const SHA256_HEADER: &str = "x-signalwire-sha256-signature";

/// Whether a request has a header of SignalWire's own.
pub(super) fn has_header(signed: &Signed<'_>) -> bool {
    [SHA1_HEADER, SHA256_HEADER].iter().any(|name| signed.header(name).is_some())
}

/// Checks the signatures in SignalWire's own headers; one that is right is enough.
pub(super) fn verify(keys: &[Secret], signed: &Signed<'_>) -> Result<(), Refused> {
    let stronger = signed.header(SHA256_HEADER).map(|value| raw(keys, signed, Algorithm::Sha256, value));
    let weaker = || signed.header(SHA1_HEADER).map(|value| sha1(keys, signed, value));
    match stronger {
        Some(Ok(())) => Ok(()),
        first => weaker().or(first).unwrap_or(Err(Refused::NoSignature)),
    }
}

/// Checks a SHA-1 signature, in either encoding: 40 hexadecimal digits, or base64.
pub(super) fn sha1(keys: &[Secret], signed: &Signed<'_>, signature: &str) -> Result<(), Refused> {
    if signature.len() == 40 {
        return raw(keys, signed, Algorithm::Sha1, signature);
    }
    let provider = Provider::SignalWire;
    let tag = STANDARD.decode(signature).map_err(|_| Refused::Undecodable { provider })?;
    let values = [Values::SortedOnce, Values::AsGiven];
    twilio::verify_url_and_form(keys, signed, Algorithm::Sha1, &tag, &values, provider)
}

/// Checks a signature of the URL and the raw body.
fn raw(keys: &[Secret], signed: &Signed<'_>, algorithm: Algorithm, signature: &str) -> Result<(), Refused> {
    let provider = Provider::SignalWire;
    let tag = hex::decode(signature).map_err(|_| Refused::Undecodable { provider })?;
    let right = algorithm.any_matches(keys, &signed.urls(), &[signed.body], &tag);
    if right { Ok(()) } else { Err(Refused::WrongSignature { provider }) }
}
