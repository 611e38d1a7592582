//! Faults of the database that can be switched on, so that a person hears what a caller hears then.
//!
//! They take effect between the functions' SDK and the database: the SDK's own time-outs and retries are at work.

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
use ringbolt_dynamodb::client::plain_http_client;
use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// How long a slow database takes for each request.
pub const SLOW: Duration = Duration::from_millis(400);

/// How the database behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DatabaseFault {
    /// As it should.
    #[default]
    None,
    /// Each request takes [`SLOW`] longer: longer than the SDK waits for one attempt by default.
    Slow,
    /// Each request is refused because there are too many.
    Throttled,
    /// It can't be reached.
    Down,
}

/// What is switched on. Cheap to clone; clones are one switch.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<RwLock<DatabaseFault>>);

impl DatabaseFault {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::None, Self::Slow, Self::Throttled, Self::Down];

    /// `ok`, `slow`, `throttled` or `down`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "ok",
            Self::Slow => "slow",
            Self::Throttled => "throttled",
            Self::Down => "down",
        }
    }
}

impl Faults {
    /// How the database behaves now.
    #[must_use]
    pub fn database(&self) -> DatabaseFault {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Switches a fault on, or all off.
    pub fn set_database(&self, fault: DatabaseFault) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

/// An HTTP client of the SDK with these faults.
#[derive(Debug)]
pub(crate) struct FaultyClient {
    /// One for all requests, because it keeps the connections.
    real: SharedHttpClient,
    faults: Faults,
}

impl FaultyClient {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { real: plain_http_client(), faults }
    }
}

impl HttpClient for FaultyClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let real = self.real.http_connector(settings, components);
        SharedHttpConnector::new(FaultyConnector { real, faults: self.faults.clone() })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    real: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match self.faults.database() {
            DatabaseFault::None => self.real.call(request),
            DatabaseFault::Slow => {
                let real = self.real.clone();
                HttpConnectorFuture::new(async move {
                    tokio::time::sleep(SLOW).await;
                    real.call(request).await
                })
            }
            DatabaseFault::Throttled => HttpConnectorFuture::ready(throttled()),
            DatabaseFault::Down => HttpConnectorFuture::ready(Err(refused())),
        }
    }
}

fn refused() -> ConnectorError {
    ConnectorError::io(Box::new(io::Error::new(io::ErrorKind::ConnectionRefused, "the fault `down` is switched on")))
}

/// What DynamoDB answers ("Error handling with DynamoDB", in its developer guide).
fn throttled() -> Result<HttpResponse, ConnectorError> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The fault `throttled` is switched on."}"#;
    let status = StatusCode::try_from(400).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
