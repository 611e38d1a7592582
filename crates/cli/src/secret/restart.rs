//! Whether the functions have restarted since a secret changed, because they only read secrets when they start.

use crate::connection::{Connection, Function};
use ringbolt_core::time::EpochMs;
use std::{fs, time::UNIX_EPOCH};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Restart {
    /// They have restarted, or nothing is running.
    Done,
    /// They have not. The text says what to do.
    Pending(String),
    /// It is unknown. The text says why.
    Unknown(String),
}

/// How to restart the functions.
pub(super) fn instructions(connection: &Connection) -> String {
    if connection.is_local() {
        return "Restart `ringbolt dev`".to_owned();
    }
    "Set SecretsGeneration to a new value and deploy (for canary deployments, see docs/deploy.md)".to_owned()
}

/// Checks whether they have restarted since then.
pub(super) async fn since(connection: &Connection, changed_at: EpochMs) -> Restart {
    if let Some(folder) = connection.local_folder() {
        if connection.local_flow_files().is_none() {
            return Restart::Done;
        }
        let started = fs::metadata(folder.join(ringbolt_dev::state::ANNOUNCEMENT)).and_then(|found| found.modified());
        let started = started.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        return match i64::try_from(started.as_millis()) {
            Ok(started) if started > changed_at.0 => Restart::Done,
            _ => Restart::Pending("`ringbolt dev` is still running with the old secret: restart it".to_owned()),
        };
    }
    let Some(stack) = connection.stack() else {
        return Restart::Unknown("without --stack, it is unknown whether the functions have restarted".to_owned());
    };
    let name = stack.name();
    if stack.status().ends_with("_IN_PROGRESS") {
        return Restart::Pending(format!("the stack {name} is being deployed: wait until the deployment ends"));
    }
    for function in Function::WITH_PINS {
        match connection.function(stack, function).await.map(|deployed| deployed.changed_at) {
            Ok(Some(deployed_at)) if deployed_at > changed_at => {}
            Ok(_) => {
                return Restart::Pending(format!(
                    "the {} of the stack {name} last changed before the secret did, so it may still use the old one: set \
                     SecretsGeneration to a new value and deploy, or give --restarted if you have restarted it another way",
                    function.name()
                ));
            }
            Err(error) => {
                return Restart::Unknown(format!("it is unknown whether the functions have restarted ({error:#})"));
            }
        }
    }
    Restart::Done
}

impl Restart {
    /// Succeeds only if they have restarted. `restarted` is the user's confirmation.
    ///
    /// # Errors
    /// They have not restarted, or it is unknown. The sentence says what to do.
    pub(super) fn require(self, restarted: bool) -> anyhow::Result<()> {
        match self {
            Self::Done => Ok(()),
            Self::Pending(_) | Self::Unknown(_) if restarted => Ok(()),
            Self::Pending(what) => anyhow::bail!(what),
            Self::Unknown(what) => anyhow::bail!("{what}: give --restarted once they have"),
        }
    }
}
