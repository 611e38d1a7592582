//! Checks that a live call flow has the realm for which a command enrols callers.

use crate::{connection::Connection, exit::Usage, live_flows::live_flows_if_known};
use ringbolt_core::{
    flow::{Flow, did_you_mean},
    identity::Realm,
};
use std::collections::BTreeSet;

/// The live flows of the realm. None if the live flows are unknown, or there are none yet.
///
/// # Errors
/// There are live flows, but none has this realm, so nobody would ever be asked for the PIN.
pub(super) async fn flows_of(connection: &Connection, realm: &Realm) -> anyhow::Result<Vec<Flow>> {
    // Enrolment does not need the flows, and its credentials may not be allowed to read them.
    let Ok(Some(flows)) = live_flows_if_known(connection, &[]).await else { return Ok(Vec::new()) };
    let realms: BTreeSet<&str> = flows.iter().map(|flow| flow.realm.as_str()).collect();
    if flows.is_empty() || realms.contains(realm.as_str()) {
        return Ok(flows.into_iter().filter(|flow| flow.realm == *realm).collect());
    }
    let hint = did_you_mean(realm.as_str(), realms.iter().copied()).unwrap_or_else(|| {
        let realms: Vec<&str> = realms.into_iter().collect();
        format!("the live flows have {}", realms.join(", "))
    });
    Err(Usage::new(format!(
        "--realm: no live flow of {} has the realm {realm} ({hint}); for a new realm, publish its flow first",
        connection.name()
    )))
}
