//! A proxy in front of the database that records operations and injects faults.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Response, StatusCode},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};

/// What happens to requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// They pass.
    None,
    /// They pass after this delay.
    Delay(Duration),
    /// They get a throttling error.
    Throttle,
    /// Every n-th request gets a throttling error.
    ThrottleOneOf(usize),
    /// The next n `UpdateItem` requests get a throttling error; all others pass.
    ThrottleUpdates(u32),
    /// They get a reply that is not from DynamoDB.
    Nonsense,
    /// They get an internal error.
    ServerError,
    /// They are refused because permissions are missing.
    Denied,
    /// They are held until n have arrived, so requests that are not sent in parallel wait forever.
    HoldUntil(usize),
    /// They pass, but the request with this number, counted from the last [`Wire::take_operations`], is held until the other
    /// number has arrived.
    HoldOne(usize, usize),
    /// They reach the database, but the replies to the next n requests are lost.
    LoseReplies(u32),
    /// The next n requests pass; all others are answered with an internal error.
    FailAfter(u32),
}

/// A proxy in front of a database.
pub struct Wire {
    /// The proxy's address.
    pub endpoint: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    client: Client<hyper_util::client::legacy::connect::HttpConnector, Body>,
    fault: Mutex<Fault>,
    operations: Mutex<Vec<String>>,
    arrived: watch::Sender<usize>,
}

impl Wire {
    /// Starts a proxy to a database.
    pub async fn to(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            fault: Mutex::new(Fault::None),
            operations: Mutex::new(Vec::new()),
            arrived: watch::Sender::new(0),
        });
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, shared }
    }

    /// Sets the fault for requests from now on.
    pub fn set(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = fault;
        self.shared.arrived.send_replace(0);
    }

    /// Waits until the request with this number has arrived, while a fault counts them.
    pub async fn arrived(&self, number: usize) {
        self.shared.arrived.subscribe().wait_for(|arrived| *arrived >= number).await.unwrap();
    }

    /// Returns and clears the recorded operations, such as `UpdateItem`. Each attempt by the SDK counts.
    pub fn take_operations(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.operations.lock().unwrap())
    }
}

async fn pass(State(wire): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let number = {
        let mut operations = wire.operations.lock().unwrap();
        operations.push(operation.clone());
        operations.len()
    };
    let fault = *wire.fault.lock().unwrap();
    match fault {
        Fault::None => {}
        Fault::Delay(time) => tokio::time::sleep(time).await,
        Fault::HoldUntil(count) => {
            wire.arrived.send_modify(|arrived| *arrived += 1);
            wire.arrived.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
        }
        Fault::HoldOne(held, until) => {
            wire.arrived.send_replace(number);
            if number == held {
                wire.arrived.subscribe().wait_for(|arrived| *arrived >= until).await.unwrap();
            }
        }
        Fault::Throttle => return error(400, "ProvisionedThroughputExceededException"),
        Fault::ThrottleOneOf(count) if number.is_multiple_of(count) => {
            return error(400, "ProvisionedThroughputExceededException");
        }
        Fault::ThrottleOneOf(_) => {}
        Fault::ThrottleUpdates(left) if left > 0 && operation == "UpdateItem" => {
            *wire.fault.lock().unwrap() = Fault::ThrottleUpdates(left - 1);
            return error(400, "ProvisionedThroughputExceededException");
        }
        Fault::ThrottleUpdates(_) => {}
        Fault::ServerError => return error(500, "InternalServerError"),
        Fault::Denied => return error(400, "AccessDeniedException"),
        Fault::Nonsense => return Response::new(Body::from("<html>It works!</html>")),
        Fault::FailAfter(0) => return error(500, "InternalServerError"),
        Fault::FailAfter(left) => *wire.fault.lock().unwrap() = Fault::FailAfter(left - 1),
        Fault::LoseReplies(left) => {
            let fault = if left > 1 { Fault::LoseReplies(left - 1) } else { Fault::None };
            *wire.fault.lock().unwrap() = fault;
            forward(&wire, request).await;
            // The client cannot know that the server did the work, so it retries.
            return error(500, "InternalServerError");
        }
    }
    forward(&wire, request).await
}

async fn forward(wire: &Shared, request: Request) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    head.headers.remove("host");
    head.uri = format!("{}{}", wire.upstream, head.uri.path()).parse().unwrap();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let reply = wire.client.request(Request::from_parts(head, Body::from(body))).await.unwrap();
    let (mut head, body) = reply.into_parts();
    // The body goes on in one piece, and on another connection.
    head.headers.remove("transfer-encoding");
    head.headers.remove("connection");
    let body = to_bytes(Body::new(body), usize::MAX).await.unwrap();
    Response::from_parts(head, Body::from(body))
}

fn error(status: u16, code: &str) -> Response<Body> {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"for a test"}}"#);
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}
