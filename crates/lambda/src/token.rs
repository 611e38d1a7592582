//! The webhook token, which authorises requests.
//!
//! A request carries it exactly once: as the query parameter `auth` (DialogTech: "Static Parameters and pages can be
//! included", with the example `?auth=abc123`), as the HTTP Basic password, or as a Bearer token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

/// The valid tokens: the current one and, during a rotation, the previous one. Only their digests are kept.
#[derive(Clone)]
pub struct WebhookTokens(Vec<[u8; 32]>);

/// The token that a request was admitted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The current token.
    Current,
    /// The token that is being replaced.
    Previous,
}

/// The configured tokens are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTokens {
    /// Not the expected JSON. The parser's message is left out because it could quote a token.
    #[error(r#"webhook tokens must be JSON: {{"current": "...", "previous": "..."}}; `previous` is optional"#)]
    Json,
    /// A token is short enough to guess.
    #[error("a webhook token must have at least {min} characters", min = WebhookTokens::MIN_CHARS)]
    Short,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    current: String,
    previous: Option<String>,
}

impl Drop for Document {
    fn drop(&mut self) {
        self.current.zeroize();
        self.previous.zeroize();
    }
}

impl WebhookTokens {
    /// The minimum length of a token, in characters.
    pub const MIN_CHARS: usize = 16;

    /// Parses `{"current": TOKEN, "previous": TOKEN}`; `previous` is optional.
    ///
    /// # Errors
    /// [`InvalidTokens`]: different JSON, or a token that is too short.
    pub fn from_json(json: &str) -> Result<Self, InvalidTokens> {
        let document: Document = serde_json::from_str(json).map_err(|_| InvalidTokens::Json)?;
        let mut digests = Vec::with_capacity(2);
        for token in std::iter::once(&document.current).chain(&document.previous) {
            if token.chars().count() < Self::MIN_CHARS {
                return Err(InvalidTokens::Short);
            }
            digests.push(Sha256::digest(token.as_bytes()).into());
        }
        Ok(Self(digests))
    }

    /// No token at all: nobody is admitted by one.
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// A single token of any length, for a server that only listens on the loopback interface.
    #[must_use]
    pub fn for_local_use(token: &str) -> Self {
        Self(vec![Sha256::digest(token.as_bytes()).into()])
    }

    /// The valid token that a request carries; `None` if it carries no valid token or more than one token.
    #[must_use]
    pub fn admitted(&self, query: &str, headers: &HeaderMap) -> Option<Admitted> {
        let mut given = tokens_in_query(query);
        for value in headers.get_all(header::AUTHORIZATION) {
            match value.to_str().ok().and_then(token_in_header) {
                Some(token) => given.push(token),
                None => return None,
            }
        }
        let [token] = given.as_slice() else { return None };
        let digest: [u8; 32] = Sha256::digest(token).into();
        let equal: Vec<Choice> = self.0.iter().map(|valid| digest.ct_eq(valid)).collect();
        let found = equal.iter().fold(Choice::from(0), |found, equal| found | *equal);
        let current = equal.first().is_some_and(|first| bool::from(*first));
        bool::from(found).then_some(if current { Admitted::Current } else { Admitted::Previous })
    }
}

fn tokens_in_query(query: &str) -> Vec<Vec<u8>> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "auth")
        .map(|(_, token)| token.into_owned().into_bytes())
        .collect()
}

fn token_in_header(value: &str) -> Option<Vec<u8>> {
    let (scheme, credentials) = value.split_once(' ')?;
    let credentials = credentials.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        Some(credentials.as_bytes().to_vec())
    } else if scheme.eq_ignore_ascii_case("basic") {
        // The password is the token; the user name is ignored because a portal may require any.
        let decoded = STANDARD.decode(credentials).ok()?;
        let colon = decoded.iter().position(|&byte| byte == b':')?;
        decoded.get(colon + 1..).map(<[u8]>::to_vec)
    } else {
        None
    }
}

impl fmt::Debug for WebhookTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookTokens([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn tokens() -> WebhookTokens {
        WebhookTokens::from_json(r#"{"current":"current-token-0123","previous":"previous-token-012"}"#).unwrap()
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn both_tokens_are_admitted_in_all_three_places() {
        for token in ["current-token-0123", "previous-token-012"] {
            assert!(tokens().admitted(&format!("qos=5&auth={token}"), &HeaderMap::new()).is_some());
            assert!(tokens().admitted("", &headers(&[&format!("Bearer {token}")])).is_some());
            let basic = STANDARD.encode(format!("ringbolt:{token}"));
            assert!(tokens().admitted("", &headers(&[&format!("Basic {basic}")])).is_some());
        }
    }

    #[test]
    fn the_admitted_token_is_reported() {
        let bearer = |token: &str| tokens().admitted("", &headers(&[&format!("Bearer {token}")]));
        assert_eq!(bearer("current-token-0123"), Some(Admitted::Current));
        assert_eq!(bearer("previous-token-012"), Some(Admitted::Previous));
        assert_eq!(bearer("another-token-0123"), None);
    }

    #[test]
    fn a_request_with_two_valid_tokens_is_refused() {
        let (query, bearer) = ("auth=current-token-0123", "Bearer current-token-0123");
        assert!(tokens().admitted(&format!("{query}&{query}"), &HeaderMap::new()).is_none());
        assert!(tokens().admitted(query, &headers(&[bearer])).is_none());
        assert!(tokens().admitted("", &headers(&[bearer, bearer])).is_none());
        // API Gateway joins repeated headers with a comma.
        assert!(tokens().admitted("", &headers(&[&format!("{bearer},{bearer}")])).is_none());
    }

    #[test]
    fn everything_else_is_refused() {
        for query in
            ["", "auth=", "auth=wrong-token-01234", "Auth=current-token-0123", "auth=current-token-012", "auth=%ff"]
        {
            assert!(tokens().admitted(query, &HeaderMap::new()).is_none(), "{query}");
        }
        for header in ["current-token-0123", "Digest x", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer"] {
            assert!(tokens().admitted("", &headers(&[header])).is_none(), "{header}");
        }
    }

    #[test]
    fn bad_tokens_stop_the_start_without_being_quoted() {
        assert_eq!(WebhookTokens::from_json("sesame").unwrap_err(), InvalidTokens::Json);
        assert_eq!(WebhookTokens::from_json(r#"{"current":"sesame"}"#).unwrap_err(), InvalidTokens::Short);
    }
}
