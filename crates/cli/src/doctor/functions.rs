//! Checks that the functions run, with the stack's tables and secrets.

use super::report::Report;
use crate::{
    connection::{Connection, Deployed, Function, SecretPlace},
    output::harmless,
};
use ringbolt_lambda::config::pin_hashes;

/// Checks each function. Without a stack, the functions are unknown.
pub(super) async fn check(report: &mut Report, connection: &Connection) {
    let Some(stack) = connection.stack() else { return };
    let mut healthy = Vec::new();
    for function in Function::deployed_in(stack) {
        let name = function.name();
        let deployed = match connection.function(stack, function).await {
            Ok(deployed) => deployed,
            // Without permission to query Lambda, the other checks still help.
            Err(error) => {
                report.warn("functions", format!("{error:#}."));
                continue;
            }
        };
        if deployed.is_changing {
            report.warn("functions", format!("The {name} is being updated."));
        }
        let faults = faults(connection, function, &deployed);
        if faults.is_empty() {
            healthy.push(name);
        }
        for fault in faults {
            report.fail("functions", format!("The {name} {fault}: redeploy the stack."));
        }
    }
    if !healthy.is_empty() {
        report.ok("functions", format!("Deployed and configured as in the stack: {}.", healthy.join(", ")));
    }
}

/// A function's faults, each as the end of a sentence.
fn faults(connection: &Connection, function: Function, deployed: &Deployed) -> Vec<String> {
    let variable = |name: &str| deployed.variables.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut faults: Vec<String> =
        deployed.fault.iter().map(|reason| format!("does not run ({})", harmless(reason))).collect();

    let hashes_pins = function.hashes_pins();
    let mut tables = vec![("RINGBOLT_CALLERS_TABLE", connection.callers_table())];
    let mut secrets = Vec::new();
    if function != Function::Enrol {
        tables.push(("RINGBOLT_CALLS_TABLE", connection.calls_table()));
        tables.push(("RINGBOLT_COUNTERS_TABLE", connection.counters_table()));
        secrets.push(match function {
            Function::VoiceWebhook => ("RINGBOLT_TWIML_KEYS", connection.twiml_keys_place()),
            _ => ("RINGBOLT_WEBHOOK_TOKENS", connection.webhook_tokens_place()),
        });
    }
    if function.steers_calls() {
        tables.push(("RINGBOLT_FLOWS_TABLE", connection.flows_table()));
    }
    if hashes_pins {
        secrets.push(("RINGBOLT_PIN_KEYS", connection.pin_keys_place()));
    }
    for (name, expected) in tables {
        // Tables that the stack does not name are reported by the check of the tables.
        let Ok(expected) = expected else { continue };
        match variable(name) {
            Some(found) if found == expected => {}
            Some(found) => {
                faults.push(format!("uses {name}={}, but the stack says {expected}", harmless(found)));
            }
            None => faults.push(format!("has no {name}, but the stack says {expected}")),
        }
    }
    for (name, expected) in secrets {
        let Ok(SecretPlace::SecretsManager { arn }) = expected else { continue };
        // The value may be the secret itself, so it is never shown.
        if variable(name).and_then(|found| found.strip_prefix("secretsmanager:")) != Some(arn.as_str()) {
            faults.push(format!("does not use the secret {arn} as {name}"));
        }
    }
    let hashes = pin_hashes(variable("RINGBOLT_PIN_HASH").unwrap_or("argon2id"));
    if hashes_pins && connection.pin_hashes().is_ok_and(|expected| hashes != Some(expected)) {
        faults.push("uses another PIN hash (RINGBOLT_PIN_HASH) than the stack".to_owned());
    }
    if let Some(endpoint) = variable("AWS_ENDPOINT_URL_DYNAMODB")
        && connection.stack().and_then(|stack| stack.parameter("DynamoDbEndpoint")).is_none_or(str::is_empty)
    {
        faults.push(format!("uses a different database at {}", harmless(endpoint)));
    }
    let deadline = variable("RINGBOLT_DEADLINE_MS").and_then(|text| text.parse::<i64>().ok()).unwrap_or(1_000);
    if deployed.timeout_ms <= deadline {
        faults.push(format!(
            "times out in Lambda after {} ms, before its deadline of {deadline} ms, so callers would not hear the fallback",
            deployed.timeout_ms
        ));
    }
    faults
}
