//! Checks that the secrets are readable and well-formed.

use super::report::Report;
use crate::connection::{Connection, SecretPlace};
use ringbolt_core::pin::{PinHasher, PinKeys};
use ringbolt_lambda::token::WebhookTokens;
use serde_json::Value;
use zeroize::Zeroizing;

async fn read(place: anyhow::Result<SecretPlace>, connection: &Connection) -> anyhow::Result<Zeroizing<String>> {
    place?.read(connection).await
}

/// Checks the PIN keys. Returns the hasher that makes tags with them.
pub(super) async fn pin_keys(report: &mut Report, connection: &Connection) -> Option<PinHasher> {
    let text = match read(connection.pin_keys_place(), connection).await {
        Ok(text) => text,
        Err(error) => {
            report.fail("pin keys", format!("{error:#}."));
            return None;
        }
    };
    let keys = match PinKeys::from_json(&text) {
        Ok(keys) => keys,
        Err(error) => {
            report.fail(
                "pin keys",
                format!("The secret with the PIN keys is malformed, so no function can start: {error}."),
            );
            return None;
        }
    };
    if keys.all().count() > 1 {
        report.warn(
            "pin keys",
            "The PIN keys are well-formed, and a rotation is in progress: see `ringbolt secret rotate-pin-key status`."
                .to_owned(),
        );
    } else {
        report.ok("pin keys", "There is one PIN key, and it is well-formed.".to_owned());
    }
    match connection.pin_hashes() {
        Ok(hashes) => Some(PinHasher::new(keys, hashes)),
        Err(error) => {
            report.fail("pin keys", format!("{error:#}."));
            None
        }
    }
}

/// Checks the webhook tokens. Returns the current one.
pub(super) async fn webhook_token(report: &mut Report, connection: &Connection) -> Option<Zeroizing<String>> {
    let text = match read(connection.webhook_tokens_place(), connection).await {
        Ok(text) => text,
        Err(error) => {
            report.fail("token", format!("{error:#}."));
            return None;
        }
    };
    // A local token may be short.
    if let Err(error) = WebhookTokens::from_json(&text)
        && !connection.is_local()
    {
        report.fail(
            "token",
            format!("The secret with the webhook token is malformed, so no function can start: {error}."),
        );
        return None;
    }
    let mut document: Value = serde_json::from_str(&text).unwrap_or_default();
    if document.get("previous").is_some_and(|previous| !previous.is_null()) {
        report.warn(
            "token",
            "Two webhook tokens are valid: update the portals, then run `ringbolt secret rotate-token finish`."
                .to_owned(),
        );
    } else {
        report.ok("token", "There is one webhook token, and it is well-formed.".to_owned());
    }
    match document["current"].take() {
        Value::String(token) => Some(Zeroizing::new(token)),
        _ => None,
    }
}
