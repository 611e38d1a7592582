//! Enrols a test caller, keys a wrong PIN and then the right one through each function, and removes the caller.
//!
//! The result is read from the caller's item and not from the answers, because a flow may answer by the hour: a wrong PIN
//! moves the counter to 1, and the right one moves it back to 0. That proves table, key and hash of the functions.

mod conversation;
mod door;

pub(super) use door::Ways;

use super::report::Report;
use crate::{
    audit,
    connection::{Connection, Explained as _},
    exit::Interrupted,
};
use door::{Trial, trials};
use ringbolt_core::{
    flow::Flow,
    lockout::LockState,
    pin::{CallerPin, PinHasher},
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_lambda::app::system_clock;
use std::time::Duration;

/// When DynamoDB removes the caller if we cannot.
const LIFE: Duration = Duration::from_secs(3600);

/// How a trial ended.
enum Tried {
    /// The wrong PIN was counted, and the right one verified.
    Works,
    /// The call did not come to the login.
    NoLogin,
    /// Somebody has the user id that was drawn.
    Taken,
}

/// Tries a caller through each function that verifies PINs.
///
/// # Errors
/// Ctrl-C; the caller is removed then too.
pub(super) async fn check(
    report: &mut Report,
    connection: &Connection,
    ways: Ways<'_>,
    hasher: &PinHasher,
    flows: &[Flow],
) -> anyhow::Result<()> {
    let store = match connection.callers() {
        Ok(store) => store,
        Err(error) => {
            report.fail("caller", format!("{error:#}."));
            return Ok(());
        }
    };
    let trials = trials(flows, ways);
    if trials.is_empty() {
        report.warn(
            "caller",
            "No test caller was tried, because no live flow verifies a PIN in a way that this command can key."
                .to_owned(),
        );
    }
    for trial in trials {
        let function = trial.function();
        let begun = match audit::begin(connection, "doctor", audit::caller(&trial.caller)).await {
            Ok(begun) => begun,
            Err(error) => {
                report.fail("caller", format!("No test caller was tried: {error:#}."));
                return Ok(());
            }
        };
        let tried = tokio::select! {
            tried = trial.run(connection, &store, hasher) => tried.map(Some),
            signal = tokio::signal::ctrl_c() => signal.map(|()| None).map_err(anyhow::Error::from),
        };
        let removed = store.remove_passing_caller(&trial.caller).await;
        let recorded = match &removed {
            Ok(_) => begun.done(connection, "the test caller is removed").await,
            Err(error) => begun.failed(connection, error.kind()).await,
        };
        let is_removed = removed.is_ok();
        if let Err(error) = removed.explained(connection, "") {
            let user = trial.caller.user.as_str();
            report.fail("caller", format!(
                "The test caller {user} of the realm {} could not be removed{error:#}. Remove them with `ringbolt caller erase`, or DynamoDB does within days.",
                trial.caller.realm
            ));
        }
        if let Err(error) = recorded {
            report.fail("caller", format!("The test caller: {error:#}."));
        }
        match tried {
            Ok(Some(Tried::NoLogin)) => report.warn("caller", format!(
                "Through {function}, no test caller was tried: this command did not come to the login of the flow `{}`, because it \
                 keys the first entry that a question takes.",
                trial.flow.name
            )),
            Ok(Some(Tried::Taken)) => report.warn("caller", format!(
                "Through {function}, no test caller was tried: somebody has the user id that was drawn. Run the command again."
            )),
            Ok(Some(Tried::Works)) => report.ok("caller", format!(
                "Through {function} and the flow `{}`, a wrong PIN was refused and counted, and the right one verified.",
                trial.flow.name
            )),
            Ok(None) if is_removed => return Err(Interrupted::new("interrupted; the test caller is removed")),
            Ok(None) => return Err(Interrupted::new("interrupted")),
            Err(error) => report.fail("caller", format!("Through {function} and the flow `{}`: {error:#}.", trial.flow.name)),
        }
    }
    Ok(())
}

impl Trial<'_> {
    async fn run(&self, connection: &Connection, store: &Store, hasher: &PinHasher) -> anyhow::Result<Tried> {
        let (right, wrong) = self.pins();
        let tags = hasher.enrol(&self.caller, &CallerPin::parse(&right)?)?;
        let until = system_clock()().plus(LIFE);
        let created = store.create_passing_caller(&self.caller, &tags, until).await;
        if !created.explained(connection, "the test caller was not enrolled")? {
            return Ok(Tried::Taken);
        }
        for (pin, expected) in [(&wrong, 1), (&right, 0)] {
            if !self.key(pin).await? {
                return Ok(Tried::NoLogin);
            }
            let item = store.caller(&self.caller).await.explained(connection, "the test caller could not be read")?;
            let Some(item) = item else { anyhow::bail!("somebody else removed the test caller in the meantime") };
            let reached = item.last_attempt.is_some();
            match (item.attempts, expected) {
                // After an unlock, the counter is at 0 whether or not the right PIN arrived.
                (found, expected) if found == expected && reached => {}
                (0, 0) => anyhow::bail!(
                    "the right PIN did not reach the database: the function answered its fallback; its log says why"
                ),
                (0, _) => anyhow::bail!(
                    "a wrong PIN was not counted in this table: the function uses another table, PIN key or PinHash, or \
                     answered its fallback; its log says why (`ringbolt call tail`). Has it restarted since the secret and \
                     the stack changed (SecretsGeneration)?"
                ),
                (1, _) => anyhow::bail!(
                    "the right PIN did not reach the database: the function answered its fallback; its log says why"
                ),
                _ => anyhow::bail!(
                    "the right PIN was refused: the function uses another PIN key or PinHash than the secret and the \
                     stack; has it restarted since they changed (SecretsGeneration)?"
                ),
            }
            // A flow may lock a caller after one wrong PIN.
            if self.flow.lockout.state(item.attempts, item.last_at, item.last_at) != LockState::Open {
                let unlocked = store.unlock(&self.caller).await;
                if unlocked.explained(connection, "the test caller was not unlocked")? == Change::NoCaller {
                    anyhow::bail!("somebody else removed the test caller in the meantime");
                }
            }
        }
        Ok(Tried::Works)
    }
}
