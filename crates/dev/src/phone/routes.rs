//! The page's routes.

use super::{Phone, actions, actions::Refusal, assets, files, view};
use crate::admission::is_ours;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::sse::{Event, KeepAlive, Sse},
    routing::{get, post},
};
use futures_util::{Stream, StreamExt as _, stream};
use ringbolt_core::identity::FlowName;
use serde_json::{Value, json};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::broadcast::error::RecvError;

/// The largest body that the page sends.
const LARGEST_BODY: usize = 64 * 1024;

/// Nothing but this page's own files is loaded, and nobody frames it. The drawing has styles in its attributes.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; \
                      base-uri 'none'; form-action 'none'";

/// The page, its files and what it asks for. Everything else is for the gateway.
pub(crate) fn router(phone: Arc<Phone>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/phone/{file}", get(asset))
        .route("/api/phone", get(snapshot))
        .route("/api/events", get(events))
        .route("/api/flows/{name}", get(flow))
        .route("/api/calls", post(dial))
        .route("/api/calls/{id}", get(show).post(act))
        .route("/api/calls/{id}/script", get(script))
        .route("/api/clock", post(move_clock))
        .route("/api/faults", post(set_faults))
        .layer(from_fn_with_state(Arc::clone(&phone), only_ours))
        .with_state(phone)
}

/// Turns foreign pages away, and says on every answer that nothing foreign may be loaded.
async fn only_ours(State(phone): State<Arc<Phone>>, request: Request, next: Next) -> Response<Body> {
    let mut response = if is_ours(request.headers(), phone.address.port()) {
        next.run(request).await
    } else {
        let sentence =
            "This page is for a browser on this machine: open it under the address that `ringbolt dev` prints.";
        answer(StatusCode::FORBIDDEN, &json!({ "error": sentence }))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

async fn index() -> Response<Body> {
    file("index.html")
}

async fn asset(Path(name): Path<String>) -> Response<Body> {
    file(&name)
}

fn file(name: &str) -> Response<Body> {
    let Some((media_type, text)) = assets::find(name) else {
        return answer(StatusCode::NOT_FOUND, &json!({ "error": "This page has no such file." }));
    };
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

async fn snapshot(State(phone): State<Arc<Phone>>) -> Response<Body> {
    let mut calls = Vec::new();
    for session in phone.sessions() {
        calls.push(view::call(&phone, &*session.lock().await));
    }
    let mut snapshot = view::state(&phone);
    snapshot["process"] = json!(phone.process);
    snapshot["flows"] = json!(view::flows(&phone));
    snapshot["calls"] = json!(calls);
    answer(StatusCode::OK, &snapshot)
}

/// What is live. A page that lags behind is dropped from the stream; its browser connects again and fetches everything.
async fn events(State(phone): State<Arc<Phone>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let hello = Event::default().event("hello").data(json!({ "process": phone.process }).to_string());
    let updates = stream::unfold(phone.updates.subscribe(), |mut updates| async move {
        match updates.recv().await {
            Ok(update) => Some((Event::default().event(update.kind).data(update.data), updates)),
            Err(RecvError::Lagged(_) | RecvError::Closed) => None,
        }
    });
    Sse::new(stream::iter([hello]).chain(updates).map(Ok)).keep_alive(KeepAlive::default())
}

async fn flow(State(phone): State<Arc<Phone>>, Path(name): Path<String>) -> Response<Body> {
    let live = FlowName::parse(&name).ok().and_then(|name| phone.gateway.app.flows.get(&name));
    match live.and_then(|live| files::document(&phone, &live.flow)) {
        Some(document) => answer(StatusCode::OK, &document),
        None => answer(StatusCode::NOT_FOUND, &json!({ "error": "There is no such flow here." })),
    }
}

async fn dial(State(phone): State<Arc<Phone>>, request: Request) -> Response<Body> {
    match read(request).await {
        Ok(body) => done(actions::dial(&phone, &body).await),
        Err(refusal) => done(Err(refusal)),
    }
}

async fn show(State(phone): State<Arc<Phone>>, Path(id): Path<String>) -> Response<Body> {
    match phone.session(&id) {
        Some(session) => answer(StatusCode::OK, &view::call(&phone, &*session.lock().await)),
        None => done(Err(no_such_call())),
    }
}

async fn act(State(phone): State<Arc<Phone>>, Path(id): Path<String>, request: Request) -> Response<Body> {
    let Some(session) = phone.session(&id) else { return done(Err(no_such_call())) };
    match read(request).await {
        Ok(body) => done(actions::act(&phone, &session, &body).await),
        Err(refusal) => done(Err(refusal)),
    }
}

async fn script(State(phone): State<Arc<Phone>>, Path(id): Path<String>) -> Response<Body> {
    let Some(session) = phone.session(&id) else { return done(Err(no_such_call())) };
    let mut response = Response::new(Body::from(view::script(&phone, &*session.lock().await)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

async fn move_clock(State(phone): State<Arc<Phone>>, request: Request) -> Response<Body> {
    done(read(request).await.and_then(|body| actions::move_clock(&phone, &body)))
}

async fn set_faults(State(phone): State<Arc<Phone>>, request: Request) -> Response<Body> {
    done(read(request).await.and_then(|body| actions::set_faults(&phone, &body)))
}

fn no_such_call() -> Refusal {
    (StatusCode::NOT_FOUND, "There is no such call: `ringbolt dev` was restarted, or it is too long ago.".to_owned())
}

async fn read(request: Request) -> Result<Value, Refusal> {
    let unreadable = || (StatusCode::BAD_REQUEST, "The body is not JSON.".to_owned());
    let body = to_bytes(request.into_body(), LARGEST_BODY).await.map_err(|_| unreadable())?;
    serde_json::from_slice(&body).map_err(|_| unreadable())
}

fn done(result: Result<Value, Refusal>) -> Response<Body> {
    match result {
        Ok(value) => answer(StatusCode::OK, &value),
        Err((status, sentence)) => answer(status, &json!({ "error": sentence })),
    }
}

fn answer(status: StatusCode, document: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
