//! A caller who exists for this check alone: enrolled, wrong once, right once, removed.
//!
//! What came of it is read from his item and not from the answers, which a flow may choose by the hour: a wrong PIN
//! leaves the counter at one, the right one takes it back to zero. That proves table, key and hash of the functions.

use super::report::Report;
use crate::{
    api::{Api, Ask},
    connection::{Connection, Explained as _},
    exit::Interrupted,
};
use rand::Rng as _;
use ringbolt_core::{
    dialogtech::request::FieldNames,
    flow::{Flow, Step},
    identity::{CallerId, IdentifierForm, UserId},
    pin::{CallerPin, PinHasher},
};
use ringbolt_dynamodb::Store;
use ringbolt_lambda::app::system_clock;
use serde_json::json;
use std::time::Duration;
use zeroize::Zeroizing;

/// When DynamoDB removes him where we could not.
const LIFE: Duration = Duration::from_secs(3600);
/// A number that nobody has, so that nobody's counter is used up.
const NUMBER: &str = "8005550199";

/// How to put a user and a PIN to one of the functions.
enum Door {
    WixAnswers,
    DialogTech { ivr: String, user_field: String, pin_field: String },
}

/// A caller, and how to try him.
struct Trial<'a> {
    flow: &'a Flow,
    door: Door,
    caller: CallerId,
}

/// Tries a caller through each function that steers calls.
///
/// # Errors
/// Ctrl-C; the caller has been removed then too.
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
            "No caller was tried: no live flow verifies a PIN in a way that this command can key.".to_owned(),
        );
    }
    for trial in trials {
        let function = trial.function();
        let tried = tokio::select! {
            tried = trial.run(connection, &store, api, hasher, token) => tried.map(Some),
            signal = tokio::signal::ctrl_c() => signal.map(|()| None).map_err(anyhow::Error::from),
        };
        let removed = store.remove_passing_caller(&trial.caller).await.explained(connection, "");
        if let Err(error) = removed {
            let user = trial.caller.user.as_str();
            report.fail("caller", format!(
                "The caller {user} of the realm {}, who was enrolled for this check, was not removed{error:#}. Remove him, or DynamoDB does within days.",
                trial.caller.realm
            ));
        }
        match tried {
            Ok(Some(())) => report.ok("caller", format!(
                "Through {function} and the flow `{}`, a wrong PIN was refused and counted, and the right one verified.",
                trial.flow.name
            )),
            Ok(None) => return Err(Interrupted::new("interrupted; the caller who was enrolled for the check is removed")),
            Err(error) => report.fail("caller", format!("Through {function} and the flow `{}`: {error:#}.", trial.flow.name)),
        }
    }
    Ok(())
}

/// One through each function, where a flow allows it.
fn trials(flows: &[Flow]) -> Vec<Trial<'_>> {
    let wix = flows.iter().find(|flow| flow.wix_answers.is_some());
    let wix = wix.and_then(|flow| Some(Trial { flow, door: Door::WixAnswers, caller: caller(flow, false)? }));
    let dialogtech = flows.iter().find_map(|flow| {
        let door = door(flow)?;
        Some(Trial { flow, door, caller: caller(flow, true)? })
    });
    [wix, dialogtech].into_iter().flatten().collect()
}

/// An IVR that takes user and PIN each from one answer.
fn door(flow: &Flow) -> Option<Door> {
    let dialect = flow.dialogtech.as_ref().filter(|_| *flow.field_names() == FieldNames::default())?;
    dialect.ivrs.iter().find_map(|(ivr, step)| {
        let Step::VerifyPin(verify) = step else { return None };
        let users: Vec<&str> = verify.user.parts_of("answers").collect();
        match (users.as_slice(), verify.pin_answers().as_slice()) {
            ([user], [pin]) => {
                Some(Door::DialogTech { ivr: ivr.to_string(), user_field: (*user).to_owned(), pin_field: pin.clone() })
            }
            _ => None,
        }
    })
}

/// Somebody who cannot be anybody: `ringbolt-doctor-` and a random end, or a number far too long for an account.
fn caller(flow: &Flow, keyed: bool) -> Option<CallerId> {
    let random: u64 = rand::rng().random();
    let text = if keyed || flow.identifier == IdentifierForm::Digits {
        format!("99000000{random:020}")
    } else {
        format!("ringbolt-doctor-{random:016x}")
    };
    Some(CallerId { realm: flow.realm.clone(), user: UserId::parse(&text, flow.identifier).ok()? })
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
        if !created.explained(connection, "a caller for the check was not enrolled")? {
            anyhow::bail!("the caller for the check exists already; give the command again");
        }
        for (pin, expected) in [(&wrong, 1), (&right, 0)] {
            let status = self.key(api, token, pin).await?;
            if status != 200 {
                anyhow::bail!("the webhook answered {status}, where 200 was expected: look at the function's log");
            }
            let item = store.caller(&self.caller).await.explained(connection, "the caller was not read")?;
            let Some(item) = item else { anyhow::bail!("the caller was removed by somebody else in between") };
            match (item.attempts, expected) {
                (found, expected) if found == expected => {}
                (0, _) => anyhow::bail!(
                    "a wrong PIN was not counted in this table: the function answered its fallback, or works on other \
                     tables; its log says why (`ringbolt call tail`)"
                ),
                (1, _) => anyhow::bail!(
                    "the right PIN was not put to the database: the function answered its fallback; its log says why"
                ),
                _ => anyhow::bail!(
                    "the right PIN was refused: the function works with another PIN key or PinHash than the secret and \
                     the stack say; was it started anew since (SecretsGeneration)?"
                ),
            }
        }
        Ok(())
    }

    /// Keys a PIN; the answer's status. No id of a call is given, so nothing is kept of it.
    async fn key(&self, api: &Api, token: &str, pin: &str) -> anyhow::Result<u16> {
        let user = self.caller.user.as_str();
        let flow = &self.flow.name;
        let (path, method, json) = match &self.door {
            Door::WixAnswers => {
                let body = json!({
                    "callId": format!("doctor-{}", system_clock()().0),
                    "from": { "countryCode": "1", "number": NUMBER },
                    "user": { "id": user, "banned": false },
                    "input": pin,
                });
                (format!("/wix-answers/{flow}/auth"), http::Method::POST, Some(Zeroizing::new(body.to_string())))
            }
            Door::DialogTech { ivr, user_field, pin_field } => {
                let query = form_urlencoded::Serializer::new(String::new())
                    .append_pair("ivr_id", ivr)
                    .append_pair("ivr_caller_id", NUMBER)
                    .append_pair("ivr_completed", "True")
                    .append_pair(user_field, user)
                    .append_pair(pin_field, pin)
                    .finish();
                (format!("/dialogtech/{flow}/next-action?{query}"), http::Method::GET, None)
            }
        };
        let reply = api.ask(Ask { method, path: &path, token: Some(token), json }).await?;
        Ok(reply.status)
    }
}
