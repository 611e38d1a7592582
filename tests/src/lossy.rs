//! An HTTP client of the SDK that loses requests and replies. The SDK sends them again, as it does after a fault of the
//! network. Unlike [`crate::Wire`], it needs no socket.

use crate::{
    ACCESS_KEY,
    database::{elsewhere, unused_tables},
};
use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use ringbolt_dev::database::InProcess;
use ringbolt_dynamodb::{
    Store, client,
    tables::{self, TableNames},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// What happens to the next requests. Each attempt by the SDK is one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// How many pass first.
    pub pass: u32,
    /// How many of the following never reach the database.
    pub requests: u32,
    /// How many of the following reach it, but their replies are lost.
    pub replies: u32,
}

enum Fate {
    Passes,
    NeverArrives,
    ReplyIsLost,
}

impl Losses {
    fn next(&mut self) -> Fate {
        for (left, fate) in [
            (&mut self.pass, Fate::Passes),
            (&mut self.requests, Fate::NeverArrives),
            (&mut self.replies, Fate::ReplyIsLost),
        ] {
            if *left > 0 {
                *left -= 1;
                return fate;
            }
        }
        Fate::Passes
    }
}

/// A database behind a [`Lossy`] client: an embedded one without a socket, or the one that
/// `RINGBOLT_TEST_DYNAMODB_ENDPOINT` names.
pub struct LossyDatabase {
    /// Sees the losses, too.
    pub client: Client,
    /// The test's tables.
    pub tables: TableNames,
    /// What is lost.
    pub lossy: Lossy,
}

impl LossyDatabase {
    /// Starts a database with empty tables.
    pub async fn start() -> Self {
        let (endpoint, inner) = match elsewhere() {
            Some(endpoint) => (endpoint, client::http_client()),
            None => ("http://127.0.0.1".to_owned(), SharedHttpClient::new(InProcess::new().unwrap())),
        };
        let lossy = Lossy::new(inner);
        // The SDK's pauses would take longer than everything else.
        let retries = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
        let config = aws_sdk_dynamodb::config::Builder::from(&client::local_config(&endpoint, ACCESS_KEY))
            .http_client(lossy.clone())
            .retry_config(retries);
        let database = Self { client: Client::from_conf(config.build()), tables: unused_tables(), lossy };
        tables::create_missing(&database.client, &database.tables).await.unwrap();
        database
    }

    /// A store that has the losses.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::new(self.client.clone(), self.tables.clone())
    }
}

/// The client. Clones share their losses.
#[derive(Clone, Debug)]
pub struct Lossy {
    inner: SharedHttpClient,
    losses: Arc<Mutex<Losses>>,
}

impl Lossy {
    /// A client that loses nothing yet, in front of another one.
    #[must_use]
    pub fn new(inner: SharedHttpClient) -> Self {
        Self { inner, losses: Arc::default() }
    }

    /// Sets what happens to requests from now on.
    pub fn set(&self, losses: Losses) {
        *self.losses.lock().unwrap() = losses;
    }
}

impl HttpClient for Lossy {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(LossyConnector { inner, losses: Arc::clone(&self.losses) })
    }
}

#[derive(Debug)]
struct LossyConnector {
    inner: SharedHttpConnector,
    losses: Arc<Mutex<Losses>>,
}

impl HttpConnector for LossyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fate = self.losses.lock().unwrap().next();
        match fate {
            Fate::Passes => self.inner.call(request),
            Fate::NeverArrives => HttpConnectorFuture::ready(lost()),
            Fate::ReplyIsLost => {
                let inner = self.inner.clone();
                HttpConnectorFuture::new(async move {
                    inner.call(request).await?;
                    lost()
                })
            }
        }
    }
}

/// An answer after which the SDK sends the request again.
fn lost() -> Result<HttpResponse, ConnectorError> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"for a test"}"#;
    Ok(HttpResponse::new(StatusCode::try_from(500).unwrap(), SdkBody::from(body)))
}
