//! The auth webhook as it is usually written: read the caller, compare the PIN, write the outcome.
//!
//! The client is built once, the comparison takes the same time for every tag, and each attempt leaves its time and its
//! count. What it lacks is what the comparison is about: two requests can be at work between its read and its write, so
//! parallel guesses get past the limit.

use std::{env, time::SystemTime};

use argon2::{Argon2, PasswordHash, PasswordVerifier};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use hmac::{Hmac, Mac};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

const SUCCESS: &str = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE: &str = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";
const LOCKED: &str = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22";
const MOST_FAILURES: u32 = 3;

struct App {
    client: Client,
    table: String,
    token: String,
    pin_key: String,
}

#[derive(Deserialize)]
struct Attempt {
    user: User,
    input: String,
}

#[derive(Deserialize)]
struct User {
    id: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let config = aws_config::load_from_env().await;
    let app = App {
        client: Client::new(&config),
        table: env::var("CALLERS_TABLE")?,
        token: env::var("WEBHOOK_TOKEN")?,
        pin_key: env::var("PIN_KEY")?,
    };
    let app = &app;
    run(service_fn(move |request: Request| handle(app, request))).await
}

async fn handle(app: &App, request: Request) -> Result<Response<Body>, Error> {
    let token = request.query_string_parameters().first("auth").unwrap_or_default().to_owned();
    if !bool::from(token.as_bytes().ct_eq(app.token.as_bytes())) {
        return answer(401, "");
    }
    let Ok(attempt) = serde_json::from_slice::<Attempt>(request.body().as_ref()) else {
        return answer(400, "");
    };

    let caller = app
        .client
        .get_item()
        .table_name(&app.table)
        .key("pk", AttributeValue::S(attempt.user.id.clone()))
        .consistent_read(true)
        .send()
        .await?;
    let Some(caller) = caller.item else {
        return answer(200, FAILURE);
    };
    let failures = match caller.get("failures") {
        Some(AttributeValue::N(failures)) => failures.parse()?,
        _ => 0,
    };
    if failures >= MOST_FAILURES {
        return answer(200, LOCKED);
    }
    let Some(AttributeValue::S(stored)) = caller.get("pin").cloned() else {
        return answer(200, FAILURE);
    };
    let is_right = if stored.starts_with("$argon2id$") {
        let input = attempt.input.clone();
        tokio::task::spawn_blocking(move || {
            let stored = PasswordHash::new(&stored).map_err(|error| error.to_string())?;
            Ok::<_, String>(Argon2::default().verify_password(input.as_bytes(), &stored).is_ok())
        })
        .await??
    } else {
        bool::from(keyed(app, &attempt).as_bytes().ct_eq(stored.as_bytes()))
    };

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let update = app
        .client
        .update_item()
        .table_name(&app.table)
        .key("pk", AttributeValue::S(attempt.user.id.clone()))
        .expression_attribute_values(":now", AttributeValue::N(now.to_string()));
    let update = if is_right {
        update
            .update_expression("SET failures = :zero, last_at = :now")
            .expression_attribute_values(":zero", AttributeValue::N("0".to_owned()))
    } else {
        update
            .update_expression("ADD failures :one SET last_at = :now")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
    };
    update.send().await?;
    lambda_http::tracing::info!(is_right, "answered");
    answer(200, if is_right { SUCCESS } else { FAILURE })
}

/// HMAC of user and PIN, in hexadecimal digits.
fn keyed(app: &App, attempt: &Attempt) -> String {
    #[allow(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(app.pin_key.as_bytes()).expect("any length");
    mac.update(format!("{}:{}", attempt.user.id, attempt.input).as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn answer(status: u16, body: &str) -> Result<Response<Body>, Error> {
    let response = Response::builder().status(status).header("content-type", "text/plain").body(Body::from(body))?;
    Ok(response)
}
