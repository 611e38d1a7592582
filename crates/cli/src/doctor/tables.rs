//! The tables: there, active, of the right shape, deleting what is past its time, restorable.

use super::report::Report;
use crate::connection::Connection;
use ringbolt_dynamodb::{
    health::{can_be_restored, table_health},
    tables::{AUDIT, CALLERS, CALLS, FLOWS, TableShape},
};

struct Expected {
    what: &'static str,
    name: anyhow::Result<String>,
    shape: TableShape,
    /// Whether items in it have a time after which they go.
    expires: bool,
}

/// Looks at each table.
pub(super) async fn check(report: &mut Report, connection: &Connection) {
    let table = |what, name, shape, expires| Expected { what, name, shape, expires };
    let mut expected = vec![
        table("callers", connection.callers_table(), CALLERS, true),
        table("calls", connection.calls_table(), CALLS, true),
        table("changes", connection.audit_table(), AUDIT, false),
    ];
    if !connection.is_local() {
        expected.push(table("call flows", connection.flows_table(), FLOWS, false));
    }
    let mut in_order = Vec::new();
    for Expected { what, name, shape, expires } in expected {
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
                format!("The table of {what}, {name}, has not the keys or the index that Ringbolt needs: is it the right one?"),
            );
        } else if expires && !health.expires {
            report.fail(
                "tables",
                format!(
                    "TTL is off in the table of {what}, {name}, so nothing in it is ever deleted: switch it on for the \
                     attribute expires_at, or deploy again."
                ),
            );
        } else {
            in_order.push(what);
            restorable(report, connection, what, &name).await;
        }
    }
    if !in_order.is_empty() {
        report.ok("tables", format!("The tables of {} are in order.", in_order.join(", ")));
    }
}

/// Point-in-time recovery; a local database has none.
async fn restorable(report: &mut Report, connection: &Connection, what: &str, name: &str) {
    if connection.is_local() || connection.stack().is_none() {
        return;
    }
    match can_be_restored(connection.dynamodb(), name).await {
        Ok(true) => {}
        Ok(false) => report.warn(
            "tables",
            format!("The table of {what}, {name}, cannot be restored: point-in-time recovery is off. Deploy again, or switch it on."),
        ),
        Err(error) => report.warn(
            "tables",
            format!("Whether the table of {what} can be restored is not known: {:#}.", connection.explain(error)),
        ),
    }
}
