//! The database over HTTP, for programs on this machine that have the key.
//!
//! A browser can be made to send requests here by any web site. So nothing that comes from a browser is let in, and no
//! answer may be read by a page.

use super::operations;
use crate::admission::is_program;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use dynoxide::Database;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// The largest request that DynamoDB takes: 16 MB for a batch.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

struct Served {
    database: Database,
    port: u16,
    key: String,
}

pub(super) fn router(database: Database, port: u16, key: String) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(Served { database, port, key }))
}

async fn serve(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    if !is_program(request.headers(), served.port) {
        return refusal(
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            "This database is for programs on this machine.",
        );
    }
    if !has_key(request.headers(), &served.key) {
        let sentence = "This database needs the key that its `ringbolt dev` keeps in .ringbolt/dev.json.";
        return refusal(StatusCode::BAD_REQUEST, "UnrecognizedClientException", sentence);
    }
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let body = to_bytes(request.into_body(), LARGEST_BODY).await.ok();
    let Some(body) = body.and_then(|body| String::from_utf8(body.into()).ok()) else {
        return refusal(StatusCode::BAD_REQUEST, "SerializationException", "The request cannot be read.");
    };
    // The database blocks its thread.
    let executed = tokio::task::spawn_blocking(move || operations::execute(&served.database, &target, &body)).await;
    match executed {
        Ok(Ok(answer)) => json(StatusCode::OK, answer),
        Ok(Err(error)) => json(
            StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            error.to_json(),
        ),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", "The operation ended early."),
    }
}

/// Whether the request is signed in the name of this key (Signature Version 4: `Credential=KEY/...`). The signature itself
/// is not checked: who knows the key's name has read a file that only its owner can read.
fn has_key(headers: &HeaderMap, key: &str) -> bool {
    let signed = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let named = signed.and_then(|signed| signed.split_once("Credential=")).and_then(|(_, rest)| rest.split_once('/'));
    named.is_some_and(|(named, _)| named.as_bytes().ct_eq(key.as_bytes()).into())
}

fn refusal(status: StatusCode, code: &str, sentence: &str) -> Response<Body> {
    let error =
        serde_json::json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": sentence });
    json(status, error.to_string())
}

fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
