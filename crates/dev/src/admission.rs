//! Who is let in.
//!
//! Any web site can make a browser send requests to 127.0.0.1. A foreign name that resolves to this machine shows in `Host`,
//! a foreign page in `Origin` and, for requests that carry no `Origin`, in `Sec-Fetch-Site` ("Fetch Metadata Request
//! Headers", W3C). Browsers send the latter to 127.0.0.1 and localhost, and a page cannot change it.

use axum::http::{HeaderMap, HeaderName, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Whether a request is for this machine: for the server on this port, under one of this machine's own names.
pub(crate) fn is_for_this_machine(headers: &HeaderMap, port: u16) -> bool {
    let mut hosts = texts(headers, &header::HOST);
    hosts.next().is_some_and(|host| is_here(host, port)) && hosts.next().is_none()
}

/// Whether a request comes from a page of another origin.
pub(crate) fn is_from_foreign_page(headers: &HeaderMap, port: u16) -> bool {
    let foreign = |origin: &str| !origin.strip_prefix("http://").is_some_and(|host| is_here(host, port));
    texts(headers, &header::ORIGIN).any(foreign)
        || texts(headers, &FETCH_SITE).any(|site| !matches!(site, "same-origin" | "none"))
}

/// Whether a request may see the page of the server on this port: it is for this machine, and not from a foreign page. A
/// link on a foreign page may open the page itself, in a tab and not in a frame.
pub(crate) fn is_ours(headers: &HeaderMap, port: u16) -> bool {
    let one = |name: &HeaderName, value: &str| texts(headers, name).eq([value]);
    let is_followed_link =
        one(&FETCH_MODE, "navigate") && one(&FETCH_DEST, "document") && !headers.contains_key(header::ORIGIN);
    is_for_this_machine(headers, port) && (is_followed_link || !is_from_foreign_page(headers, port))
}

/// Whether a request comes from a program on this machine, and not from a browser.
pub(crate) fn is_program(headers: &HeaderMap, port: u16) -> bool {
    is_for_this_machine(headers, port) && !headers.contains_key(header::ORIGIN) && !headers.contains_key(FETCH_SITE)
}

fn is_here(host: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        let rest = host.strip_prefix(name);
        rest.is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
    })
}

fn texts<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(sent: &[(&HeaderName, &str)]) -> HeaderMap {
        sent.iter().map(|(name, value)| ((*name).clone(), value.parse().unwrap())).collect()
    }

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
            let sent: Vec<_> = host.map(|host| (&header::HOST, host)).into_iter().collect();
            let sent = [sent, origin.map(|origin| (&header::ORIGIN, origin)).into_iter().collect()].concat();
            assert_eq!(is_ours(&headers(&sent), 3000), ours, "{host:?} {origin:?}");
            assert_eq!(is_program(&headers(&sent), 3000), ours && origin.is_none(), "{host:?} {origin:?}");
        }
    }

    #[test]
    fn a_foreign_page_is_turned_away_even_if_its_request_carries_no_origin() {
        let host = (&header::HOST, "127.0.0.1:3000");
        for (site, mode, dest, ours) in [
            ("none", "navigate", "document", true),
            ("same-origin", "cors", "empty", true),
            ("cross-site", "no-cors", "image", false),
            ("same-site", "no-cors", "script", false),
            // A link to the page, and the page in a frame.
            ("cross-site", "navigate", "document", true),
            ("cross-site", "navigate", "iframe", false),
        ] {
            let sent = headers(&[host, (&FETCH_SITE, site), (&FETCH_MODE, mode), (&FETCH_DEST, dest)]);
            assert_eq!(is_ours(&sent, 3000), ours, "{site} {mode} {dest}");
            assert!(!is_program(&sent, 3000), "{site} {mode} {dest}");
        }
    }
}
