//! Checks that the live call flows work with this version, and that those of a realm agree.

use super::report::Report;
use crate::{connection::Connection, live_flows::live_flows};
use ringbolt_core::{
    flow::Flow,
    realm::{self, RealmConflict, RealmRules},
};

/// The name of the check.
const CHECK: &str = "flows";

/// Checks the live flows. Returns those that can be used.
pub(super) async fn check(report: &mut Report, connection: &Connection) -> Vec<Flow> {
    let flows = match live_flows(connection).await {
        Ok(flows) => flows,
        Err(error) => {
            report.fail(CHECK, format!("{error:#}."));
            return Vec::new();
        }
    };
    if flows.is_empty() {
        report.fail(
            CHECK,
            "No call flow is published, so every webhook answers 404: publish one with `ringbolt flow push`."
                .to_owned(),
        );
        return flows;
    }
    let conflicts = realm::conflicts(flows.iter().map(|Flow { name, realm, lockout, identifier, .. }| RealmRules {
        flow: name,
        realm,
        lockout,
        identifier: *identifier,
    }));
    if conflicts.is_empty() {
        let names: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
        report.ok(CHECK, format!("The live call flows work with this version: {}.", names.join(", ")));
    }
    for conflict in &conflicts {
        report.fail(CHECK, disagreement(conflict, connection.is_local()));
    }
    flows
}

/// A disagreement, what follows from it, and what to do.
fn disagreement(conflict: &RealmConflict, is_local: bool) -> String {
    let realm = &conflict.realm;
    let mend = if is_local { "and restart `ringbolt dev`" } else { "and push all flows of the realm in one command" };
    format!(
        "Live flows of the realm `{realm}` disagree, so a function that starts now answers with neither of the two: \
         {conflict}. Give both the same, {mend}."
    )
}
