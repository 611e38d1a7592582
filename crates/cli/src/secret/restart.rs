//! Whether the functions have restarted since a secret changed, because they only read secrets when they start.

use crate::connection::{Connection, Function};
use crate::when::LocalTime;
use ringbolt_core::time::EpochMs;
use ringbolt_lambda::app::system_clock;
use std::{
    fs,
    time::{Duration, UNIX_EPOCH},
};

/// How long an old instance can still answer after a restart. Once an update is complete, old instances get no new requests,
/// and the functions' timeouts, which are shorter (28 s, and a minute for the enrolment function), end those that they have.
const IN_PROGRESS: Duration = Duration::from_secs(90);

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
    "Set SecretsGeneration to a new value and deploy".to_owned()
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
    for function in Function::deployed_in(stack).filter(|function| function.hashes_pins()) {
        let deployed = connection.function(stack, function).await;
        let name_of_function = function.name();
        match deployed.map(|deployed| (deployed.is_changing, deployed.changed_at)) {
            Ok((true, _)) => {
                return Restart::Pending(format!(
                    "the {name_of_function} of the stack {name} is being updated: wait until the update is complete"
                ));
            }
            Ok((false, Some(deployed_at))) if deployed_at > changed_at => {
                let until = deployed_at.plus(IN_PROGRESS);
                if system_clock()() < until {
                    return Restart::Pending(format!(
                        "the {name_of_function} of the stack {name} has just restarted, and an old instance may still be \
                         answering: run this command again after {}",
                        LocalTime::of_this_machine().time(until)
                    ));
                }
            }
            Ok(_) => {
                return Restart::Pending(format!(
                    "the {name_of_function} of the stack {name} last changed before the secret did, so it may still use the old one: set \
                     SecretsGeneration to a new value and deploy, or give --restarted if you have restarted it another way"
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
