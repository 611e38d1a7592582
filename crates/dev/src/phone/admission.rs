//! Who may see the page: a browser on this machine, looking at this address.
//!
//! Any web site can make a browser send requests to 127.0.0.1. A foreign name that resolves to this machine shows in `Host`,
//! a foreign page in `Origin`.

use axum::http::{HeaderMap, header};

/// Whether a request may see the page of the server on this port.
pub(super) fn is_ours(headers: &HeaderMap, port: u16) -> bool {
    let here = |host: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            let rest = host.strip_prefix(name);
            rest.is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
        })
    };
    let text = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
    let mut hosts = text(header::HOST);
    let host = hosts.next().is_some_and(here) && hosts.next().is_none();
    host && text(header::ORIGIN).all(|origin| origin.strip_prefix("http://").is_some_and(here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_on_this_machine_that_looks_at_this_address_is_let_in() {
        for (host, origin, ours) in [
            (Some("127.0.0.1:3000"), None, true),
            (Some("localhost:3000"), Some("http://localhost:3000"), true),
            (Some("[::1]:3000"), Some("http://127.0.0.1:3000"), true),
            (None, None, false),
            (Some("127.0.0.1:3001"), None, false),
            (Some("127.0.0.1"), None, false),
            (Some("ringbolt.example.com:3000"), None, false),
            (Some("localhost.example.com:3000"), None, false),
            (Some("127.0.0.1:3000"), Some("https://127.0.0.1:3000"), false),
            (Some("127.0.0.1:3000"), Some("http://example.com"), false),
            (Some("127.0.0.1:3000"), Some("null"), false),
            (Some("127.0.0.1:3000"), Some("http://127.0.0.1:3000.example.com"), false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(is_ours(&headers, 3000), ours, "{host:?} {origin:?}");
        }
    }
}
