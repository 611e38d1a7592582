//! Requests that the provider signs: the voice webhook's. They need no token.

use crate::Request;
use ringbolt_core::{
    dialects::twiml::signature::{Provider, Refused, Signed, TwimlKeys},
    time::EpochMs,
};
use std::{fmt, str::FromStr};

/// What a provider's signature is checked by.
#[derive(Clone)]
pub struct Signatures {
    keys: TwimlKeys,
    public_url: Option<PublicUrl>,
}

/// The URL under which providers reach the webhooks, without a slash at its end. A signature covers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Not such a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL under which providers reach the webhooks, such as https://calls.example.com")]
pub struct InvalidPublicUrl;

impl FromStr for PublicUrl {
    type Err = InvalidPublicUrl;

    fn from_str(url: &str) -> Result<Self, InvalidPublicUrl> {
        let url = url.trim().trim_end_matches('/');
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(InvalidPublicUrl)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]%".contains(&byte);
        let begins_with_host = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
        if begins_with_host && rest.bytes().all(plain) { Ok(Self(url.to_owned())) } else { Err(InvalidPublicUrl) }
    }
}

impl PublicUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Signatures {
    /// Keys, and the URL that was configured.
    #[must_use]
    pub fn new(keys: TwimlKeys, public_url: Option<PublicUrl>) -> Self {
        Self { keys, public_url }
    }

    /// The URL before `/twiml/`: the configured one, or else the domain at which API Gateway took the request. That is one
    /// of the API's own, whatever the request's `Host` says; a proxy before it, or a base path, has to be configured.
    #[must_use]
    pub fn public_url(&self, request: &Request) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("https://{}", request.domain),
        }
    }

    /// Who signed the request.
    ///
    /// # Errors
    /// Which check failed.
    pub fn verify(&self, request: &Request, now: EpochMs) -> Result<Provider, Refused> {
        // What comes before it, such as a base path, is a part of the public URL.
        let path = request.path.find("/twiml/").map_or("", |begins| &request.path[begins..]);
        // A header that came twice is none: two readers could see two different ones.
        let header = |name: &str| {
            let mut values = request.headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none())?.to_str().ok()
        };
        self.keys.verify(&Signed {
            public_url: &self.public_url(request),
            path,
            query: &request.query,
            header: &header,
            body: request.body.as_deref().unwrap_or_default(),
            now,
        })
    }
}

impl fmt::Debug for Signatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signatures").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_a_host_and_no_query() {
        for (given, url) in [
            ("https://calls.example.com/", "https://calls.example.com"),
            (" https://example.com/prod ", "https://example.com/prod"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            assert_eq!(given.parse::<PublicUrl>().unwrap().as_str(), url);
        }
        for given in
            ["", "calls.example.com", "https://", "https://a?b", "https://a#b", "https://a b", "ftp://a", "https://u@a"]
        {
            assert_eq!(given.parse::<PublicUrl>(), Err(InvalidPublicUrl), "{given}");
        }
    }
}
