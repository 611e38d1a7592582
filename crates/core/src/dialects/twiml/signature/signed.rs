//! A request, as far as its signature is concerned.

use crate::time::EpochMs;

/// A request, as far as its signature is concerned. Everything is as it came, without decoding.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    /// The configured URL that the provider sees: scheme, host, maybe a port and a path, and no slash at the end.
    /// Behind API Gateway, the request itself doesn't tell it.
    pub public_url: &'a str,
    /// The path below the public URL, with its first slash. It may begin with the public URL's own path, as API Gateway
    /// gives it under a named stage; a stage that the public URL hides must be removed.
    pub path: &'a str,
    /// The query without `?`; empty if there is none.
    pub query: &'a str,
    /// Looks up a header; names are lower case. A header that came twice must give both values joined with a comma, as
    /// API Gateway does, and not one of them.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// The time of arrival.
    pub now: EpochMs,
}

impl<'a> Signed<'a> {
    /// A header's value; an empty value counts as missing.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        (self.header)(name).filter(|value| !value.is_empty())
    }

    /// Whether the content type says that the body is a form.
    pub(super) fn is_form(&self) -> bool {
        let kind = self.header("content-type").and_then(|value| value.split(';').next());
        kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    }

    /// The values of a query parameter, decoded.
    pub(super) fn query_values(&self, name: &str) -> Vec<String> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        pairs.filter(|(given, _)| given == name).map(|(_, value)| value.into_owned()).collect()
    }
}
