//! Whether the functions have started anew since a secret changed: they read secrets only then.

use crate::connection::{Connection, Function};
use ringbolt_core::time::EpochMs;
use std::{fs, time::UNIX_EPOCH};

/// What can be seen from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Restart {
    /// They have, or nothing runs.
    Seen,
    /// They have not: what to do.
    Missing(String),
    /// Nothing says it.
    CannotTell(String),
}

/// How to make the functions start anew.
pub(super) fn how(connection: &Connection) -> String {
    if connection.is_local() {
        return "Stop `ringbolt dev` and start it again".to_owned();
    }
    "Set SecretsGeneration to another value and deploy (docs/deploy.md says what a canary needs besides)".to_owned()
}

/// Looks whether they have started anew since then.
pub(super) async fn since(connection: &Connection, changed_at: EpochMs) -> Restart {
    if let Some(folder) = connection.local_folder() {
        if connection.local_flow_files().is_none() {
            return Restart::Seen;
        }
        let started = fs::metadata(folder.join(ringbolt_dev::state::ANNOUNCEMENT)).and_then(|found| found.modified());
        let started = started.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        return match i64::try_from(started.as_millis()) {
            Ok(started) if started > changed_at.0 => Restart::Seen,
            _ => Restart::Missing(
                "`ringbolt dev` still runs with the secret as it was: stop it and start it again".to_owned(),
            ),
        };
    }
    let Some(stack) = connection.stack() else {
        return Restart::CannotTell(
            "whether the functions have started anew cannot be seen without --stack".to_owned(),
        );
    };
    let name = stack.name();
    if stack.status().ends_with("_IN_PROGRESS") {
        return Restart::Missing(format!("the stack {name} is being deployed at the moment: wait until that is done"));
    }
    for function in Function::WITH_PINS {
        match connection.function(stack, function).await.map(|deployed| deployed.changed_at) {
            Ok(Some(deployed_at)) if deployed_at > changed_at => {}
            Ok(_) => {
                return Restart::Missing(format!(
                    "the {} of the stack {name} was last changed before the secret, so it may still run with the old one: \
                     set SecretsGeneration to another value and deploy, or say --restarted if you have started it anew \
                     otherwise",
                    function.name()
                ));
            }
            Err(error) => {
                return Restart::CannotTell(format!(
                    "whether the functions have started anew is not known ({error:#})"
                ));
            }
        }
    }
    Restart::Seen
}

impl Restart {
    /// Goes on only where they have; `restarted` is somebody's word for it.
    ///
    /// # Errors
    /// They have not, or nobody knows: what to do.
    pub(super) fn require(self, restarted: bool) -> anyhow::Result<()> {
        match self {
            Self::Seen => Ok(()),
            Self::Missing(_) | Self::CannotTell(_) if restarted => Ok(()),
            Self::Missing(what) => anyhow::bail!(what),
            Self::CannotTell(what) => anyhow::bail!("{what}: say --restarted once they have"),
        }
    }
}
