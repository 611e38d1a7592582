//! Enrols a test caller, keys a wrong PIN and then the right one, and removes the caller.
//!
//! The result is read from the caller's item and not from the answers, because a flow may answer by the hour: a wrong PIN
//! moves the counter to 1, and the right one moves it back to 0. That proves table, key and hash of the functions.

use super::report::Report;
use crate::{
    api::{Api, Ask, webhooks},
    audit,
    connection::{Connection, Explained as _},
    exit::Interrupted,
};
use anyhow::Context as _;
use rand::Rng as _;
use ringbolt_core::{
    dialects::{Dialect, Webhook},
    flow::{Flow, KeyedLogin},
    identity::{CallerId, IdentifierForm, UserId},
    lockout::LockState,
    pin::{CallerPin, PinHasher},
};
use ringbolt_dynamodb::{Store, callers::Change};
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use std::time::Duration;
use zeroize::Zeroizing;

/// When DynamoDB removes the caller if we cannot.
const LIFE: Duration = Duration::from_secs(3600);
/// How to send a user and a PIN to one of the functions.
enum Door {
    WixAnswers,
    DialogTech { fields: Vec<(String, String)>, number_field: String, user_field: String, pin_field: String },
}

/// A test caller, and the way in.
struct Trial<'a> {
    flow: &'a Flow,
    door: Door,
    caller: CallerId,
}

/// Tries a caller through each function that verifies PINs.
///
/// # Errors
/// Ctrl-C; the caller is removed then too.
pub(super) async fn check(
    report: &mut Report,
    connection: &Connection,
    api: &Api,
    hasher: &PinHasher,
    token: &Zeroizing<String>,
    flows: &[Flow],
) -> anyhow::Result<()> {
    let store = match connection.callers() {
        Ok(store) => store,
        Err(error) => {
            report.fail("caller", format!("{error:#}."));
            return Ok(());
        }
    };
    let trials = trials(flows);
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
            tried = trial.run(connection, &store, api, hasher, token) => tried.map(Some),
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
            Ok(Some(())) => report.ok("caller", format!(
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

/// One trial for each function, if a flow allows it.
fn trials(flows: &[Flow]) -> Vec<Trial<'_>> {
    let wix = flows.iter().find(|flow| flow.wix_answers.is_some());
    let wix = wix.and_then(|flow| Some(Trial { flow, door: Door::WixAnswers, caller: caller(flow, false)? }));
    let dialogtech = flows.iter().find_map(|flow| {
        let door = door(flow)?;
        Some(Trial { flow, door, caller: caller(flow, true)? })
    });
    [wix, dialogtech].into_iter().flatten().collect()
}

/// An IVR with an id that takes user and PIN each from one answer.
fn door(flow: &Flow) -> Option<Door> {
    let portal =
        |field: &'static str, value: &str| (flow.dialogtech.field_names.portal(field).to_owned(), value.to_owned());
    let login = KeyedLogin::of(flow, None)?;
    Some(Door::DialogTech {
        fields: vec![portal("ivr_id", &login.ivr_id), portal("ivr_completed", "True")],
        number_field: portal("ivr_caller_id", "").0,
        user_field: login.user_field,
        pin_field: login.pin_field,
    })
}

/// A number that belongs to nobody: 555-0100 to 555-0199 are kept for examples in every area. Each attempt has one of its
/// own, so that neither an earlier run nor a flow that allows a number one attempt (`per_ani`) refuses it.
fn number() -> String {
    let mut random = rand::rng();
    format!("{}{}555{:04}", random.random_range(2..=9), random.random_range(10..=98), random.random_range(100..=199))
}

/// A user id that no account has: `ringbolt-doctor-` with a random end, or a number that is far too long for an account.
fn caller(flow: &Flow, keyed: bool) -> Option<CallerId> {
    let random: u64 = rand::rng().random();
    let text = if keyed || flow.identifier == IdentifierForm::Digits {
        format!("99000000{random:020}")
    } else {
        format!("ringbolt-doctor-{random:016x}")
    };
    Some(CallerId { realm: flow.realm.clone(), user: UserId::parse(&text, flow.identifier).ok()? })
}

impl Door {
    /// The dialect, and its webhook that steers calls.
    fn webhook(&self) -> Option<(&'static Dialect, &'static Webhook)> {
        let path = match self {
            Self::WixAnswers => "wix-answers",
            Self::DialogTech { .. } => "dialogtech",
        };
        webhooks().find(|(dialect, webhook)| dialect.path == path && webhook.steers)
    }
}

impl Trial<'_> {
    fn function(&self) -> &'static str {
        match self.door {
            Door::WixAnswers => "the auth webhook",
            Door::DialogTech { .. } => "the next-action webhook",
        }
    }

    async fn run(
        &self,
        connection: &Connection,
        store: &Store,
        api: &Api,
        hasher: &PinHasher,
        token: &str,
    ) -> anyhow::Result<()> {
        let number: u32 = rand::rng().random_range(100_000..1_000_000);
        let (right, wrong) =
            (Zeroizing::new(number.to_string()), Zeroizing::new((100_000 + (number - 99_999) % 900_000).to_string()));
        let tags = hasher.enrol(&self.caller, &CallerPin::parse(&right)?)?;
        let until = system_clock()().plus(LIFE);
        let created = store.create_passing_caller(&self.caller, &tags, until).await;
        if !created.explained(connection, "the test caller was not enrolled")? {
            anyhow::bail!("the test caller exists already; run the command again");
        }
        for (pin, expected) in [(&wrong, 1), (&right, 0)] {
            let status = self.key(api, token, pin).await?;
            if status != 200 {
                anyhow::bail!("the webhook answered {status} instead of 200: look in the function's log");
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
        Ok(())
    }

    /// Keys a PIN and returns the answer's status. Without a call id, nothing is recorded.
    async fn key(&self, api: &Api, token: &str, pin: &str) -> anyhow::Result<u16> {
        let user = self.caller.user.as_str();
        let (query, json) = match &self.door {
            Door::WixAnswers => {
                let body = json!({
                    "callId": format!("doctor-{}", system_clock()().0),
                    "from": { "countryCode": "1", "number": number() },
                    "user": { "id": user, "banned": false },
                    "input": pin,
                });
                (String::new(), Some(Zeroizing::new(body.to_string())))
            }
            Door::DialogTech { fields, number_field, user_field, pin_field } => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .append_pair(number_field, &number())
                    .append_pair(user_field, user)
                    .append_pair(pin_field, pin)
                    .finish();
                (format!("?{query}"), None)
            }
        };
        let (dialect, webhook) = self.door.webhook().context("this version has no such webhook")?;
        let method = webhook.methods.first().copied().unwrap_or_default().parse()?;
        let path = format!("{}{query}", dialect.path_of(webhook, self.flow.name.as_str()));
        let reply = api.ask(Ask { method, path, token: Some(token), json }).await?;
        Ok(reply.status)
    }
}
