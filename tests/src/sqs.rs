//! A stand-in for SQS, which takes messages.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::Response,
};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A queue that nobody reads.
pub struct Sqs {
    /// Its address.
    pub endpoint: String,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Sqs {
    /// Starts with an empty queue.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(take).with_state(Arc::clone(&bodies));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, bodies }
    }

    /// How many messages it has taken.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.bodies.lock().unwrap().len()
    }
}

async fn take(State(bodies): State<Arc<Mutex<Vec<String>>>>, request: Request) -> Response<Body> {
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let request: serde_json::Value = serde_json::from_slice(&body).unwrap();
    bodies.lock().unwrap().push(request["MessageBody"].as_str().unwrap().to_owned());
    let mut response = Response::new(Body::from(r#"{"MessageId":"m-1"}"#));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0".parse().unwrap());
    response
}
