//! Who may call: whoever has the webhook token.
//!
//! It comes as the query parameter `auth` (DialogTech: "Static Parameters and pages can be included", its example is
//! `?auth=abc123`), as the password of HTTP Basic, or as a Bearer token; in one place, once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

/// The valid tokens: the current one and, while one is being replaced, another. Only their digests are kept.
#[derive(Clone)]
pub struct WebhookTokens(Vec<[u8; 32]>);

/// Which of the valid tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The one that stays.
    Current,
    /// The one that is being replaced.
    Previous,
}

/// What is wrong with the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTokens {
    /// Not the JSON that is expected. The reason is left out: it could quote a token.
    #[error(r#"webhook tokens are JSON: {{"current": "...", "previous": "..."}}; `previous` may be left out"#)]
    Json,
    /// Guessable.
    #[error("a webhook token has at least {min} characters", min = WebhookTokens::MIN_CHARS)]
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
    /// The least length of a token, in characters.
    pub const MIN_CHARS: usize = 16;

    /// Reads `{"current": TOKEN, "previous": TOKEN}`; the second may be missing.
    ///
    /// # Errors
    /// [`InvalidTokens`]: not such JSON, or a token too short.
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

    /// One token of any length, for a server that listens on this machine alone.
    #[must_use]
    pub fn for_local_use(token: &str) -> Self {
        Self(vec![Sha256::digest(token.as_bytes()).into()])
    }
    /// Which valid token a request brings; `None` where it brings none, or not in exactly one of the places.
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
        // The user name is whatever the provider's portal asks for; the password is the token.
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
    fn both_tokens_are_admitted_in_each_of_the_three_places() {
        for token in ["current-token-0123", "previous-token-012"] {
            assert!(tokens().admitted(&format!("qos=5&auth={token}"), &HeaderMap::new()).is_some());
            assert!(tokens().admitted("", &headers(&[&format!("Bearer {token}")])).is_some());
            let basic = STANDARD.encode(format!("ringbolt:{token}"));
            assert!(tokens().admitted("", &headers(&[&format!("Basic {basic}")])).is_some());
        }
    }

    #[test]
    fn which_token_it_is_shows_who_has_not_changed_it_yet() {
        let bearer = |token: &str| tokens().admitted("", &headers(&[&format!("Bearer {token}")]));
        assert_eq!(bearer("current-token-0123"), Some(Admitted::Current));
        assert_eq!(bearer("previous-token-012"), Some(Admitted::Previous));
        assert_eq!(bearer("another-token-0123"), None);
    }

    #[test]
    fn a_token_given_twice_is_refused_even_when_both_are_right() {
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
