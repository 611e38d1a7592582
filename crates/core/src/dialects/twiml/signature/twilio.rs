//! Twilio's signature.
//!
//! Published: `X-Twilio-Signature` is base64(HMAC-SHA1(auth token, URL + sorted form)); a JSON body isn't signed, but
//! its SHA-256 is, as the query parameter `bodySHA256` (Twilio, "Secure webhooks"; twilio-python 9.13.0, twilio-node
//! 6.2.0). `X-Twilio-Webhooks-Signature-Settings: key=ID,algorithm=HMAC_SHA256` says that the signature is made with
//! the secret of a SharedKey and with this algorithm, over the same text (twilio-python 9.13.0; twilio-node's example
//! "Validating webhook signatures"; Twilio, "Sign webhooks with shared keys", public beta).
//!
//! Guessed: that `key` needn't be compared, because only its own secret can verify; and that two algorithms in one
//! header are a mistake (twilio-python takes the first).

use super::form::{Form, Values};
use super::keys::Secret;
use super::mac::Algorithm;
use super::provider::Provider;
use super::refused::Refused;
use super::signed::Signed;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest;

/// The header with the signature.
pub(super) const HEADER: &str = "x-twilio-signature";
/// The header that names another algorithm.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";
/// The query parameter with the digest of a body that isn't a form.
const BODY_DIGEST: &str = "bodySHA256";

/// The signature that Twilio sends for a form, in base64, under an auth token. `url` is the whole URL with its query.
///
/// ```
/// # use ringbolt_core::dialects::twiml::signature::sign_twilio;
/// let (url, form) = ("https://mycompany.com/myapp.php?foo=1&bar=2", b"Digits=1234&To=%2B18005551212");
/// assert_eq!(sign_twilio("12345", url, form).len(), 28); // 20 bytes in base64
/// ```
#[must_use]
pub fn sign_twilio(key: &str, url: &str, form: &[u8]) -> String {
    sign(Algorithm::Sha1, key, url, form)
}

/// The signature that Twilio sends for a form, in base64, under the secret of a SharedKey with HMAC_SHA256.
#[must_use]
pub fn sign_twilio_sha256(key: &str, url: &str, form: &[u8]) -> String {
    sign(Algorithm::Sha256, key, url, form)
}

fn sign(algorithm: Algorithm, key: &str, url: &str, form: &[u8]) -> String {
    STANDARD.encode(algorithm.tag(key, [url.as_bytes(), &Form::parse(form).written(Values::SortedOnce)]))
}

/// Whether a request has signature settings, which only Twilio sends.
pub(super) fn has_settings(signed: &Signed<'_>) -> bool {
    signed.header(SETTINGS).is_some()
}

/// Checks a signature in Twilio's header.
pub(super) fn verify(keys: &[Secret], signed: &Signed<'_>, signature: &str) -> Result<(), Refused> {
    let algorithm = algorithm(signed.header(SETTINGS))?;
    let tag = STANDARD.decode(signature).map_err(|_| Refused::Undecodable { provider: Provider::Twilio })?;
    verify_url_and_form(keys, signed, algorithm, &tag, &[Values::SortedOnce], Provider::Twilio)
}

/// Checks an HMAC over the URL and the form, with its values written in one of the given ways, or over a URL with the
/// body's digest.
pub(super) fn verify_url_and_form(
    keys: &[Secret],
    signed: &Signed<'_>,
    algorithm: Algorithm,
    tag: &[u8],
    values: &[Values],
    provider: Provider,
) -> Result<(), Refused> {
    let digests = if signed.is_form() { Vec::new() } else { signed.query_values(BODY_DIGEST) };
    let form = Form::parse(signed.body);
    // A body without a signed digest is signed as a form, whatever its type says, so that all of it is covered.
    let written: Vec<Vec<u8>> = match digests.as_slice() {
        [] => values.iter().map(|values| form.written(*values)).collect(),
        _ => vec![Vec::new()],
    };
    let rests: Vec<&[u8]> = written.iter().map(Vec::as_slice).collect();
    if !algorithm.any_matches(keys, &signed.urls(), &rests, tag) {
        return Err(Refused::WrongSignature { provider });
    }
    match digests.as_slice() {
        [] => Ok(()),
        [digest] if is_digest_of(digest, signed.body) => Ok(()),
        _ => Err(Refused::BodyHash),
    }
}

/// The digest is public, so the comparison may take any time.
fn is_digest_of(digest: &str, body: &[u8]) -> bool {
    hex::decode(digest).is_ok_and(|digest| digest == digest::digest(&digest::SHA256, body).as_ref())
}

/// Reads `key=...,algorithm=HMAC_SHA256`. The algorithm is HMAC_SHA1 if there is no header or no algorithm in it.
fn algorithm(settings: Option<&str>) -> Result<Algorithm, Refused> {
    let pairs = settings.unwrap_or_default().split(',').filter_map(|part| part.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim() == "algorithm").map(|(_, value)| value.trim());
    match (named.next(), named.next()) {
        (None | Some(""), None) => Ok(Algorithm::Sha1),
        (Some(name), None) if name.eq_ignore_ascii_case("HMAC_SHA1") => Ok(Algorithm::Sha1),
        (Some(name), None) if name.eq_ignore_ascii_case("HMAC_SHA256") => Ok(Algorithm::Sha256),
        _ => Err(Refused::UnknownAlgorithm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_name_the_algorithm() {
        let unknown = Err(Refused::UnknownAlgorithm);
        for (settings, expected) in [
            (None, Ok(Algorithm::Sha1)),
            (Some(""), Ok(Algorithm::Sha1)),
            (Some("key=webhooks_sharedkey_1"), Ok(Algorithm::Sha1)),
            (Some("key=webhooks_sharedkey_1,algorithm="), Ok(Algorithm::Sha1)),
            (Some("key=webhooks_sharedkey_1,algorithm=HMAC_SHA1"), Ok(Algorithm::Sha1)),
            (Some("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"), Ok(Algorithm::Sha256)),
            (Some("algorithm = hmac_sha256 , key=webhooks_sharedkey_1"), Ok(Algorithm::Sha256)),
            (Some("key=webhooks_sharedkey_1,algorithm=HMAC_SHA512"), unknown),
            (Some("key=webhooks_sharedkey_1,algorithm=none"), unknown),
            (Some("algorithm=HMAC_SHA256,algorithm=HMAC_SHA1"), unknown),
        ] {
            assert_eq!(algorithm(settings), expected, "{settings:?}");
        }
    }
}
