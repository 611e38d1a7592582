//! Why a request is refused.

use super::provider::Provider;

/// Why a request is refused. The texts name the check that failed and quote nothing from the request or the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No signature header, or only empty ones.
    #[error("the request has no signature")]
    NoSignature,
    /// Signature headers of Telnyx and of another provider.
    #[error("the request has the signatures of several providers")]
    SeveralProviders,
    /// The provider signed, but has no key here.
    #[error("there is no {} key to check the signature with", provider.name())]
    NoKeyForProvider {
        /// The provider whose header the request has.
        provider: Provider,
    },
    /// The signature settings name an algorithm other than HMAC_SHA1 and HMAC_SHA256, or several.
    #[error("the signature's algorithm is unknown")]
    UnknownAlgorithm,
    /// The signature has another encoding than the provider's, for instance because two headers were joined.
    #[error("the {} signature cannot be decoded", provider.name())]
    Undecodable {
        /// The provider whose header it is.
        provider: Provider,
    },
    /// No key of the provider made this signature over this request.
    #[error("the {} signature is wrong", provider.name())]
    WrongSignature {
        /// The provider whose header it is.
        provider: Provider,
    },
    /// The signature is right, but `bodySHA256` in the query is not the digest of the body.
    #[error("the body does not match its signed digest")]
    BodyHash,
    /// Telnyx signed nothing but a time: a GET, whose parameters are in the unsigned query.
    #[error("the request has no body, so its signature covers nothing")]
    EmptyBody,
    /// Telnyx's `telnyx-timestamp` is missing or empty.
    #[error("the request has no timestamp")]
    NoTimestamp,
    /// Telnyx's `telnyx-timestamp` is not a whole number of seconds.
    #[error("the timestamp cannot be decoded")]
    UndecodableTimestamp,
    /// The signature is right, but its time is too far from now, in the past or the future.
    #[error("the timestamp is more than five minutes away from now")]
    Stale,
}

impl Refused {
    /// The reason as one word, for a log field.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoSignature => "no-signature",
            Self::SeveralProviders => "several-providers",
            Self::NoKeyForProvider { .. } => "no-key",
            Self::UnknownAlgorithm => "unknown-algorithm",
            Self::Undecodable { .. } => "undecodable",
            Self::WrongSignature { .. } => "wrong-signature",
            Self::BodyHash => "body-hash",
            Self::EmptyBody => "empty-body",
            Self::NoTimestamp => "no-timestamp",
            Self::UndecodableTimestamp => "undecodable-timestamp",
            Self::Stale => "stale",
        }
    }
}
