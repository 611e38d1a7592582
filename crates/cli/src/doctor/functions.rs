//! The functions: they run, with the tables and secrets that the stack names.

use super::report::Report;
use crate::{
    connection::{Connection, Deployed, Function, SecretPlace},
    output::harmless,
};
use ringbolt_lambda::config::pin_hash;

/// Looks at each function. Elsewhere than in a stack nobody knows which they are.
pub(super) async fn check(report: &mut Report, connection: &Connection) {
    let Some(stack) = connection.stack() else { return };
    let mut in_order = Vec::new();
    for function in Function::ALL {
        let name = function.name();
        let deployed = match connection.function(stack, function).await {
            Ok(deployed) => deployed,
            // Whoever may not ask Lambda can still learn the rest.
            Err(error) => {
                report.warn("functions", format!("{error:#}."));
                continue;
            }
        };
        if deployed.is_changing {
            report.warn("functions", format!("The {name} is being changed at the moment."));
        }
        let faults = faults(connection, function, &deployed);
        if faults.is_empty() {
            in_order.push(name);
        }
        for fault in faults {
            report.fail("functions", format!("The {name} {fault}: deploy again."));
        }
    }
    if !in_order.is_empty() {
        report.ok("functions", format!("Deployed and configured as the stack says: {}.", in_order.join(", ")));
    }
}

/// What is wrong with a function, as the ends of sentences.
fn faults(connection: &Connection, function: Function, deployed: &Deployed) -> Vec<String> {
    let variable = |name: &str| deployed.variables.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let mut faults: Vec<String> =
        deployed.fault.iter().map(|reason| format!("does not run ({})", harmless(reason))).collect();

    let hashes_pins = Function::WITH_PINS.contains(&function);
    let mut tables = vec![
        ("RINGBOLT_CALLERS_TABLE", connection.callers_table()),
        ("RINGBOLT_CALLS_TABLE", connection.calls_table()),
    ];
    let mut secrets = vec![("RINGBOLT_WEBHOOK_TOKENS", connection.webhook_tokens_place())];
    if hashes_pins {
        tables.push(("RINGBOLT_FLOWS_TABLE", connection.flows_table()));
        secrets.push(("RINGBOLT_PIN_KEYS", connection.pin_keys_place()));
    }
    for (name, expected) in tables {
        // What the stack does not name is said where the tables are looked at.
        let Ok(expected) = expected else { continue };
        match variable(name) {
            Some(found) if found == expected => {}
            Some(found) => {
                faults.push(format!("has {} as {name}, where the stack names {expected}", harmless(found)));
            }
            None => faults.push(format!("has no {name}, where the stack names {expected}")),
        }
    }
    for (name, expected) in secrets {
        let Ok(SecretPlace::SecretsManager { arn }) = expected else { continue };
        // What stands there may be the secret itself, which is never shown.
        if variable(name).and_then(|found| found.strip_prefix("secretsmanager:")) != Some(arn.as_str()) {
            faults.push(format!("has another {name} than the secret {arn}"));
        }
    }
    let hash = pin_hash(variable("RINGBOLT_PIN_HASH").unwrap_or("argon2id"));
    if hashes_pins && connection.pin_hash().is_ok_and(|expected| hash != Some(expected)) {
        faults.push("stretches PINs in another way (RINGBOLT_PIN_HASH) than the stack says".to_owned());
    }
    if let Some(endpoint) = variable("AWS_ENDPOINT_URL_DYNAMODB")
        && connection.stack().and_then(|stack| stack.parameter("DynamoDbEndpoint")).is_none_or(str::is_empty)
    {
        faults.push(format!("has a database of its own at {}", harmless(endpoint)));
    }
    let deadline = variable("RINGBOLT_DEADLINE_MS").and_then(|text| text.parse::<i64>().ok()).unwrap_or(1_000);
    if deployed.timeout_ms <= deadline {
        faults.push(format!(
            "is ended by Lambda after {} ms, before its deadline of {deadline} ms, so that callers would hear nothing",
            deployed.timeout_ms
        ));
    }
    faults
}
