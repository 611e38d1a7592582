//! Invokes the enrolment function, if the stack has one, without enrolling anyone.

use super::report::Report;
use crate::{
    connection::Connection,
    enrol::{FunctionFault, Trouble},
    explain::AccessError,
};
use ringbolt_core::pin::{PinHasher, keys::PinKey};
use std::collections::BTreeSet;

/// The name of the check.
const CHECK: &str = "enrolment";

/// Checks that the function starts, can write to its table, and has the PIN keys of the secret. `hasher` is `None` if the
/// keys could not be read.
pub(super) async fn check(report: &mut Report, connection: &Connection, hasher: Option<&PinHasher>) {
    // Options that contradict the function concern enrolment, and nobody is enrolled here.
    let Ok(Some(function)) = connection.enrol_function() else { return };
    let keys = match function.check().await {
        Ok(keys) => keys,
        // Without permission to invoke the function, the other checks still help.
        Err(fault @ FunctionFault::Access(AccessError::Denied { .. })) => {
            return report.warn(CHECK, format!("The enrolment function was not checked: {fault}."));
        }
        Err(fault) if fault.trouble() == Trouble::Throttled => {
            return report.warn(CHECK, format!("The enrolment function was not checked: {fault}."));
        }
        Err(fault) => return report.fail(CHECK, format!("{fault}.")),
    };
    let Some(hasher) = hasher else { return };
    let expected: BTreeSet<&str> = hasher.keys().all().map(PinKey::id).collect();
    if keys.iter().map(String::as_str).collect::<BTreeSet<_>>() == expected {
        report.ok(CHECK, "The enrolment function runs, and has the PIN keys of the secret.".to_owned());
    } else {
        report.fail(
            CHECK,
            "The enrolment function has other PIN keys than the secret, which functions read when they start: set \
             SecretsGeneration to a new value and deploy."
                .to_owned(),
        );
    }
}
