//! Calls the webhooks of a deployment the way a provider does.

use crate::exit::Usage;
use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::{
        legacy::{
            Client,
            connect::{HttpConnector, proxy::Tunnel},
        },
        proxy::matcher::Matcher,
    },
    rt::TokioExecutor,
};
use ringbolt_core::dialects::{DIALECTS, Dialect, Webhook};
use std::{net::IpAddr, time::Duration};
use zeroize::Zeroizing;

pub(crate) type Body = Full<bytes::Bytes>;

/// Longer than the deadline of any webhook.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Ringbolt's answers are short, so a longer one comes from another server.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The API of a deployment.
pub(crate) struct Api {
    base: String,
    client: HttpClient,
}

/// How the API is reached.
enum HttpClient {
    Direct(Client<HttpsConnector<HttpConnector>, Body>),
    /// Through the proxy of HTTPS_PROXY, which sees only the API's name.
    Proxied(Client<HttpsConnector<Tunnel<HttpConnector>>, Body>),
}

/// A webhook's response.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The `date` header, unparsed.
    pub(crate) date: Option<String>,
    /// The `content-type` header.
    pub(crate) content_type: Option<String>,
    /// The body. Bytes that are not UTF-8 are replaced.
    pub(crate) body: String,
}

/// A request. The token goes into a header, to keep it out of access logs.
pub(crate) struct Ask<'a> {
    pub(crate) method: http::Method,
    pub(crate) path: String,
    pub(crate) token: Option<&'a str>,
    /// The JSON body, if any.
    pub(crate) json: Option<Zeroizing<String>>,
}

/// How the webhooks respond to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenCheck {
    /// All accept it.
    Accepted,
    /// At least one rejects it; the statuses of all.
    Rejected(Vec<u16>),
    /// At least one gave an unexpected answer; the statuses of all.
    Unexpected(Vec<u16>),
}

/// Every webhook that takes the token, with its dialect.
pub(crate) fn webhooks() -> impl Iterator<Item = (&'static Dialect, &'static Webhook)> {
    DIALECTS
        .iter()
        .filter(|dialect| !dialect.is_signed())
        .flat_map(|dialect| dialect.webhooks.iter().map(move |webhook| (dialect, webhook)))
}

/// The tunnel through the proxy that HTTPS_PROXY or ALL_PROXY name for an address, unless NO_PROXY excludes it. Addresses with
/// http are on this machine, and no proxy leads there.
///
/// # Errors
/// The proxy is not an http:// one.
fn proxy(base: &str) -> anyhow::Result<Option<impl FnOnce(HttpConnector) -> Tunnel<HttpConnector>>> {
    let uri: http::Uri = base.parse()?;
    let Some(proxy) =
        Some(uri).filter(|uri| uri.scheme_str() == Some("https")).and_then(|uri| Matcher::from_env().intercept(&uri))
    else {
        return Ok(None);
    };
    if proxy.uri().scheme_str() != Some("http") {
        bail!("the proxy in HTTPS_PROXY must begin with http://: this command knows no other kind");
    }
    Ok(Some(move |http| {
        let tunnel = Tunnel::new(proxy.uri().clone(), http);
        match proxy.basic_auth() {
            Some(auth) => tunnel.with_auth(auth.clone()),
            None => tunnel,
        }
    }))
}

/// Whether nobody on the way can read what is sent to an address: it is https, or http to this machine.
fn keeps_a_token_secret(base: &str) -> bool {
    let Ok(uri) = base.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let is_loopback = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => is_loopback || host == "localhost",
        _ => false,
    }
}

/// A request to each webhook that takes the token, with an impossible flow name. The token is checked before the flow, so 404 means that the
/// token is valid.
fn to_unknown_flow(token: Option<&str>) -> anyhow::Result<Vec<(Ask<'_>, bool)>> {
    let requests = webhooks().map(|(dialect, webhook)| {
        let method = webhook.methods.first().copied().unwrap_or("GET").parse()?;
        Ok((Ask { method, path: dialect.path_of(webhook, "-"), token, json: None }, webhook.steers))
    });
    requests.collect()
}

impl Api {
    /// The API at an address such as `https://ivr.example.com`.
    ///
    /// # Errors
    /// The address is neither https nor on this machine, or the certificates that this machine trusts cannot be read.
    pub(crate) fn new(base: String) -> anyhow::Result<Self> {
        if !keeps_a_token_secret(&base) {
            return Err(Usage::new(format!(
                "{base} is not an address for the webhook token, which anybody on the way could read: give one with https, or \
                 one with http on this machine"
            )));
        }
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .context("cannot read the certificates that this machine trusts")?
            .https_or_http()
            .enable_http1();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        let client = match proxy(&base)? {
            None => HttpClient::Direct(Client::builder(TokioExecutor::new()).build(tls.wrap_connector(http))),
            Some(tunnel) => {
                HttpClient::Proxied(Client::builder(TokioExecutor::new()).build(tls.wrap_connector(tunnel(http))))
            }
        };
        Ok(Self { base, client })
    }

    /// The base URL.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// There was no answer, or not in time. The sentence names the address.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> anyhow::Result<Reply> {
        let mut request = http::Request::builder().method(ask.method).uri(format!("{}{}", self.base, ask.path));
        if let Some(token) = ask.token {
            request = request.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if ask.json.is_some() {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
        }
        let body = ask.json.map(|json| bytes::Bytes::copy_from_slice(json.as_bytes())).unwrap_or_default();
        let request = request.body(Full::new(body)).with_context(|| format!("{} is not a valid URL", self.base))?;
        self.send(request).await
    }

    /// Sends a request as it is, once. Its URL must begin with the base URL.
    ///
    /// # Errors
    /// As [`Api::ask`].
    pub(crate) async fn send(&self, request: http::Request<Body>) -> anyhow::Result<Reply> {
        let answered = async {
            let reply = match &self.client {
                HttpClient::Direct(client) => client.request(request).await,
                HttpClient::Proxied(client) => client.request(request).await,
            }?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(|error| anyhow::anyhow!(error))?;
            let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok::<_, anyhow::Error>(Reply {
                status: head.status.as_u16(),
                date: header(http::header::DATE),
                content_type: header(http::header::CONTENT_TYPE),
                body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
            })
        };
        match tokio::time::timeout(TIMEOUT, answered).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => bail!("no answer from {} ({})", self.base, error.root_cause()),
            Err(_) => bail!("{} did not answer within {} s", self.base, TIMEOUT.as_secs()),
        }
    }

    /// Checks whether all webhooks accept a token.
    ///
    /// # Errors
    /// As [`Api::ask`].
    pub(crate) async fn check_token(&self, token: &str) -> anyhow::Result<TokenCheck> {
        let replies = self.replies(Some(token)).await?;
        let statuses: Vec<u16> = replies.iter().map(|(reply, _)| reply.status).collect();
        // The flow is unknown, and the token was checked first. A postback may lack its fields.
        let accepted = |(reply, steers): &(Reply, bool)| reply.status == 404 || (!steers && reply.status == 400);
        Ok(match () {
            () if replies.iter().all(accepted) => TokenCheck::Accepted,
            () if statuses.contains(&401) => TokenCheck::Rejected(statuses),
            () => TokenCheck::Unexpected(statuses),
        })
    }

    /// The reply of each webhook to a token, and whether the webhook steers calls.
    ///
    /// # Errors
    /// As [`Api::ask`].
    pub(crate) async fn replies(&self, token: Option<&str>) -> anyhow::Result<Vec<(Reply, bool)>> {
        let mut replies = Vec::new();
        for (ask, steers) in to_unknown_flow(token)? {
            replies.push((self.ask(ask).await?, steers));
        }
        Ok(replies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_over_https_or_stays_on_this_machine() {
        for (base, expected) in [
            ("https://ivr.example.com", true),
            ("HTTPS://ivr.example.com/base", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("http://localhost:3000", true),
            ("http://api.localhost:3000", false),
            ("http://ivr.example.com", false),
            ("http://localhost.example.com", false),
            ("http://192.0.2.7", false),
            ("http://127.0.0.1.example.com", false),
            ("http://127.0.0.1@example.com", false),
            ("ftp://127.0.0.1", false),
            ("ivr.example.com", false),
            ("", false),
        ] {
            assert_eq!(keeps_a_token_secret(base), expected, "{base}");
        }
    }
}
