//! A stand-in for Secrets Manager.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Response, StatusCode},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::{net::TcpListener, sync::watch};

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It gives the secrets.
    Gives,
    /// It has none.
    Refuses,
    /// It gives them once n requests have arrived.
    HoldsUntil(usize),
}

/// A server with these secrets, by the ends of their ARNs.
pub struct SecretsManager {
    /// Its address.
    pub endpoint: String,
    shared: Arc<Shared>,
}

struct Shared {
    secrets: BTreeMap<&'static str, String>,
    mode: Mutex<Mode>,
    arrived: watch::Sender<usize>,
}

impl SecretsManager {
    /// Starts it.
    pub async fn start(secrets: impl IntoIterator<Item = (&'static str, String)>, mode: Mode) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let secrets = secrets.into_iter().collect();
        let shared = Shared { secrets, mode: Mutex::new(mode), arrived: watch::Sender::new(0) };
        let shared = Arc::new(shared);
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, shared }
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let arn = request["SecretId"].as_str().unwrap().to_owned();
    shared.arrived.send_modify(|arrived| *arrived += 1);
    let mode = *shared.mode.lock().unwrap();
    match mode {
        Mode::Gives => {}
        Mode::Refuses => return reply(400, &json!({ "__type": "ResourceNotFoundException" })),
        Mode::HoldsUntil(count) => {
            shared.arrived.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
        }
    }
    let (_, secret) = shared.secrets.iter().find(|(end, _)| arn.ends_with(**end)).expect("a secret of this test");
    reply(200, &json!({ "ARN": arn, "Name": arn, "SecretString": secret }))
}

fn reply(status: u16, document: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response.headers_mut().insert("content-type", "application/x-amz-json-1.1".parse().unwrap());
    response
}
