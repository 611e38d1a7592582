//! The URL that a provider may have signed.
//!
//! Twilio doesn't always sign the URL that it requests, so its own libraries try several, and so does this one:
//! - with and without the port (twilio-python 9.13.0, `RequestValidator.validate`; twilio-node 6.2.0,
//!   `validateRequest`);
//! - with the host in lower case and the query encoded as the URL standard does (twilio-node, `new URL(url)`);
//! - with that query decoded and encoded again (twilio-node, `withLegacyQuerystring`).
//!
//! twilio-node also resolves dots in the path (`/x/../voice`); nothing here does, because no route has them.
//!
//! The query of a URL that Ringbolt writes is the same in all forms. The forms matter for the first URL of a call,
//! which a person has typed.

use super::signed::Signed;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::HashMap;

/// What the URL standard encodes in the query of an http URL.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');

/// What Node's `querystring.stringify` encodes in a name or value.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

impl Signed<'_> {
    /// Every URL that the provider may have signed for this request, the most likely first.
    pub(super) fn urls(&self) -> Vec<String> {
        let (origin, own_path) = split(self.public_url);
        let mut urls = Vec::new();
        for origin in origins(origin) {
            for path in paths(own_path, self.path) {
                for query in queries(self.query) {
                    push(&mut urls, format!("{origin}{path}{query}"));
                }
            }
        }
        urls
    }
}

fn push(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// `https://example.com/prod` as `https://example.com` and `/prod`.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + "://".len());
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    url.split_at(end)
}

fn origins(given: &str) -> Vec<String> {
    let mut origins = vec![given.to_owned()];
    for origin in [given.to_owned(), given.to_ascii_lowercase()] {
        let (host, port) = split_port(&origin);
        let default = if origin.to_ascii_lowercase().starts_with("https:") { ":443" } else { ":80" };
        push(&mut origins, host.to_owned());
        push(&mut origins, format!("{host}{}", if port.is_empty() { default } else { port }));
    }
    origins
}

/// `https://example.com:8443` as `https://example.com` and `:8443`. What follows a colon is only a
/// port if it has nothing but digits: it may be a password, or the end of an IPv6 address.
fn split_port(origin: &str) -> (&str, &str) {
    match origin.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            origin.split_at(host.len())
        }
        _ => (origin, ""),
    }
}

fn paths(own: &str, given: &str) -> Vec<String> {
    let mut paths = vec![format!("{own}{given}")];
    if given.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')) {
        push(&mut paths, given.to_owned());
    }
    paths
}

/// The forms of a query, each with its `?`.
fn queries(raw: &str) -> Vec<String> {
    if raw.is_empty() {
        return vec![String::new()];
    }
    let standard = utf8_percent_encode(raw, QUERY).to_string();
    let again = encoded_again(&standard);
    let mut queries = vec![format!("?{raw}")];
    push(&mut queries, format!("?{standard}"));
    push(&mut queries, format!("?{again}"));
    queries
}

/// A query as Node's `querystring` reads and writes it: every name has a `=`, a space is `%20`, and the values of one
/// name follow one another.
fn encoded_again(query: &str) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let mut first = HashMap::new();
    for (index, (name, _)) in pairs.iter().enumerate() {
        first.entry(name.clone()).or_insert(index);
    }
    pairs.sort_by_key(|(name, _)| first.get(name).copied());
    let encoded = pairs.iter().map(|(name, value)| {
        format!("{}={}", utf8_percent_encode(name, COMPONENT), utf8_percent_encode(value, COMPONENT))
    });
    encoded.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::EpochMs;

    fn urls(public_url: &str, path: &str, query: &str) -> Vec<String> {
        Signed { public_url, path, query, header: &|_| None, body: b"", now: EpochMs(0) }.urls()
    }

    #[test]
    fn a_url_of_ours_varies_only_in_its_port() {
        assert_eq!(
            urls("https://calls.example.com", "/twiml/bank/voice", "at=login.1&s=AZaz09-_"),
            [
                "https://calls.example.com/twiml/bank/voice?at=login.1&s=AZaz09-_",
                "https://calls.example.com:443/twiml/bank/voice?at=login.1&s=AZaz09-_",
            ]
        );
    }

    #[test]
    fn the_port_is_tried_and_left_out() {
        for (public_url, expected) in [
            ("https://a.example", &["https://a.example/", "https://a.example:443/"][..]),
            ("http://a.example", &["http://a.example/", "http://a.example:80/"]),
            ("https://a.example:8443", &["https://a.example:8443/", "https://a.example/"]),
            ("http://[::1]", &["http://[::1]/", "http://[::1]:80/"]),
            ("http://[::1]:8080", &["http://[::1]:8080/", "http://[::1]/"]),
            (
                "https://A.example",
                &["https://A.example/", "https://A.example:443/", "https://a.example/", "https://a.example:443/"],
            ),
        ] {
            assert_eq!(urls(public_url, "/", ""), expected, "{public_url}");
        }
    }

    #[test]
    fn the_path_of_the_public_url_is_not_doubled() {
        let first = |public_url, path| urls(public_url, path, "").into_iter().filter(|url| !url.contains(":443"));
        for (public_url, path, expected) in [
            ("https://a.example/prod", "/twiml/b/voice", &["https://a.example/prod/twiml/b/voice"][..]),
            (
                "https://a.example/prod",
                "/prod/twiml/b/voice",
                &["https://a.example/prod/prod/twiml/b/voice", "https://a.example/prod/twiml/b/voice"],
            ),
            ("https://a.example/prod", "/production", &["https://a.example/prod/production"]),
            ("https://a.example", "/twiml/b/voice", &["https://a.example/twiml/b/voice"]),
            ("https://a.io/p", "/p/voice", &["https://a.io/p/p/voice", "https://a.io/p/voice"]),
        ] {
            assert_eq!(first(public_url, path).collect::<Vec<_>>(), expected, "{public_url} {path}");
        }
    }

    #[test]
    fn a_query_is_tried_as_it_came_and_encoded_again() {
        for (raw, expected) in [
            ("a=1&b=2", &["?a=1&b=2"][..]),
            ("n=O'Hara", &["?n=O'Hara", "?n=O%27Hara"]),
            ("n=a+b&m", &["?n=a+b&m", "?n=a%20b&m="]),
            ("n=é", &["?n=é", "?n=%C3%A9"]),
            ("a=1&b=2&a=3", &["?a=1&b=2&a=3", "?a=1&a=3&b=2"]),
            ("n=%7e", &["?n=%7e", "?n=~"]),
        ] {
            assert_eq!(queries(raw), expected, "{raw}");
        }
    }
}
