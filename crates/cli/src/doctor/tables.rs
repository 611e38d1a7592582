//! Checks that the tables exist, are active, have the right shape, expire items, and can be restored.

use super::report::Report;
use crate::connection::Connection;
use ringbolt_dynamodb::{
    health::{can_be_restored, table_health},
    tables::{AUDIT, CALLERS, CALLS, COUNTERS, FLOWS, TableShape},
};

struct Expected {
    what: &'static str,
    name: anyhow::Result<String>,
    shape: TableShape,
    /// Whether its items expire.
    expires: bool,
    /// Whether point-in-time recovery must be on.
    restorable: bool,
}

/// Checks each table.
pub(super) async fn check(report: &mut Report, connection: &Connection) {
    let table = |what, name, shape, expires| Expected { what, name, shape, expires, restorable: true };
    let mut expected = vec![
        table("callers", connection.callers_table(), CALLERS, true),
        table("calls", connection.calls_table(), CALLS, true),
        // Counters live for a day at most, so there is nothing to restore.
        Expected { restorable: false, ..table("counters", connection.counters_table(), COUNTERS, true) },
        table("the audit log", connection.audit_table(), AUDIT, false),
    ];
    if !connection.is_local() {
        expected.push(table("call flows", connection.flows_table(), FLOWS, false));
    }
    let mut healthy = Vec::new();
    for Expected { what, name, shape, expires, restorable } in expected {
        let name = match name {
            Ok(name) => name,
            Err(error) => {
                report.fail("tables", format!("The table of {what} is not known: {error:#}."));
                continue;
            }
        };
        let health = match table_health(connection.dynamodb(), &name, shape).await {
            Ok(health) => health,
            Err(error) => {
                report.fail("tables", format!("The table of {what}, {name}: {:#}.", connection.explain(error)));
                continue;
            }
        };
        if health.status != "ACTIVE" {
            report.fail("tables", format!("The table of {what}, {name}, is {} and cannot be used now.", health.status));
        } else if !health.fits {
            report.fail(
                "tables",
                format!("The table of {what}, {name}, lacks the keys or the index that Ringbolt needs: it may be the wrong table."),
            );
        } else if expires && !health.expires {
            report.fail(
                "tables",
                format!(
                    "TTL is off in the table of {what}, {name}, so its items never expire: enable it for the attribute \
                     expires_at, or deploy again."
                ),
            );
        } else {
            healthy.push(what);
            if restorable {
                check_recovery(report, connection, what, &name).await;
            }
        }
    }
    if !healthy.is_empty() {
        report.ok("tables", format!("The tables of {} are healthy.", healthy.join(", ")));
    }
}

/// Checks point-in-time recovery, which a local database does not have.
async fn check_recovery(report: &mut Report, connection: &Connection, what: &str, name: &str) {
    if connection.is_local() || connection.stack().is_none() {
        return;
    }
    match can_be_restored(connection.dynamodb(), name).await {
        Ok(true) => {}
        Ok(false) => report.warn(
            "tables",
            format!("The table of {what}, {name}, cannot be restored: point-in-time recovery is off. Enable it, or deploy again."),
        ),
        Err(error) => report.warn(
            "tables",
            format!("Could not check whether the table of {what} can be restored: {:#}.", connection.explain(error)),
        ),
    }
}
