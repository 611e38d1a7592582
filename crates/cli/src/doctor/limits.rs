//! Checks the account's limits, and parameters of the stack that fit badly together.

use super::report::Report;
use crate::connection::{Connection, Function, StackOutputs};
use ringbolt_core::pin::PinHash;

const CHECK: &str = "limits";
/// Concurrent executions of a new account.
const NEW_ACCOUNT: i64 = 10;
/// What AWS keeps unreserved of the account's concurrency.
const UNRESERVED: i64 = 100;
/// How long Argon2id takes at most, in milliseconds times megabytes: 190 ms with 512 MB.
const ARGON_MS_MB: i64 = 190 * 512;
/// More memory than this has no more effect on one hash: it is one whole core.
const ONE_CORE_MB: i64 = 1_769;

/// Checks the limits. Without a stack, there are none to check.
pub(super) async fn check(report: &mut Report, connection: &Connection) {
    let Some(stack) = connection.stack() else { return };
    let mut warnings = of_parameters(stack, connection);
    match connection.concurrency().await {
        Ok(account) => {
            let functions = Function::deployed_in(stack).count();
            let reserved = number(stack, "ReservedConcurrency");
            warnings.extend(of_concurrency(account.total, account.unreserved, reserved, functions));
        }
        // Without permission to query Lambda, the other checks still help.
        Err(error) => warnings.push(format!("{error:#}.")),
    }
    if warnings.is_empty() {
        report.ok(CHECK, "The account's limits and the stack's parameters fit together.".to_owned());
    }
    for warning in warnings {
        report.warn(CHECK, warning);
    }
}

/// Warnings about the account's concurrency. `reserved` is the parameter `ReservedConcurrency`, which each of this many
/// functions takes.
fn of_concurrency(total: i64, unreserved: i64, reserved: Option<i64>, functions: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    if total <= NEW_ACCOUNT {
        warnings.push(format!(
            "The account runs at most {total} functions at the same time, like every new account, so further requests \
             fail: request a higher limit (docs/deploy.md, \"Check the account's limits\")."
        ));
    }
    let reserved = reserved.unwrap_or(0);
    if reserved == 1 {
        warnings.push(
            "ReservedConcurrency is 1, but the queue of transcriptions alone uses 2: set it to 2 or more, or to 0."
                .to_owned(),
        );
    }
    if reserved > 0 && unreserved < UNRESERVED {
        warnings.push(format!(
            "The account has {unreserved} unreserved of {total} concurrent executions, but AWS requires {UNRESERVED}: \
             lower ReservedConcurrency, which each of {functions} functions takes, or request a higher limit."
        ));
    }
    warnings
}

/// Warnings about parameters that the template's rules cannot compare.
fn of_parameters(stack: &StackOutputs, connection: &Connection) -> Vec<String> {
    let mut warnings = Vec::new();
    let deadline = number(stack, "DeadlineMs").unwrap_or(1_000);
    if let Some(alarm) = number(stack, "LatencyAlarmMs").filter(|alarm| *alarm >= deadline) {
        warnings.push(format!(
            "LatencyAlarmMs is {alarm}, but every answer is sent within the {deadline} ms of DeadlineMs, so the alarm \
             never fires: lower it."
        ));
    }
    let hashes = connection.pin_hashes().ok();
    let stretches = hashes.is_some_and(|hashes| hashes.current != PinHash::Keyed || hashes.previous.is_some());
    if let Some(memory) = number(stack, "MemorySize").filter(|_| stretches)
        && let Some(hash) = leaves_no_time(memory, deadline)
    {
        warnings.push(format!(
            "With {memory} MB, Argon2id takes up to {hash} ms, so {deadline} ms of DeadlineMs leave no time to try the \
             database again: raise MemorySize or DeadlineMs."
        ));
    }
    if stack.parameter("Stage") == Some("prod") && stack.parameter("DeletionProtection") == Some("false") {
        warnings.push(
            "The tables of this prod stack are not protected from deletion: set DeletionProtection to true, and deploy."
                .to_owned(),
        );
    }
    warnings
}

/// The longest time of a hash in milliseconds, if the database's seven tenths of the deadline don't fit in after it.
fn leaves_no_time(memory_mb: i64, deadline_ms: i64) -> Option<i64> {
    let hash = ARGON_MS_MB / memory_mb.clamp(1, ONE_CORE_MB);
    (hash > deadline_ms - deadline_ms * 7 / 10).then_some(hash)
}

fn number(stack: &StackOutputs, parameter: &str) -> Option<i64> {
    stack.parameter(parameter)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_account_and_too_much_that_is_reserved_are_named() {
        let first = |total, unreserved, reserved| of_concurrency(total, unreserved, reserved, 3).into_iter().next();
        assert_eq!(first(1_000, 1_000, None), None);
        assert_eq!(first(1_000, 100, Some(300)), None);
        assert!(first(10, 10, None).unwrap().starts_with("The account runs at most 10 functions"));
        assert!(first(1_000, 91, Some(303)).unwrap().starts_with("The account has 91 unreserved of 1000"));
        assert!(first(1_000, 997, Some(1)).unwrap().starts_with("ReservedConcurrency is 1"));
    }

    #[test]
    fn a_hash_must_leave_time_for_the_database() {
        for (memory, deadline, expected) in [
            (512, 1_000, None),
            (256, 1_000, Some(380)),
            (512, 500, Some(190)),
            (1_769, 200, None),
            (3_008, 170, Some(54)),
            (512, 25_000, None),
        ] {
            assert_eq!(leaves_no_time(memory, deadline), expected, "{memory} MB, {deadline} ms");
        }
    }
}
