//! The webhooks of a deployment, asked as a provider would ask them.

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use std::time::Duration;
use zeroize::Zeroizing;

type Body = Full<bytes::Bytes>;

/// Longer than any deadline of a webhook.
const PATIENCE: Duration = Duration::from_secs(30);
/// Answers are short; whoever sends more is no Ringbolt.
const LARGEST_ANSWER: usize = 256 * 1024;

/// The API of a deployment.
pub(crate) struct Api {
    base: String,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The header `date`, as it came.
    pub(crate) date: Option<String>,
}

/// A request; its token goes into a header, where no log of addresses has it.
pub(crate) struct Ask<'a> {
    pub(crate) method: http::Method,
    pub(crate) path: &'a str,
    pub(crate) token: Option<&'a str>,
    /// A JSON body, where there is one.
    pub(crate) json: Option<Zeroizing<String>>,
}

/// What the webhooks say to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// It is valid.
    Yes,
    /// One refuses it; their statuses.
    No([u16; 3]),
    /// Something is wrong with one; their statuses.
    Other([u16; 3]),
}

/// A path of each webhook whose flow is none: the token is looked at before the flow, so that 404 means that it is valid.
pub(crate) const WITHOUT_FLOW: [(&str, http::Method); 3] = [
    ("/wix-answers/-/auth", http::Method::POST),
    ("/dialogtech/-/next-action", http::Method::GET),
    ("/dialogtech/-/transcription", http::Method::GET),
];

impl Api {
    /// The API at an address such as `https://ivr.example.com`.
    ///
    /// # Errors
    /// This machine has no certificates to trust.
    pub(crate) fn new(base: String) -> anyhow::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .context("the certificates that this machine trusts cannot be read")?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { base, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// What the addresses begin with.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Asks, once.
    ///
    /// # Errors
    /// Nobody answered, or not in time: which address.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> anyhow::Result<Reply> {
        let mut request = http::Request::builder().method(ask.method).uri(format!("{}{}", self.base, ask.path));
        if let Some(token) = ask.token {
            request = request.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if ask.json.is_some() {
            request = request.header(http::header::CONTENT_TYPE, "application/json");
        }
        let body = ask.json.map(|json| bytes::Bytes::copy_from_slice(json.as_bytes())).unwrap_or_default();
        let request = request.body(Full::new(body)).with_context(|| format!("{} is no address", self.base))?;
        let answered = async {
            let reply = self.client.request(request).await?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| anyhow::anyhow!(error))?;
            let date = head.headers.get(http::header::DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
            drop(body);
            Ok::<_, anyhow::Error>(Reply { status: head.status.as_u16(), date })
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => bail!("nobody answers at {} ({})", self.base, error.root_cause()),
            Err(_) => bail!("{} did not answer within {} s", self.base, PATIENCE.as_secs()),
        }
    }

    /// Whether all three webhooks take a token.
    ///
    /// # Errors
    /// As [`Api::ask`].
    pub(crate) async fn takes(&self, token: &str) -> anyhow::Result<Takes> {
        Ok(match self.statuses(Some(token)).await? {
            // The flow in the path is none: the token was looked at before.
            [404, 404 | 405, 404 | 400] => Takes::Yes,
            statuses if statuses.contains(&401) => Takes::No(statuses),
            statuses => Takes::Other(statuses),
        })
    }

    /// The statuses of the three webhooks for a token.
    ///
    /// # Errors
    /// As [`Api::ask`].
    pub(crate) async fn statuses(&self, token: Option<&str>) -> anyhow::Result<[u16; 3]> {
        let mut statuses = [0; 3];
        for (status, (path, method)) in statuses.iter_mut().zip(WITHOUT_FLOW) {
            *status = self.ask(Ask { method, path, token, json: None }).await?.status;
        }
        Ok(statuses)
    }
}
